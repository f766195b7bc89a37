"""The variables about mailboxes and what is shown of them."""

from __future__ import annotations

from pymail.variables.table import FLAG, NUMBER, TEXT, Variable

ROWS = (
    Variable("headline", TEXT, None, "The form of a header summary line, such as %>%a%m %-18f %16d %4l/%-5o %i%-s."),
    Variable("lock-timeout", NUMBER, "30", "How many seconds to wait for a mailbox that another program has locked."),
    Variable("mbox-content-length", FLAG, None, "Believe Content-Length fields in mailboxes."),
    Variable("writebackedited", FLAG, None, "Keep what edit and visual change in messages without asking."),
    Variable(
        "outfilename", TEXT, "local", "What of an address names the files of Save, followup and -F.",
        choices=("local", "domain", "email"),
    ),  # fmt: skip
    Variable("searchheaders", FLAG, None, "/field:text searches that header field, /to:text all recipients."),
    Variable("newfolders", TEXT, "mbox", "The kind of mailbox that save makes.", choices=("mbox", "maildir")),
    Variable("spool", TEXT, None, "The folder of the system mailboxes; unset: /var/mail."),
)
