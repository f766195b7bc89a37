"""SMTP in plain words: what its commands do, what a reply's numbers mean, what a server offers.

Apart from the conversation because it is all tables: its help, completion and the manual read them.
"""

from __future__ import annotations


class Command:
    """One row: what is typed, one sentence, and what more there is to know."""

    __slots__ = ("synopsis", "text", "more")

    def __init__(self, synopsis: str, text: str, more: str) -> None:
        self.synopsis = synopsis
        self.text = text
        self.more = more

    @property
    def verb(self) -> str:
        """The word that it begins with."""
        return self.synopsis.split()[0]


COMMANDS = (
    Command(
        "EHLO name", "Say who you are, and hear what the server can do.",
        "It comes first (RFC 5321 4.1.1.1). Each line of the answer is an extension. name is a host name or [address].",
    ),
    Command(
        "HELO name", "Say who you are, the old way.",
        "As EHLO, for servers that know no extensions (RFC 5321 4.1.1.1).",
    ),
    Command(
        "LHLO name", "Say who you are to an LMTP server.",
        "As EHLO; after DATA there is an answer for each recipient (RFC 2033).",
    ),
    Command(
        "MAIL FROM:<address>", "Begin a letter and say who sends it.",
        "This address is told when the letter cannot be delivered; <> is nobody (RFC 5321 4.1.1.2). Behind it may "
        "stand SIZE=n, BODY=8BITMIME, SMTPUTF8 and the like, if the server offers them.",
    ),
    Command(
        "RCPT TO:<address>", "Name a recipient; once for each.",
        "Each is answered: 250 taken, 550 no such user, 450 try later (RFC 5321 4.1.1.3). The letter's To field has no "
        "say in this.",
    ),
    Command(
        "DATA", "Send the letter: header, empty line, text, a line with only a dot.",
        "After 354 all lines are the letter, up to a line of a single dot (RFC 5321 4.5.2). A line that begins with a "
        "dot needs one more before it, which the server takes away. The answer after the dot is for the whole letter.",
    ),
    Command(
        "BDAT octets [LAST]", "Send a piece of the letter, counted in octets.",
        "In place of DATA, where the server offers CHUNKING (RFC 3030). A line's end is two octets. No dot ends it.",
    ),
    Command("RSET", "Forget the letter that was begun.", "The connection stays (RFC 5321 4.1.1.5)."),
    Command(
        "VRFY name", "Ask whether there is such a user.",
        "Most servers answer 252: they will not say (RFC 5321 3.5.3).",
    ),
    Command("EXPN list", "Ask who is on a list.", "Most servers refuse (RFC 5321 4.1.1.7)."),
    Command("ETRN domain", "Ask for the letters that wait for a domain.", "RFC 1985."),
    Command("NOOP", "Do nothing; is the server still there?", "RFC 5321 4.1.1.9."),
    Command("HELP [command]", "Ask the server for its own help.", "RFC 5321 4.1.1.8. A question mark asks pymail."),
    Command("QUIT", "Say good-bye; the server closes the connection.", "RFC 5321 4.1.1.10."),
    Command(
        "STARTTLS", "Encrypt the connection from here on.",
        "After 220 pymail makes the handshake and checks the certificate (RFC 3207). Then say EHLO again: all that was "
        "said before is forgotten.",
    ),
    Command(
        "AUTH mechanism [answer]", "Log in; challenges and answers are in base64.",
        "In capitals it is sent as it is, and you write the base64: of NUL user NUL password for PLAIN (RFC 4954).",
    ),
    Command(
        "auth mechanism user", "Log in, with pymail doing the base64.",
        "In small letters it is for pymail: the password is asked for or looked up, and the dialogue shown without "
        "it. Mechanisms are plain, login, cram-md5, scram-sha-256, xoauth2, oauthbearer and external.",
    ),
    Command("? [command]", "Explain the commands, or one of them.", "It is not sent."),
)  # fmt: skip

