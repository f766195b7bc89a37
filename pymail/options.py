"""The table of command-line options and its parser.

Apart, and without argparse, because every start of the program pays for it: one
row an option, from which `--help` and the manual page are made as well. Options
may stand before and after addresses, also with POSIXLY_CORRECT; `--` ends them.
Whether an option takes an argument never depends on the argument.
"""

from __future__ import annotations

from pymail.errors import USAGE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Option:
    """One row: `-short`, `--long`, the argument's name ("" for none), one sentence, long names in other programs.

    An argument in brackets, "[FILE]", may follow the long form after an equals sign only.
    """

    __slots__ = ("short", "long", "argument", "text", "also")

    def __init__(self, short: str, long: str, argument: str, text: str, also: tuple[str, ...] = ()) -> None:
        self.short = short
        self.long = long
        self.argument = argument
        self.text = text
        self.also = also

    def spelling(self) -> str:
        """`-s, --subject=TEXT`, as help and manual show it."""
        value = "=" + self.argument if self.argument else ""
        if self.argument.startswith("["):
            value = f"[={self.argument[1:]}"
        return f"-{self.short}, --{self.long}{value}" if self.short else f"    --{self.long}{value}"


SENDING = (
    Option("s", "subject", "TEXT", "Set the subject."),
    Option("c", "cc", "ADDRESS", "Send a copy to these addresses too."),
    Option("b", "bcc", "ADDRESS", "Send a blind copy to these addresses too."),
    Option("T", "target", "FIELD", "Send to these addresses too: 'to: ...', 'cc: ...' or 'bcc: ...'."),
    Option("r", "from", "ADDRESS", "Set the sender, in header and envelope.", ("from-address", "return-address")),
    Option("a", "add", "FILE", "Attach a file; 'Name: text' adds a header field.", ("append",)),
    Option("A", "account", "NAME", "Use this account; where there is none, attach this file."),
    Option("", "attach", "FILE", "Attach a file."),
    Option("", "attach-fd", "NUMBER", "Attach what this open descriptor holds."),
    Option("", "attach-name", "NAME", "Name the file that is attached next.", ("content-filename", "content-name")),
    Option("", "skip-empty-attachments", "", "Leave attached files out that are empty."),
    Option(
        "", "mime", "", "Accepted; every letter is MIME.", ("no-mime", "no-alternative", "no-skip-empty-attachments")
    ),
    Option("", "header", "FIELD", "Add a header field, 'Name: text'."),
    Option("C", "custom-header", "FIELD", "Add a header field to every letter of the session."),
    Option("M", "text-type", "TYPE", "Set the media type of the text."),
    Option("", "content-type", "TYPE", "Set the media type of the text, and of the files attached after it."),
    Option("", "html", "", "The text is HTML; what it says goes along as plain text."),
    Option("", "alternative", "", "Attached files are other forms of the text."),
    Option("", "encoding", "NAME", "Set the transfer encoding of the text."),
    Option("t", "read-recipients", "", "Take recipients and fields from the head of the text.", ("template", "to")),
    Option("E", "discard-empty", "", "Send nothing when there is no text.", ("discard-empty-messages",)),
    Option("F", "record-recipient", "", "Record letters in files named after their first recipients.", ("byname",)),
    Option("q", "quote-file", "FILE", "Begin the text with this file."),
    Option("m", "message-file", "FILE", "Send this file as the text."),
    Option("i", "ignore-interrupts", "", "Ignore interrupts while a letter is typed.", ("ignore",)),
    Option("~", "escapes", "", "Obey tilde escapes without a terminal too.", ("enable-cmd-escapes",)),
    Option(".", "end-options", "", "Send; what follows are addresses, as after --."),
    Option("", "mta-argument", "ARGUMENT", "Hand this argument to the sendmail program."),
    Option("", "dry-run", "", "Show envelope and letter; send and write nothing."),
)

