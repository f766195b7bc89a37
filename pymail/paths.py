"""Paths, as `os.path` knows them, and the user's own folders.

Apart because loading `os` costs a seventh of what Python takes to start at all. What every send and every
banner load therefore takes system calls from `posix`, where `os` has them from, and these few words from here.
"""

from __future__ import annotations

import posix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

NULL = "/dev/null"
# The same numbers on every Unix (sys/stat.h); loading the module that has them costs more than all of this.
_KIND, _FOLDER, _FILE = 0o170000, 0o040000, 0o100000
_MOST_LINKS = 40  # as Linux has it (path_resolution(7))


def join(folder: str, *names: str) -> str:
    """Names below a folder; one that is absolute begins anew."""
    for name in names:
        if not folder or name.startswith("/"):
            folder = name
        else:
            folder += name if folder.endswith("/") else "/" + name
    return folder


def dirname(path: str) -> str:
    """What stands before the last name, "" for nothing."""
    folder = path[: path.rfind("/") + 1]
    return folder.rstrip("/") or folder


def exists(path: str) -> bool:
    """Is something there? A symbolic link counts when what it leads to is there."""
    try:
        posix.stat(path)
    except (OSError, ValueError):
        return False
    return True


def lexists(path: str) -> bool:
    """Is something there, be it a symbolic link to nothing?"""
    try:
        posix.lstat(path)
    except (OSError, ValueError):
        return False
    return True


def isdir(path: str) -> bool:
    """Is it a folder, or a symbolic link to one?"""
    try:
        return is_folder(posix.stat(path))
    except (OSError, ValueError):
        return False


def is_folder(status: posix.stat_result) -> bool:
    """Is this the status of a folder?"""
    return status.st_mode & _KIND == _FOLDER


def is_file(status: posix.stat_result) -> bool:
    """Is this the status of a regular file?"""
    return status.st_mode & _KIND == _FILE


def realpath(path: str) -> str:
    """The absolute path without symbolic links, also where its end is not there."""
    real = "" if path.startswith("/") else posix.getcwd()
    rest, links = path.split("/")[::-1], 0
    while rest:
        name = rest.pop()
        if name == "..":
            real = real.rpartition("/")[0]
        elif name not in ("", "."):
            target = _target(f"{real}/{name}") if links < _MOST_LINKS else ""
            links += bool(target)
            real = "" if target.startswith("/") else real if target else f"{real}/{name}"
            rest += target.split("/")[::-1]
    return real or "/"


def _target(path: str) -> str:
    """Where a symbolic link leads, "" when there is none."""
    try:
        return posix.readlink(path)
    except OSError:
        return ""


def state_folder(environ: Mapping[str, str], home: str) -> str:
    """Where pymail keeps the user's state: $XDG_STATE_HOME/pymail; "" without a home (XDG Base Directory)."""
    return _folder(environ.get("XDG_STATE_HOME", ""), home, ".local/state")


def cache_folder(environ: Mapping[str, str], home: str) -> str:
    """Where pymail keeps what can be made again: $XDG_CACHE_HOME/pymail; "" without a home."""
    return _folder(environ.get("XDG_CACHE_HOME", ""), home, ".cache")


def _folder(folder: str, home: str, default: str) -> str:
    # A path that is not absolute is ignored, says the specification.
    if not folder.startswith("/"):
        if not home.startswith("/") or not exists(home):
            return ""  # a home is for who administers the machine to make
        folder = join(home, default)
    return join(folder, "pymail")
