"""The jobs that killed runs left, on whatever mailbox: ended at the next start that may write.

Apart from rewrite.py, which ends the one of a mailbox that is locked: here the journals
are only looked at, and another run may be at work on any of them. So each may vanish at
any moment, and without the lock of its mailbox nothing is done to one. The journal of a
mailbox that cannot be reached stays: it may be on a disk that is not there just now, or
come back under another name, which its inode tells.
"""

from __future__ import annotations

import fcntl
import os

from pymail.errors import IOERR, TEMPFAIL, MailError, reason
from pymail.mailboxes import journal as journals
from pymail.mailboxes.lock import Lock
from pymail.mailboxes.rest import await_rest
from pymail.mailboxes.rewrite import mend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.mailboxes.mailbox import Settings


def mend_all(state: str, path: str, timeout: float) -> list[str]:
    """End what killed runs began on any mailbox, as far as it is not in use; what to tell the user.

    For the mailbox `path` itself others are waited for, `timeout` seconds; MailError when that was in vain.
    Raises OSError when that mailbox cannot be opened.
    """
    try:
        journals.tidy(state)
    except OSError:
        pass  # it costs nothing but room
    own = journals.file_for(state, os.stat(path))
    told = []
    for file in journals.pending(state):
        try:
            name = path if file == own else _mailbox_of(file)
            if name is not None:
                told += _mend_one(file, name, state, timeout if name == path else 0)
        except MailError as error:
            if error.status != TEMPFAIL:
                told.append(error.text)
            elif name == path:
                raise
    return told


def mend_open(path: str, fd: int, settings: Settings, readonly: bool) -> list[str]:
    """End what a run began that was killed while this mailbox was open here, as `fd`; what to tell the user.

    Raises MailError when it cannot be ended now, or must not be.
    """
    file = journals.file_for(settings.state, os.fstat(fd))
    if not await_rest(fd, settings.lock_timeout) or not os.path.exists(file) or _is_ours(fd):
        return []
    if readonly:
        raise MailError(f"{path}: half written by a run that was killed: open it for writing to finish it", TEMPFAIL)
    try:
        with Lock(path, settings.lock_timeout) as lock:
            return lock.notes + mend(lock, settings.state)
    except OSError as error:
        raise MailError(f"{path}: half written, and it could not be finished: {reason(error)}", IOERR) from error


def _is_ours(fd: int) -> bool:
    """Does this very process hold a Lock on the file? Of fcntl locks, those of one's own cannot be seen."""
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    fcntl.flock(fd, fcntl.LOCK_UN)
    return False


def _mailbox_of(file: str) -> str | None:
    """Whose journal this is; None when no job is in it, or none any more: another run may be ending it just now.

    Raises MailError when it cannot be read, or is not the user's own.
    """
    try:
        journal = journals.load(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MailError(reason(error)) from error
    if journal is None:
        return None
    journal.close()
    return journal.path


def _mend_one(file: str, path: str, state: str, timeout: float) -> list[str]:
    """End the job in `file` if it is one of the mailbox `path`."""
    try:
        with Lock(path, timeout) as lock:
            own = journals.file_for(state, os.fstat(lock.fd))
            if own != file and not journals.exists(own) and journals.exists(file):
                # The file was put back, or its disk has another number now: what it holds decides.
                os.rename(file, own)
            return lock.notes + mend(lock, state)
    except OSError as error:
        if not os.path.exists(file):
            return []
        why = reason(error)
    return [f"{path}: a run that was killed left it half written, and it cannot be finished now: {why}; "
            f"if it is gone for good, remove {file}"]  # fmt: skip