READING = (
    Option("f", "file", "[FILE]", "Read the mailbox that is the operand (mbox without one), not the system mailbox."),
    Option("u", "user", "NAME", "Read the system mailbox of this user.", ("inbox-of",)),
    Option("e", "exists", "", "Tell by the exit status whether there is mail.", ("check-and-exit", "exist")),
    Option("H", "headers", "", "Print the header summary and leave.", ("header-summary",)),
    Option("L", "list", "MSGLIST", "Print the header lines of these messages; with -e, tell if any.", ("search",)),
    Option("p", "print", "", "Print all messages and leave.", ("read",)),
    Option("", "json", "", "Print messages, or with -H the header summary, as JSON; operands name messages, none all."),
    Option("", "extract", "DIRECTORY", "Save text and attachments of messages in this folder, named as for --json."),
    Option("N", "no-headers", "", "Begin without a header summary.", ("no-header-summary", "nosum")),
    Option("R", "read-only", "", "Open mailboxes read-only."),
    Option("D", "disconnected", "", "Accepted; no mailbox needs a connection."),
)

_GNU = ("no-site-config", "no-user-config", "config-verbose", "debug-line-info", "no-debug-line-info")

GENERAL = (
    Option("n", "no-system-rc", "", "Do not read the system's start-up file.", ("norc",)),
    Option(":", "resource-files", "LETTERS", "Read these start-up files: s the system's, u the user's, / none."),
    Option("S", "set", "NAME[=VALUE]", "Set a variable; start-up files cannot change it."),
    Option("X", "before", "COMMAND", "Do a command before a mailbox or a letter is read.", ("startup-cmd", "exec")),
    Option("Y", "after", "COMMAND", "Do a command when the mailbox is open, or the letter begins.", ("cmd",)),
    Option("I", "interactive", "", "Behave as on a terminal, also without one."),
    Option("#", "batch", "", "Read commands and escapes; open no mailbox but that of -f, -u.", ("batch-mode",)),
    Option("B", "line-buffered", "", "Write each line at once, also into a pipe."),
    Option("v", "verbose", "", "Tell what is done while sending; twice: more."),
    Option("", "debug-level", "LEVEL", "As -v (GNU mail's)."),
    Option("", "no-config", "", "Accepted: GNU's files of settings are not read.", _GNU),
    Option("", "quit", "", "An interrupt ends the session."),
    Option("d", "debug", "", "Deliver nothing; tell what would be done."),
    Option("h", "help", "", "Print this list and leave.", ("long-help", "usage")),
    Option("V", "version", "", "Print the version and leave."),
)

QUEUE = (
    Option("", "flush", "", "Send what waits in the outbox."),
    Option("", "outbox", "", "List what waits in the outbox; or show, delete, retry or hold the letters named."),
    Option("", "all", "", "With --outbox, as root: everybody's."),
)

DELIVERY = (
    Option("", "deliver", "", "Put the letter on standard input into my mailbox, or with '-d user' into a user's."),
)

BY_HAND = (Option("", "smtp", "[HOST]", "Talk SMTP by hand with the server that is the operand, or localhost."),)

SECTIONS = (
    ("Sending", SENDING), ("Reading", READING), ("Both", GENERAL), ("The outbox", QUEUE), ("Delivering", DELIVERY),
    ("By hand", BY_HAND),
)  # fmt: skip
TABLE = tuple(option for _, section in SECTIONS for option in section)


