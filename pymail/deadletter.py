"""dead.letter: where a letter ends up that nobody could take.

Apart because it is written when things go wrong, on a full disk or while a signal is
handled: it needs no mailbox, no journal and no configuration, only a file of the user's
own (DESIGN 2.8). It is an mbox, so that `pymail -f` reads it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time

from pymail.errors import CANTCREAT, TEMPFAIL, MailError, reason, status_of
from pymail.mailboxes import fromline
from pymail.mailboxes.quoting import quoted
from pymail.ownership import is_null, open_private, sync_folder, trusted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PATIENCE = 10
_PAUSE = 0.05


def bury(path: str, pieces: Iterable[bytes], sender: str, *, replace: bool) -> str:
    """Append a whole letter (LF line ends) to `path`, durably; answers the path.

    A new file is 0600. `replace` puts the letter in place of all that was there (POSIX
    mailx, DEAD). Nothing is written where /dev/null stands for the file. Raises MailError
    when the letter cannot be kept: then the file is as it was.
    """
    if is_null(path):
        return path
    try:
        if replace:
            _replace(path, pieces, sender)
        else:
            _append(path, pieces, sender)
    except OSError as error:
        # ENOENT: of a file that is to be made, it is the folder that is missing.
        status = CANTCREAT if error.errno == errno.ENOENT else status_of(error)
        raise MailError(f"{path}: {reason(OSError(error.errno, error.strerror))}", status) from None
    return path


def _append(path: str, pieces: Iterable[bytes], sender: str) -> None:
    descriptor = open_private(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        _lock(descriptor, path)
        length = os.fstat(descriptor).st_size
        try:
            _write(descriptor, _gap(descriptor, length))
            _letter(descriptor, pieces, sender)
        except BaseException:
            os.ftruncate(descriptor, length)
            if not length:
                os.unlink(path)
            raise
    finally:
        os.close(descriptor)
    if not length:
        sync_folder(os.path.dirname(path) or ".")


def _replace(path: str, pieces: Iterable[bytes], sender: str) -> None:
    """A new file takes the old one's name when it is whole: a full disk must not cost both."""
    trusted(path)
    temporary = f"{path}.{os.getpid()}"
    descriptor = open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        _letter(descriptor, pieces, sender)
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    finally:
        os.close(descriptor)
    sync_folder(os.path.dirname(path) or ".")


def _letter(descriptor: int, pieces: Iterable[bytes], sender: str) -> None:
    _write(descriptor, fromline.make(sender, 0))
    end = b""
    for piece in quoted(pieces):
        _write(descriptor, piece)
        end = piece[-1:]
    _write(descriptor, b"\n" if end == b"\n" else b"\n\n")
    os.fsync(descriptor)


def _gap(descriptor: int, length: int) -> bytes:
    """What an mbox needs at its end before the next From_ line: an empty line."""
    end = os.pread(descriptor, 2, max(0, length - 2))
    return b"" if end in (b"", b"\n\n") else b"\n" if end.endswith(b"\n") else b"\n\n"


def _lock(descriptor: int, path: str) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
        if time.monotonic() > end:
            raise MailError(f"{path}: locked by another program", TEMPFAIL)
        time.sleep(_PAUSE)


def _write(descriptor: int, octets: bytes) -> None:
    view = memoryview(octets)
    while view:
        view = view[os.write(descriptor, view) :]
