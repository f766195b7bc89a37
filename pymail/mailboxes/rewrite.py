"""Changing a mailbox file in place, so that a kill at any moment leaves it old or, after the next start, new.

Apart because here a wrong step loses mail. The rules are:

1. Nothing is written to the mailbox before the journal that can finish the job is on disk.
2. A block is written only over octets that no later block still needs (layout.py).
3. When a job cannot go on, the journal stays. The next start that may write goes on with
   it, under the lock, where every page that it relies on is just as it was: the block in
   the latest slot page by page old or new, all pages that are still to be moved old.
   Anything else is left alone, and told; the journal is kept.
4. What others appended after the kill lies behind the old end, or behind the new one, and
   stays: it is moved along.

In between other programs see a file with new mail in front, old mail behind, and up to a
block of octets that are there twice or, while it grows, zeros at its end.
"""

from __future__ import annotations

import errno
import os
from binascii import crc32

from pymail.errors import IOERR, MailError, reason
from pymail.mailboxes import journal as journals
from pymail.mailboxes.fromline import dated
from pymail.mailboxes.job import packed, unpacked
from pymail.mailboxes.journal import Journal, write
from pymail.mailboxes.layout import PAGE, Block, Cursor, Edits, Layout
from pymail.mailboxes.lock import Lock
from pymail.mailboxes.scan import Shrunk, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.mailboxes.mailbox import Watch

_CHECKED = 1 << 20


class Unfit(Exception):
    """The file is not as the journal left it: nothing may be done."""


def mend(lock: Lock, state: str) -> list[str]:
    """End what a killed run began on the locked mailbox; what to tell the user. Raises MailError, OSError."""
    file = journals.file_for(state, os.fstat(lock.fd)) if state else ""
    if not file or not journals.exists(file):
        return []
    journal = journals.load(file)
    if journal is None:
        os.unlink(file)
        return []
    told = finish(lock, journal)
    return [told] if told else []


def carry_out(lock: Lock, layout: Layout, state: str, watch: Watch | None = None) -> None:
    """Give the locked file its new octets. Raises MailError (IOERR) saying whether anything was changed."""
    order = layout.ordered()
    if not order:
        truncate(lock.fd, layout.new)
        return
    journal = None
    try:
        checks = _checks(lock.fd, layout.first, layout.old)
        job = packed(layout, checks, _tail(lock.fd, layout))
        slot = max(block.length for block in order)
        _check_limit(layout)
        data = layout.octets(lock.fd, order[0])
        first = (order[0].at, data, len(order) == 1)
        journal = journals.create(state, job, lock.path, lock.fd, slot, len(order) > 1, first)
        _grow(lock.fd, layout)
    except (OSError, MailError) as error:
        if journal:
            journal.drop()
        raise MailError(f"{lock.path}: nothing was changed: {reason(error)}", IOERR) from error
    try:
        _proceed(lock, layout, journal, order, data, watch)
    except (OSError, Shrunk) as error:
        _once_more(lock, journal, reason(error))
    journal.drop()


def _once_more(lock: Lock, journal: Journal, why: str) -> None:
    """Go on after an error: what is half done is worse than what is done late. Raises MailError when that fails."""
    try:
        told = _finish_rewrite(lock, journal)
    except (OSError, Shrunk, Unfit):
        journal.close()
        raise MailError(
            f"{lock.path}: half written: {why}; nothing is lost: the next start of pymail finishes it", IOERR
        ) from None
    if not told:
        journal.drop()
        raise MailError(f"{lock.path}: nothing was changed: {why}", IOERR)


def finish(lock: Lock, journal: Journal) -> str:
    """End the job of a run that was killed; what to tell the user, "" when it had changed nothing yet.

    The mailbox is locked. Raises MailError when it could not be ended now, or never; the journal is kept.
    """
    try:
        if journal.kind == "append":
            told = _undo_append(lock, journal)
        else:
            told = _finish_rewrite(lock, journal)
    except (Unfit, Shrunk) as error:
        return _set_aside(lock, journal, str(error))
    except OSError as error:
        journal.close()
        raise MailError(f"{lock.path}: half written, and it could not be finished: {reason(error)}", IOERR) from error
    journal.drop()
    return told


def _set_aside(lock: Lock, journal: Journal, why: str) -> str:
    """Keep a journal that does not fit; what to tell the user. MailError when the mailbox may be half written."""
    kept = journal.file + ".kept"
    os.rename(journal.file, kept)
    journal.close()
    if journal.path != lock.path:
        # This mailbox has the inode of one that is gone.
        return f"{journal.path}: a run that was killed left it half written, and it is gone; kept: {kept}"
    if journal.kind == "append":
        return f"{lock.path}: another program changed it while a torn letter stood at its end ({why}); kept: {kept}"
    raise MailError(
        f"{lock.path}: a run that was killed left it half written, and another program changed it since "
        f"({why}): it was left alone; what was to be written is kept in {kept}",
        IOERR,
    )


