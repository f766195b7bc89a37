"""The locks of a mailbox file, as Debian policy 11.6 has them: `FILE.lock` and a lock of the kernel.

Apart because fcntl locks vanish when *any* descriptor of the file is closed in the
process: who holds a Lock writes through its descriptor, and only here are they taken.

Others take these locks in another order (Exim and procmail the dotlock first,
Postfix fcntl first), so nobody may wait for one while holding the other: all are
tried at once, and when one is missing all are dropped. flock(2) is taken too, for
those who know no other. While a Lock is held, signals that would end us wait: no
dotlock is left behind. Where the folder cannot be written, dotlockfile(1), which may,
makes and removes the dotlock.

A dotlock is stale when nobody touched it for 5 minutes, or when it names a process
that is dead. Ours say `PID HOST NAMESPACE`. One that holds a bare number, as
dotlockfile's, could name a process of another host or container, and those hold
locks for moments only: it has to be some seconds old before it is judged by that.
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

STALE = 300
# A bare process number is believed dead only in a lock that is so old (seconds).
_BARE = 5
_TOUCH = 60
_DOTLOCKFILE = "/usr/bin/dotlockfile"
_BUSY = (errno.EAGAIN, errno.EACCES)
# What file systems and kernels answer that know no O_TMPFILE.
_NAMELESS = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT)


class Lock:
    """A mailbox file, open for reading and writing, that nobody else changes (a context manager).

    `path` is the file itself, no symbolic link; `fd` its descriptor while held. `notes` tell what the user
    should hear: a stale lock was broken; `details` what only -v says.
    """

    def __init__(self, path: str, timeout: float = 30, make: Callable[[str], object] | None = None) -> None:
        """`make` makes the file when it is missing; another session may remove it again before it is locked."""
        self.path = path
        self.timeout = timeout
        self._make = make
        self.fd = -1
        self.notes: list[str] = []
        self.details: list[str] = []
        self._dotlock = path + ".lock"
        self._helper = False
        self._kernel_only = False
        self._touched = 0.0
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
            self._drop_dotlock()
            os.close(self.fd)
            self.fd = -1
        finally:
            _release_signals(self._signals)

    def touch(self) -> None:
        """Keep the dotlock young; called by long work, acts once a minute."""
        if self._kernel_only or time.monotonic() - self._touched < _TOUCH:
            return
        self._touched = time.monotonic()
        if self._helper:
            _run(_DOTLOCKFILE, "-t", self._dotlock)
        else:
            os.utime(self._dotlock)

    def _try(self) -> bool:
        """One attempt at all locks without waiting; all or none."""
        self.fd = self._open()
        try:
            if self._kernel_locks() and self._make_dotlock():
                if self._is_still_there():
                    self._touched = time.monotonic()
                    return True
                self._drop_dotlock()
        except BaseException:
            os.close(self.fd)
            self.fd = -1
            raise
        os.close(self.fd)
        self.fd = -1
        return False

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

    def _make_dotlock(self) -> bool:
        try:
            self._write_dotlock()
        except FileExistsError:
            return self._break_stale() and self._make_dotlock()
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise MailError(f"{self._dotlock}: cannot be made: {reason(error)}", IOERR) from error
            return self._by_helper()
        return True

    def _write_dotlock(self) -> None:
        """The dotlock gets its name when it is whole: an empty one, left by a kill, would be believed for long."""
        text = b"%d %b %d\n" % (os.getpid(), os.uname().nodename.encode(), _namespace())
        folder = os.path.dirname(self._dotlock) or "."
        try:
            fd = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o444)
        except OSError as error:
            if error.errno not in _NAMELESS:
                raise
            self._write_in_place(text)
            return
        try:
            os.write(fd, text)
            # With a folder, though it counts for nothing, Python follows the link that /proc has.
            os.link(f"/proc/self/fd/{fd}", self._dotlock, src_dir_fd=fd)
        except FileNotFoundError:
            self._write_in_place(text)
        finally:
            os.close(fd)

    def _write_in_place(self, text: bytes) -> None:
        """On file systems that know no nameless files, and without /proc."""
        fd = os.open(self._dotlock, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        try:
            os.write(fd, text)
        except OSError:
            os.unlink(self._dotlock)
            raise
        finally:
            os.close(fd)

    def _by_helper(self) -> bool:
        """Let dotlockfile make the dotlock in a folder that only it can write."""
        if not os.access(_DOTLOCKFILE, os.X_OK):
            self._kernel_only = True
            self.details.append(f"{self._dotlock}: cannot be made, dotlockfile is missing: locked by fcntl alone")
            return True
        status = _run(_DOTLOCKFILE, "-l", "-p", "-r", "0", self._dotlock)
        self._helper = status == 0
        if not self._helper and not os.path.lexists(self._dotlock):
            self._kernel_only = True
            self.details.append(f"{self._dotlock}: dotlockfile cannot make it: locked by fcntl alone")
        return self._helper or self._kernel_only

    def _drop_dotlock(self) -> None:
        if self._kernel_only:
            return
        if self._helper:
            _run(_DOTLOCKFILE, "-u", self._dotlock)
        elif not _unlink(self._dotlock):
            self.notes.append(f"{self._dotlock}: could not be removed: other mail programs wait for it; remove it")
        self._helper = False

    def _is_still_there(self) -> bool:
        """Does the path still lead to what was locked? Somebody may have put a new file there meanwhile."""
        try:
            there = os.stat(self.path, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self.fd))

    def _break_stale(self) -> bool:
        """Remove the dotlock if it is stale. The kernel's lock is held: no other pymail does this just now."""
        try:
            found = os.lstat(self._dotlock)
            why = _staleness(self._dotlock, found)
            if not why or not os.path.samestat(found, os.lstat(self._dotlock)):
                return False
            os.unlink(self._dotlock)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        self.notes.append(f"{self._dotlock}: stale lock removed: {why}")
        return True

    def _busy(self) -> MailError:
        who = _holder(self._dotlock)
        return MailError(f"{self.path}: locked by {who}: nothing was changed; try again later", TEMPFAIL)


