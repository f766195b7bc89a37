"""Text as a terminal shows it: what may reach it, how many cells it takes, where it may be cut.

Apart because lists, messages, prompts and file names all need the same answer, and because
this is the only place that knows wcwidth: loading that costs more than the whole banner, so
text from scripts whose letters all take one cell is measured without it.
"""

from __future__ import annotations

from pymail.errors import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

# Most characters kept of one cluster: no script needs more, and a heap of accents is no letter.
LONGEST_CLUSTER = 32

_PIECE = 4096

_ISOLATES = "\u2066\u2067\u2068"
_POP_ISOLATE = "\u2069"
# What isprintable() refuses though it cannot drive a terminal: bidi marks and isolates.
_HARMLESS = "\u061c\u200e\u200f" + _ISOLATES + _POP_ISOLATE
# Nothing to see in a terminal, and newsletters are padded with it.
_INVISIBLE = "\u200b\u2060\ufeff"


def safe(text: str) -> str:
    r"""One line in which nothing can drive a terminal: printable characters and tabs.

    Controls, escapes, C1, bidi overrides and embeddings, private use and lone surrogates are
    shown visibly (`^[`, `\u{202e}`); isolates that are left open are closed at the end.
    """
    if text.isprintable():
        return text
    pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
    return _closed("".join(piece if piece.isprintable() else _visible(piece) for piece in pieces))


def cells(text: str) -> int:
    """How many cells of a terminal `text` takes; it must have been made safe."""
    if text.isascii() or one_each(text):
        return len(text)
    return sum(size for _, size in clusters(text))


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """What a terminal shows as one character each, and how many cells that takes."""
    from pymail import scripts

    if all(char in scripts.ONE or scripts.is_wide(char) for char in text):
        return ((char, 1 if char in scripts.ONE else 2) for char in text)
    rules = _rules()
    return ((cluster, _width(cluster, rules)) for cluster in rules.iter_graphemes(text))


def fit(text: str, room: int, *, right: bool = False) -> str:
    """`text`, made safe, cut between clusters and padded to exactly `room` cells; `right` aligns it there."""
    text, used = _cut(text, room)
    padding = " " * (room - used)
    return padding + text if right else text + padding


def cut(text: str, room: int) -> str:
    """`text`, made safe, cut between clusters to at most `room` cells."""
    return _cut(text, room)[0]


def _cut(text: str, room: int) -> tuple[str, int]:
    """What of `text` fits, made safe, and how many cells that takes; a tab is a blank."""
    if text.isascii() and text.isprintable():
        return text[:room], min(len(text), room)
    text = safe(text[: room * LONGEST_CLUSTER]).replace("\t", " ")
    if text.isascii() or one_each(text[: room + 1]):
        return text[:room], min(len(text), room)
    from pymail import scripts

    if measured := scripts.measure(text, room):
        return text[: measured[0]], measured[1]
    kept, used = [], 0
    for cluster, more in clusters(text):
        if used + more > room:
            break
        kept.append(cluster[:LONGEST_CLUSTER])
        used += more
    return _closed("".join(kept)), used


def _width(cluster: str, rules: ModuleType) -> int:
    # Cluster by cluster: in a whole text wcwidth takes what follows a joiner for joined, be it a blank.
    size: int = rules.wcswidth(cluster)
    return max(size, 0)


def _rules() -> ModuleType:
    """What knows clusters and widths: wcwidth, or where that is not installed, or is too old, `clusters`."""
    try:
        import wcwidth

        if hasattr(wcwidth, "iter_graphemes"):
            return wcwidth
    except ImportError:
        pass
    from pymail import clusters

    return clusters


def one_each(text: str) -> bool:
    """Whether each character is printable and known to take one cell: Latin, Greek, Cyrillic, their punctuation."""
    if not text.isprintable():
        return False
    from pymail.scripts import ONE

    return ONE.issuperset(text)


def _visible(piece: str) -> str:
    strange = {char for char in set(piece) if not char.isprintable() and char not in _HARMLESS}
    if len(strange) > 100:
        return "".join(map(_shown, piece))
    for char in strange:
        piece = piece.replace(char, _shown(char))
    return piece


def _shown(char: str) -> str:
    if char.isprintable() or char in _HARMLESS:
        return char
    return "" if char in _INVISIBLE else printable(char)


def _closed(text: str) -> str:
    """`text` with an end for each isolate that has none (UAX #9, 3.3.2)."""
    if not any(opener in text for opener in _ISOLATES):
        return text
    depth = 0
    for char in text:
        if char in _ISOLATES:
            depth += 1
        elif char == _POP_ISOLATE and depth:
            depth -= 1
    return text + _POP_ISOLATE * depth
