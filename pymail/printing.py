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
    """Print the first lines of one message: with POSIXLY_CORRECT `count` in all, else so many of its text."""
    folder = s.open_folder()
    context = s.filters["top"]
    lines = list(_lines(s, number, False, "top" if context.ignored or context.retained else "type"))
    if s.variables.flag("topsqueeze"):
        lines = [line for line, before in zip(lines, ["x", *lines], strict=False) if line or before]
    head = 1 if s.variables.strict else lines.index("") + 1 if "" in lines else len(lines)
    put(s, lines[: head + count])
    folder.go(number, shown=True)
    folder.read(number)


def print_raw(s: Session, numbers: list[int]) -> None:
    """Print messages as they came, safe, and mark them read."""
    from pymail import display

    folder = s.open_folder()
    for number in numbers:
        folder.go(number, shown=True)
        put(s, [f"Message {number}:", *display.source(folder.raw(number))])
        folder.read(number)


def _lines(s: Session, number: int, every_field: bool, context: str = "type") -> Iterator[str]:
    from pymail import display

    folder = s.open_folder()
    yield f"Message {number}:"
    if s.variables.flag("showenvelope"):
        yield display.safe("From {} {}".format(*folder.received(number)))
    shows = (lambda name: True) if every_field else s.filters[context].shows
    yield from display.message(folder.raw(number), shown=shows, width=s.screen()[1])


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