def _staleness(path: str, status: os.stat_result) -> str:
    """Why a dotlock no longer counts, "" while it does."""
    age = time.time() - status.st_mtime
    if age > STALE:
        return f"untouched for {int(age / 60)} minutes"
    pid, host, namespace = _owner(path)
    if pid <= 0 or _alive(pid):
        return ""
    if host:
        here = host == os.uname().nodename and namespace == str(_namespace())
        return f"process {pid} is gone" if here else ""
    return f"process {pid} is gone" if age > _BARE else ""


def _owner(path: str) -> tuple[int, str, str]:
    """Process, host and process-id namespace that a dotlock names; 0 and "" where it names none."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return 0, "", ""
    try:
        words = os.read(fd, 300).decode("utf-8", "replace").split()
    except OSError:
        words = []
    finally:
        os.close(fd)
    pid, host, namespace, *_ = (*words, "", "", "")
    return int(pid) if pid.isdecimal() and len(pid) < 10 else 0, host, namespace


def _holder(dotlock: str) -> str:
    if not os.path.lexists(dotlock):
        return "another program"
    pid, host, _ = _owner(dotlock)
    who = f"process {pid}{' on ' + host if host else ''}" if pid else "another program"
    return f"{who} ({dotlock})"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _namespace() -> int:
    """What tells this process-id namespace from others; 0 where the system has none."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return 0


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


def _unlink(path: str) -> bool:
    """Remove a file; a second attempt is made, since what is left behind stops others."""
    for _ in range(2):
        try:
            os.unlink(path)
            return True
        except FileNotFoundError:
            return True
        except OSError:
            continue
    return False


def _run(*argv: str) -> int:
    """The status of a helper program that talks to nobody."""
    actions = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1, 2)]
    try:
        pid = os.posix_spawn(argv[0], argv, {"PATH": "/usr/bin:/bin"}, file_actions=actions)
    except OSError:
        return -1
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _hold_signals() -> Iterable[int]:
    """Let signals wait that would end or stop us; answers what waited before."""
    waiting = {_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGTERM, _signal.SIGTSTP, _signal.SIGPIPE,
               _signal.SIGALRM, _signal.SIGUSR1, _signal.SIGUSR2, _signal.SIGXFSZ, _signal.SIGXCPU}  # fmt: skip
    before: Iterable[int] = _signal.pthread_sigmask(_signal.SIG_BLOCK, waiting)
    return before


def _release_signals(before: Iterable[int]) -> None:
    _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
