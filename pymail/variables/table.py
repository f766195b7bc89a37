"""The tables of variables, a row each, in the sections of pymailrc(5).

Apart from their values because rows never change. One file, since each start loads all of them.
"""

from __future__ import annotations

FLAG = "flag"
TEXT = "text"
NUMBER = "number"
ASK = "flag or question"

# What s-nail takes for "set" and "not set" in flags.
ON = ("", "1", "yes", "on", "true")
OFF = ("0", "no", "off", "false")


class Variable:
    """One row: name, kind, default, one sentence, and where it differs the POSIX default.

    A flag's default is "" (set) or None (unset); a text's or number's is its value or
    None. `environ`: imported from the environment variable of the same name. `choices`:
    the only values allowed. `same`: another spelling of that variable. An ASK is a flag that may
    also be `ask-yes` or `ask-no`: then the user is asked, and that is the answer of who just
    presses Enter.
    """

    __slots__ = ("name", "kind", "default", "text", "posix", "environ", "choices", "same")

    def __init__(
        self,
        name: str,
        kind: str,
        default: str | None,
        text: str,
        *,
        posix: str | None = "=",
        environ: bool = False,
        choices: tuple[str, ...] = (),
        same: str = "",
    ) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.text = text
        self.posix = default if posix == "=" else posix
        self.environ = environ
        self.choices = choices
        self.same = same

    @property
    def allowed(self) -> tuple[str, ...]:
        """The values to name where not any will do, () elsewhere."""
        return ("yes", "no", "ask-yes", "ask-no") if self.kind == ASK else self.choices

    def wrong(self, value: str) -> str:
        """Why this value is not allowed, "" when it is."""
        if self.choices and value and value.lower() not in self.choices:
            return "allowed are " + ", ".join(self.allowed)
        if self.kind == ASK and value.lower().removeprefix("ask-") not in ON + OFF:
            return "allowed are " + ", ".join(self.allowed)
        if self.kind == NUMBER and value and not value.isdecimal():
            return "a number is wanted"
        return ""


# POSIX mailx, "Internal Variables in mailx".
POSIX = (
    Variable("allnet", FLAG, None, "Treat addresses with the same login part as the same."),
    Variable("append", FLAG, "", "Append to mbox at quit instead of putting messages at its beginning.", posix=None),
    Variable("ask", FLAG, None, "Another name of asksub.", same="asksub"),
    Variable("askbcc", FLAG, None, "Ask for blind copies before a letter is typed."),
    Variable("askcc", FLAG, None, "Ask for copies before a letter is typed."),
    Variable("asksub", FLAG, "", "Ask for the subject of a letter that has none."),
    Variable("autoprint", FLAG, None, "Print the new current message after delete and undelete."),
    Variable("bang", FLAG, None, "Replace ! in shell commands by the command before."),
    Variable("cmd", TEXT, None, "The command that pipe runs when none is given."),
    Variable("crt", NUMBER, "", "Page messages longer than this many lines; empty: than the screen.", posix=None),
    Variable("debug", FLAG, None, "Deliver nothing and tell what would be done."),
    Variable("dot", FLAG, "", "A dot alone on a line ends a letter typed on a terminal.", posix=None),
    Variable("escape", TEXT, "~", "The character that begins a tilde escape; empty: none does."),
    Variable("flipr", FLAG, None, "Exchange the meanings of reply and Reply."),
    Variable("folder", TEXT, None, "The folder that +name stands in; relative to the home directory."),
    Variable("header", FLAG, "", "Print a header summary at the start."),
    Variable("hold", FLAG, "", "Keep read messages in the system mailbox at quit.", posix=None),
    Variable("ignore", FLAG, None, "Ignore interrupts while a letter is typed."),
    Variable("ignoreeof", FLAG, None, "End of file does not end a letter or the session."),
    Variable("indentprefix", TEXT, "> ", "What ~m and ~M put before each line.", posix="\t"),
    Variable("keep", FLAG, "", "Empty a mailbox file instead of removing it.", posix=None),
    Variable("keepsave", FLAG, "", "Keep saved messages at quit.", posix=None),
    Variable("metoo", FLAG, None, "Leave my own address among the recipients of replies and aliases."),
    Variable("onehop", FLAG, None, "Accepted; addresses in replies are never rewritten."),
    Variable("outfolder", FLAG, None, "Record outgoing mail in the folder directory, or in the one that is the value."),
    Variable("page", FLAG, None, "Send a form feed after each message that is piped."),
    Variable("prompt", TEXT, "& ", "The prompt of command mode; empty: none.", posix="? "),
    Variable("quiet", FLAG, None, "Begin without the version line."),
    Variable("record", TEXT, None, "Append a copy of each letter sent to this file."),
    Variable("save", FLAG, "", "Keep a letter that could not be sent in the dead-letter file."),
    Variable("screen", NUMBER, None, "How many header lines fill a screen; unset: what the terminal shows."),
    Variable("sendwait", FLAG, "", "Wait for the answer to a letter; pymail always does.", posix=None),
    Variable("showto", FLAG, None, "Show the recipient of messages that I wrote."),
    Variable("sign", TEXT, None, "The text that ~a inserts."),
    Variable("Sign", TEXT, None, "The text that ~A inserts."),
    Variable("toplines", NUMBER, "5", "How many lines top prints."),
    Variable("DEAD", TEXT, None, "The dead-letter file; unset: dead.letter in the home directory.", environ=True),
    Variable("EDITOR", TEXT, None, "The editor of edit and ~e; unset: ed, or else vi.", environ=True),
    Variable("LISTER", TEXT, "ls", "The command of folders.", environ=True),
    Variable("MBOX", TEXT, None, "The file & for read messages; unset: mbox in the home directory.", environ=True),
    Variable("PAGER", TEXT, "more", "The pager.", environ=True),
    Variable("SHELL", TEXT, "/bin/sh", "The shell for !, pipe, ~! and ~|.", environ=True),
    Variable("VISUAL", TEXT, "vi", "The editor of visual and ~v.", environ=True),
)

