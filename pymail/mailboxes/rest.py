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
# struct flock, fcntl(2): type, whence, start, length, process.
_FLOCK = "hhqqi"


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
        # The form of the question differs from system to system.
        return True
    import fcntl
    from _struct import pack, unpack  # the C part of `struct`

    asked = pack(_FLOCK, fcntl.F_RDLCK, 0, 0, 0, 0)
    try:
        answer = fcntl.fcntl(fd, fcntl.F_GETLK, asked)
    except OSError:
        return True
    return bool(unpack(_FLOCK, answer)[0] == fcntl.F_UNLCK)
