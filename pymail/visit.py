"""Visiting mailboxes: entering one as the session's folder, and leaving it.

Apart from the verbs because the start and the end of the program do the same as
`folder` and `quit`. On leaving, read messages are appended to mbox and are on disk
before they leave the system mailbox; what changes goes there as one plan.
"""

from __future__ import annotations

from pymail import listing, paths
from pymail.errors import USAGE, MailError
from pymail.folder import Folder
from pymail.mailboxes import opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.disposal import Disposal
    from pymail.filters import Filter
    from pymail.mailboxes.mailbox import Deposit, Mailbox, Outcome
    from pymail.session import Session


def open_mailbox(s: Session, path: str, readonly: bool = False) -> Mailbox:
    """The mailbox at `path`, not yet entered."""
    readonly = readonly or s.readonly or s.variables.flag("readonly")
    return opening.open_mailbox(path, s.mailbox_settings(), readonly=readonly)


def enter(s: Session, mailbox: Mailbox, path: str) -> None:
    """Make the mailbox at `path` the session's folder, in the order of `autosort`; tell what it has to say."""
    s.folder = Folder(mailbox, path == s.names().system)
    order = s.variables.text("autosort") or ("thread" if s.variables.flag("autothread") else "")
    if order:
        from pymail import sorting

        sorting.sort(s.folder, order, s.variables.flag("autocollapse"))
    if s.variables.flag("showlast") and len(mailbox):
        s.folder.go(len(mailbox))
    _tell_notes(s, mailbox, 0, 0)
    if s.variables.flag("verbose"):
        warn(s)


def warn(s: Session) -> None:
    """Say, once a mailbox, who else could read or write it, and what mends that; with POSIXLY_CORRECT when verbose."""
    path = s.open_folder().mailbox.path
    told = not s.variables.strict or s.variables.flag("verbose")
    if told and path is not None and path not in s.warned:
        from pymail.mailboxes.exposure import exposure

        s.warned.add(path)
        for line in exposure(path):
            s.complain(line)


def _tell_notes(s: Session, mailbox: Mailbox, notes: int, details: int) -> None:
    """What the mailbox has to say, but for the lines that were told before."""
    for note in [*mailbox.notes[notes:], *(mailbox.details[details:] if s.variables.flag("verbose") else ())]:
        s.complain(note)


def announce(s: Session) -> None:
    """Say what the folder holds and print the page with the current message."""
    folder = s.open_folder()
    s.say(listing.status_line(folder))
    if s.variables.flag("header") and len(folder):
        listing.print_page(s, listing.page_of(s, folder.dot))


def author_file(s: Session, number: int) -> str:
    """The file named after a message's author (POSIX Save, Copy, followup)."""
    address = listing.by_sender(s, number, s.open_folder().summary(number)).address
    if not address:
        raise MailError(f"{number}: names no author to call a file after", USAGE)
    return s.file_of(address)


def leave(s: Session) -> None:
    """Carry out what the marks ask for, say where each message went, close the folder.

    Raises MailError or OSError when it could not be done; then the folder stays open and nothing is lost.
    """
    folder = s.folder
    if folder is None:
        return
    if not folder.mailbox.readonly:
        _commit(s, folder)
    close(s)


def close(s: Session) -> None:
    """Close the folder as it is: nothing is written."""
    if s.folder is not None:
        mailbox, s.folder = s.folder.mailbox, None
        s.previous = mailbox.path or mailbox.name
        mailbox.close()


def _commit(s: Session, folder: Folder) -> None:
    from pymail.disposal import dispose
    from pymail.mailboxes.mailbox import Plan

    v = s.variables
    stored = folder.mailbox.stored()
    wanted = dispose(
        folder.marks, folder.flags, stored, system=folder.system, hold=v.flag("hold"), keepsave=v.flag("keepsave")
    )
    unfiled = [place for place in wanted.to_mbox if place not in folder.filed]
    if unfiled:
        _put_into_mbox(s, folder, unfiled)
        folder.filed.update(unfiled)
    vanish = bool(folder) and len(wanted.removed) == len(folder) and not v.flag("keep")
    plan = Plan(remove=wanted.removed, flags=wanted.flags, replace=folder.changed, vanish=vanish)
    notes, details = len(folder.mailbox.notes), len(folder.mailbox.details)
    folder.mailbox.settings = s.mailbox_settings()
    try:
        outcome = folder.mailbox.commit(plan) if plan else None
    finally:
        _tell_notes(s, folder.mailbox, notes, details)
    if outcome is not None and outcome.unmatched:
        _tell_unmatched(s, folder, outcome.unmatched)
    _report(s, folder, wanted, outcome)


