"""Who else could read or write a mailbox: what `folder` and -v tell about the safety of the spool.

Apart because it only looks: nothing is refused for it.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat

# Groups that may read and write mailboxes: Debian's mail (policy 11.6).
_MAIL = "mail"


def exposure(path: str) -> list[str]:
    """What is wrong with the permissions of a mailbox and its folder, each with what mends it."""
    try:
        status, folder = os.stat(path), os.stat(os.path.dirname(path) or ".")
    except OSError:
        return []
    found = [*_of_owner(path, status), *_of_mode(path, status)]
    return found + _of_folder(os.path.dirname(path) or ".", folder)


def _of_owner(path: str, status: os.stat_result) -> list[str]:
    if status.st_uid == os.geteuid():
        return []
    name = _name(os.geteuid())
    return [f"{path}: belongs to {_name(status.st_uid)}, not to you: if it is yours, root can chown {name} {path}"]


def _of_mode(path: str, status: os.stat_result) -> list[str]:
    mode = status.st_mode
    found = []
    for read, write, who, letter in (
        (stat.S_IROTH, stat.S_IWOTH, "everybody", "o"),
        (stat.S_IRGRP, stat.S_IWGRP, f"group {_group(status.st_gid)}", "g"),
    ):
        if letter == "g" and (_group(status.st_gid) == _MAIL or _is_private(status)):
            continue
        can = " and ".join(word for word, bit in (("read", read), ("write", write)) if mode & bit)
        if can:
            found.append(f"{path}: {who} can {can} it: chmod {letter}-rwx {path}")
    return found


def _of_folder(folder: str, status: os.stat_result) -> list[str]:
    mode = status.st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        return [f"{folder}: everybody can write it and it lacks the sticky bit: chmod +t {folder}"]
    if status.st_uid not in (0, os.geteuid()):
        return [
            f"{folder}: belongs to {_name(status.st_uid)}, who can replace what lies in it: "
            "keep mail in a folder of your own"
        ]
    if mode & stat.S_IWGRP and not mode & stat.S_ISVTX and _group(status.st_gid) != _MAIL and not _is_private(status):
        group = _group(status.st_gid)
        return [f"{folder}: group {group} can write it and it lacks the sticky bit: chmod g-w {folder}"]
    return []


def _is_private(status: os.stat_result) -> bool:
    """Is this the owner's own group?"""
    try:
        return pwd.getpwuid(status.st_uid).pw_gid == status.st_gid
    except KeyError:
        return False


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
