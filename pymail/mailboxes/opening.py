"""Opening a mailbox: what a name leads to is found by looking at it, not by its spelling.

Apart because it is the one place that knows all kinds, and loads only the one that is
there. Names are expanded before (names.py).
"""

from __future__ import annotations

import posix

from pymail import paths
from pymail.errors import DATA, USAGE, MailError, reason, status_of
from pymail.mailboxes.mailbox import Mailbox, Missing, Settings
from pymail.mailboxes.names import journal_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pymail.mailboxes.mailbox import Deposit

_SCHEMES = ("mbox", "maildir", "file")
_REMOTE = ("pop3", "pop3s", "imap", "imaps")
_LOOKED_AT = 4096
# Octets of a byte order mark: before a letter it is no junk.
_MARK = 3
# From this size on, an index is read sooner than the file is scanned.
INDEXED = 1 << 19
# First octets of compressed files; which of them it is, packed.py knows.
_PACKED = (b"\x1f", b"B", b"\xfd")
_NAME = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def open_mailbox(name: str, settings: Settings | None = None, *, readonly: bool = False) -> Mailbox:
    """Open the mailbox at an expanded name: a path, `-` for standard input, or a URL.

    `readonly` promises that not one octet, time stamp or lock file changes. Without `settings`, they are those
    of the process's user. Raises Missing, MailError (DATA, NOPERM, ...).
    """
    settings = settings or default_settings()
    scheme, path = split(name)
    try:
        if path == "-" and not scheme:
            return _copied(name, 0, "", "it came from standard input", settings)
        status = posix.stat(path)
        _check_scheme(name, scheme, paths.is_folder(status))
        if paths.is_folder(status):
            return _folder(name, path, settings, readonly)
        if not paths.is_file(status):
            raise MailError(f"{name}: is neither a file nor a folder", DATA)
        return _file(name, paths.realpath(path), settings, readonly, scheme)
    except FileNotFoundError:
        raise Missing(f"{name}: No such file or directory") from None
    except OSError as error:
        raise MailError(f"{name}: {error.strerror or reason(error)}", status_of(error)) from error


def append_to(
    name: str,
    deposits: Iterable[Deposit],
    *,
    newkind: str = "mbox",
    settings: Settings | None = None,
    tell: Callable[[str], None] | None = None,
) -> tuple[bool, int]:
    """Append letters to the mailbox or file at an expanded name, all or none, on disk when this returns.

    A missing one is made, private, of the kind `newkind` (mbox or maildir). Answers whether it was, and how many
    octets were added. `tell` hears what the user should: a stale lock was broken. Raises MailError.
    """
    from pymail.mailboxes import deposit

    settings = settings or default_settings()
    scheme, path = split(name)
    if path == "-":
        raise MailError("-: nothing can be appended to standard input", USAGE)
    if path == paths.NULL:
        return False, sum(len(piece) for letter in deposits for piece in letter.pieces)
    try:
        if paths.lexists(path):
            _check_scheme(name, scheme, paths.isdir(path))
        if paths.isdir(path) or (scheme or newkind) == "maildir" and not paths.lexists(path):
            from pymail.mailboxes import maildir

            return maildir.append_to(path, deposits)
        made, octets, notes = deposit.append_to(path, deposits, settings)
        for note in notes:
            if tell is not None:
                tell(note)
        return made, octets
    except OSError as error:
        raise MailError(f"{name}: {error.strerror or reason(error)}", status_of(error, making=True)) from error


def default_settings() -> Settings:
    """What the process's own environment says; its HOME counts only where that is the user's own."""
    import pwd
    from os import environ

    try:
        home = pwd.getpwuid(posix.geteuid()).pw_dir
    except KeyError:
        home = ""
    wanted = environ.get("HOME", "")
    if not wanted or not _is_mine(wanted):
        return Settings(paths.state_folder({}, home), paths.cache_folder({}, home))
    return Settings(paths.state_folder(environ, wanted), paths.cache_folder(environ, wanted))


def split(name: str) -> tuple[str, str]:
    """Scheme ("" for none) and path of an expanded name. MailError for what is not built yet."""
    scheme, mark, path = name.partition("://")
    if mark and scheme in _REMOTE:
        raise MailError(f"{name}: {scheme} mailboxes cannot be opened yet", USAGE)
    if mark and scheme in _SCHEMES:
        return scheme, path
    return "", name


def _check_scheme(name: str, scheme: str, is_folder: bool) -> None:
    """Raise MailError when a thing is not what its name says."""
    if scheme == "maildir" and not is_folder:
        raise MailError(f"{name}: is a file, not a Maildir", DATA)
    if scheme == "mbox" and is_folder:
        raise MailError(f"{name}: is a folder, not an mbox", DATA)


def _is_mine(path: str) -> bool:
    try:
        return posix.stat(path).st_uid == posix.geteuid()
    except OSError:
        return False


