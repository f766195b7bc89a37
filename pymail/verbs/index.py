"""The verbs of the header summary: lists of messages, pages, the current number."""

from __future__ import annotations

from pymail import listing
from pymail.errors import MailError
from pymail.session import Session
from pymail.verbs.kinds import MESSAGE_OR_NONE, MSGLIST, MSGLIST_OR_NONE, NOTHING, Text, Words
from pymail.verbs.table import verb


@verb("h[eaders]", kind=MESSAGE_OR_NONE)
def headers(s: Session, number: int | None) -> None:
    """Print the page of header lines with a message."""
    folder = s.open_folder()
    top = listing.page_of(s, number or folder.dot)
    if number is not None:
        folder.go(listing.first_live(folder, top))
    listing.print_page(s, top)


@verb("f[rom]", "sea[rch]", kind=MSGLIST)
def from_(s: Session, numbers: list[int]) -> None:
    """Print the header lines of messages."""
    listing.print_lines(s, numbers)


@verb("z", kind=Text("[+|-]"))
def z(s: Session, text: str) -> None:
    """Print the next or previous page of header lines.

    z^ prints the first, z$ the last page.
    """
    folder = s.open_folder()
    size = listing.page_size(s)
    top = {
        "": folder.top + size, "+": folder.top + size, "-": folder.top - size, ".": folder.top,
        "^": 1, "$": listing.page_of(s, len(folder)),
    }.get(text)  # fmt: skip
    if top is None:
        raise MailError(f"z{text}: z, z+, z-, z^ and z$ are known")
    if not 1 <= top <= len(folder) and text in ("", "+", "-"):
        s.say("On last screenful of messages" if top > 1 else "On first screenful of messages")
        return
    folder.go(listing.first_live(folder, max(top, 1)))
    listing.print_page(s, max(top, 1))


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


@verb("inc[orporate]", "newm[ail]", kind=NOTHING)
def inc(s: Session) -> None:
    """Take in mail that has arrived meanwhile."""
    folder = s.open_folder()
    count = folder.refresh()
    if not count:
        s.say("No new mail")
        return
    s.say(f"New mail has arrived: {count} message{'s' * (count != 1)}")
    listing.print_lines(s, range(len(folder) - count + 1, len(folder) + 1))


@verb("sor[t]", kind=Words("[order]", 0, 1))
def sort(s: Session, names: list[str]) -> None:
    """Number the messages by date, from, subject ...

    The orders are date, from, subject, size, status, thread and none, the mailbox's own.
    """
    from pymail import sorting

    folder = s.open_folder()
    folder.sort(sorting.order(folder, names[0] if names else "none"))
    listing.print_page(s, listing.page_of(s, folder.dot))


@verb("th[read]", kind=NOTHING)
def thread(s: Session) -> None:
    """Number the messages by conversations."""
    sort(s, ["thread"])


@verb("unth[read]", "unso[rt]", kind=NOTHING)
def unthread(s: Session) -> None:
    """Number the messages as the mailbox does."""
    sort(s, ["none"])
