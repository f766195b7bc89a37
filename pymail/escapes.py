"""The table of tilde escapes: what a line that begins with ~ does to the letter being typed.

Apart from `collect`, which reads the lines, so that help and manual can read the rows.
An escape is declared once, above its function; its docstring's first line is its help
(POSIX mailx, Command Escapes).
"""

from __future__ import annotations

import os

from pymail import addresses, interpreter, words
from pymail.errors import NOINPUT, USAGE, MailError
from pymail.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pymail.addresses import Address
    from pymail.draft import Draft

    Function = Callable[[Session, Draft, str], None]


class End(Exception):
    """The letter is complete (~.)."""


class Abandon(Exception):
    """The letter is not to be sent; `save` keeps it in the dead-letter file (~q, ~x)."""

    def __init__(self, save: bool) -> None:
        super().__init__()
        self.save = save


class Escape:
    """One row: the letters after the escape character that mean it, its arguments, its function."""

    __slots__ = ("letters", "synopsis", "function")

    def __init__(self, letters: str, synopsis: str, function: Function) -> None:
        self.letters = letters
        self.synopsis = synopsis
        self.function = function

    @property
    def help(self) -> str:
        """One sentence."""
        return (self.function.__doc__ or "").strip().split("\n")[0]


ESCAPES: list[Escape] = []


def escape(letters: str, synopsis: str = "") -> Callable[[Function], Function]:
    """Declare an escape above its function; each of `letters` means it."""

    def declare(function: Function) -> Function:
        ESCAPES.append(Escape(letters, synopsis, function))
        return function

    return declare


def perform(s: Session, draft: Draft, line: str) -> None:
    """Do what a line says, the escape character taken off. MailError when it can't; End or Abandon at the end."""
    letter, text = line[:1], line[1:].strip(" \t")
    for row in ESCAPES:
        if letter and letter in row.letters:
            row.function(s, draft, text)
            return
    raise MailError(f"~{letter}: unknown tilde escape; ~? lists them, ~~ begins a line with ~", USAGE)


@escape(".")
def dot(s: Session, draft: Draft, text: str) -> None:
    """End the letter and send it."""
    raise End


@escape("?")
def help_(s: Session, draft: Draft, text: str) -> None:
    """Explain the tilde escapes."""
    for row in ESCAPES:
        spelled = " ".join("~" + letter for letter in row.letters)
        s.say(f"{f'{spelled} {row.synopsis}':<24} {row.help}")
    s.say(f"{'~~text':<24} Begin a line with a tilde.")


@escape("!", "command")
def bang(s: Session, draft: Draft, text: str) -> None:
    """Run a shell command."""
    interpreter.execute(s, "!" + text)


@escape(":_", "command")
def command(s: Session, draft: Draft, text: str) -> None:
    """Carry out a command of pymail."""
    interpreter.execute(s, text)


@escape("a")
def sign(s: Session, draft: Draft, text: str) -> None:
    """Insert the variable sign."""
    _insert_variable(s, draft, "sign")


@escape("A")
def other_sign(s: Session, draft: Draft, text: str) -> None:
    """Insert the variable Sign."""
    _insert_variable(s, draft, "Sign")


@escape("i", "variable")
def insert(s: Session, draft: Draft, text: str) -> None:
    """Insert the value of a variable."""
    _insert_variable(s, draft, text)


def _insert_variable(s: Session, draft: Draft, name: str) -> None:
    value = s.variables.get(name) or ""
    if name in ("sign", "Sign"):
        value = value.replace("\\t", "\t").replace("\\n", "\n")
    if value:
        draft.body.write(_octets(value) + b"\n")


@escape("t", "address ...")
def to(s: Session, draft: Draft, text: str) -> None:
    """Add recipients."""
    draft.to += recipients(s, text)


@escape("c", "address ...")
def cc(s: Session, draft: Draft, text: str) -> None:
    """Add recipients of copies."""
    draft.cc += recipients(s, text)


@escape("b", "address ...")
def bcc(s: Session, draft: Draft, text: str) -> None:
    """Add recipients of blind copies."""
    draft.bcc += recipients(s, text)


def recipients(s: Session, text: str) -> list[Address]:
    """Typed addresses with their aliases expanded (POSIX alias). MailError (64) names a bad one."""
    me = [address for name in s.my_names() for address in addresses.lenient(name)]
    keep = s.variables.flag("metoo")
    return addresses.expand(addresses.split(text), s.aliases, [] if keep else me)


@escape("s", "subject")
def subject(s: Session, draft: Draft, text: str) -> None:
    """Set the subject."""
    draft.subject = text


@escape("h")
def header(s: Session, draft: Draft, text: str) -> None:
    """Ask for recipients, subject, copies and blind copies; an empty answer keeps what is there."""
    draft.subject = _asked(s, "Subject", draft.subject)
    for field, people in (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc)):
        shown = ", ".join(address.header() for address in people)
        answer = _asked(s, field, shown)
        if answer != shown:
            people[:] = recipients(s, answer)


def _asked(s: Session, field: str, value: str) -> str:
    prompt = f"{field} [{value}]: " if value else f"{field}: "
    return (s.keyboard.read(prompt) or "").strip() or value