# RFC 5321 4.2.1: what the first digit says.
CLASSES = {
    2: "done",
    3: "go on",
    4: "not now: try again later",
    5: "no: trying again would give the same",
}

# RFC 5321 4.2.3, RFC 4954 6, RFC 3207 4, RFC 7504.
CODES = {
    211: "the state of things",
    214: "help",
    220: "the server is ready",
    221: "the server closes the connection",
    235: "you are logged in",
    251: "not a user here, the letter is passed on",
    252: "the server does not say whether there is such a user, and takes the letter",
    334: "your answer, please, in base64",
    354: "now the letter, ended by a line with only a dot",
    421: "the server closes the connection",
    432: "a new password is needed",
    450: "the mailbox cannot be had now",
    451: "something went wrong on the server",
    452: "there is not enough room on the server",
    454: "TLS or login cannot be had now",
    455: "the server cannot do this just now",
    500: "the server does not know this command, or the line is too long",
    501: "the command is not written rightly",
    502: "the server does not do this command",
    503: "not at this point: another command has to come first",
    504: "the server does not do it in this way",
    521: "this machine takes no mail",
    523: "encryption is too weak",
    530: "log in first, or say STARTTLS first",
    534: "this way to log in is too weak",
    535: "the user name or password is wrong",
    538: "this way to log in needs encryption: say STARTTLS first",
    550: "no such mailbox, or it may not be used",
    551: "not a user here; the answer says where to",
    552: "the letter or the mailbox is too large",
    553: "such an address is not allowed",
    554: "it failed, or no mail is taken here",
    555: "the server does not know what stands behind the address",
    556: "that domain takes no mail",
}

# RFC 3463 3.2-3.8: what the second number of an enhanced code is about.
SUBJECTS = {
    0: "no more is said",
    1: "about an address",
    2: "about a mailbox",
    3: "about the mail system",
    4: "about the network or routing",
    5: "about the protocol",
    6: "about the content of the letter",
    7: "about security or policy",
}

# The details that are met in practice (RFC 3463, and the registry that goes on from it).
DETAILS = {
    (1, 1): "no such mailbox",
    (1, 2): "no such domain",
    (1, 3): "not written as an address",
    (1, 4): "the address means several mailboxes",
    (1, 5): "the recipient's address is good",
    (1, 6): "the mailbox has moved, no one knows where to",
    (1, 7): "the sender's address is not written as one",
    (1, 8): "the sender's domain does not exist",
    (1, 10): "that domain takes no mail (null MX)",
    (2, 1): "the mailbox is switched off",
    (2, 2): "the mailbox is full",
    (2, 3): "the letter is too long for that mailbox",
    (2, 4): "a list cannot be expanded",
    (3, 1): "the mail system is full",
    (3, 2): "the mail system takes no mail now",
    (3, 4): "the letter is too large for the system",
    (3, 5): "the system is not set up rightly",
    (4, 1): "the next machine does not answer",
    (4, 2): "the connection is bad",
    (4, 3): "a directory could not be asked",
    (4, 4): "no way leads there",
    (4, 5): "the mail system is congested",
    (4, 6): "the letter goes in a circle",
    (4, 7): "it was under way for too long",
    (5, 1): "not at this point",
    (5, 2): "the command is not written rightly",
    (5, 3): "too many recipients",
    (5, 4): "the command's words are not right",
    (6, 1): "such content is not taken",
    (6, 3): "the content would have to be converted, which is not possible",
    (6, 7): "addresses that are not ASCII are not taken",
    (7, 0): "for reasons of security or policy",
    (7, 1): "not allowed",
    (7, 2): "not allowed to send to that list",
    (7, 8): "the login is wrong",
    (7, 9): "this way to log in is too weak",
    (7, 11): "encryption is needed to log in so",
    (7, 20): "no signature (DKIM) was right",
    (7, 23): "the sender's domain does not let this machine send (SPF)",
    (7, 25): "this machine has no name (reverse DNS)",
    (7, 26): "neither SPF nor DKIM was right",
}

