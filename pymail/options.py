"""The table of command-line options and its parser.

Apart, and without argparse, because every start of the program pays for it: one
row an option, from which `--help` and the manual page are made as well. Options
may stand before and after addresses, also with POSIXLY_CORRECT; `--` ends them
(DESIGN 2.1). Whether an option takes an argument never depends on the argument.
"""

from __future__ import annotations

from pymail.errors import USAGE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Option:
    """One row: `-short`, `--long`, the argument's name ("" for none), one sentence."""

    __slots__ = ("short", "long", "argument", "text")

    def __init__(self, short: str, long: str, argument: str, text: str) -> None:
        self.short = short
        self.long = long
        self.argument = argument
        self.text = text

    def spelling(self) -> str:
        """`-s, --subject=TEXT`, as help and manual show it."""
        value = "=" + self.argument if self.argument else ""
        return f"-{self.short}, --{self.long}{value}" if self.short else f"    --{self.long}{value}"


SENDING = (
    Option("s", "subject", "TEXT", "Set the subject."),
    Option("c", "cc", "ADDRESS", "Send a copy to these addresses too."),
    Option("b", "bcc", "ADDRESS", "Send a blind copy to these addresses too."),
    Option("r", "from", "ADDRESS", "Set the sender, in the header and in the envelope."),
    Option("a", "add", "FILE", "Attach a file; 'Name: text' adds a header field."),
    Option("", "attach", "FILE", "Attach a file."),
    Option("", "header", "FIELD", "Add a header field, 'Name: text'."),
    Option("", "content-type", "TYPE", "Set the media type of the text."),
    Option("t", "read-recipients", "", "Take the recipients and other fields from the head of the text."),
    Option("E", "discard-empty", "", "Send nothing when there is no text."),
    Option("F", "record-recipient", "", "Record the letter in a file named after the first recipient."),
    Option("q", "quote-file", "FILE", "Begin the text with this file."),
    Option("m", "message-file", "FILE", "Send this file as the text."),
    Option("i", "ignore-interrupts", "", "Ignore interrupts while a letter is typed."),
    Option("~", "escapes", "", "Obey tilde escapes also when the letter does not come from a terminal."),
    Option("", "mta-argument", "ARGUMENT", "Hand this argument to the sendmail program."),
    Option("", "dry-run", "", "Show envelope and letter; send and write nothing."),
)

READING = (
    Option("f", "file", "", "Read the mailbox named by the operand, or mbox, instead of the system mailbox."),
    Option("u", "user", "NAME", "Read the system mailbox of this user."),
    Option("e", "exists", "", "Tell by the exit status whether there is mail; print nothing."),
    Option("H", "headers", "", "Print the header summary and leave."),
    Option("N", "no-headers", "", "Begin without a header summary."),
    Option("R", "read-only", "", "Open mailboxes read-only."),
    Option("p", "print", "", "Print all messages and leave."),
    Option("L", "list", "MSGLIST", "Print the header summary of these messages and leave."),
)

GENERAL = (
    Option("n", "no-system-rc", "", "Do not read the system's start-up file."),
    Option("S", "set", "NAME[=VALUE]", "Set a variable; start-up files cannot change it."),
    Option("X", "before", "COMMAND", "Carry out a command before the mailbox is opened or the letter read."),
    Option("Y", "after", "COMMAND", "Carry out a command once the mailbox is open."),
    Option("I", "interactive", "", "Behave as on a terminal, also without one."),
    Option("v", "verbose", "", "Tell what is done while sending; twice: more."),
    Option("d", "debug", "", "Deliver nothing; tell what would be done."),
    Option("h", "help", "", "Print this list and leave."),
    Option("V", "version", "", "Print the version and leave."),
)

QUEUE = (
    Option("", "flush", "", "Send what waits in the outbox."),
    Option("", "outbox", "", "List what waits in the outbox."),
    Option("", "all", "", "With --outbox, as root: everybody's."),
)

SECTIONS = (("Sending", SENDING), ("Reading", READING), ("Both", GENERAL), ("The outbox", QUEUE))
TABLE = SENDING + READING + GENERAL + QUEUE


class Options:
    """What stood on the command line: options by their long names, and operands.

    `operands` are the words that are no options; `literal` those after `--`, which
    are addresses whatever they begin with.
    """

    __slots__ = ("given", "operands", "literal")

    def __init__(self) -> None:
        self.given: dict[str, list[str]] = {option.long: [] for option in TABLE}
        self.operands: list[str] = []
        self.literal: list[str] = []

    def has(self, name: str) -> bool:
        return bool(self.given[name])

    def count(self, name: str) -> int:
        return len(self.given[name])

    def last(self, name: str) -> str | None:
        values = self.given[name]
        return values[-1] if values else None

    def all(self, name: str) -> list[str]:
        return self.given[name]


def parse(words: list[str]) -> Options:
    """The options and operands of a command line without its first word.

    Raises MailError (64) for an unknown or ambiguous option, a missing argument, and an
    argument where none belongs.
    """
    options = Options()
    rest = iter(words)
    for word in rest:
        if word == "--":
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
    option = _by_long(name)
    if not option.argument:
        if equals:
            raise MailError(f"--{option.long}: takes no argument; see pymail --help", USAGE)
    elif not equals:
        value = _argument("--" + option.long, rest)
    options.given[option.long].append(value)


def _by_long(name: str) -> Option:
    found = [option for option in TABLE if option.long.startswith(name)]
    exact = [option for option in found if option.long == name]
    if exact:
        return exact[0]
    if len(found) == 1:
        return found[0]
    if found:
        names = " ".join("--" + option.long for option in found)
        raise MailError(f"--{name}: is short for several options: {names}", USAGE)
    raise MailError(f"--{name}: no such option; see pymail --help", USAGE)


def _cluster(options: Options, letters: str, rest: Iterator[str]) -> None:
    for at, letter in enumerate(letters):
        option = _by_letter(letter)
        if not option.argument:
            options.given[option.long].append("")
            continue
        value = letters[at + 1:] or _argument("-" + letter, rest)
        options.given[option.long].append(value)
        return


def _by_letter(letter: str) -> Option:
    for option in TABLE:
        if option.short == letter:
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
    for title, rows in SECTIONS:
        lines += ["", title + ":"]
        lines += [f"  {row.spelling():<28} {row.text}" for row in rows]
    return "\n".join(lines) + "\n"
