"""The journal: what is being done to a mailbox file, on disk before it is done.

Apart from rewrite.py, which does it, because this is a file format: first the job, then
two slots. A block of new octets is fsynced in one slot before it is written to its place
and fsynced there; the next one takes the other slot. So after a kill the latest whole
slot says how far the job came, and holds the block that may be half in its place.

One file for each mailbox, named by device and inode, in the state folder of the
mailbox's owner; it is there only while a job is under way. Numbers are in the machine's
own byte order, which the first line names.
"""

from __future__ import annotations

import os
import sys
import time
from binascii import crc32
from itertools import chain

from pymail.body import Body
from pymail.errors import MailError
from pymail.mailboxes.names import journal_folder
from pymail.ownership import make_folder, open_private, sync_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK = 1 << 20
_PAGE = 4096
_MAGIC = b"pymail-journal 1"
_HEAD = 64
# Digits of the check sum behind the body.
_SUM = 10
_LONGEST_LINE = 1 << 14
# What a journal is called until it is whole, and after how many seconds nobody is at work on it any more.
_TORN = ".new"
_ABANDONED = 24 * 3600
# Of what the names of journals are made; others are none, or not yet, or were set aside.
_NAME = frozenset("0123456789abcdef-")


class Job:
    """What a new journal is for: its `kind` (rewrite or append), and its `body` of `length` octets in pieces."""

    __slots__ = ("kind", "length", "body")

    def __init__(self, kind: str, length: int, body: Iterable[bytes]) -> None:
        self.kind = kind
        self.length = length
        self.body = body


class Journal:
    """An open journal: the `kind` of its job, the mailbox's `path` and `size` before, and the job's own `body`."""

    __slots__ = ("file", "fd", "kind", "path", "size", "body", "begin", "slot", "number")

    def __init__(self, file: str, fd: int, kind: str, path: str, size: int, start: int, length: int, slot: int) -> None:
        """The body's `length` octets lie in the file from `start` on."""
        self.file = file
        self.fd = fd
        self.kind = kind
        self.path = path
        self.size = size
        self.body = Body(name=file, descriptor=os.dup(fd), size=start + length)
        self.body.skip(start)
        # The slots begin here, on a page of their own, and hold so many octets each.
        self.begin = -(-(start + length + _SUM) // _PAGE) * _PAGE
        self.slot = slot
        self.number = 0

    def write(self, at: int, data: bytes | bytearray, final: bool) -> None:
        """Put a block for the place `at` of the mailbox on disk here. Raises OSError."""
        self.number += 1
        head = b"%d %d %d %d %d " % (self.number, at, len(data), final, crc32(data))
        head = (head + b"%d\n" % crc32(head)).ljust(_HEAD)
        place = self._place(self.number)
        write(self.fd, data, place + _HEAD)
        write(self.fd, head, place)
        os.fsync(self.fd)

    def latest(self) -> tuple[int, bytes, bool] | None:
        """The last block that is whole here: its place, its octets, whether it is the last of the job."""
        found = max(filter(None, map(self._read, (0, 1))), default=None)
        if found is None:
            return None
        self.number = found[0]
        return found[1:]

    def drop(self) -> None:
        """The job is done, or was never begun: nothing that can go wrong here matters to it any more."""
        try:
            os.unlink(self.file)
        except OSError:
            self._empty()
        self.close()

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _empty(self) -> None:
        """A journal that cannot be removed says at least that nothing is left to do."""
        try:
            os.ftruncate(self.fd, 0)
        except OSError:
            pass

    def _place(self, number: int) -> int:
        return self.begin + number % 2 * (_HEAD + self.slot)

    def _read(self, which: int) -> tuple[int, int, bytes, bool] | None:
        place = self._place(which)
        head = os.pread(self.fd, _HEAD, place)
        line, _, check = head.rstrip().rpartition(b" ")
        if not check.isdigit() or crc32(line + b" ") != int(check):
            return None
        number, at, length, final, digest = map(int, line.split())
        data = os.pread(self.fd, length, place + _HEAD)
        return (number, at, data, bool(final)) if len(data) == length and crc32(data) == digest else None


def usable(state: str) -> bool:
    """Can journals be kept in this state folder? It is made if it is missing."""
    try:
        if state:
            make_folder(journal_folder(state))
        return bool(state)
    except (OSError, MailError):
        return False


def pending(state: str) -> list[str]:
    """The journals of jobs that are under way or were broken off. Raises OSError."""
    folder = journal_folder(state)
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if _NAME.issuperset(name)]


