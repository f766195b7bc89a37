"""What a letter repeats of another one: its lines, the prefix before them, the line that names its author.

Apart because the escapes that insert messages, replies with `quote` and `forward` do the
same with different choices.
"""

from __future__ import annotations

from itertools import chain

from pymail import addresses, attachments, decode, display, headers, reflow
from pymail.body import Body
from pymail.enclosure import Attachment
from pymail.mailboxes import status
from pymail.mime import LARGEST_TEXT
from pymail.width import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pymail.addresses import Address
    from pymail.mime import Part
    from pymail.session import Session

_WIDTH = 72  # where paragraphs of an answer are wrapped: some quotes more still fit on a screen
_NARROW = 20  # no line of a quote is broken before
SHOWN, ALL, NONE = "shown", "all", "none"


def lines(s: Session, number: int, fields: str) -> Iterator[str]:
    """The lines of a message with its fields that are shown, with all of them, or with none."""
    root = decode.parse(s.open_folder().raw(number))
    if fields != NONE:
        yield from display.fields(root.head(), s.filters["type"].shows if fields == SHOWN else _every)
        yield ""
    yield from display.body(root, s.screen()[1])


def _every(name: str) -> bool:
    return True


def indented(prefix: str, text: Iterable[str]) -> Iterator[str]:
    """The lines with a prefix before each that is not empty (POSIX ~m: "prefixing non-empty lines")."""
    return (prefix + line if line else line for line in text)


def answered(s: Session, number: int) -> Iterator[bytes]:
    """A message as an answer quotes it, after the variable `quote` (S-nail).

    Its value `headers` or `allheaders` asks for header fields; else there are none.
    """
    root = decode.parse(s.open_folder().raw(number))
    shown = {"headers": s.filters["type"].shows, "allheaders": _every}.get(s.variables.text("quote") or "")
    head = chain(display.fields(root.head(), shown), [""]) if shown else []
    # Paragraphs that the reader may wrap anew are not wrapped here.
    is_flowed = s.variables.flag("format-flowed")
    text: Iterable[str] = chain(head, display.readable(root, 0 if is_flowed else _WIDTH))
    prefix = s.variables.text("indentprefix") or ""
    # S-nail takes two numbers more, of which nothing depends here.
    fold = (s.variables.text("quote-fold") or "").partition(" ")[0]
    if fold.isdecimal() and not is_flowed:
        text = _folded(text, int(fold) - len(prefix), s.variables.text("quote-chars") or "")
    lines = (_quoted(prefix, line, is_flowed) for line in text)
    return octets(chain(_heading(s, number), lines, _injected(s, number, "quote-inject-tail"), [""]))


def _folded(text: Iterable[str], width: int, marks: str) -> Iterator[str]:
    """The lines broken after `width` characters, the marks of older quotes put together before each piece."""
    for line in text:
        rest = line.lstrip(marks + " ")
        before = line[: len(line) - len(rest)]
        quotes = "".join(before.split()) + " " if any(mark in before for mark in marks) else before
        for piece in reflow.wrap(rest, max(width - len(quotes), _NARROW)):
            yield (quotes + piece).rstrip()


def _quoted(prefix: str, line: str, is_flowed: bool) -> str:
    """A line one level deeper; empty ones too, so that a quote stays one. RFC 3676 4.5: marks stand together."""
    if is_flowed and line.startswith(">") and prefix.strip() == ">":
        return ">" + line
    return prefix + line if line else prefix.rstrip()


def _heading(s: Session, number: int) -> list[str]:
    return [] if s.variables.text("quote") == "noheading" else _injected(s, number, "quote-inject-head")


def _injected(s: Session, number: int, variable: str) -> list[str]:
    """The lines of such a variable: %f is the author's name, %a the address, %s the subject, %d the date."""
    import time

    form = s.variables.text(variable)
    if not form:
        return []
    message = s.open_folder().summary(number)
    date = time.strftime("%Y-%m-%d %H:%M", time.localtime(message.date)) if message.date else "?"
    author = message.name or message.address or "?"
    values = {"f": author, "a": message.address, "s": message.subject, "d": date, "\0": "%"}
    # Lines end where the form ends them: what a stranger's name or subject holds does not.
    form = form.replace("\\t", "\t").replace("\\n", "\n")
    first, *rest = form.replace("%%", "%\0").split("%")
    text = first + "".join(values.get(piece[:1], "%" + piece[:1]) + piece[1:] for piece in rest)
    return [safe(line) for line in text.split("\n")]


def forwarded(s: Session, number: int) -> Iterator[bytes]:
    """A message as a letter that passes it on repeats it: shown header fields, its text."""
    root = decode.parse(s.open_folder().raw(number))
    head = display.fields(root.head(), s.filters["forward"].shows)
    before, after = (_injected(s, number, f"forward-inject-{end}") for end in ("head", "tail"))
    return octets(chain(before, head, [""], display.readable(root, _WIDTH), after))


def enclosed(s: Session, number: int) -> list[Attachment]:
    """What is attached to a message, to go along with its text; a signature would fit nothing any more."""
    found = attachments.attachments(decode.parse(s.open_folder().raw(number)))
    return [_enclosure(part) for part in found if not part.type.endswith("-signature")]


def _enclosure(part: Part) -> Attachment:
    label = part.params.get("charset", "")
    kind = part.type + (f"; charset={label}" if headers.is_token(label) else "")
    is_type = all(map(headers.is_token, part.type.split("/"))) and part.type.count("/") == 1
    kind = kind if is_type and not part.is_multipart else ""
    return Attachment("", attachments.safe_name(part), kind or None, Body.of(part.pieces()))


def whole(s: Session, number: int) -> Body:
    """A message as it came, to go along with a letter; its flags are the reader's own business."""
    return Body.of(status.stamped(s.open_folder().pieces(number), 0))


def authors(s: Session, number: int) -> list[Address]:
    """Who wrote a message, as far as they can be recipients."""
    found = headers.get(headers.fields(s.open_folder().head(number)), "From") or b""
    return [person for person in addresses.lenient(found) if addresses.is_fit(person)]


def charset(s: Session, number: int) -> str:
    """The character set that the text of a message is in, "" when it does not say."""
    # The first text is near the beginning; the files behind it can be large.
    start = bytearray()
    for piece in s.open_folder().pieces(number):
        start += piece
        if len(start) > LARGEST_TEXT:
            break
    texts = (item.part for item in decode.items(decode.parse(bytes(start))) if item.kind == decode.TEXT)
    return next((part.params.get("charset", "") for part in texts), "")


def octets(text: Iterable[str]) -> Iterator[bytes]:
    """Lines as they stand in a letter, many at a time."""
    return (block.encode("utf-8", "surrogateescape") for block in reflow.blocks(text))
