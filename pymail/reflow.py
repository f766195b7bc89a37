"""format=flowed read: soft line breaks undone, paragraphs wrapped to the screen (RFC 3676 4.1).

Apart from `flowed`, which writes that format, because it knows no drafts, and from `html`
because both wrap prose the same way, by cells and between words.
"""

from __future__ import annotations

from itertools import islice

from pymail.width import cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SIGNATURE = "-- "
_BLOCK = 1 << 20
_MANY = 1000
_DEEPEST = 1000
_LONGEST = 100_000  # characters of a paragraph that is put together; the rest begins a new one


def reflow(text: str, delsp: bool, width: int) -> Iterator[str]:
    """The lines of a flowed text for a screen of `width` cells, 0: paragraphs as one line each.

    `delsp`: the blank that makes a break soft is no part of the text (RFC 3676 4.2, delsp=yes).
    """
    pieces: list[str] = []
    depth = size = 0
    for line in lines(text):
        quotes, content = _quoted(line)
        if pieces and (quotes != depth or content in ("", _SIGNATURE) or size > _LONGEST):
            yield from _paragraph(depth, "".join(pieces), width)
            pieces, size = [], 0
        depth = quotes
        soft = content.endswith(" ") and content != _SIGNATURE
        pieces.append(content[:-1] if soft and delsp else content)
        size += len(content)
        if not soft:
            # A line that no soft break precedes is fixed: it stays as it is (RFC 3676 4.1).
            yield from _paragraph(depth, "".join(pieces), width if len(pieces) > 1 else 0)
            pieces, size = [], 0
    if pieces:
        yield from _paragraph(depth, "".join(pieces), width)


def _quoted(line: str) -> tuple[int, str]:
    """How deep a line is quoted, and what of it is quoted.

    Marks with blanks between them, `> > `, are no more than one to RFC 3676; but so quotes are written elsewhere.
    """
    depth = at = 0
    while depth < _DEEPEST and (line.startswith(">", at) or depth and line.startswith(" >", at)):
        at = line.index(">", at) + 1
        depth += 1
    return depth, line[at:].removeprefix(" ")


def lines(text: str) -> Iterator[str]:
    """The lines of `text`, which may be very many, without a list of them all; a last one only if it is not empty."""
    at = 0
    while at < len(text):
        end = text.rfind("\n", at, at + _BLOCK) + 1 or text.find("\n", at) + 1 or len(text)
        yield from text[at : end - text.endswith("\n", at, end)].split("\n")
        at = end


def blocks(lines: Iterable[str]) -> Iterator[str]:
    """Lines with their ends, many at a time: a few large pieces are sooner written than many small ones."""
    rest = iter(lines)
    while block := list(islice(rest, _MANY)):
        yield "\n".join(block) + "\n"


def _paragraph(depth: int, text: str, width: int) -> Iterator[str]:
    prefix = ">" * depth + " " * (depth > 0)
    for line in wrap(text, max(width - len(prefix), 20)) if width else (text,):
        yield (prefix + line).rstrip(" ") if line != _SIGNATURE else prefix + line


def wrap(text: str, width: int) -> Iterator[str]:
    """`text` in lines of at most `width` cells, broken at blanks only; a longer word stands alone."""
    line: list[str] = []
    used = 0
    for word in text.split(" "):
        size = cells(word)
        if line and used + 1 + size > width:
            yield " ".join(line)
            line, used = [], 0
        used += size + bool(line)
        line.append(word)
    yield " ".join(line)
