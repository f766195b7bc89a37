"""Whether somebody is writing to a mailbox file just now, asked without taking or changing anything.

Apart from lock.py, which takes locks, because every reader asks this, and a start of the
program should load no more than it must.
"""

from __future__ import annotations

import posix
import sys
import time

# Between two looks whether the lock is still held (seconds).
_PAUSE = 0.02
# Whoever is writing has written something within so many seconds.
_LATELY = 60


def changed_lately(fd: int) -> bool:
    """May somebody be writing to the file?"""
    return time.time() - posix.fstat(fd).st_mtime < _LATELY


def await_rest(fd: int, patience: float) -> bool:
    """Wait until nobody else holds the lock of the file, at most `patience` seconds; was that so?"""
    deadline = time.monotonic() + patience
    while not _is_at_rest(fd):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _is_at_rest(fd: int) -> bool:
    if sys.platform != "linux":
        # Elsewhere those who only read are asked after too.
        return True
    try:
        posix.lockf(fd, posix.F_TEST, 0)  # of posix, which is there already; fcntl would have to be loaded
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True