# Sender, transports, outbox.
SENDING = (
    Variable("from", TEXT, None, "My address, with a name or without; unset: login@hostname."),
    Variable("hostname", TEXT, None, "The domain for my address, for Message-ID and for the greeting of servers."),
    Variable("mta", TEXT, None, "What takes outgoing mail: a URL or a program; several are tried in order."),
    Variable("mta-arguments", TEXT, None, "More arguments for the sendmail program."),
    Variable("sendmail-arguments", TEXT, None, "Another name of mta-arguments.", same="mta-arguments"),
    Variable("mta-argv0", TEXT, None, "The name by which the sendmail program is called; unset: its path."),
    Variable("sendmail-progname", TEXT, None, "Another name of mta-argv0.", same="mta-argv0"),
    Variable("mta-no-default-arguments", FLAG, None, "The sendmail program gets neither -oi nor -f and the sender."),
    Variable("mta-aliases", TEXT, None, "A file as /etc/aliases: who gets what goes to names without a domain."),
    Variable("recursivealiases", FLAG, "", "Aliases within aliases are replaced too."),
    Variable("sendmail", TEXT, None, "The sendmail program or a URL, as mta.", same="mta"),
    Variable("local-domains", TEXT, None, "More domains that local: delivers to users of this machine."),
    Variable(
        "outbox", TEXT, "", "Where letters wait that nothing could take; nooutbox: dead letter, status 75.", posix=None
    ),
    Variable("outbox-lifetime", NUMBER, "432000", "How many seconds a letter may wait in the outbox."),
    Variable("expandargv", FLAG, None, "Words after -- are arguments for the sendmail program."),
    Variable("record-files", FLAG, None, "What goes to files and commands alone is recorded too."),
    Variable("record-resent", FLAG, None, "A copy of what is resent goes into the file of record too."),
    Variable("forward-as-attachment", FLAG, None, "Messages that forward sends go along whole."),
    Variable("Replyall", FLAG, None, "Another name of flipr.", same="flipr"),
    Variable("reply-to-honour", ASK, "", "Answers go to Reply-To where a letter has one."),
    Variable("reply-to-swap-in", FLAG, None, "A Reply-To of one address counts also with noreply-to-honour."),
    Variable("followup-to-honour", ASK, "", "Answers to all go where Mail-Followup-To says."),
    Variable("recipients-in-cc", FLAG, None, "Answers put the other recipients of To into Cc."),
    Variable("askatend", FLAG, None, "Copies are asked for behind the text of a letter."),
    Variable("askattach", FLAG, None, "Files to attach are asked for behind the text of a letter."),
    Variable("asksend", FLAG, None, "Ask before a typed letter is sent."),
    Variable("editalong", TEXT, None, "Letters are typed in EDITOR from the start; v: in VISUAL."),
    Variable("editheaders", FLAG, None, "The head of a letter is edited along with its text."),
    Variable("markanswered", FLAG, "", "Messages that were answered are marked so."),
    Variable("fullnames", FLAG, "", "Answers keep the names of their recipients."),
    Variable("quote", TEXT, None, "Answers begin with the message; its fields too: headers, allheaders."),
    Variable("quote-inject-head", TEXT, "%f wrote:", "The line before a quoted message: %f author, %a, %s, %d."),
    Variable("quote-inject-tail", TEXT, None, "The line behind a quoted message."),
    Variable("quote-fold", TEXT, None, "Lines that an answer quotes are broken after so many characters."),
    Variable("quote-chars", TEXT, ">|}:", "What begins a line that is quoted already, for quote-fold."),
    Variable("quote-as-attachment", FLAG, None, "Answers come with the message whole, as an attachment."),
    Variable(
        "forward-inject-head",
        TEXT,
        "-------- Original Message --------",
        "The line before a message that is forwarded, with %f, %a, %s and %d too.",
    ),  # fmt: skip
    Variable("fwdheading", TEXT, None, "Another name of forward-inject-head.", same="forward-inject-head"),
    Variable("forward-inject-tail", TEXT, None, "The line behind a message that is forwarded."),
    Variable("replyprefix", TEXT, "Re: ", "What stands before the subject of an answer."),
    Variable("reply-strings", TEXT, None, "What else marks a subject as an answer's, with commas between: AW:,SV:."),
    Variable("replyregex", TEXT, None, "The same as a regular expression: ^(aw|sv): *, which begins a subject."),
    Variable("format-flowed", FLAG, None, "Long paragraphs are sent so that readers can wrap them (RFC 3676)."),
    Variable("sendcharsets", TEXT, None, "Character sets to try for texts that are not ASCII, before UTF-8."),
    Variable("sendcharsets-else-ttycharset", FLAG, None, "Where sendcharsets is unset, ttycharset is tried."),
    Variable("charset-8bit", TEXT, None, "The character set of texts that are not UTF-8; unset: iso-8859-1."),
    Variable(
        "ttycharset",
        TEXT,
        None,
        "The character set of what is printed, and of what is typed or piped in and is not UTF-8; unset: the locale's.",
    ),  # fmt: skip
    Variable("charset", TEXT, None, "Another name of ttycharset.", same="ttycharset"),
    Variable("reply-in-same-charset", FLAG, "", "Answers are in the character set of the message, if it will do."),
    Variable(
        "mime-encoding",
        TEXT,
        None,
        "The transfer encoding of texts; unset: the shortest.",
        choices=("7bit", "8bit", "8b", "quoted-printable", "qp", "base64", "b64"),
    ),  # fmt: skip
    Variable("encoding", TEXT, None, "Another name of mime-encoding.", same="mime-encoding"),
    Variable("replyto", TEXT, None, "The Reply-To field of my letters."),
    Variable("reply-to", TEXT, None, "Another name of replyto.", same="replyto"),
    Variable("return-address", TEXT, None, "Another name of from.", same="from"),
    Variable("subject", TEXT, None, "The subject of letters that are given none."),
    Variable("sender", TEXT, None, "Who sends for the authors in from: Sender field and envelope."),
    Variable("customhdr", TEXT, None, "Header fields for every letter, with commas between."),
    Variable("followup-to", FLAG, None, "Letters to known lists say where answers go (Mail-Followup-To)."),
    Variable("followup-to-add-cc", FLAG, None, "Who stands in Mail-Followup-To as sender gets a copy as well."),
    Variable("quote-add-cc", FLAG, None, "Who wrote a message that ~Q inserts gets a copy."),
    Variable("forward-add-cc", FLAG, None, "Who wrote a message that ~f, ~m and their like insert gets a copy."),
    Variable("message-inject-head", TEXT, None, "Text before that of each letter; \\t and \\n count."),
    Variable("message-inject-tail", TEXT, None, "Text behind that of each letter; \\t and \\n count."),
    Variable("signature", TEXT, None, "A file that is added to the text of each letter."),
    Variable("message-id-disable", FLAG, None, "Letters get no Message-ID."),
    Variable("useragent", FLAG, None, "Letters tell that pymail wrote them, in User-Agent."),
    Variable("xmailer", FLAG, None, "The same in X-Mailer."),
    Variable("stealthmua", TEXT, None, "Letters tell nothing of pymail, nor get a Message-ID; noagent: they get one."),
    Variable("autocc", TEXT, None, "Who gets a copy of each letter."),
    Variable("expandaddr", TEXT, None, "Recipients may be |commands and /files; or a list: file, pipe, restrict."),
    Variable("autobcc", TEXT, None, "Who gets a blind copy of each letter."),
    Variable("on-compose-enter", TEXT, None, "The macro that runs before a letter is written."),
    Variable("on-compose-splice", TEXT, None, "The macro whose output is added to a letter, with tilde escapes."),
    Variable("on-compose-splice-shell", TEXT, None, "The shell command whose output is added in the same way."),
    Variable("on-compose-leave", TEXT, None, "The macro that runs when a letter is written, before it is sent."),
    Variable("on-compose-cleanup", TEXT, None, "The macro that runs when a letter was sent or given up."),
    Variable("on-resend-enter", TEXT, None, "The macro that runs before messages are resent."),
    Variable("on-resend-cleanup", TEXT, None, "The macro that runs when messages were resent."),
    Variable("skipemptybody", FLAG, None, "Send nothing when a letter has no text."),
    Variable("skipempty", FLAG, None, "Another name of skipemptybody.", same="skipemptybody"),
    Variable("nullbody", FLAG, "", "A letter without text is sent; nonullbody: it is an error."),
    Variable("nullbodymsg", TEXT, "Null message body; hope that's ok", "What is said when a letter has no text."),
    Variable("appenddeadletter", FLAG, "", "The dead-letter file is added to, not replaced.", posix=None),
    Variable("verbose", FLAG, None, "Tell what is done while sending."),
)

