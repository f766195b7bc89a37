"""Tables of a page, before inscriptis lays them out: which of them become columns, and how wide those are.

Apart from `html` because inscriptis knows no screen: it counts characters, not cells, and a
newsletter that stands in columns, which is what most tables are for, becomes lines of any length.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain

from pymail.width import clusters, one_each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_PROSE = 60  # characters of a line: what is longer is read like a text
_LINES = frozenset("br p div li tr hr dt dd h1 h2 h3 h4 h5 h6 blockquote".split())
# Private characters, none of which a page can mean: they stand for others while columns are laid out.
_OURS = 0xF0000


def unfold(tree: Any, width: int) -> None:
    """Puts the cells below each other in tables that hold prose side by side, in rows wider than `width` cells.

    Where there is prose nothing stands in the middle or at the right of it, which would be far away.
    """
    lengths = _lengths(tree)
    for table in tree.iter("table"):
        rows = list(_rows(table))
        cells = [list(row.iterchildren("td", "th")) for row in rows]
        if any(_is_too_wide([length for cell in row if (length := lengths[cell])], width) for row in cells):
            for element in (table, *rows, *chain(*cells)):
                element.tag = "div"
        elif any(lengths[cell] > _PROSE for cell in chain(*cells)):
            for cell in chain(*cells):
                cell.attrib.pop("align", "")
                cell.set("style", cell.get("style", "").lower().replace("text-align", "-"))


def _rows(table: Any) -> Iterator[Any]:
    for element in table.iterchildren("tr", "thead", "tbody", "tfoot"):
        yield from [element] if element.tag == "tr" else element.iterchildren("tr")


def _is_too_wide(lengths: list[float], width: int) -> bool:
    return len(lengths) > 1 and max(lengths) > _PROSE and sum(lengths) > width


def _lengths(tree: Any) -> dict[Any, float]:
    """About how long the lines in each element are."""
    size: Counter[Any] = Counter()
    lines: Counter[Any] = Counter()
    # What is in an element comes before the element itself.
    for element in reversed(list(tree.iter())):
        above = element.getparent()
        is_text = isinstance(element.tag, str)
        size[element] += len((element.text or "").strip()) if is_text else 0
        if above is not None:
            size[above] += size[element] + len((element.tail or "").strip())
            lines[above] += lines[element] + (element.tag in _LINES)
    return {element: size[element] / max(lines[element], 1) for element in size}


def align(tree: Any) -> dict[int, str]:
    """Makes characters of cells, which inscriptis counts where there are columns; what each of ours stands for."""
    meant = {_OURS: ""}
    ours: dict[str, str] = {}

    def of(cluster: str, size: int) -> str:
        if size in (0, len(cluster)) and cluster[0] < chr(_OURS):
            return cluster
        if cluster not in ours:
            ours[cluster] = chr(_OURS + len(meant))
            meant[_OURS + len(meant)] = cluster
        return ours[cluster] + chr(_OURS) * (size - 1)

    for element in tree.iter():
        for name in ("text", "tail"):
            text = getattr(element, name)
            if text and not text.isascii() and not one_each(text):
                setattr(element, name, "".join(of(*each) for each in clusters(text)))
    return meant if ours else {}
