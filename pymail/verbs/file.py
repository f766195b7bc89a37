"""The verbs that move messages to files: save, copy, write and their kin."""

from __future__ import annotations

from pymail import visit
from pymail.folder import SAVED
from pymail.session import Session
from pymail.verbs.selection import MSGLIST_FILE, MSGLIST_OR_FILE, MSGLIST_TYPED, PARTS, PARTS_FILE, PARTS_FOLDER
from pymail.verbs.table import verb


@verb("s[ave]", kind=MSGLIST_OR_FILE)
def save(s: Session, numbers: list[int], path: str | None) -> None:
    """Append messages to a file, or to mbox.

    They are marked as saved.
    """
    _append(s, numbers, path or s.home_file("MBOX", "mbox"))
    _saved(s, numbers)


@verb("S[ave]", kind=MSGLIST_TYPED, startup=False)
def save_by_author(s: Session, numbers: list[int]) -> None:
    """Save messages in a file of the author's name.

    That is the login name of the author of the first.
    """
    _append(s, numbers, visit.author_file(s, numbers[0]))
    _saved(s, numbers)


@verb("c[opy]", kind=MSGLIST_OR_FILE)
def copy(s: Session, numbers: list[int], path: str | None) -> None:
    """Copy messages to a file, or to mbox.

    As save, but they are not marked as saved.
    """
    _append(s, numbers, path or s.home_file("MBOX", "mbox"))
    _read(s, numbers)


@verb("C[opy]", kind=MSGLIST_TYPED, startup=False)
def copy_by_author(s: Session, numbers: list[int]) -> None:
    """Copy messages to a file of the author's name."""
    _append(s, numbers, visit.author_file(s, numbers[0]))
    _read(s, numbers)


@verb("mov[e]", "mv", kind=MSGLIST_FILE, changes=True)
def move(s: Session, numbers: list[int], path: str) -> None:
    """Append messages to a file and delete them here."""
    _append(s, numbers, path)
    s.open_folder().delete(numbers)


@verb("Mov[e]", "Mv", kind=MSGLIST_TYPED, startup=False, changes=True)
def move_by_author(s: Session, numbers: list[int]) -> None:
    """Move messages to a file of the author's name."""
    move(s, numbers, visit.author_file(s, numbers[0]))


@verb("w[rite]", kind=PARTS_FILE)
def write(s: Session, places: list[tuple[int, str]], path: str) -> None:
    """Append the text to a file, save attachments.

    The header is left out; attachments are saved beside the file. A folder takes all. A part, as 5.2 names it,
    becomes a new file. With POSIXLY_CORRECT the messages count as saved.
    """
    from pymail import writing

    for number, part in places:
        writing.write(s, number, part, path)
    _written(s, places)


@verb("W[rite]", kind=PARTS, startup=False)
def write_by_author(s: Session, places: list[tuple[int, str]]) -> None:
    """Write messages to a file of the author's name."""
    write(s, places, visit.author_file(s, places[0][0]))


@verb("det[ach]", kind=PARTS_FOLDER)
def detach(s: Session, places: list[tuple[int, str]], folder: str) -> None:
    """Save the attachments of messages in a folder."""
    from pymail import writing

    for number, part in places:
        writing.detach(s, number, part, folder)
    _read(s, [number for number, _ in places])


def _written(s: Session, places: list[tuple[int, str]]) -> None:
    numbers = [number for number, _ in places]
    _read(s, numbers)
    if s.variables.strict:
        _saved(s, numbers)


def _saved(s: Session, numbers: list[int]) -> None:
    """They lie in another file now, and are read; those that are meant for mbox still go there too."""
    _read(s, numbers)
    s.open_folder().mark(numbers, SAVED)


def _read(s: Session, numbers: list[int]) -> None:
    for number in numbers:
        s.open_folder().read(number)


def _append(s: Session, numbers: list[int], path: str) -> None:
    from pymail.mailboxes import opening

    folder = s.open_folder()
    places = list(map(folder.place, sorted(numbers)))
    lines = sum(map(folder.mailbox.lines, places))
    deposits = visit.deposits(s, folder, places, s.filters["save"])
    newkind = s.variables.text("newfolders") or "mbox"
    made, octets = opening.append_to(path, deposits, newkind=newkind, settings=s.mailbox_settings(), tell=s.complain)
    s.say(f'"{path}" {"[New file]" if made else "[Appended]"} {lines}/{octets}')