def _tell_unmatched(s: Session, folder: Folder, count: int) -> None:
    """Another program has changed messages, so that nobody can say which they are; what was edited is kept."""
    place = folder.mailbox.path or folder.mailbox.name
    s.complain(f"{place}: another program has changed {_messages(count)} meanwhile: left as found there")
    if folder.changed:
        from pymail import deadletter

        for octets in folder.changed.values():
            path = deadletter.bury(s.home_file("DEAD", "dead.letter"), [octets], "", replace=False, state=s.state())
        s.complain(f"what was edited is in {path}")


def _put_into_mbox(s: Session, folder: Folder, places: list[int]) -> None:
    """At its end with `append`, else at its beginning (POSIX append)."""
    mbox = s.home_file("MBOX", "mbox")
    letters = deposits(s, folder, places)
    if s.variables.flag("append") or mbox == paths.NULL or paths.isdir(mbox):
        opening.append_to(mbox, letters, settings=s.mailbox_settings(), tell=s.complain)
    else:
        from pymail.mailboxes import prepend

        for note in prepend.prepend_to(mbox, letters, s.mailbox_settings()):
            s.complain(note)
    s.say(f"Saved {_messages(len(places))} in {mbox}")


def deposits(s: Session, folder: Folder, places: list[int], keeps: Filter | None = None) -> Iterator[Deposit]:
    """The messages at these places, as `deposit` makes them; told on a terminal is how far that is."""
    from pymail.mailboxes.mailbox import watched

    for place in watched(s.mailbox_settings().watch, "Saving", places):
        yield deposit(folder, place, keeps)


def deposit(folder: Folder, place: int, keeps: Filter | None = None) -> Deposit:
    """The message at a place of the mailbox as something to append elsewhere, with its flags of now.

    `keeps` leaves header fields out (saveignore, saveretain).
    """
    from pymail.mailboxes.mailbox import Deposit

    sender, date = folder.mailbox.received(place)
    changed = folder.changed.get(place)
    pieces = [changed] if changed is not None else folder.mailbox.pieces(place)
    if keeps is not None and (keeps.ignored or keeps.retained):
        pieces = _without_fields(b"".join(pieces), keeps)
    return Deposit(pieces, folder.flags[place], sender, date)


def _without_fields(letter: bytes, keeps: Filter) -> list[bytes]:
    head, empty, body = letter.partition(b"\n\n")
    kept, shown = [], True
    for line in head.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            shown = keeps.shows(line.partition(b":")[0].strip().decode("latin-1"))
        if shown:
            kept.append(line)
    return [b"\n".join(kept), empty, body]


def _report(s: Session, folder: Folder, wanted: Disposal, outcome: Outcome | None) -> None:
    """Say how many messages went where; what is in mbox has been said."""
    place = folder.mailbox.path or folder.mailbox.name
    deleted = len(wanted.deleted) - (len(wanted.removed) - outcome.removed if outcome is not None else 0)
    if deleted > 0:
        s.say(f"Deleted {_messages(deleted)} from {place}")
    if wanted.saved:
        s.say(f"Removed {_messages(len(wanted.saved))} from {place}, saved in another file")
    if outcome is not None and outcome.arrived:
        s.say(f"New mail has arrived: {_messages(outcome.arrived)} kept in {place}")
    kept = outcome.kept - outcome.arrived if outcome is not None else len(folder) - len(wanted.removed)
    if kept and (folder.system or outcome is not None):
        s.say(f"Held {_messages(kept)} in {place}")
    elif outcome is not None and not outcome.kept and not paths.lexists(place):
        s.say(f"Removed {place}, which is empty now")


def _messages(count: int) -> str:
    return f"{count} message{'s' * (count != 1)}"