LOGINS = ("none", "plain", "login", "cram-md5", "scram-sha-256", "xoauth2", "oauthbearer", "external")

SERVERS = (
    Variable("smtp", TEXT, None, "Heirloom's name for the server that takes outgoing mail."),
    Variable("smtp-auth", TEXT, None, "How to log in to servers; unset: the best they offer.", choices=LOGINS),
    Variable("smtp-auth-password", TEXT, None, "The password for servers; taken from files only."),
    Variable("smtp-auth-user", TEXT, None, "The user's name for servers."),
    Variable("smtp-hostname", TEXT, None, "My name in the greeting of servers; unset: hostname."),
    Variable("smtp-timeout", NUMBER, "60", "How many seconds to wait for a server at each step."),
    Variable("sendmail-timeout", NUMBER, "1800", "How many seconds a sendmail program may give no sign of life."),
    Variable("smtp-use-starttls", FLAG, None, "STARTTLS is asked of a server on this machine too, as of all others."),
    Variable("dsn", TEXT, None, "What the server shall report: success, failure, delay; or never."),
    Variable("password-command", TEXT, None, "A shell command whose first line is the password."),
    Variable("password-file", TEXT, None, "A file of mode 0600 whose first line is the password."),
    Variable("tls-ca-file", TEXT, None, "Certificates to trust in place of the system's."),
    Variable("tls-cert-file", TEXT, None, "My certificate for servers that ask for one."),
    Variable("tls-key-file", TEXT, None, "The key of my certificate."),
)