def _folder(name: str, path: str, settings: Settings, readonly: bool) -> Mailbox:
    parts = [paths.join(path, part) for part in ("cur", "new")]
    if all(map(paths.isdir, parts)):
        from pymail.mailboxes import maildir

        why = "opened so" if readonly else ""
        if not why and not all(posix.access(part, posix.W_OK | posix.X_OK) for part in parts):
            why = "no permission to write"
        return maildir.Maildir(name, path, why, settings.watch)
    raise MailError(f"{name}: is a directory, not a mailbox (a Maildir holds cur, new and tmp)", DATA)


def _file(name: str, path: str, settings: Settings, readonly: bool, scheme: str) -> Mailbox:
    fd = open_quietly(path)
    try:
        begin = posix.pread(fd, _LOOKED_AT, 0)
        if begin[:1] in _PACKED:
            from pymail.mailboxes import packed

            if kind := packed.kind_of(begin):
                mailbox = _copied(name, fd, kind, "it is compressed", settings)
                posix.close(fd)
                return mailbox
        why = _why_readonly(path, settings, readonly)
        notes = [] if why else _mend(path, settings)
        mailbox = _letters(name, path, fd, settings, why, scheme)
        mailbox.notes += notes
        return mailbox
    except BaseException:
        posix.close(fd)
        raise


def _copied(name: str, source: int, kind: str, why: str, settings: Settings) -> Mailbox:
    from pymail.mailboxes import packed

    try:
        fd, wrong = packed.copy(source, kind)
    except MailError as error:
        raise MailError(f"{name}: {error.text}", error.status) from None
    try:
        mailbox = _letters(name, None, fd, settings, why, "")
    except BaseException:
        posix.close(fd)
        raise
    if wrong:
        mailbox.notes.append(f"{name}: only its beginning could be read: {wrong}")
    return mailbox


def _letters(name: str, path: str | None, fd: int, settings: Settings, why: str, scheme: str) -> Mailbox:
    """The open file as the kind of mailbox that it is."""
    begin = posix.pread(fd, _LOOKED_AT, 0)
    where = -1 if scheme == "mbox" else _letter_at(begin)
    if scheme == "mbox" or not 0 <= where <= _MARK and _is_mbox(fd, begin):
        if path is not None and settings.cache and posix.fstat(fd).st_size >= INDEXED:
            from pymail.mailboxes.indexed import Indexed

            return Indexed(name, path, fd, settings, why)
        from pymail.mailboxes.mbox import Mbox

        return Mbox(name, path, fd, settings, why)
    if where >= 0:
        from pymail.mailboxes import eml

        return eml.Eml(name, path, fd, where)
    raise MailError(f"{name}: is not a mailbox: no message begins in it", DATA)


def _letter_at(begin: bytes) -> int:
    """Where in the beginning of a file a single letter begins; -1 when it is none."""
    if not begin or begin.startswith(b"From "):
        return -1
    from pymail.mailboxes import letter

    return 0 if _is_header(begin) and letter.has_known_field(begin) else letter.begins(begin)


def _is_mbox(fd: int, begin: bytes) -> bool:
    """Is the file empty, or does a message begin in it, be it after some junk?"""
    from pymail.mailboxes import scan

    if not begin or begin.startswith(b"From ") and scan.is_first(begin):
        return True
    columns = scan.Columns()
    scan.extend(fd, columns, posix.fstat(fd).st_size)
    return len(columns) > 0


def open_quietly(path: str) -> int:
    """A descriptor for reading that leaves no trace in the file's time of access, where that is allowed."""
    flags = posix.O_RDONLY | posix.O_NONBLOCK | posix.O_CLOEXEC | posix.O_NOCTTY
    try:
        return posix.open(path, flags | posix.O_NOATIME)
    except PermissionError:
        return posix.open(path, flags)


def _is_header(begin: bytes) -> bool:
    """Does the text begin with a header field, `Name: value` (RFC 5322 2.2)?"""
    name, colon, _ = begin.partition(b"\n")[0].partition(b":")
    return bool(colon and name) and _NAME.issuperset(name.rstrip(b" \t"))


def _why_readonly(path: str, settings: Settings, readonly: bool) -> str:
    """Why a file cannot be changed, "" when it can."""
    if readonly:
        return "opened so"
    # Another session may just have removed it: then that is said.
    owner = posix.stat(path).st_uid
    if not posix.access(path, posix.W_OK, effective_ids=True):
        return "no permission to write"
    if posix.geteuid() not in (0, owner):
        return "it belongs to another user"
    if posix.geteuid() == owner and not _has_room(settings.state):
        return "there is no folder of your own for its journal (XDG_STATE_HOME, HOME)"
    return ""


def _has_room(state: str) -> bool:
    """Is the state folder there, or can it be made?"""
    while state and not paths.lexists(state):
        state = paths.dirname(state)
    return bool(state) and posix.access(state, posix.W_OK | posix.X_OK, effective_ids=True)


def _mend(path: str, settings: Settings) -> list[str]:
    """Finish what runs that were killed began; what to tell the user."""
    try:
        if not posix.listdir(journal_folder(settings.state)):
            return []
    except OSError:
        return []
    from pymail.mailboxes.leftovers import mend_all

    return mend_all(settings.state, path, settings.lock_timeout)
