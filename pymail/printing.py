"""Messages on the screen: heading, chosen header fields, text, through the pager when long.

Apart from the verbs because type, next, delete with autoprint, dp and top all print
a message and mark it read; apart from `display`, which knows no folder and no screen.
"""

from __future__ import annotations

import sys
from itertools import chain, islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pymail.mime import Part
    from pymail.session import Session


def print_message(s: Session, number: int) -> None:
    """Print one message as `type` does."""
    print_messages(s, [(number, "")])


def print_messages(
    s: Session, places: list[tuple[int, str]], *, every_field: bool = False, pager: bool = False
) -> None:
    """Print messages, or parts of them, one after the other and mark them read; `pager`: by the pager in any case."""
    folder = s.open_folder()
    for number, part in places:
        folder.go(number, shown=True)
        put(s, _lines(s, number, every_field, part=part), pager)
        folder.read(number)


def print_top(s: Session, number: int, count: int, context: str = "top") -> None:
    """Print the first lines of one message: with POSIXLY_CORRECT `count` in all, else so many of its text.

    Where nothing was chosen for this context, the fields are those of `type`.
    """
    folder = s.open_folder()
    chosen = s.filters[context]
    lines = list(_lines(s, number, False, context if chosen.ignored or chosen.retained else "type"))
    if s.variables.flag("topsqueeze"):
        lines = [line for line, before in zip(lines, ["x", *lines], strict=False) if line or before]
    head = 1 + len(_envelope(s, number))
    if not s.variables.strict:
        head = lines.index("") + 1 if "" in lines else len(lines)
    put(s, lines[: head + count])
    folder.go(number, shown=True)
    folder.read(number)


def print_raw(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages, or parts of them, as they came, safe, and mark them read."""
    from pymail import display

    folder = s.open_folder()
    for number, part in places:
        folder.go(number, shown=True)
        put(s, _headed(number, part, [], display.source(folder.raw(number), part)))
        folder.read(number)


def print_decoded(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages part by part, each with its header and decoded, and mark them read."""
    from pymail import dissection

    folder = s.open_folder()
    for number, part in places:
        folder.go(number, shown=True)
        put(s, dissection.decoded(folder.raw(number), number, part))
        folder.read(number)


def _headed(number: int, part: str, more: list[str], lines: Iterator[str]) -> Iterator[str]:
    """The lines below their heading. That there is no such part is told before anything is printed."""
    first = list(islice(lines, 1))
    heading = f"Message {number}.{part}:" if part else f"Message {number}:"
    return chain([heading], more, first, lines)


def _lines(s: Session, number: int, every_field: bool, context: str = "type", part: str = "") -> Iterator[str]:
    from pymail import display

    folder = s.open_folder()
    shows = (lambda name: True) if every_field else s.filters[context].shows
    lines = display.message(
        folder.raw(number), shown=shows, width=s.screen()[1], number=number, part=part, texts=_texts(s),
        rich=s.variables.flag("mime-alternative-favour-rich"),
    )  # fmt: skip
    return _headed(number, part, _envelope(s, number), lines)


def _envelope(s: Session, number: int) -> list[str]:
    """The From_ line of a message, which no choice of fields hides (POSIX mailx, OUTPUT FILES), if it is wanted."""
    if not s.variables.flag("showenvelope"):
        return []
    from pymail.width import safe

    sender, date = s.open_folder().received(number)
    return [safe(f"From {sender} {date}")] if sender != "?" else []


def _texts(s: Session) -> Callable[[Part], list[str] | None] | None:
    """What asks the user's own programs for the text of a part, None when no variable names one."""
    if not s.variables.any("pipe-"):
        return None
    from pymail import viewing

    return lambda part: viewing.text_by(s, part)


def put(s: Session, lines: Iterable[str], pager: bool = False) -> None:
    """Write safe lines; to the pager when there are more than `crt` of them and a person reads (POSIX crt, PAGER)."""
    crt = s.variables.text("crt")
    if pager or (crt is not None and s.interactive and _on_terminal()):
        lines = list(lines)
        if pager or len(lines) > ((s.variables.number("crt") or 0) if crt else s.screen()[0]):
            from pymail import process

            process.page(s, lines)
            return
    for line in lines:
        s.out.write(line + "\n")


def _on_terminal() -> bool:
    return sys.__stdout__ is not None and sys.__stdout__.isatty()
