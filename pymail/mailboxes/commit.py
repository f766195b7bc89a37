"""Carrying out a plan on an mbox: under lock, on messages that are sure to be the ones meant.

Apart from mbox.py, which knows where messages are, and rewrite.py, which knows how to
write: here a plan becomes edits of the file. Each message that a plan speaks of is
looked at again under the lock, at its place, by its mark; when one is not there, the
whole file is scanned anew. What cannot be found is left alone.

Root does this as the mailbox's owner, in a child: the journal is the owner's.
"""

from __future__ import annotations

import os
import time
from bisect import bisect_left, bisect_right

from pymail.errors import IOERR, NOPERM, MailError, reason
from pymail.mailboxes import quoting, status
from pymail.mailboxes.journal import write
from pymail.mailboxes.layout import Edits, Layout
from pymail.mailboxes.lock import Lock
from pymail.mailboxes.mailbox import Outcome, Plan, Settings
from pymail.mailboxes.mark import look_at
from pymail.mailboxes.rewrite import carry_out, mend, truncate
from pymail.mailboxes.scan import Columns, is_message
from pymail.paths import state_folder
from pymail.summary import OLD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.mailboxes.mailbox import Watch
    from pymail.mailboxes.mbox import Mbox

# In a file smaller than this (octets) moving its tail costs nothing, and Status lines are written as is usual.
_SMALL = 1 << 20
# So many octets are moved only to say that a message is no longer new.
_FAR = 8 << 20


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
    import resource  # noqa: F401

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
    with Lock(path, settings.lock_timeout, notes=box.notes, details=box.details) as lock:
        lock.notes += mend(lock, settings.state)
        box.attend(lock.fd)
        arrived = box.refresh()
        plan = _with_aged(box, plan)
        aging = {index for index, flags in plan.flags.items() if flags == box.told[index] | OLD}
        aging -= plan.remove | {*plan.replace}
        needed = _without(plan, aging)
        arrived += _make_sure(box, {*needed.remove, *needed.flags, *needed.replace})
        late = _not_worth_it(box, needed, aging)
        arrived += _make_sure(box, aging - late)
        removed = [index for index in plan.remove if box.place(index) >= 0]
        found = edits(box, _without(plan, late))
        _write(lock, found, settings.state, settings.watch)
        _leave(lock, plan, bool(arrived))
        box.settle_for(bisect_right(box.columns.starts, found.at[0]) - 1 if found else len(box.columns), late)
        kept = len(box) - len(removed) - sum(place < 0 for place in box.order or ())
        return Outcome(kept, len(removed), arrived, _unmatched(box, plan))


def _with_aged(box: Mbox, plan: Plan) -> Plan:
    """The plan, and a Status line for those that an earlier commit left without one."""
    aged = {index: box.told[index] for index in box.aged()}
    return Plan(plan.remove, aged | plan.flags, plan.replace, plan.vanish)


def _without(plan: Plan, indexes: set[int]) -> Plan:
    """The plan, but for the flags of these messages."""
    flags = {index: flags for index, flags in plan.flags.items() if index not in indexes}
    return Plan(plan.remove, flags, plan.replace, plan.vanish)


def _make_sure(box: Mbox, indexes: set[int]) -> int:
    """Find these messages again if one is not in its place any more; answer how many new ones that showed.

    Where most would have to be looked at, a new scan is quicker.
    """
    places = [place for place in map(box.place, indexes) if place >= 0]
    few = len(places) <= 1000 or len(places) <= len(box) // 4
    if few and all(is_message(box.fd, box.columns, place) for place in places):
        return 0
    box.realign()
    return box.refresh()


def _not_worth_it(box: Mbox, needed: Plan, aging: set[int]) -> set[int]:
    """Which of the messages that are only no longer new stay without their Status line for now.

    A line for them is made where what is behind it moves anyway, or is not much. For that alone no gigabyte is
    moved; the index remembers them meanwhile.
    """
    starts = box.columns.starts
    near = bisect_left(starts, box.columns.end - _FAR) if box.columns.end > _FAR else 0
    far = {index for index in aging if 0 <= box.place(index) < near}
    if not far:
        return far
    found = edits(box, needed)
    first = found.first_move()
    moved = found.at[first] if first < len(found) else box.columns.end
    return {index for index in far if starts[box.place(index)] < moved}


def _unmatched(box: Mbox, plan: Plan) -> int:
    """How many messages of the plan are there, but nobody can say which; or were edited and are gone."""
    lost = sum(box.place(index) == -2 for index in {*plan.remove, *plan.flags})
    return lost + sum(box.place(index) == -1 for index in plan.replace)


def _write(lock: Lock, found: Edits, state: str, watch: Watch | None) -> None:
    """Make the edits: what moves the octets behind it by way of the journal, the rest in its place."""
    size = os.fstat(lock.fd).st_size
    first = found.first_move()
    if first < len(found):
        last = first == len(found) - 1 and not found.width(first)
        if last and found.at[first] + found.cut[first] == size:
            truncate(lock.fd, found.at[first])
        else:
            carry_out(lock, Layout(found, size, first), state, watch)
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
    # What the session changed since it was told; what another session set meanwhile stays. An old message that
    # lacks its Status line gets it with the next change.
    flags = (now | wanted & (OLD | ~box.told[index])) & ~(box.told[index] & ~wanted)
    if index in plan.replace:
        letter = b"".join(quoting.quoted(status.stamped([plan.replace[index]], flags)))
        if not letter.endswith(b"\n"):
            letter += b"\n"
        if data[:line].endswith(b"\r\n"):
            letter = letter.replace(b"\n", b"\r\n")
        return [(line, end - line, letter)]
    compact = box.columns.end >= _SMALL
    return [(line + place, cut, put) for place, cut, put in status.edits(data[line:body], flags, compact)]
