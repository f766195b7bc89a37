"""A letter as lines for a person: header fields, text, and a line for each other part.

Pure: octets in, lines out. Every line has gone through `safe`, so that whoever writes them
to a terminal, a pager or a file need not think of it.
"""

from __future__ import annotations

from itertools import islice

from pymail import decode, doubt, headers, html, report, summary, transfer
from pymail.attachments import safe_name
from pymail.charsets import charset
from pymail.decode import NAMED, TEXT, Item
from pymail.errors import MailError
from pymail.mime import LARGEST_HEAD, LARGEST_TEXT
from pymail.reflow import lines
from pymail.width import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pymail.mime import Part

    Texts = Callable[[Part], list[str] | None]

_MOST_REMARKS = 5
_MOST_FIELDS = 10_000
_LARGEST_FIELD = 100_000  # octets of a header field that are shown
_LARGEST_SOURCE = 8 << 20  # octets that are shown of what came
_BLOCK = 1 << 20
_NOTES = {
    "multipart/signed": ": signature not checked",
    "multipart/encrypted": ": cannot be decrypted here",
    "application/pkcs7-mime": ": signed or encrypted as a whole, cannot be opened here",
    "application/x-pkcs7-mime": ": signed or encrypted as a whole, cannot be opened here",
}
# OpenPGP within a text (RFC 9580 6.2).
_ARMOUR = {
    b"-----BEGIN PGP SIGNED MESSAGE-----": "signed text: signature not checked",
    b"-----BEGIN PGP MESSAGE-----": "encrypted text: cannot be decrypted here",
}


def message(
    raw: bytes,
    *,
    shown: Callable[[str], bool],
    width: int = 0,
    number: int = 0,
    part: str = "",
    texts: Texts | None = None,
    rich: bool = False,
) -> Iterator[str]:
    """The lines of a letter, safe: the header fields for which `shown(name)` holds, an empty line, the body.

    Prose of HTML and format=flowed is wrapped at `width` cells (0: not at all), other lines stay whole.
    `number` is the message's, so that parts are called as they can be named to a verb (0: by their own numbers).
    `part` is the number of the one part to show ("2.1"); MailError(NOINPUT) when there is none of that number.
    `texts` may know lines to show for a part, which need not be safe; None for what is to be shown as ever.
    `rich`: of several forms of a text HTML rather than plain text.
    """
    try:
        root = decode.parse(raw)
        if rich:
            decode.favour_rich(root)
        yield from _read(root, shown, width, number, part, texts or _no_texts)
    except MailError:
        raise
    except Exception as error:  # whatever a letter can do to this program, its reader still sees it
        yield from _noted(f"cannot be read as mail ({type(error).__name__}): shown as it came")
        yield from source(raw)


def _no_texts(part: Part) -> None:
    return None


def _read(root: Part, shown: Callable[[str], bool], width: int, number: int, part: str, texts: Texts) -> Iterator[str]:
    if part:
        chosen = decode.find(root, part)
        if not chosen.parts or chosen.is_multipart:
            if chosen is not root and shown("Content-Type"):
                yield from [*fields(chosen.head(), shown), ""]
            yield from contents(chosen, width, number, texts)
            return
        root = chosen.parts[0]
    yield from fields(root.head(), shown)
    yield ""
    author = summary.from_head(root.head(), 0, 0)
    yield from _noted(doubt.sender(author.name, author.address))
    yield from body(root, width, number, texts)


def source(raw: bytes, part: str = "") -> Iterator[str]:
    r"""The lines of a letter or a part, safe but as they came, nothing decoded; octets that are no UTF-8 as `\xff`."""
    at, end = 0, len(raw)
    if part:
        chosen = decode.find(decode.parse(raw), part)
        raw, at, end = chosen.raw, chosen.start, chosen.end
    stop = min(end, at + _LARGEST_SOURCE)
    while at < stop:
        block = raw[at : min(stop, at + _BLOCK)]
        if at + len(block) < stop:
            block = block[: block.rfind(b"\n") + 1] or block
        at += len(block)
        yield from map(safe, lines(block.decode("utf-8", "surrogateescape")))
    if stop < end:
        yield from _noted(f"{end - stop:,} octets more are not shown; pipe hands them to a command")


def fields(head: bytes, shown: Callable[[str], bool]) -> Iterator[str]:
    """The header fields for which `shown(name)` holds, decoded, a line each; lines that are none, as they are.

    Of a monster only the beginning: so many fields, so much of each, so much of the whole (see mime.LARGEST_HEAD).
    """
    found = _fields(head, shown)
    yield from islice(found, _MOST_FIELDS)
    if next(found, None) is not None or len(head) == LARGEST_HEAD:
        yield from _noted("the header goes on; Show prints it")


