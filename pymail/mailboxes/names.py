"""What the names of mailboxes stand for: %, %user, #, &, +name, ~, $VAR, patterns and schemes.

Apart from opening because save, record and completion also speak of files that are
not opened as mailboxes. The result is a path, `-`, or a URL; whether anything is
there, and what, is found by looking (opening.py).
"""

from __future__ import annotations

import posix

from pymail import paths
from pymail.errors import USAGE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SPOOL = "/var/mail"
_SPOOLS = (SPOOL, "/var/spool/mail")

# Whose path may hold the short forms too; every other URL is left as it is.
_SCHEMES = ("mbox://", "maildir://", "file://")
_REMOTE = ("pop3://", "pop3s://", "imap://", "imaps://")


class Names:
    """What the short names stand for just now.

    `system` is the path of %, `mbox` of &, `previous` of # ("" when there was none), `folder` the directory of +
    ("" when unset), `spool` where the mailboxes of others lie. `environ` gives $VAR its value.
    """

    __slots__ = ("home", "system", "mbox", "folder", "previous", "environ", "spool")

    def __init__(
        self,
        *,
        home: str,
        system: str,
        mbox: str,
        folder: str = "",
        previous: str = "",
        environ: Mapping[str, str],
        spool: str = SPOOL,
    ) -> None:
        self.home = home
        self.system = system
        self.mbox = mbox
        self.folder = folder
        self.previous = previous
        self.environ = environ
        self.spool = spool

    def expand(self, name: str) -> str:
        """The path or URL behind a name (POSIX mailx, `file`); MailError (USAGE) when it stands for nothing."""
        if name == "-" or name.startswith(_REMOTE):
            return name
        for scheme in _SCHEMES:
            if name.startswith(scheme):
                return scheme + self.expand(name.removeprefix(scheme))
        if name[:1] in _SHORT:
            return _SHORT[name[:1]](self, name)
        return self._path(name)

    def _system(self, name: str) -> str:
        user = name[1:]
        if not user:
            return self.system
        if "/" in user or user in (".", ".."):
            raise MailError(f"{name}: not a user's name", USAGE)
        return paths.join(self.spool, user)

    def _previous(self, name: str) -> str:
        if name != "#":
            return self._path(name)
        if not self.previous:
            raise MailError("#: no previous mailbox", USAGE)
        return self.previous

    def _mbox(self, name: str) -> str:
        return self._path(self.mbox if name == "&" else name)

    def _in_folder(self, name: str) -> str:
        # POSIX mailx, folder: unset or null, + is a letter of the name like others.
        if not self.folder:
            return self._path(name)
        return self._path(paths.join(self.directory, name[1:]))

    @property
    def directory(self) -> str:
        """The folder directory as a path: relative to HOME unless it begins with a slash; "" when unset."""
        if not self.folder:
            return ""
        return paths.join(self.home, self._tilde(self._variables(self.folder)))

    def _path(self, name: str) -> str:
        return self._pattern(self._tilde(self._variables(name)))

    def _variables(self, name: str) -> str:
        """Replace $NAME and ${NAME}; one that is unset is nothing, as in the shell."""
        before, *rest = name.split("$")
        for part in rest:
            if part.startswith("{") and "}" in part:
                variable, _, after = part[1:].partition("}")
            else:
                length = next((i for i, c in enumerate(part) if not (c.isalnum() or c == "_")), len(part))
                variable, after = part[:length], part[length:]
            before += (self.environ.get(variable, "") if variable else "$") + after
        return before

    def _tilde(self, name: str) -> str:
        if not name.startswith("~"):
            return name
        user, slash, rest = name[1:].partition("/")
        if not user:
            return self.home + slash + rest
        import pwd

        try:
            return pwd.getpwnam(user).pw_dir + slash + rest
        except KeyError:
            return name

    def _pattern(self, name: str) -> str:
        """The one file that a pattern of the shell matches; the pattern itself when there is none."""
        if not any(c in name for c in "*?[") or paths.lexists(name):
            return name
        import glob

        found = sorted(glob.glob(name))
        if len(found) > 1:
            raise MailError(f"{name}: matches {len(found)} files; name one of them", USAGE)
        return found[0] if found else name


_SHORT = {"%": Names._system, "#": Names._previous, "&": Names._mbox, "+": Names._in_folder}


def system_mailbox(user: str, environ: Mapping[str, str], state: str, spool: str = "") -> str:
    """The path of the user's system mailbox, which need not exist.

    $MAIL counts when that file is the user's own, or is missing from a folder of theirs. A `spool` that is set
    counts alone (tests, odd systems). `state` is pymail's state folder ("" when there is none): its inbox is
    where mail went when the user has no file in /var/mail.
    """
    if spool:
        return paths.join(spool, user)
    mail = environ.get("MAIL", "")
    if mail and _own(mail):
        return mail
    inbox = paths.join(state, "inbox") if state else ""
    places = [*(paths.join(folder, user) for folder in _SPOOLS), *([inbox] if inbox else [])]
    return next((place for place in places if paths.exists(place)), places[0])


def _own(path: str) -> bool:
    """Is this the effective user's own mailbox, or a place in a folder of theirs where one may come to be?"""
    try:
        status = posix.stat(path)
        return status.st_uid == posix.geteuid() and (paths.is_file(status) or paths.is_folder(status))
    except FileNotFoundError:
        # In the spool, root's own folder, a name that is missing may be anybody's.
        return paths.dirname(path) not in _SPOOLS and _owns_folder(paths.dirname(path))
    except OSError:
        return False


def _owns_folder(path: str) -> bool:
    try:
        return posix.stat(path or ".").st_uid == posix.geteuid()
    except OSError:
        return False


def journal_folder(state: str) -> str:
    """Where the journals of mailboxes lie in a state folder."""
    return paths.join(state, "journal")
