"""Carrying out a plan on an mbox: under lock, on messages that are sure to be the ones meant.

Apart from mbox.py, which knows where messages are, and rewrite.py, which knows how to
write: here a plan becomes edits of the file. Each message that a plan speaks of is
looked at again under the lock, at its place, by its mark; when one is not there, the
whole file is scanned anew. What cannot be found is left alone.

Root does this as the mailbox's owner, in a child: the journal is the owner's (DESIGN 4).
"""

from __future__ import annotations

import os
import time
from bisect import bisect_right

from pymail.errors import IOERR, NOPERM, MailError, reason
from pymail.xdg import state_folder

from . import quoting, status
from .journal import write
from .layout import Edits, Layout
from .lock import Lock
from .mailbox import Outcome, Settings
from .mark import look_at
from .rewrite import carry_out, mend, truncate
from .scan import Columns, is_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .mailbox import Plan
    from .mbox import Mbox

# In a file smaller than this (octets) moving its tail costs nothing, and Status lines are written as is usual.
_SMALL = 1 << 20


def commit(box: Mbox, path: str, plan: Plan) -> Outcome:
    """Change the mbox at `path` as planned. Raises MailError, OSError; then nothing was changed, or it says so."""
    owner = os.stat(path).st_uid
    if os.geteuid() or not owner:
        return _commit(box, path, plan, box.settings)
    return _as_owner(owner, box, path, plan)


def _as_owner(owner: int, box: Mbox, path: str, plan: Plan) -> Outcome:
    # The child can import nothing: these are what a large mailbox needs.
    import array  # noqa: F401
    import pwd
    import re  # noqa: F401

    from pymail import deputy

    try:
        user = pwd.getpwuid(owner)
    except KeyError:
        raise MailError(f"{path}: belongs to no user of this machine: it is left as it is", NOPERM) from None
    settings = Settings(state_folder({}, user.pw_dir), "", box.settings.lock_timeout, box.settings.believe)

    def work() -> bytes:
        outcome = _commit(box, path, plan, settings)
        numbers = f"{outcome.kept} {outcome.removed} {outcome.arrived} {outcome.unmatched}"
        return "\n".join([numbers, *box.notes]).encode("utf-8", "surrogateescape")

    box.index = None
    numbers, *box.notes = deputy.as_user(user, work).decode("utf-8", "surrogateescape").split("\n")
    return Outcome(*map(int, numbers.split()))


def _commit(box: Mbox, path: str, plan: Plan, settings: Settings) -> Outcome:
    with Lock(path, settings.lock_timeout) as lock:
        box.notes += [*lock.notes, *mend(lock, settings.state)]
        box.details += lock.details
        box.attend(lock.fd)
        arrived = box.refresh()
        if not _all_there(box, plan):
            box.realign()
            arrived += box.refresh()
        removed = [index for index in plan.remove if box.place(index) >= 0]
        found = edits(box, plan)
        _write(lock, found, settings.state)
        kept = len(box) - len(removed) - sum(place < 0 for place in box.order or ())
        _leave(lock, plan, bool(arrived))
        unmatched = sum(box.place(index) == -2 for index in {*plan.remove, *plan.flags})
        unmatched += sum(box.place(index) == -1 for index in plan.replace)
        box.settle_for(bisect_right(box.columns.starts, found.at[0]) - 1 if found else len(box.columns))
        return Outcome(kept, len(removed), arrived, unmatched)


def _all_there(box: Mbox, plan: Plan) -> bool:
    """Is each message of the plan still in its place? Where most would have to be looked at, a new scan is quicker."""
    places = [place for place in map(box.place, {*plan.remove, *plan.flags, *plan.replace}) if place >= 0]
    if len(places) > 1000 and len(places) > len(box) // 4:
        return False
    return all(is_message(box.fd, box.columns, place) for place in places)


def _write(lock: Lock, found: Edits, state: str) -> None:
    """Make the edits: what moves the octets behind it by way of the journal, the rest in its place."""
    size = os.fstat(lock.fd).st_size
    first = found.first_move()
    if first < len(found):
        last = first == len(found) - 1 and not found.width(first)
        if last and found.at[first] + found.cut[first] == size:
            truncate(lock.fd, found.at[first])
        else:
            carry_out(lock, Layout(found, size, first), state)
    try:
        for index in range(first):
            write(lock.fd, found.put(index), found.at[index])
        if first:
            os.fsync(lock.fd)
    except OSError as error:
        raise MailError(f"{lock.path}: not all flags were stored: {reason(error)}", IOERR) from error


def _leave(lock: Lock, plan: Plan, arrived: bool) -> None:
    """Remove the emptied file if that is planned; else let the shell see that its mail was read."""
    status = os.fstat(lock.fd)
    try:
        if plan.vanish and not status.st_size:
            os.unlink(lock.path)
        elif not arrived:
            os.utime(lock.fd, ns=(time.time_ns(), status.st_mtime_ns))
    except OSError:
        # A sticky folder, another's file: then it stays, empty, or the shell announces old mail.
        pass


def edits(box: Mbox, plan: Plan) -> Edits:
    """The edits that carry out the plan, as far as its messages are found. The columns are true of the locked file."""
    gone = {at for at in map(box.place, plan.remove) if at >= 0}
    changed = sorted(
        (box.place(index), index)
        for index in {*plan.flags, *plan.replace}
        if index not in plan.remove and box.place(index) >= 0
    )
    found = Edits(len(gone) + len(changed))
    removals = iter(sorted(gone))
    removal = next(removals, -1)
    for index, at, data, body, end in _read(box, changed):
        while 0 <= removal < at:
            _remove(found, box.columns, removal)
            removal = next(removals, -1)
        start = box.columns.starts[at]
        for place, cut, put in _of_message(box, plan, index, data, body, end):
            found.add(start + place, cut, put)
    while removal >= 0:
        _remove(found, box.columns, removal)
        removal = next(removals, -1)
    return found


def _remove(found: Edits, columns: Columns, at: int) -> None:
    found.add(columns.starts[at], columns.stop(at) - columns.starts[at], b"")


def _read(box: Mbox, changed: list[tuple[int, int]]) -> Iterator[tuple[int, int, bytes, int, int]]:
    places = {index: at for at, index in changed}
    for index, data, start, _, body, end in box.batches(index for _, index in changed):
        yield index, places[index], data[start:end], body - start, end - start


def _of_message(box: Mbox, plan: Plan, index: int, data: bytes, body: int, end: int) -> list[tuple[int, int, bytes]]:
    """The edits of one message, relative to its From_ line: its letter, or its Status lines."""
    line = data.find(b"\n") + 1
    now = look_at(data, 0, body)[0]
    wanted = plan.flags.get(index, box.told[index])
    # What the session changed since it was told; what another session set meanwhile stays.
    flags = (now | wanted & ~box.told[index]) & ~(box.told[index] & ~wanted)
    if index in plan.replace:
        letter = b"".join(quoting.quoted(status.stamped([plan.replace[index]], flags)))
        if not letter.endswith(b"\n"):
            letter += b"\n"
        if data[:line].endswith(b"\r\n"):
            letter = letter.replace(b"\n", b"\r\n")
        return [(line, end - line, letter)]
    compact = box.columns.end >= _SMALL
    return [(line + place, cut, put) for place, cut, put in status.edits(data[line:body], flags, compact)]
