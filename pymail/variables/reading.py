"""The variables about mailboxes and what is shown of them."""

from __future__ import annotations

from pymail.variables.table import FLAG, NUMBER, TEXT, Variable

ROWS = (
    Variable("headline", TEXT, None, "The form of a header summary line, such as %>%a%m %-18f %16d %4l/%-5o %i%-s."),
    Variable("attrlist", TEXT, None, "The letters of states in header lines, for NUROSPMFAT in turn."),
    Variable("datefield", TEXT, None, "The form of dates in header lines, as strftime(3) has it."),
    Variable("showenvelope", FLAG, None, "Printed messages begin with who sent them, and when they came."),
    Variable("topsqueeze", FLAG, None, "One empty line stands for several in what top prints."),
    Variable("showname", FLAG, "", "Header lines show names rather than addresses."),
    Variable("columns", NUMBER, None, "How wide header lines are; unset: as the screen."),
    Variable("bsdflags", FLAG, None, "Header lines have BSD's letters for states."),
    Variable("bsdheadline", FLAG, None, "Header lines have BSD's form."),
    Variable("bsdcompat", FLAG, None, "Sets bsdflags and bsdheadline."),
    Variable("autosort", TEXT, None, "The order in which messages are numbered when a mailbox opens."),
    Variable("autocollapse", FLAG, None, "Sorting by threads hides the answers in header lists."),
    Variable("newmail", FLAG, None, "Look for new mail before each prompt."),
    Variable("autoinc", FLAG, None, "Another name of newmail.", same="newmail"),
    Variable("emptystart", FLAG, None, "Go on when there is no mail."),
    Variable("inbox", TEXT, None, "The system mailbox, % for short; unset: that of the machine."),
    Variable("readonly", FLAG, None, "Open mailboxes read-only."),
    Variable("lock-timeout", NUMBER, "30", "How many seconds to wait for a mailbox that another program has locked."),
    Variable("mbox-content-length", FLAG, None, "Believe Content-Length fields in mailboxes."),
    Variable("writebackedited", FLAG, None, "Keep what edit and visual change in messages without asking."),
    Variable(
        "outfilename", TEXT, "local", "What of an address names the files of Save, followup and -F.",
        choices=("local", "domain", "email"),
    ),  # fmt: skip
    Variable("searchheaders", FLAG, None, "Terms /field:text search that header field, /to:text all recipients."),
    Variable("newfolders", TEXT, "mbox", "The kind of mailbox that save makes.", choices=("mbox", "maildir")),
    Variable("spool", TEXT, None, "The folder of the system mailboxes; unset: /var/mail."),
)