@escape("d")
def dead(s: Session, draft: Draft, text: str) -> None:
    """Insert the dead-letter file."""
    _insert_file(s, draft, s.home_file("DEAD", "dead.letter"))


@escape("r<", "file|!command")
def read(s: Session, draft: Draft, text: str) -> None:
    """Insert a file, or what a shell command prints."""
    if not text:
        raise MailError("~r: a file is wanted", USAGE)
    if text.startswith("!"):
        from pymail import process

        _insert(s, draft, text, process.output_of(s, text[1:].strip()))
    else:
        _insert_file(s, draft, s.names().expand(words.split(text)[0].text))


def _insert_file(s: Session, draft: Draft, path: str) -> None:
    with open(path, "rb") as file:
        _insert(s, draft, path, file.read())


def _insert(s: Session, draft: Draft, name: str, octets: bytes) -> None:
    if octets and not octets.endswith(b"\n"):
        octets += b"\n"
    draft.body.write(octets)
    s.say(f'"{name}" {octets.count(10)}/{len(octets)}')


@escape("w", "file")
def write(s: Session, draft: Draft, text: str) -> None:
    """Append the text so far to a file."""
    if not text:
        raise MailError("~w: a file is wanted", USAGE)
    path = s.names().expand(words.split(text)[0].text)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOCTTY, 0o600)
    with open(descriptor, "ab") as file:
        lines = sum(piece.count(b"\n") for piece in draft.body.pieces() if file.write(piece))
    s.say(f'"{path}" {lines}/{draft.body.size}')


@escape("f", "[msglist]")
def forward(s: Session, draft: Draft, text: str) -> None:
    """Insert messages with their shown header fields."""
    _insert_messages(s, draft, text, "", False)


@escape("F", "[msglist]")
def forward_all(s: Session, draft: Draft, text: str) -> None:
    """Insert messages with all header fields."""
    _insert_messages(s, draft, text, "", True)


@escape("m", "[msglist]")
def quote(s: Session, draft: Draft, text: str) -> None:
    """Insert messages with their shown header fields, indentprefix before each line."""
    _insert_messages(s, draft, text, s.variables.text("indentprefix") or "", False)


@escape("M", "[msglist]")
def quote_all(s: Session, draft: Draft, text: str) -> None:
    """Insert messages with all header fields, indentprefix before each line."""
    _insert_messages(s, draft, text, s.variables.text("indentprefix") or "", True)


def _insert_messages(s: Session, draft: Draft, text: str, prefix: str, every_field: bool) -> None:
    from pymail import display
    from pymail.verbs.kinds import numbers

    folder = s.open_folder()
    shows = (lambda name: True) if every_field else s.filters["type"].shows
    found = numbers(s, text)
    for number in found:
        lines = display.message(folder.raw(number), shown=shows, width=s.screen()[1])
        # POSIX ~m: "prefixing non-empty lines".
        draft.body.write(b"".join(_octets(prefix + line if line else line) + b"\n" for line in lines))
        folder.read(number)
    s.say(f"Interpolating: {' '.join(map(str, found))}", "(continue)")


@escape("e")
def edit(s: Session, draft: Draft, text: str) -> None:
    """Edit the text so far with EDITOR."""
    _edit(s, draft, "EDITOR")


@escape("v")
def visual(s: Session, draft: Draft, text: str) -> None:
    """Edit the text so far with VISUAL."""
    _edit(s, draft, "VISUAL")


def _edit(s: Session, draft: Draft, variable: str) -> None:
    from pymail import process

    changed = process.edit(s, b"".join(draft.body.pieces()), variable)
    if changed is not None:
        _replace(draft, changed)
    s.say("(continue)")


def _replace(draft: Draft, octets: bytes) -> None:
    draft.body.truncate()
    draft.body.write(octets)


@escape("|", "command")
def pipe(s: Session, draft: Draft, text: str) -> None:
    """Replace the text by what a shell command makes of it, if the command succeeds."""
    from pymail import process

    status, octets = process.filter_through(s, text, b"".join(draft.body.pieces()))
    if status:
        raise MailError(f"{text}: failed with status {status}; the text is unchanged", NOINPUT)
    _replace(draft, octets)
    s.say(f'"{text}" {octets.count(10)}/{len(octets)}', "(continue)")


@escape("p")
def print_(s: Session, draft: Draft, text: str) -> None:
    """Print the letter so far."""
    from pymail import display

    s.say("-------", "Message contains:")
    for field, people in (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc)):
        if people:
            s.say(f"{field}: {', '.join(address.header() for address in people)}")
    s.say(f"Subject: {draft.subject}", "")
    for line in b"".join(draft.body.pieces()).decode("utf-8", "replace").split("\n")[:-1]:
        s.out.write(display.safe(line) + "\n")
    s.say("(continue)")


@escape("q")
def abandon(s: Session, draft: Draft, text: str) -> None:
    """Abandon the letter; its text goes to the dead-letter file."""
    raise Abandon(save=True)


@escape("x")
def forget(s: Session, draft: Draft, text: str) -> None:
    """Abandon the letter and keep nothing."""
    raise Abandon(save=False)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
