"""The verbs of the header summary: lists of messages, pages, the current number."""

from __future__ import annotations

from bisect import bisect_left

from pymail import listing
from pymail.errors import MailError
from pymail.folder import COLLAPSED
from pymail.session import Session
from pymail.verbs.kinds import NOTHING, Text, Words
from pymail.verbs.selection import MESSAGE_OR_NONE, MSGLIST, MSGLIST_OR_NONE
from pymail.verbs.table import verb


@verb("h[eaders]", kind=MESSAGE_OR_NONE)
def headers(s: Session, number: int | None) -> None:
    """Print the page of header lines with a message."""
    folder = s.open_folder()
    start = listing.page_of(s, number or folder.dot)
    if number is not None:
        folder.go(listing.listed(folder)[start])
    listing.print_page(s, start)


@verb("f[rom]", "sea[rch]", kind=MSGLIST)
def from_(s: Session, numbers: list[int]) -> None:
    """Print the header lines of messages."""
    listing.print_lines(s, numbers)


@verb("z", kind=Text("[+|-|number]"))
def z(s: Session, text: str) -> None:
    """Print the next or previous page of header lines.

    z3 prints the third page, z+2 and z-2 go two pages on or back, z^ prints the first, z$ the last page.
    """
    _turn(s, _page(s, text))


def _page(s: Session, text: str) -> int:
    """Where the page begins that is meant, as listing.page_of has it; it need not be there."""
    folder, size = s.open_folder(), listing.page_size(s)
    here = bisect_left(listing.listed(folder), folder.top) if folder.top else listing.page_of(s, folder.dot)
    fixed = {"": here + size, "+": here + size, "-": max(here - size, 0) if here else -1, ".": here, "^": 0,
             "$": listing.page_of(s, len(folder))}  # fmt: skip
    if text in fixed:
        return fixed[text]
    if not text.lstrip("+-").isdecimal():
        raise MailError(f"z{text}: z, z+, z-, z^, z$ and numbers of pages are known")
    return int(text) * size + (here if text[0] in "+-" else -size)


def _turn(s: Session, start: int) -> None:
    folder = s.open_folder()
    pages = listing.listed(folder)
    if start and not 0 <= start < len(pages):
        s.say("On last screenful of messages" if start > 0 else "On first screenful of messages")
        return
    if pages:
        folder.go(pages[start])
    listing.print_page(s, start)


@verb("Z", kind=NOTHING)
def next_new(s: Session) -> None:
    """Print the next page with something new.

    That is a new or a flagged message.
    """
    folder = s.open_folder()
    behind = listing.listed(folder)[_page(s, "+") if folder.top else 0 :]
    wanted = {number for letter in "nf" for number in folder.state(letter)}.intersection(behind)
    _turn(s, listing.page_of(s, min(wanted)) if wanted else len(folder) + 1)


@verb("=", kind=MSGLIST_OR_NONE)
def equals(s: Session, numbers: list[int] | None) -> None:
    """Print the number of the current message."""
    for number in numbers or [s.open_folder().dot]:
        s.say(str(number))


@verb("si[ze]", kind=MSGLIST)
def size(s: Session, numbers: list[int]) -> None:
    """Print the lines and octets of messages."""
    folder = s.open_folder()
    for number in numbers:
        place = folder.place(number)
        s.say(f"{number}: {folder.mailbox.lines(place)}/{folder.mailbox.size(place)}")


@verb("enve[lope]", kind=MSGLIST)
def envelope(s: Session, numbers: list[int]) -> None:
    """Print who sent messages, and when they came."""
    for number in numbers:
        sender, date = s.open_folder().received(number)
        s.say(f"{number}: {sender} {date}")


@verb("inc[orporate]", "newm[ail]", kind=NOTHING)
def inc(s: Session) -> None:
    """Take in mail that has arrived meanwhile."""
    if not listing.arrivals(s):
        s.say("No new mail")


@verb("sor[t]", kind=Words("[order]", 0, 1))
def sort(s: Session, names: list[str]) -> None:
    """Number the messages by date, from, subject ...

    The orders are date, from, to, subject, size, status, thread and none, the mailbox's own; a minus before one
    reverses it. Without an order the present one is told.
    """
    from pymail import sorting

    folder = s.open_folder()
    if not names:
        s.say(f"sort {folder.sorted}")
        return
    sorting.sort(folder, names[0], s.variables.flag("autocollapse"))
    listing.print_page(s, listing.page_of(s, folder.dot))


@verb("th[read]", kind=NOTHING)
def thread(s: Session) -> None:
    """Number the messages by conversations."""
    sort(s, ["thread"])


@verb("unth[read]", "unso[rt]", kind=NOTHING)
def unthread(s: Session) -> None:
    """Number the messages as the mailbox does."""
    s.open_folder().mark(range(1, len(s.open_folder()) + 1), 0, instead_of=COLLAPSED)
    sort(s, ["none"])


@verb("col[lapse]", kind=MSGLIST)
def collapse(s: Session, numbers: list[int]) -> None:
    """Hide the answers to messages in header lists."""
    s.open_folder().mark(_answers(s, numbers), COLLAPSED)


@verb("uncol[lapse]", kind=MSGLIST)
def uncollapse(s: Session, numbers: list[int]) -> None:
    """Show the answers to messages again."""
    s.open_folder().mark(_answers(s, numbers), 0, instead_of=COLLAPSED)


def _answers(s: Session, numbers: list[int]) -> list[int]:
    from pymail import threads

    folder = s.open_folder()
    return [folder.number(place) for place in threads.below(folder.mailbox, list(map(folder.place, numbers)))]