READING = (
    Variable("headline", TEXT, None, "The form of a header summary line, such as %>%a%m %-18f %16d %4l/%-5o %i%-s."),
    Variable("attrlist", TEXT, None, "The letters of states in header lines, for NUROSPMFAT in turn."),
    Variable("datefield", TEXT, None, "The form of dates in header lines, as strftime(3) has it."),
    Variable("datefield-markout-older", TEXT, None, "The form of dates from more than half a year ago, or ahead."),
    Variable("showenvelope", FLAG, None, "Printed messages begin with who sent them, and when they came.", posix=""),
    Variable("topsqueeze", FLAG, None, "One empty line stands for several in what top prints."),
    Variable(
        "pipe-TYPE/SUBTYPE",
        TEXT,
        None,
        "The command for parts of this type: mimeview runs it, and printing shows its output when it begins with ?*,"
        " or the type is text. pipe-EXTENSION goes by the end of the file name.",
    ),  # fmt: skip
    Variable("mime-alternative-favour-rich", FLAG, None, "Of several forms of a text HTML is shown, not plain text."),
    Variable("mailcap-disable", FLAG, None, "No mailcap file is asked which program shows a part."),
    Variable("fromfield", FLAG, "", "Header lines name the author in From; nofromfield: who sent the message."),
    Variable("showname", FLAG, "", "Header lines show names rather than addresses."),
    Variable("columns", NUMBER, None, "How wide header lines are; unset: as the screen."),
    Variable("bsdflags", FLAG, None, "Header lines have BSD's letters for states."),
    Variable("bsdheadline", FLAG, None, "Header lines have BSD's form."),
    Variable("bsdcompat", FLAG, None, "Sets bsdflags and bsdheadline."),
    Variable("autosort", TEXT, None, "The order in which messages are numbered when a mailbox opens."),
    Variable("autothread", FLAG, None, "Without autosort: by conversations."),
    Variable("showlast", FLAG, None, "A mailbox opens with its last message as the current one."),
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
        "outfilename",
        TEXT,
        "local",
        "What of an address names the files of Save, followup and -F.",
        choices=("local", "domain", "email"),
    ),  # fmt: skip
    Variable("regex", FLAG, None, "Terms /text search by regular expressions."),
    Variable("searchheaders", FLAG, None, "Terms /field:text search that header field, /to:text all recipients."),
    Variable("newfolders", TEXT, "mbox", "The kind of mailbox that save makes.", choices=("mbox", "maildir")),
    Variable("spool", TEXT, None, "The folder of the system mailboxes; unset: /var/mail."),
)

