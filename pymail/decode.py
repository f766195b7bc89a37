"""What a person reads of a letter: which parts, as what text.

Apart from `mime`, which takes any letter apart, because this is taste: which of several
forms is shown, what is only named, what is told in a line. Nothing here knows a terminal.
"""

from __future__ import annotations

from pymail import html, reflow, tags
from pymail.errors import NOINPUT, MailError, printable
from pymail.mime import LARGEST_TEXT, Part
from pymail.mime import parse as parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# What becomes of a part: its text is read, it is told in short, or only named.
TEXT, TOLD, NAMED = "text", "told", "named"

_CALENDARS = ("text/calendar", "application/ics")
_FOR_PROGRAMS = (
    "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/javascript", "text/x-amp-html", "text/rtf",
)  # fmt: skip
_LOOKED_AT = 4096  # octets of a part of another type
_LARGEST_STUB = 100_000  # octets of a form that are looked at


class Item:
    """A step of reading: a part and what becomes of it."""

    __slots__ = ("kind", "part")

    def __init__(self, kind: str, part: Part) -> None:
        self.kind = kind
        self.part = part


def items(root: Part) -> Iterator[Item]:
    """What of `root` is shown, in order; of multipart/alternative only the best form (RFC 2046 5.1.4).

    A multipart/signed or /encrypted comes before its parts, as NAMED: there is something to say about it.
    """
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if not part.is_multipart or not part.parts:
            yield Item(_kind(part, root), part)
            waiting += reversed(part.uuencoded())
        elif part.type == "multipart/alternative":
            chosen = best(part)
            waiting += reversed([chosen, *_besides(part, chosen)])
        else:
            if part.type in ("multipart/signed", "multipart/encrypted"):
                yield Item(NAMED, part)
            waiting += reversed(part.parts)


def find(root: Part, number: str) -> Part:
    """The part of this number ("2.1"); MailError(NOINPUT) when there is none."""
    for part in root.walk():
        if part.number == number:
            return part
        for file in part.uuencoded() if number.startswith(part.number + ".") else ():
            if file.number == number:
                return file
    raise MailError(f"{printable(number)}: no part has this number; struct lists the parts", NOINPUT)


def _kind(part: Part, root: Part) -> str:
    if part.type in _CALENDARS or part.type.startswith("message/"):
        return TOLD
    if part.disposition == "attachment" and part is not root:
        return NAMED
    return TEXT if part.is_multipart or part.is_text and part.type not in _FOR_PROGRAMS else NAMED


def best(alternative: Part) -> Part:
    """The form to show: plain text, but HTML where the plain text is a stub, else the last that is text."""
    plain, rich, others = None, None, alternative.parts[-1]
    for part in alternative.parts:
        first = next((leaf for leaf in part.leaves() if leaf.is_text and leaf.disposition != "attachment"), None)
        if first and first.type == "text/plain":
            plain = part, first
        elif first and first.type == "text/html":
            rich = part, first
        elif first and first.type not in _CALENDARS:
            others = part
    if plain and not (rich and _is_stub(plain[1], rich[1])):
        return plain[0]
    return rich[0] if rich else others


def favour_rich(root: Part) -> None:
    """Let HTML be the best form of each text that has it (s-nail mime-alternative-favour-rich)."""
    for part in root.walk():
        if part.type == "multipart/alternative" and any(leaf.type == "text/html" for leaf in part.leaves()):
            part.parts = [form for form in part.parts if form.type != "text/plain"]


def _is_stub(plain: Part, rich: Part) -> bool:
    """Whether the plain text only says that there is something better, or is no plain text but HTML."""
    text = plain.text(_LARGEST_STUB)
    if text.lstrip()[:20].lower().startswith(("<html", "<!doctype html")):
        return True
    words = len(text.split())
    return words < 40 and len(tags.stripped(rich.text(_LARGEST_STUB)).split()) > 3 * words + 20


def _besides(alternative: Part, chosen: Part) -> list[Part]:
    """What the forms that are not shown hold besides text: attachments and invitations."""
    leaves = [leaf for part in alternative.parts if part is not chosen for leaf in part.leaves()]
    return [
        leaf
        for leaf in leaves
        if leaf.disposition == "attachment" or leaf.type in _CALENDARS or not _belongs_to_html(leaf)
    ]


def _belongs_to_html(leaf: Part) -> bool:
    return leaf.is_text or leaf.type.startswith("image/") or bool(leaf.field(b"Content-ID"))


def looks_like_text(part: Part) -> bool:
    """Whether a part of another type holds text all the same: UTF-8 without controls, as far as its beginning tells."""
    start = next(part.pieces(), b"")[:_LOOKED_AT]
    text = start.decode("utf-8", "replace").removesuffix("\ufffd")
    return all(char.isprintable() or char in "\t\n\r\f" for char in text) and "\ufffd" not in text


def text_of(root: Part) -> Iterator[str]:
    """The lines of all text that a person reads, without headers or anything about parts, and not wrapped."""
    for item in items(root):
        if item.kind == TEXT:
            yield from lines(item.part, 0, 0)


def lines(part: Part, width: int, most: int = LARGEST_TEXT) -> Iterator[str]:
    """The lines of a text part for a screen of `width` cells, 0: paragraphs unbroken; not yet safe.

    `most` octets of it (0: all).
    """
    if part.type == "text/html":
        page = html.page(part.text(most), width)
        yield from [*page.lines, *page.references()]
        return
    for text in [part.text(most)] if most else part.texts():
        yield from _lines(part, text, width)


def _lines(part: Part, text: str, width: int) -> Iterator[str]:
    if part.type in ("text/enriched", "text/richtext"):
        yield from tags.stripped(text.replace("<nl>", "<br>").replace("<<", "&lt;")).split("\n")
    elif part.params.get("format", "").lower() == "flowed":
        yield from reflow.reflow(text, part.params.get("delsp", "").lower() == "yes", width)
    else:
        yield from reflow.lines(text)
