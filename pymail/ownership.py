"""Whose files: what belongs to the user alone, and what is therefore believed.

Apart because rc files, secrets, outbox, journal, index, history, drafts and
dead.letter all follow this one rule: file and folder belong to the
effective user, and nobody else can write them. Root is trusted about folders,
since he could write there anyway, and about rc files. A sticky folder does for a
file that is made anew or is the user's own. /dev/null may stand for any file.
"""

from __future__ import annotations

import errno
import posix
from _stat import S_ISCHR, S_ISDIR, S_ISLNK, S_ISREG, S_ISVTX

from pymail import paths
from pymail.errors import NOPERM, MailError


def trusted(path: str, *, root: bool = False) -> None:
    """Check the file or folder `path`, and the folder a file lies in; a missing file is fine.

    `root` also accepts a file of root's (rc files). Raises MailError (NOPERM) saying
    what is wrong and what mends it, OSError when it cannot be looked at or has no folder.
    """
    try:
        status = posix.lstat(path)
    except FileNotFoundError:
        _check_folder(paths.dirname(path) or ".", path)
        return
    if S_ISDIR(status.st_mode):
        _check_folder(path, path)
    elif not is_null(path):
        _check_folder(paths.dirname(path) or ".", path)
        _check_file(path, status, root)


def open_private(path: str, flags: int, *, root: bool = False) -> int:
    """A descriptor of the user's own file `path`; a new one (O_CREAT) is made 0600.

    The same arguments and errors as `trusted`, but what is checked is what was opened:
    never a symbolic link (unless to /dev/null), never a FIFO, never a second name of
    another file. O_TRUNC acts after the checks only.
    """
    if is_null(path):
        return posix.open(paths.NULL, flags & ~(posix.O_CREAT | posix.O_EXCL))
    _check_folder(paths.dirname(path) or ".", path)
    descriptor = _open(path, flags & ~posix.O_TRUNC)
    try:
        status = posix.fstat(descriptor)
        if not status.st_nlink:
            # It was removed, or replaced, just after it was opened.
            raise FileNotFoundError(errno.ENOENT, posix.strerror(errno.ENOENT), path)
        _check_file(path, status, root)
        if flags & posix.O_TRUNC:
            posix.ftruncate(descriptor, 0)
    except BaseException:
        posix.close(descriptor)
        raise
    return descriptor


def is_null(path: str) -> bool:
    """Is this /dev/null, or a link to it?"""
    try:
        status = posix.lstat(path)
        if S_ISREG(status.st_mode) or S_ISDIR(status.st_mode):
            return False
        status = posix.stat(path)
        return S_ISCHR(status.st_mode) and status.st_rdev == posix.stat(paths.NULL).st_rdev
    except OSError:
        return False


def make_folder(path: str) -> None:
    """Make the folder `path` (0700) and what is missing above it, each safely on disk, and check it.

    Raises MailError (NOPERM) when it, or what it would be made in, is another's; OSError.
    """
    missing, above = [], path
    while not paths.lexists(above):
        missing.append(above)
        above = paths.dirname(above) or "."
    if missing:
        _check_folder(above, path)
    for name in reversed(missing):
        try:
            posix.mkdir(name, 0o700)
        except FileExistsError:
            continue
        sync_folder(paths.dirname(name) or ".")
    trusted(path)


def write(descriptor: int, octets: bytes) -> None:
    """Write all of the octets, however many calls that takes. Raises OSError."""
    view = memoryview(octets)
    while view:
        view = view[posix.write(descriptor, view) :]


def sync_folder(path: str) -> None:
    """Make the names in the folder `path` survive a power cut (OSError when that fails)."""
    descriptor = posix.open(path, posix.O_RDONLY | posix.O_DIRECTORY)
    try:
        posix.fsync(descriptor)
    except OSError as error:
        # Some network file systems know no fsync of a folder: their renames are safe or nothing helps.
        if error.errno != errno.EINVAL:
            raise
    finally:
        posix.close(descriptor)


def _open(path: str, flags: int) -> int:
    # O_NONBLOCK: a FIFO must not hold us up before it can be refused.
    try:
        return posix.open(path, flags | posix.O_NOFOLLOW | posix.O_NONBLOCK | posix.O_NOCTTY, 0o600)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise _refusal(path, "it is a symbolic link") from None
        raise


def _check_file(path: str, status: posix.stat_result, root: bool) -> None:
    user = posix.geteuid()
    if S_ISLNK(status.st_mode):
        raise _refusal(path, "it is a symbolic link")
    if not S_ISREG(status.st_mode):
        raise _refusal(path, "it is not a regular file")
    if status.st_uid != user and not (root and status.st_uid == 0):
        raise _refusal(path, "it belongs to another user")
    if status.st_nlink != 1:
        raise _refusal(path, "it has a second name (hard link)")
    if status.st_mode & 0o022:
        raise _refusal(path, f"others can write it (chmod go-w {path})")


def _check_folder(folder: str, path: str) -> None:
    status = posix.stat(folder)
    its = "it" if folder == path else f"its folder {folder}"
    if not S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, posix.strerror(errno.ENOTDIR), folder)
    if status.st_uid not in (0, posix.geteuid()):
        raise _refusal(path, f"{its} belongs to another user")
    if status.st_mode & 0o022 and not (status.st_mode & S_ISVTX and folder != path):
        raise _refusal(path, f"others can write {its} (chmod go-w {folder})")


def _refusal(path: str, why: str) -> MailError:
    return MailError(f"{path}: not used: {why}", NOPERM)
