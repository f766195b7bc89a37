"""The escapes that put text into a letter: from variables, files, commands, messages."""

from __future__ import annotations

from pymail import letterhead, quotation, words
from pymail.draft import Draft
from pymail.errors import USAGE, MailError
from pymail.escapes.table import escape
from pymail.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@escape("a")
def sign(s: Session, draft: Draft, text: str) -> None:
    """Insert the variable sign."""
    insert(s, draft, "sign")


@escape("A")
def other_sign(s: Session, draft: Draft, text: str) -> None:
    """Insert the variable Sign."""
    insert(s, draft, "Sign")


@escape("i", "variable")
def insert(s: Session, draft: Draft, text: str) -> None:
    """Insert the value of a variable as a line."""
    value = _value(s, text)
    if value:
        draft.body.write(value + b"\n")


@escape("I", "variable")
def insert_bare(s: Session, draft: Draft, text: str) -> None:
    """Insert the value of a variable as it is."""
    draft.body.write(_value(s, text))


def _value(s: Session, name: str) -> bytes:
    return letterhead.escaped(s.variables.get(name) or "")


@escape("d")
def dead(s: Session, draft: Draft, text: str) -> None:
    """Insert the dead-letter file."""
    path = s.home_file("DEAD", "dead.letter")
    _insert(s, draft, path, _read(path))


@escape("r <", "file|!command")
def read(s: Session, draft: Draft, text: str) -> None:
    """Insert a file, or what a shell command prints.

    `~r - WORD` inserts the lines that follow up to WORD.
    """
    _insert(s, draft, text, _wanted(s, text))


@escape("R", "file|!command")
def read_indented(s: Session, draft: Draft, text: str) -> None:
    """Insert the same, indentprefix before each line."""
    prefix = (s.variables.text("indentprefix") or "").encode("utf-8", "surrogateescape")
    lines = _wanted(s, text).splitlines(keepends=True)
    _insert(s, draft, text, b"".join(prefix + line if line.strip() else line for line in lines))


def _wanted(s: Session, text: str) -> bytes:
    """The octets of a file, of what a command prints, or of the lines up to a word (`- WORD`)."""
    if not text:
        raise MailError("~r: a file is wanted", USAGE)
    if text.startswith("!"):
        from pymail import process

        return process.output_of(s, text[1:].strip())
    found = words.split(text)
    if found[0].text == "-" and len(found) == 2:
        return _here(s, found[1].text)
    return _read(s.filename(found[0]))


def _here(s: Session, word: str) -> bytes:
    lines = []
    while (line := s.keyboard.read_octets()) is not None and line.rstrip(b"\r\n") != word.encode():
        lines.append(line)
    return b"".join(lines)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _insert(s: Session, draft: Draft, name: str, octets: bytes) -> None:
    if octets and not octets.endswith(b"\n"):
        octets += b"\n"
    draft.body.write(octets)
    s.say(f'"{name}" {octets.count(10)}/{len(octets)}')


@escape("f", "[msglist]")
def forward(s: Session, draft: Draft, text: str) -> None:
    """Insert messages with their shown header fields."""
    _messages(s, draft, text, quotation.SHOWN, "")


@escape("F", "[msglist]")
def forward_all(s: Session, draft: Draft, text: str) -> None:
    """Insert messages with all header fields."""
    _messages(s, draft, text, quotation.ALL, "")


@escape("u", "[msglist]")
def forward_text(s: Session, draft: Draft, text: str) -> None:
    """Insert messages without header fields."""
    _messages(s, draft, text, quotation.NONE, "")


@escape("m", "[msglist]")
def quote(s: Session, draft: Draft, text: str) -> None:
    """As ~f, indentprefix before each line."""
    _messages(s, draft, text, quotation.SHOWN, s.variables.text("indentprefix") or "")


@escape("M", "[msglist]")
def quote_all(s: Session, draft: Draft, text: str) -> None:
    """As ~F, indentprefix before each line."""
    _messages(s, draft, text, quotation.ALL, s.variables.text("indentprefix") or "")


@escape("U", "[msglist]")
def quote_text(s: Session, draft: Draft, text: str) -> None:
    """As ~u, indentprefix before each line."""
    _messages(s, draft, text, quotation.NONE, s.variables.text("indentprefix") or "")


def _messages(s: Session, draft: Draft, text: str, fields: str, prefix: str) -> None:
    def octets(number: int) -> Iterator[bytes]:
        return quotation.octets(quotation.indented(prefix, quotation.lines(s, number, fields)))

    _interpolate(s, draft, text, octets, "forward-add-cc")


@escape("Q", "[msglist]")
def quote_answered(s: Session, draft: Draft, text: str) -> None:
    """Insert messages as the variable quote does."""
    _interpolate(s, draft, text, lambda number: quotation.answered(s, number), "quote-add-cc")


def _interpolate(
    s: Session, draft: Draft, text: str, octets: Callable[[int], Iterator[bytes]], with_author: str
) -> None:
    """Insert messages; where the variable `with_author` is set, whoever wrote them gets a copy."""
    from pymail.verbs.selection import numbers

    folder = s.open_folder()
    found = numbers(s, text)
    for number in found:
        draft.body.extend(octets(number))
        folder.read(number)
        if s.variables.flag(with_author):
            draft.cc += quotation.authors(s, number)
    s.say(f"Interpolating: {' '.join(map(str, found))}", "(continue)")
