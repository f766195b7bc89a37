"""`FILE.lock`, which keeps other mail programs from a mailbox file (Debian policy 11.6).

Apart from lock.py, which takes it together with the locks of the kernel, because here a
name in a folder is the lock. It gets that name when it is whole. Where the folder cannot
be written, dotlockfile(1), which may, makes and removes it.

It is stale when nobody touched it for 5 minutes, or when it names a process that is dead.
Ours say `PID HOST NAMESPACE`. One that holds a bare number, as dotlockfile's, could name
a process of another host or container, and those hold locks for moments only: it has to
be some seconds old before it is judged by that.
"""

from __future__ import annotations

import errno
import os
import time

from pymail.errors import IOERR, MailError, reason

STALE = 300
# A bare process number is believed dead only in a lock that is so old (seconds).
_BARE = 5
_TOUCH = 60
_DOTLOCKFILE = "/usr/bin/dotlockfile"
# What the system tells of a process in one line takes no more octets than these.
_STATUS = 4096
# What file systems and kernels answer that know no O_TMPFILE.
_NAMELESS = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT)
# What those answer that know no links.
_LINKLESS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Dotlock:
    """The lock of the mailbox file `mailbox`; `notes` and `details` are where it says what the user should hear."""

    def __init__(self, mailbox: str, notes: list[str], details: list[str]) -> None:
        self.path = mailbox + ".lock"
        self.notes = notes
        self.details = details
        # Is it held, and did dotlockfile make it?
        self._held = False
        self._helper = False
        self._touched = 0.0

    def make(self) -> bool:
        """Make it; False while another program has it. True, too, where nothing can make it, which is noted.

        The kernel's lock is held: no other pymail does this just now. Raises MailError (IOERR).
        """
        try:
            self._write()
        except FileExistsError:
            return self._break_stale() and self.make()
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise MailError(f"{self.path}: cannot be made: {reason(error)}", IOERR) from error
            return self._by_helper()
        self._held, self._helper, self._touched = True, False, time.monotonic()
        return True

    def touch(self) -> None:
        """Keep it young; acts once a minute."""
        if not self._held or time.monotonic() - self._touched < _TOUCH:
            return
        self._touched = time.monotonic()
        if self._helper:
            _run(_DOTLOCKFILE, "-t", self.path)
            return
        try:
            os.utime(self.path)
        except OSError:
            pass  # the kernel's lock is still held, and to stop half-way would be worse

    def drop(self) -> None:
        """Remove it if it is held."""
        if self._held and self._helper:
            _run(_DOTLOCKFILE, "-u", self.path)
        elif self._held and not _unlink(self.path):
            self.notes.append(f"{self.path}: could not be removed: other mail programs wait for it; remove it")
        self._held = False

    def holder(self) -> str:
        """Who has it, as far as it says so."""
        if not os.path.lexists(self.path):
            return "another program"
        pid, host, _ = _owner(self.path)
        who = f"process {pid}{' on ' + host if host else ''}" if pid else "another program"
        return f"{who} ({self.path})"

    def _write(self) -> None:
        """Give it its name when it is whole: an empty one, left by a kill, would be believed for long."""
        text = b"%d %b %d\n" % (os.getpid(), os.uname().nodename.encode(), _namespace())
        folder = os.path.dirname(self.path) or "."
        try:
            fd = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o444)
        except OSError as error:
            if error.errno not in _NAMELESS:
                raise
            self._link_another(text)
            return
        try:
            os.write(fd, text)
            # With a folder, though it counts for nothing, Python follows the link that /proc has.
            os.link(f"/proc/self/fd/{fd}", self.path, src_dir_fd=fd)
        except FileNotFoundError:
            self._link_another(text)
        finally:
            close(fd)

    def _link_another(self, text: bytes) -> None:
        """The same by a file of another name, where none can be without (NFS), or /proc is missing."""
        other = f"{self.path}.{os.getpid()}.{os.urandom(4).hex()}"
        fd = os.open(other, _NEW, 0o444)
        try:
            os.write(fd, text)
            os.link(other, self.path)
        except FileExistsError:
            # Over NFS the answer can get lost, and the second attempt finds what the first one made.
            if os.fstat(fd).st_nlink != 2:
                raise
        except OSError as error:
            if error.errno not in _LINKLESS:
                raise
            self._write_in_place(text)
        finally:
            _unlink(other)
            close(fd)

    def _write_in_place(self, text: bytes) -> None:
        """On file systems without links (vfat) a kill can leave it empty; it is stale when it is old."""
        fd = os.open(self.path, _NEW, 0o444)
        try:
            os.write(fd, text)
        except OSError:
            os.unlink(self.path)
            raise
        finally:
            close(fd)

    def _by_helper(self) -> bool:
        """Let dotlockfile make the dotlock in a folder that only it can write."""
        if not os.access(_DOTLOCKFILE, os.X_OK):
            self.details.append(f"{self.path}: cannot be made, dotlockfile is missing: locked by fcntl alone")
            return True
        if _run(_DOTLOCKFILE, "-l", "-p", "-r", "0", self.path) == 0:
            self._held, self._helper, self._touched = True, True, time.monotonic()
            return True
        if os.path.lexists(self.path):
            return False
        self.details.append(f"{self.path}: dotlockfile cannot make it: locked by fcntl alone")
        return True

    def _break_stale(self) -> bool:
        """Remove it if it is stale; is it gone?"""
        try:
            found = os.lstat(self.path)
            why = _staleness(self.path, found)
            if not why or not os.path.samestat(found, os.lstat(self.path)):
                return False
            os.unlink(self.path)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        self.notes.append(f"{self.path}: stale lock removed: {why}")
        return True


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
        close(fd)
    pid, host, namespace, *_ = (*words, "", "", "")
    return int(pid) if pid.isdecimal() and len(pid) < 10 else 0, host, namespace


def _alive(pid: int) -> bool:
    """Is there such a process, and is it more than an entry that nobody has fetched yet (a zombie)?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read(_STATUS).rpartition(b")")[2][:2] not in (b" Z", b" X")
    except OSError:
        return True


def _namespace() -> int:
    """What tells this process-id namespace from others; 0 where the system has none."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return 0


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


def close(fd: int) -> None:
    """Let go of a file; what counts of it is on disk, or does not matter any more, whatever the system says now."""
    try:
        os.close(fd)
    except OSError:
        pass


def _run(*argv: str) -> int:
    """The status of a helper program that talks to nobody."""
    actions = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1, 2)]
    try:
        pid = os.posix_spawn(argv[0], argv, {"PATH": "/usr/bin:/bin"}, file_actions=actions)
    except OSError:
        return -1
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
