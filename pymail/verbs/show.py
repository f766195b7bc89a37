"""The verbs that print messages."""

from __future__ import annotations

from pymail import printing
from pymail.session import Session
from pymail.verbs import selection
from pymail.verbs.kinds import Words
from pymail.verbs.selection import MESSAGE_OR_NONE, MSGLIST, PARTS
from pymail.verbs.table import verb


@verb("p[rint]", "t[ype]", kind=PARTS)
def type_(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages.

    A part of a message, as 5.2 names it, is printed alone; so it is by the verbs like this one.
    """
    printing.print_messages(s, places)


@verb("P[rint]", "T[ype]", kind=PARTS)
def type_all(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages with all their header fields."""
    printing.print_messages(s, places, every_field=True)


@verb("mo[re]", "pa[ge]", kind=PARTS)
def more(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages through the pager."""
    printing.print_messages(s, places, pager=True)


@verb("Mo[re]", "Pa[ge]", kind=PARTS)
def more_all(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages with all fields by the pager."""
    printing.print_messages(s, places, every_field=True, pager=True)


@verb("Sh[ow]", "show", kind=PARTS)
def show(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages as they came, nothing decoded."""
    printing.print_raw(s, places)


@verb("dec[ode]", kind=PARTS)
def decode(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages part by part, decoded.

    Each part comes with its number, its type and its header fields.
    """
    printing.print_decoded(s, places)


@verb("st[ruct]", kind=PARTS)
def struct(s: Session, places: list[tuple[int, str]]) -> None:
    """List the parts of messages.

    Each by its number, type, octets after decoding, and name.
    """
    from pymail import dissection

    for number, part in places:
        printing.put(s, dissection.listed(s.open_folder().raw(number), number, part))


@verb("n[ext]", kind=MESSAGE_OR_NONE)
def next_(s: Session, number: int | None) -> None:
    """Print the next message, or this one.

    An empty line and a bare number do the same. The current message comes first when it has not been printed yet.
    """
    folder = s.open_folder()
    if number is None:
        start = folder.dot + 1 if folder.shown else folder.dot
        number = next((n for n in range(max(start, 1), len(folder) + 1) if not folder.deleted(n)), None)
    if number is None:
        s.say("At EOF")
        return
    printing.print_message(s, number)


@verb("prev[ious]", kind=MESSAGE_OR_NONE)
def previous(s: Session, number: int | None) -> None:
    """Print the message before."""
    printing.print_message(s, number or selection.numbers(s, "-")[0])


@verb("do[tmove]", kind=Words("+|-", 1, 1))
def dotmove(s: Session, words: list[str]) -> None:
    """Go to the next or previous message; print none."""
    s.open_folder().go(selection.numbers(s, words[0])[0])


@verb("to[p]", kind=MSGLIST)
def top(s: Session, numbers: list[int]) -> None:
    """Print the first lines of messages.

    The variable toplines says how many.
    """
    count = s.variables.number("toplines")
    for number in numbers:
        printing.print_top(s, number, 5 if count is None else count)


@verb("To[p]", kind=MSGLIST)
def top_as_type(s: Session, numbers: list[int]) -> None:
    """As top, with the header fields of type."""
    count = s.variables.number("toplines")
    for number in numbers:
        printing.print_top(s, number, 5 if count is None else count, "type")