def _proceed(
    lock: Lock,
    layout: Layout,
    journal: Journal,
    order: list[Block],
    data: bytes | bytearray,
    watch: Watch | None = None,
) -> None:
    """Write block after block, of which the first is in the journal with its octets `data`, then set the length."""
    for at, (block, following) in enumerate(zip(order, [*order[1:], None], strict=True)):
        if watch is not None:
            watch("Writing", at, len(order))
        write(lock.fd, data, block.at)
        os.fsync(lock.fd)
        if following is not None:
            data = layout.octets(lock.fd, following)
            journal.write(following.at, data, following is order[-1])
            lock.touch()
    if watch is not None:
        watch("Writing", len(order), len(order))
    if layout.new < layout.old:
        truncate(lock.fd, layout.new)


def truncate(fd: int, size: int) -> None:
    """Cut the file to `size` octets, on disk when this returns: one call, old or new. Raises OSError."""
    os.ftruncate(fd, size)
    os.fsync(fd)


def _grow(fd: int, layout: Layout) -> None:
    """Take the room for a longer file now: a full disk must not stop us half-way. All or nothing."""
    if layout.new > layout.old:
        try:
            os.posix_fallocate(fd, layout.old, layout.new - layout.old)
        except OSError:
            os.ftruncate(fd, layout.old)
            raise


def _check_limit(layout: Layout) -> None:
    """Refuse what the user's limit for the size of files (ulimit -f) would stop half-way."""
    import resource

    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if limit != resource.RLIM_INFINITY and limit < layout.new:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))


def _finish_rewrite(lock: Lock, journal: Journal) -> str:
    """Go on with a rewrite from its latest block; "" when nothing of it was in its place yet."""
    done = f"{lock.path}: finished what a run that was killed had begun"
    layout, checks, tail = unpacked(journal.body)
    latest = journal.latest()
    if latest is None:
        return ""
    at, data, final = latest
    size = os.fstat(lock.fd).st_size
    if _is_cut(lock.fd, layout, tail, size):
        if not final or os.pread(lock.fd, len(data), at) != data:
            raise Unfit("it is shorter than it was")
        write(lock.fd, data, at)
        os.fsync(lock.fd)
        return done
    pages = _Pages(lock.fd, layout, checks)
    if at == layout.ordered()[0].at and pages.all_old(at, len(data)) and not _was_grown(lock.fd, layout, size):
        return ""
    now = layout
    if layout.new < layout.old < size:
        # What was appended after the kill lies behind the old end and moves along.
        now = Layout(layout.edits, size, layout.begin, layout.step)
    todo = _remaining(now, at, len(data))
    pages.check(at, data, todo)
    if now is not layout:
        journal = _journal_again(lock, journal, now, checks, (at, data, not todo))
    if size < layout.new:
        os.posix_fallocate(lock.fd, size, layout.new - size)
    _proceed(lock, now, journal, [Block(at, len(data), Cursor(0, 0)), *todo], data)
    return done


def _remaining(layout: Layout, at: int, length: int) -> list[Block]:
    """The blocks that come after the one of `length` octets at `at`, what is left of its own place first."""
    order = layout.ordered()
    for position, block in enumerate(order):
        if block.at <= at < block.at + block.length:
            left = block.at + block.length - at - length
            return [*([layout.rest(block, block.length - left)] if left else []), *order[position + 1 :]]
    raise Unfit("the journal does not fit it")


def _journal_again(
    lock: Lock, journal: Journal, layout: Layout, checks: memoryview, current: tuple[int, bytes, bool]
) -> Journal:
    """A journal of the same job on a file that has grown meanwhile, in the place of the old one."""
    from_page = journal.size // PAGE * PAGE
    known = (from_page - layout.first) // PAGE
    appended = _checks(lock.fd, from_page, layout.old)
    job = packed(layout, memoryview(bytes(checks[:known]) + bytes(appended)).cast("I"), _tail(lock.fd, layout))
    state = os.path.dirname(os.path.dirname(journal.file))
    return journals.create(state, job, lock.path, lock.fd, layout.step, True, current)


def _is_cut(fd: int, layout: Layout, tail: bytes, size: int) -> bool:
    """Was the file already cut to its new length (and perhaps appended to since)?"""
    if layout.new >= layout.old:
        return False
    return size < layout.old or os.pread(fd, len(tail), layout.new) != tail


def _was_grown(fd: int, layout: Layout, size: int) -> bool:
    """Was the room for the longer file taken already?"""
    if layout.new <= layout.old or size <= layout.old:
        return False
    return not os.pread(fd, min(layout.new, size) - layout.old, layout.old).strip(b"\0")


