"""Appending letters to an mbox file: save, copy, mbox, record, delivery.

Apart from mbox.py because nothing of the file needs to be known but its end.
"""

from __future__ import annotations

import os

from pymail.errors import IOERR, MailError, reason
from pymail.ownership import sync_folder

from . import fromline
from .lock import Lock
from .quoting import quoted
from .status import stamped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .mailbox import Deposit, Settings

_CHUNK = 1 << 20


def append_to(path: str, deposits: Iterable[Deposit], settings: Settings) -> tuple[bool, int]:
    """Append to the mbox at `path`, which is made 0600 if it is missing. Raises MailError, OSError."""
    made = _make(path)
    path = os.path.realpath(path)
    try:
        with Lock(path, settings.lock_timeout) as lock:
            return made, append(lock, deposits)
    except BaseException:
        if made and os.path.getsize(path) == 0:
            os.unlink(path)
        raise


def append(lock: Lock, deposits: Iterable[Deposit]) -> int:
    """Append to a locked mbox, all or none, on disk at the end; how many octets it grew."""
    size = os.fstat(lock.fd).st_size
    at = size
    try:
        for chunk in _chunks(_entries(_ending(lock.fd, size), deposits)):
            at += _write(lock.fd, chunk, at)
            lock.touch()
        os.fsync(lock.fd)
    except BaseException as error:
        os.ftruncate(lock.fd, size)
        os.fsync(lock.fd)
        if isinstance(error, OSError):
            raise MailError(f"{lock.path}: nothing was appended: {reason(error)}", IOERR) from error
        raise
    return at - size


def _make(path: str) -> bool:
    """Make the file, private whatever the umask, if it is missing; was it?"""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return False
    os.fchmod(fd, 0o600)
    os.close(fd)
    sync_folder(os.path.dirname(path) or ".")
    return True


def _entries(ending: bytes, deposits: Iterable[Deposit]) -> Iterator[bytes]:
    """The octets to append: each letter with its From_ line before it and an empty line behind."""
    yield ending
    for deposit in deposits:
        yield fromline.make(deposit.sender, deposit.date)
        last = b""
        for piece in quoted(stamped(deposit.pieces, deposit.flags)):
            yield piece
            last = piece or last
        yield b"\n" if last.endswith(b"\n") else b"\n\n"


def _ending(fd: int, size: int) -> bytes:
    """What has to come first so that a From_ line follows an empty line."""
    tail = os.pread(fd, 3, max(size - 3, 0))
    if not tail or tail.endswith((b"\n\n", b"\n\r\n")):
        return b""
    return b"\n" if tail.endswith(b"\n") else b"\n\n"


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same octets in chunks of about a MiB."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(held)
            held, size = [], 0
    if size:
        yield b"".join(held)


def _write(fd: int, data: bytes, at: int) -> int:
    view = memoryview(data)
    while view:
        done = os.pwrite(fd, view, at)
        view, at = view[done:], at + done
    return len(data)
