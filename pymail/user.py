"""User: who runs the program, and what of the environment is believed.

Apart because the answer must not depend on anything that a session knows.
"""

from __future__ import annotations

import posix
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class User:
    """Who runs this: the effective uid's passwd entry; LOGNAME and USER only choose among its names."""

    __slots__ = ("name", "home", "fullname")

    def __init__(self, name: str, home: str, fullname: str) -> None:
        self.name = name
        self.home = home
        self.fullname = fullname


def whoami(environ: Mapping[str, str]) -> User:
    """The user, from the passwd entry and what of the environment may be believed.

    A uid without an entry has its number for a name and HOME, or nothing, for a home.
    """
    import pwd

    uid = posix.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(str(uid), environ.get("HOME", ""), "")
    for name in (environ.get("LOGNAME"), environ.get("USER")):
        try:
            if name and name != entry.pw_name and pwd.getpwnam(name).pw_uid == uid:
                entry = pwd.getpwnam(name)
                break
        except KeyError:
            continue
    fullname = entry.pw_gecos.partition(",")[0].replace("&", entry.pw_name.capitalize())
    return User(entry.pw_name, environ.get("HOME") or entry.pw_dir, fullname)


_BELIEVED = ("TERM", "LANG", "TZ", "COLUMNS", "LINES")


def environment() -> dict[str, str]:
    """The environment, cut to what cannot lead anywhere where real and effective ids differ."""
    coding = sys.getfilesystemencoding()
    environ = {
        name.decode(coding, "surrogateescape"): value.decode(coding, "surrogateescape")
        for name, value in posix.environ.items()
    }
    if posix.getuid() == posix.geteuid() and posix.getgid() == posix.getegid():
        return environ
    return {name: value for name, value in environ.items() if name in _BELIEVED or name.startswith("LC_")}