# What servers offer in the answer to EHLO.
EXTENSIONS = {
    "8BITMIME": "text with octets above 127 (RFC 6152)",
    "AUTH": "logging in by these mechanisms (RFC 4954)",
    "BINARYMIME": "any octets, by BDAT (RFC 3030)",
    "CHUNKING": "BDAT in place of DATA (RFC 3030)",
    "DELIVERBY": "a time limit for delivery (RFC 2852)",
    "DSN": "reports on delivery as you want them (RFC 3461)",
    "ENHANCEDSTATUSCODES": "replies with three more numbers (RFC 2034)",
    "ETRN": "a start of the queue for a domain (RFC 1985)",
    "EXPN": "EXPN works",
    "FUTURERELEASE": "letters that are held until a time (RFC 4865)",
    "HELP": "HELP works",
    "LIMITS": "how many letters and recipients are taken (RFC 9422)",
    "MT-PRIORITY": "letters with a priority (RFC 6710)",
    "PIPELINING": "several commands at once (RFC 2920)",
    "REQUIRETLS": "letters that may only travel encrypted (RFC 8689)",
    "SIZE": "the largest letter in octets, 0: no limit (RFC 1870)",
    "SMTPUTF8": "addresses that are not ASCII (RFC 6531)",
    "STARTTLS": "encryption (RFC 3207)",
    "VRFY": "VRFY works",
    "XCLIENT": "a trusted machine may say for whom it asks (Postfix)",
}


# What may stand behind an address, with the extension that brings it.
PARAMETERS = {
    "MAIL": {"SIZE": "SIZE", "BODY": "8BITMIME", "RET": "DSN", "ENVID": "DSN", "AUTH": "AUTH"},
    "RCPT": {"NOTIFY": "DSN", "ORCPT": "DSN"},
}


def explain(code: int, text: str) -> str:
    """A reply in words: its class and code, and its enhanced code where `text` begins with one."""
    said = f"{code}: {CLASSES.get(code // 100, 'not a code of SMTP')}"
    if code in CODES:
        said += f"; {CODES[code]}"
    numbers = text.partition(" ")[0].split(".")
    if len(numbers) == 3 and all(number.isdecimal() for number in numbers) and numbers[0] in "245":
        kind, detail = int(numbers[1]), int(numbers[2])
        said += f"; {'.'.join(numbers)}: {DETAILS.get((kind, detail)) or SUBJECTS.get(kind, 'not in the list')}"
    return said


def explain_offer(line: str) -> str:
    """One line of the answer to EHLO in words, "" for one that nobody knows."""
    word = line.split()[0].upper().partition("=")[0] if line.split() else ""
    return f"{word}: {EXTENSIONS[word]}" if word in EXTENSIONS else ""


def help_on(word: str) -> list[str]:
    """The lines of `?`, or of `? word`; none for a word that nobody knows."""
    if not word:
        return [f"{row.synopsis:<26} {row.text}" for row in COMMANDS]
    rows = [row for row in COMMANDS if row.verb == word] or [row for row in COMMANDS if row.verb == word.upper()]
    return [line for row in rows for line in (f"{row.synopsis:<26} {row.text}", row.more)]


def completions(line: str, offers: dict[str, str]) -> list[str]:
    """What the last word of a line can become: a command, what stands behind it, a mechanism that the server offers."""
    *before, word = line.split(" ")
    verb = before[0].upper() if before else "?"
    if verb == "?":
        found = [row.verb for row in COMMANDS]
    elif len(before) == 1:
        found = {"MAIL": ["FROM:<"], "RCPT": ["TO:<"], "AUTH": offers.get("AUTH", "").split()}.get(verb, [])
    else:
        found = [f"{name}=" for name in PARAMETERS.get(verb, ()) if PARAMETERS[verb][name] in offers]
    small = word.islower() or not word and bool(before) and before[0].islower()
    written = [each.lower() if small else each for each in found]
    return [each for each in dict.fromkeys(written) if each.startswith(word)]