class Options:
    """What stood on the command line: options by their long names, and operands.

    `operands` are the words that are no options; `literal` those after `--`, which
    are addresses whatever they begin with. `order` is all options as they came.
    """

    __slots__ = ("given", "order", "operands", "literal")

    def __init__(self) -> None:
        self.given: dict[str, list[str]] = {option.long: [] for option in TABLE}
        self.order: list[tuple[str, str]] = []
        self.operands: list[str] = []
        self.literal: list[str] = []

    def has(self, name: str) -> bool:
        """Was it given?"""
        return bool(self.given[name])

    def count(self, name: str) -> int:
        """How often it was given."""
        return len(self.given[name])

    def last(self, name: str) -> str | None:
        """The last of its arguments, None when it was not given."""
        values = self.given[name]
        return values[-1] if values else None

    def all(self, name: str) -> list[str]:
        """Its arguments, in their order."""
        return self.given[name]

    def is_for_script(self) -> bool:
        """Is this a run that gives messages to a script? Then operands name messages."""
        return self.has("json") or self.has("extract")

    def take(self, option: Option, value: str) -> None:
        """Note one option of the command line."""
        self.given[option.long].append(value)
        self.order.append((option.long, value))

    def replace(self, name: str, other: str, value: str) -> None:
        """Read an option as another one, in the same place."""
        self.given[name].remove(value)
        self.given[other].append(value)
        self.order[self.order.index((name, value))] = (other, value)


def parse(words: list[str]) -> Options:
    """The options and operands of a command line without its first word.

    Raises MailError (64) for an unknown or ambiguous option, a missing argument, and an
    argument where none belongs.
    """
    options = Options()
    rest = iter(words)
    for word in rest:
        if word in ("--", "-.", "--end-options"):
            if word != "--":
                options.take(_by_letter("."), "")
            options.literal.extend(rest)
        elif word.startswith("--"):
            _long(options, word[2:], rest)
        elif word.startswith("-") and word != "-":
            _cluster(options, word[1:], rest)
        else:
            options.operands.append(word)
    return options


def _long(options: Options, word: str, rest: Iterator[str]) -> None:
    name, equals, value = word.partition("=")
    option = by_name(name)
    if not option.argument:
        if equals:
            raise MailError(f"--{option.long}: takes no argument; see pymail --help", USAGE)
    elif not equals and not option.argument.startswith("["):
        value = _argument("--" + option.long, rest)
    options.take(option, value)


def by_name(name: str) -> Option:
    """The option with this long name, or a part of it that no other has. MailError (64) when there is none."""
    exact = [option for option in TABLE if name == option.long or name in option.also]
    if exact:
        return exact[0]
    found = [option for option in TABLE if option.long.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        names = " ".join("--" + option.long for option in found)
        raise MailError(f"--{name}: is short for several options: {names}", USAGE)
    raise MailError(f"--{name}: no such option; {_hint(name)}", USAGE)


def _hint(name: str) -> str:
    """The options that look like a wrong one, else where to read."""
    import difflib

    names = [name for option in TABLE for name in (option.long, *option.also)]
    near = difflib.get_close_matches(name, names, 2, 0.7)
    return f"did you mean {' or '.join('--' + name for name in near)}?" if near else "see pymail --help"


def _cluster(options: Options, letters: str, rest: Iterator[str]) -> None:
    for at, letter in enumerate(letters):
        option = _by_letter(letter)
        if not option.argument or option.argument.startswith("["):
            options.take(option, "")
            continue
        options.take(option, letters[at + 1 :] or _argument("-" + letter, rest))
        return


def _by_letter(letter: str) -> Option:
    for option in TABLE:
        if option.short == ("h" if letter == "?" else letter):
            return option
    raise MailError(f"-{letter}: no such option; see pymail --help", USAGE)


def _argument(spelling: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise MailError(f"{spelling}: wants an argument; see pymail --help", USAGE)
    return value


def usage() -> str:
    """The text of `--help`, from the table."""
    lines = [
        "usage: pymail [option...] address... [option...] [--] [address...]",
        "       pymail [option...] [-f [file] | -u user]",
    ]
    import textwrap

    for title, rows in SECTIONS:
        lines += ["", title + ":"]
        for row in rows:
            head = f"  {row.spelling():<28} "
            lines += textwrap.wrap(row.text, 79, initial_indent=head, subsequent_indent=" " * 31)
    return "\n".join(lines) + "\n"