def tidy(state: str) -> None:
    """Remove what runs left that were killed before their journal was whole: nothing was begun then. Raises OSError."""
    folder = journal_folder(state)
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name.endswith(_TORN) and time.time() - os.lstat(path).st_mtime > _ABANDONED:
            os.unlink(path)


def file_for(state: str, mailbox: os.stat_result) -> str:
    """The journal of a mailbox file; it need not exist."""
    return os.path.join(journal_folder(state), f"{mailbox.st_dev:x}-{mailbox.st_ino:x}")


def exists(file: str) -> bool:
    """Is there such a journal? Raises OSError when that cannot be told: then nothing may be written."""
    try:
        os.lstat(file)
        return True
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return False


def create(
    state: str,
    job: Job,
    path: str,
    fd: int,
    slot: int,
    several: bool,
    first: tuple[int, bytes | bytearray, bool],
) -> Journal:
    """A journal for a job on the mailbox `path`, open as `fd`, with its `first` block: on disk when this returns.

    `slot` octets make the largest block. `several`: room for both slots is taken now, so that a full disk is
    noticed before anything is changed. It takes the place of an older one at once. Raises OSError, MailError.
    """
    make_folder(journal_folder(state))
    status = os.fstat(fd)
    file = file_for(state, status)
    new = open_private(file + _TORN, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
    line = _line(job, path, status.st_size, slot)
    journal = Journal(file, new, job.kind, path, status.st_size, len(line), job.length, slot)
    try:
        at = 0
        for chunk in gathered(_summed(chain((line,), job.body))):
            write(new, chunk, at)
            at += len(chunk)
        if several:
            os.posix_fallocate(new, 0, journal.begin + 2 * (_HEAD + slot))
        journal.write(*first)
        os.rename(file + _TORN, file)
    except BaseException:
        os.unlink(file + _TORN)
        journal.close()
        raise
    try:
        sync_folder(journal_folder(state))
    except BaseException:
        journal.drop()
        raise
    return journal


def load(file: str) -> Journal | None:
    """The journal in a file; None when no whole job is in it: then nothing was begun. Raises OSError, MailError."""
    fd = open_private(file, os.O_RDWR | os.O_CLOEXEC)
    try:
        line = os.pread(fd, _LONGEST_LINE, 0).partition(b"\n")[0]
        magic, _, rest = line.partition(b": ")
        words = rest.split(b" ")
        if magic == _MAGIC and len(words) == 6 and words[1] == sys.byteorder.encode():
            kind, (size, length, slot) = words[0].decode(), map(int, words[2:5])
            path = bytes.fromhex(words[5].decode()).decode("utf-8", "surrogateescape")
            journal = Journal(file, fd, kind, path, size, len(line) + 1, length, slot)
            if _is_whole(journal, line + b"\n"):
                return journal
    except ValueError:
        pass
    except BaseException:
        os.close(fd)
        raise
    os.close(fd)
    return None


def write(fd: int, data: bytes | bytearray, at: int) -> None:
    """Write all of the data, however many calls it takes. Raises OSError."""
    with memoryview(data) as view:
        done = 0
        while done < len(view):
            done += os.pwrite(fd, view[done:], at + done)


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same octets in chunks of about CHUNK."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        for at in range(0, len(piece), CHUNK):
            held.append(piece[at : at + CHUNK])
            size += len(held[-1])
            if size >= CHUNK:
                yield b"".join(held)
                held, size = [], 0
    if size:
        yield b"".join(held)


def _line(job: Job, path: str, size: int, slot: int) -> bytes:
    name = path.encode("utf-8", "surrogateescape").hex()
    return f"pymail-journal 1: {job.kind} {sys.byteorder} {size} {job.length} {slot} {name}\n".encode()


def _summed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same octets, and behind them their check sum."""
    check = 0
    for piece in pieces:
        check = crc32(piece, check)
        yield piece
    yield b"%0*d" % (_SUM, check)


def _is_whole(journal: Journal, line: bytes) -> bool:
    """Is the check sum behind the body right? Raises OSError, ValueError."""
    end = len(line) + journal.body.size
    if os.fstat(journal.fd).st_size < end + _SUM:
        return False
    check = crc32(line)
    for piece in journal.body.pieces():
        check = crc32(piece, check)
    return check == int(os.pread(journal.fd, _SUM, end))
