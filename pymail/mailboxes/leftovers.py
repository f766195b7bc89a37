"""The jobs that killed runs left, on whatever mailbox: ended at the next start that may write.

Apart from rewrite.py, which ends the one of a mailbox that is locked: here the journals
are only looked at, and another run may be at work on any of them.
"""

from __future__ import annotations

import os

from pymail.errors import TEMPFAIL, MailError, reason

from . import journal as journals
from .lock import Lock
from .rewrite import mend


def mend_all(state: str, path: str, timeout: float) -> list[str]:
    """End what killed runs began on any mailbox, as far as it is not in use; what to tell the user.

    For the mailbox `path` itself others are waited for, `timeout` seconds; MailError when that was in vain.
    """
    told = []
    for file in journals.pending(state):
        name = _mailbox_of(file)
        if name is None:
            continue
        try:
            told += _mend_one(file, name, state, timeout if name == path else 0)
        except MailError as error:
            if error.status != TEMPFAIL:
                told.append(error.text)
            elif name == path:
                raise
    return told


def _mailbox_of(file: str) -> str | None:
    """Whose journal this is; None when no job is in it, or none any more: another run may be ending it just now.

    Without the mailbox's lock it is only looked at: by the time it is removed it may be the next job's.
    """
    try:
        journal = journals.load(file)
    except FileNotFoundError:
        return None
    if journal is None:
        return None
    journal.close()
    return journal.path


def _mend_one(file: str, path: str, state: str, timeout: float) -> list[str]:
    try:
        with Lock(path, timeout) as lock:
            if journals.file_for(state, os.fstat(lock.fd)) == file:
                return lock.notes + mend(lock, state)
        why = "it is another file now"
    except OSError as error:
        why = reason(error)
    os.rename(file, file + ".kept")
    return [f"{path}: a run that was killed left it half written, and it is gone: {why}; kept: {file}.kept"]