class _Pages:
    """The pages of a half-written file, each compared with what it was and what it is to be."""

    def __init__(self, fd: int, layout: Layout, checks: memoryview) -> None:
        self.fd = fd
        self.first, self.old, self.new = layout.first, layout.old, layout.new
        self.checks = checks

    def all_old(self, at: int, length: int) -> bool:
        """Is every page of this block still the old one?"""
        return all(self._is_old(page) for page in range(at, at + length, PAGE))

    def check(self, at: int, data: bytes, todo: list[Block]) -> None:
        """Raise Unfit unless the current block is old or new, page by page, and all that is still needed old.

        A block that begins within a page goes on where another ended: what lies behind that cannot be told.
        """
        there = os.pread(self.fd, len(data), at)
        for page in range(-at % PAGE, len(data), PAGE):
            if there[page : page + PAGE] != data[page : page + PAGE] and not self._is_old(at + page):
                raise Unfit(f"octet {at + page} is neither old nor new")
        for page in self._needed(todo):
            if not self._is_old(page):
                raise Unfit(f"octet {page} is not the old one")

    def _needed(self, todo: list[Block]) -> Iterator[int]:
        """The pages that nothing was written to yet: where blocks go, and what lies behind the new end."""
        for block in todo:
            first = -(-block.at // PAGE) * PAGE
            yield from range(first, min(block.at + block.length, self.old), PAGE)
        if todo:
            yield from range(-(-self.new // PAGE) * PAGE, self.old, PAGE)

    def _is_old(self, page: int) -> bool:
        length = min(PAGE, self.old - page)
        if length <= 0:
            # Behind the old end there were no octets, and room that was taken for more is zeros.
            return not os.pread(self.fd, PAGE, page).strip(b"\0")
        return crc32(os.pread(self.fd, length, page)) == self.checks[(page - self.first) // PAGE]


def _checks(fd: int, first: int, end: int) -> memoryview:
    """A check sum of each page of the file from `first` to `end`."""
    sums = memoryview(bytearray(4 * -(-(end - first) // PAGE))).cast("I")
    at = first
    while at < end:
        data = memoryview(read(fd, min(_CHECKED, end - at), at))
        for page in range(0, len(data), PAGE):
            sums[(at + page - first) // PAGE] = crc32(data[page : page + PAGE])
        at += len(data)
    return sums


def _tail(fd: int, layout: Layout) -> bytes:
    """The old octets behind a new end that is nearer, as far as its page goes: by them one sees if it was cut."""
    return read(fd, max(min(layout.old, layout.new + PAGE) - layout.new, 0), layout.new)


def _undo_append(lock: Lock, journal: Journal) -> str:
    """Cut a torn tail off; what others appended behind it stays."""
    size, latest = os.fstat(lock.fd).st_size, journal.latest()
    if latest is None or size <= journal.size:
        return ""
    at, data, final = latest
    there = read(lock.fd, min(max(size - at, 0), len(data)), at)
    same = _alike(there, data)
    if same == len(data) and final:
        return ""
    if not _is_known(lock.fd, journal, at):
        raise Unfit("what was appended is not there")
    if at + same == size:
        truncate(lock.fd, journal.size)
    else:
        edits = Edits()
        edits.add(journal.size, _torn_at(lock.fd, at, same, len(data)) - journal.size, b"")
        carry_out(lock, Layout(edits, size), os.path.dirname(os.path.dirname(journal.file)))
    return f"{lock.path}: removed what a run that was killed had appended in part"


def tail_sum(fd: int, size: int) -> int:
    """A check sum of the last page before `size`, which tells whether a file was only appended to. OSError, Shrunk."""
    begin = max(size - PAGE, 0)
    return crc32(read(fd, size - begin, begin))


def _is_known(fd: int, journal: Journal, at: int) -> bool:
    """Does what stood before still stand there, and before a later chunk, at `at`, the first one?"""
    tail, length, first = map(int, journal.body.read(0, journal.body.size).split())
    if tail_sum(fd, journal.size) != tail:
        return False
    return at == journal.size or crc32(read(fd, length, journal.size)) == first


def _torn_at(fd: int, at: int, same: int, length: int) -> int:
    """Where the foreign mail behind a torn chunk begins: writing stops at the end of a page or of the chunk."""
    page = (at + same) // PAGE * PAGE
    for place in (at + same, page, at):
        line = os.pread(fd, 1000, place).lstrip(b"\r\n").partition(b"\n")[0]
        if place >= at and (same < length or place == at + same) and line.startswith(b"From ") and dated(line):
            return place
    raise Unfit("what follows the torn end is no mail")


def _alike(one: bytes, other: bytes) -> int:
    """How many octets at the beginning are the same."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
