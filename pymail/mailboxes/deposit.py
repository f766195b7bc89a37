"""Appending letters to an mbox file: save, copy, mbox, record, delivery.

Apart from mbox.py because nothing of the file needs to be known but its end. All letters
of one call are there, on disk, or none: the journal notes the old length and holds the
chunk that is being written, so that the next start finds a torn tail and cuts just that
off, even when other mail has arrived behind it. A user without a state folder has no
journal; then only a kill can leave a tail torn.
"""

from __future__ import annotations

import os
from binascii import crc32

from pymail.errors import DATA, IOERR, MailError, reason
from pymail.mailboxes import fromline
from pymail.mailboxes import journal as journals
from pymail.mailboxes.journal import CHUNK, Job, Journal, gathered, write
from pymail.mailboxes.layout import PAGE
from pymail.mailboxes.lock import Lock
from pymail.mailboxes.quoting import quoted
from pymail.mailboxes.rewrite import mend, tail_sum
from pymail.mailboxes.scan import missing_end
from pymail.mailboxes.status import stamped
from pymail.ownership import sync_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pymail.mailboxes.mailbox import Deposit, Settings


def append_to(path: str, deposits: Iterable[Deposit], settings: Settings) -> tuple[bool, int, list[str]]:
    """Append to the mbox at `path`, which is made, private, if it is missing.

    Answers whether it was, how many octets it grew, and what the user should hear. Raises MailError, OSError.
    """
    name, path = path, os.path.realpath(path)
    made: list[bool] = []
    with Lock(path, settings.lock_timeout, lambda path: made.append(_make(path))) as lock:
        try:
            check(lock, name)
            lock.notes += mend(lock, settings.state)
            return any(made), append(lock, deposits, settings.state), lock.notes
        except BaseException:
            if any(made) and os.fstat(lock.fd).st_size == 0:
                os.unlink(path)
            raise


def check(lock: Lock, name: str) -> None:
    """Raise MailError (DATA) when the locked file is of a kind that nothing can be added to.

    OSError when the system does not follow the link `name` to it: one that another user has put into /tmp.
    """
    os.stat(name)
    begin = os.pread(lock.fd, PAGE, 0)
    if not begin or begin.startswith(b"From "):
        return
    from pymail.mailboxes import letter, packed

    kind = "is compressed" if packed.kind_of(begin) else "is a single letter" if letter.begins(begin) >= 0 else ""
    if kind:
        raise MailError(f"{lock.path}: {kind}: nothing can be added to it; name another file", DATA)


def append(lock: Lock, deposits: Iterable[Deposit], state: str) -> int:
    """Append to a locked mbox, all or none, on disk at the end; how many octets it grew. Raises MailError."""
    size = at = os.fstat(lock.fd).st_size
    journal: Journal | None = None
    try:
        for chunk, final in _chunks(entries(missing_end(lock.fd, size), deposits)):
            if journal is not None:
                journal.write(at, chunk, final)
            elif at == size and journals.usable(state):
                slot = len(chunk) if final else 2 * CHUNK
                known = b"%d %d %d" % (tail_sum(lock.fd, size), len(chunk), crc32(chunk))
                job = Job("append", len(known), (known,))
                journal = journals.create(state, job, lock.path, lock.fd, slot, not final, (at, chunk, final))
            write(lock.fd, chunk, at)
            at += len(chunk)
            os.fsync(lock.fd)
            lock.touch()
    except BaseException as error:
        os.ftruncate(lock.fd, size)
        os.fsync(lock.fd)
        if journal is not None:
            journal.drop()
        if isinstance(error, OSError):
            raise MailError(f"{lock.path}: nothing was appended: {reason(error)}", IOERR) from error
        raise
    if journal is not None:
        journal.drop()
    return at - size


def _make(path: str) -> bool:
    """Make the file, private whatever the umask, if it is missing; was it?"""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return False
    try:
        os.fchmod(fd, 0o600)
    finally:
        os.close(fd)
    sync_folder(os.path.dirname(path))
    return True


def entries(ending: bytes, deposits: Iterable[Deposit]) -> Iterator[bytes]:
    """The octets of an mbox: `ending`, and each letter with its From_ line before it and an empty line behind."""
    yield ending
    for deposit in deposits:
        yield fromline.make(deposit.sender, deposit.date)
        last = b""
        for piece in quoted(stamped(deposit.pieces, deposit.flags)):
            yield piece
            last = piece or last
        yield b"\n" if last.endswith(b"\n") else b"\n\n"


def _chunks(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same octets in chunks of about a MiB, and whether each is the last."""
    before: bytes | None = None
    for chunk in gathered(pieces):
        if before is not None:
            yield before, False
        before = chunk
    if before is not None:
        yield before, True
