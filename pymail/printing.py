"""Messages on the screen: heading, chosen header fields, text, through the pager when long.

Apart from the verbs because type, next, delete with autoprint, dp and top all print
a message and mark it read; apart from `display`, which knows no folder and no screen.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pymail.session import Session


def print_message(s: Session, number: int) -> None:
    """Print one message as `type` does."""
    print_messages(s, [number])


def print_messages(s: Session, numbers: list[int], *, every_field: bool = False, pager: bool = False) -> None:
    """Print messages one after the other and mark them read; `pager`: through the pager in any case."""
    folder = s.open_folder()
    for number in numbers:
        folder.go(number, shown=True)
        put(s, _lines(s, number, every_field), pager)
        folder.read(number)


def print_top(s: Session, number: int, count: int) -> None:
    """Print the head and the first `count` lines of the text of one message."""
    folder = s.open_folder()
    lines = list(_lines(s, number, False))
    text = lines.index("") + 1 if "" in lines else len(lines)
    put(s, lines[: text + count])
    folder.go(number, shown=True)
    folder.read(number)


def _lines(s: Session, number: int, every_field: bool) -> Iterator[str]:
    from pymail import display

    yield f"Message {number}:"
    shows = (lambda name: True) if every_field else s.filters["type"].shows
    yield from display.message(s.open_folder().raw(number), shown=shows, width=s.screen()[1])


def put(s: Session, lines: Iterable[str], pager: bool = False) -> None:
    """Write safe lines; to the pager when there are more than `crt` of them and a person reads (POSIX crt, PAGER)."""
    crt = s.variables.number("crt")
    if pager or (crt is not None and s.interactive and _on_terminal()):
        lines = list(lines)
        if pager or len(lines) > (crt or s.screen()[0]):
            from pymail import process

            process.page(s, lines)
            return
    for line in lines:
        s.out.write(line + "\n")


def _on_terminal() -> bool:
    return sys.__stdout__ is not None and sys.__stdout__.isatty()
