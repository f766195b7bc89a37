"""The locks of a mailbox file, as Debian policy 11.6 has them: `FILE.lock` and a lock of the kernel.

Apart because fcntl locks vanish when *any* descriptor of the file is closed in the
process: who holds a Lock writes through its descriptor, and only here are they taken.

Others take these locks in another order (Exim and procmail the dotlock first,
Postfix fcntl first), so nobody may wait for one while holding the other: all are
tried at once, and when one is missing all are dropped. flock(2) is taken too, for
those who know no other. While a Lock is held, signals that would end us wait: no
dotlock is left behind. An interrupt that came meanwhile is forgotten.
"""

from __future__ import annotations

# The C part of `signal`, which itself would cost more than the lock.
import _signal  # type: ignore[import-not-found]
import errno
import fcntl
import os
import stat
import time

from pymail.errors import DATA, IOERR, TEMPFAIL, MailError, reason
from pymail.mailboxes.dotlock import Dotlock, close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_BUSY = (errno.EAGAIN, errno.EACCES)


class Lock:
    """A mailbox file, open for reading and writing, that nobody else changes (a context manager).

    `path` is the file itself, no symbolic link; `fd` its descriptor while held. `notes` tell what the user
    should hear: a stale lock was broken; `details` what only -v says.
    """

    def __init__(
        self,
        path: str,
        timeout: float = 30,
        make: Callable[[str], object] | None = None,
        notes: list[str] | None = None,
        details: list[str] | None = None,
    ) -> None:
        """`make` makes the file when it is missing; another session may remove it again before it is locked.

        Until it is given back it may have something to say: in these `notes` and `details`, if there are any.
        """
        self.path = path
        self.timeout = timeout
        self._make = make
        self.fd = -1
        self.notes = [] if notes is None else notes
        self.details = [] if details is None else details
        self._dotlock = Dotlock(path, self.notes, self.details)
        self._signals: Iterable[int] = ()

    def __enter__(self) -> Lock:
        """Take all locks within `timeout` seconds; MailError (TEMPFAIL) naming who has them, OSError."""
        deadline = time.monotonic() + self.timeout
        self._signals = _hold_signals()
        try:
            while not self._try():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._busy()
                _release_signals(self._signals)
                time.sleep(min(left, 0.02 + os.urandom(1)[0] / 1000))
                self._signals = _hold_signals()
        except BaseException:
            _release_signals(self._signals)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._let_go()
        finally:
            # What it was to stop is done, or has failed.
            _signal.sigtimedwait({_signal.SIGINT}, 0)
            _release_signals(self._signals)

    def touch(self) -> None:
        """Keep the dotlock young; called by long work."""
        self._dotlock.touch()

    def _try(self) -> bool:
        """One attempt at all locks without waiting; all or none."""
        self.fd = self._open()
        done = False
        try:
            done = self._kernel_locks() and self._dotlock.make() and self._is_still_there()
        finally:
            if not done:
                self._let_go()
        return done

    def _let_go(self) -> None:
        self._dotlock.drop()
        close(self.fd)
        self.fd = -1

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            return os.open(self.path, flags)
        except FileNotFoundError:
            if self._make is None:
                raise
            self._make(self.path)
            return self._open()

    def _kernel_locks(self) -> bool:
        if not stat.S_ISREG(os.fstat(self.fd).st_mode):
            raise MailError(f"{self.path}: is not a regular file", DATA)
        try:
            fcntl.lockf(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise MailError(f"{self.path}: cannot be locked: {reason(error)}", IOERR) from error
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # Over NFS flock is the same lock once more, and some servers take us for another.
            return error.errno != errno.EAGAIN or _is_on_network(self.fd)
        return True

    def _is_still_there(self) -> bool:
        """Does the path still lead to what was locked? Somebody may have put a new file there meanwhile."""
        try:
            there = os.stat(self.path, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self.fd))

    def _busy(self) -> MailError:
        return MailError(
            f"{self.path}: locked by {self._dotlock.holder()}: nothing was changed; try again later", TEMPFAIL
        )


def _is_on_network(fd: int) -> bool:
    """Does the file lie on NFS?"""
    device = os.fstat(fd).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    try:
        with open("/proc/self/mountinfo") as mounts:
            lines = [line.split() for line in mounts]
    except OSError:
        return False
    return any(words[2] == wanted and words[words.index("-") + 1].startswith("nfs") for words in lines)


def _hold_signals() -> Iterable[int]:
    """Let signals wait that would end or stop us; answers what waited before."""
    waiting = {_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGTERM, _signal.SIGTSTP, _signal.SIGPIPE,
               _signal.SIGALRM, _signal.SIGUSR1, _signal.SIGUSR2, _signal.SIGXFSZ, _signal.SIGXCPU}  # fmt: skip
    before: Iterable[int] = _signal.pthread_sigmask(_signal.SIG_BLOCK, waiting)
    return before


def _release_signals(before: Iterable[int]) -> None:
    _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