def _fields(head: bytes, shown: Callable[[str], bool]) -> Iterator[str]:
    at = 0
    while at < len(head):
        end = head.find(b"\n", at)
        while head[end + 1 : end + 2] in (b" ", b"\t") and end >= 0:
            end = head.find(b"\n", end + 1)
        end = len(head) if end < 0 else end
        line, at = b" ".join([piece.lstrip(b" \t") for piece in head[at:end].split(b"\n")]), end + 1
        name, colon, value = line.partition(b":")
        name = name.rstrip(b" \t").removeprefix(b"\xef\xbb\xbf")
        if not colon or not headers.is_name(name):
            if line.strip():
                yield _not_ours(safe(headers.decode(line[:_LARGEST_FIELD])))
        elif shown(name.decode("ascii")):
            yield f"{name.decode('ascii')}: {safe(headers.decode(value.strip()[:_LARGEST_FIELD]))}".rstrip()


def body(root: Part, width: int = 0, number: int = 0, texts: Texts = _no_texts) -> Iterator[str]:
    """The lines of what is in `root`, safe: its text, and a line or a few for each other part (of message `number`)."""
    labelled = False
    for place, item in enumerate(decode.items(root)):
        if place:
            yield ""
        if labelled or item.kind != TEXT or item.part.name:
            yield from _noted(describe(item.part, number))
        labelled = labelled or item.kind == TEXT
        known = texts(item.part)
        yield from map(safe, _content(item, width) if known is None else known)


def contents(part: Part, width: int = 0, number: int = 0, texts: Texts = _no_texts) -> Iterator[str]:
    """The lines of one part that was asked for: as `body`, but whatever its type, text is shown as text."""
    known = texts(part)
    is_shown = part.is_multipart or part.is_text or report.told(part)
    if known is None and not is_shown and decode.looks_like_text(part):
        known = list(decode.lines(part, width))
    if known is not None:
        yield from map(safe, known)
    else:
        yield from body(part, width, number, texts if part.is_multipart else _no_texts)


def readable(root: Part, width: int = 0) -> Iterator[str]:
    """The lines of the text that a person reads in `root`, safe; nothing is said about parts."""
    parts = [item.part for item in decode.items(root) if item.kind == TEXT]
    for number, part in enumerate(parts):
        yield from [""] * bool(number)
        yield from map(safe, decode.lines(part, width, 0))


def _content(item: Item, width: int) -> Iterator[str]:
    part = item.part
    if item.kind == TEXT:
        yield from _remarks(part)
        if part.type == "text/html":
            yield from _html(html.page(part.text(LARGEST_TEXT), width))
        else:
            yield from map(_not_ours, decode.lines(part, width))
        yield from _noted(_rest(part))
    elif item.kind != NAMED:
        yield from ("    " + line for line in report.told(part))


def _html(page: html.Page) -> Iterator[str]:
    """A page's lines, before them what is odd about its links, behind them where these lead."""
    if page.bare:
        yield from _noted("shown by its tags alone; with inscriptis installed tables and lists would be, too")
    doubts = dict.fromkeys(doubt.link(text, target) for text, target in page.anchors)
    for remark in list(doubts)[:_MOST_REMARKS]:
        yield from _noted(remark)
    yield from map(_not_ours, page.lines)
    yield from page.references()


def _rest(part: Part) -> str:
    """What to say of a text that is not shown whole, "" of any other."""
    if part.end - part.stop <= LARGEST_TEXT or (size := sum(map(len, part.words()))) <= LARGEST_TEXT:
        return ""
    return f"only the first {LARGEST_TEXT >> 20} MiB of {size:,} octets are shown; write saves all"


def _not_ours(line: str) -> str:
    """A line of a letter, moved by a blank where it could be taken for a remark of this program."""
    return " " + line if line.startswith("[--") else line


def _noted(remark: str) -> Iterator[str]:
    """A remark as a line of its own, safe; nothing for an empty one."""
    if remark:
        yield safe(f"[-- {remark} --]")


def describe(part: Part, number: int = 0) -> str:
    """A part in a line: number, type, size, name; with its message's `number` before it, as verbs take it (4.2)."""
    place = f"{number or ''}.{part.number}".strip(".")
    title = f"#{place} {part.type}".removeprefix("# ")
    if not part.is_multipart or not part.parts:
        size = part.size
        title += f", {size} octet{'s' * (size != 1)}" + (f", {safe_name(part)}" if part.name else "")
    return title + _NOTES.get(part.type, "")


def _remarks(part: Part) -> Iterator[str]:
    """What is odd about a text, a line each."""
    label = part.params.get("charset", "")
    if label and not charset(label):
        yield from _noted(f"unknown character set {label}: guessed")
    encoding = transfer.unknown(part.field(b"Content-Transfer-Encoding"))
    if encoding:
        yield from _noted(f"unknown transfer encoding {encoding}: shown as it is")
    start = next(part.pieces(), b"")
    yield from _noted(next((note for mark, note in _ARMOUR.items() if mark in start), ""))