# How they are carried out, and macros that run by themselves.
COMMANDS = (
    Variable("posix", FLAG, None, "The defaults of POSIX, as POSIXLY_CORRECT sets them.", posix=""),
    Variable("quit", FLAG, None, "An interrupt at the prompt ends the session; nothing is changed."),
    Variable("errexit", FLAG, None, "A command that fails ends a run without a terminal."),
    Variable("folder-hook", TEXT, None, "The macro that runs when a mailbox opens; folder-hook-NAME: when that does."),
    Variable("on-account-cleanup", TEXT, None, "The macro that runs when an account is left."),
    Variable("on-main-loop-tick", TEXT, None, "The macro that runs before each prompt."),
    Variable("on-program-exit", TEXT, None, "The macro that runs when pymail ends."),
    Variable("prompt2", TEXT, None, "The prompt for more of a line that ended with a backslash."),
    Variable("history-file", TEXT, None, "The file that keeps what was typed at the prompt, for the sessions after."),
    Variable("history-size", NUMBER, "1000", "How many lines it keeps."),
    Variable("NAIL_EXTRA_RC", TEXT, None, "Another name of mailx-extra-rc.", same="mailx-extra-rc"),
    Variable("mailx-extra-rc", TEXT, None, "One more start-up file, read after the others if it is there."),
    Variable("v15-compat", FLAG, None, "Words of set have $name replaced, as those of echo."),
    Variable("varstrict", FLAG, None, "Another name of variable-strict.", same="variable-strict"),
    Variable("variable-strict", FLAG, None, "To set a variable that pymail does not know is an error."),
)

SECTIONS = (
    ("POSIX", POSIX),
    ("Sending", SENDING),
    ("Servers", SERVERS),
    ("Mailboxes and display", READING),
    ("Commands", COMMANDS),
)
TABLE = {row.name: row for _, rows in SECTIONS for row in rows}
