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
from binascii import crc32

from pymail.errors import MailError
from pymail.ownership import make_folder, open_private, sync_folder

from .names import journal_folder
from .scan import Shrunk, read

_PAGE = 4096
_MAGIC = b"pymail-journal 1"
_HEAD = 64
_LONGEST = 1 << 30
_LONGEST_LINE = 1 << 14
# Of what the names of journals are made; others are none, or not yet, or were set aside.
_NAME = frozenset("0123456789abcdef-")


class Journal:
    """An open journal: `kind` (rewrite or append), the mailbox's `path` and `size` before, and the job's own `body`."""

    __slots__ = ("file", "fd", "kind", "path", "size", "body", "begin", "slot", "number")

    def __init__(self, file: str, fd: int, kind: str, path: str, size: int, body: bytes, begin: int, slot: int) -> None:
        self.file = file
        self.fd = fd
        self.kind = kind
        self.path = path
        self.size = size
        self.body = body
        # The slots begin here, on a page of their own, and hold so many octets each.
        self.begin = -(-begin // _PAGE) * _PAGE
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


def file_for(state: str, mailbox: os.stat_result) -> str:
    """The journal of a mailbox file; it need not exist."""
    return os.path.join(journal_folder(state), f"{mailbox.st_dev:x}-{mailbox.st_ino:x}")


def create(
    state: str,
    kind: str,
    path: str,
    fd: int,
    body: bytes,
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
    job = _job(kind, path, status.st_size, body, slot)
    new = open_private(file + ".new", os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
    journal = Journal(file, new, kind, path, status.st_size, body, len(job), slot)
    try:
        write(new, job, 0)
        if several:
            os.posix_fallocate(new, 0, journal.begin + 2 * (_HEAD + slot))
        journal.write(*first)
        os.rename(file + ".new", file)
    except BaseException:
        os.unlink(file + ".new")
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
            start = len(line) + 1
            body = read(fd, min(length, _LONGEST), start)
            check = os.pread(fd, 10, start + length)
            if crc32(line + b"\n" + body) == int(check):
                return Journal(file, fd, kind, path, size, body, start + length + 10, slot)
    except (ValueError, Shrunk):
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


def _job(kind: str, path: str, size: int, body: bytes, slot: int) -> bytes:
    name = path.encode("utf-8", "surrogateescape").hex()
    line = f"pymail-journal 1: {kind} {sys.byteorder} {size} {len(body)} {slot} {name}\n".encode()
    return line + body + b"%010d" % crc32(line + body)
