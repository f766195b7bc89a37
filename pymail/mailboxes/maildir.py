"""A Maildir: a folder with a file for each letter, its flags in the file's name (cr.yp.to/proto/maildir.html).

Apart because nothing here is locked and everything may move under us: another program
may move a letter from new to cur, or rename it to change its flags, at any moment. A
letter is known by the part of its name before the colon, and looked for again when it
is not where it was.

S, R, F and D are our read, answered, flagged and draft; lying in cur is our old. Letters
of the info that mean nothing to us (P, T, and Dovecot's small ones) are kept as they are.
"""

from __future__ import annotations

import os
import time

from pymail.errors import CANTCREAT, IOERR, NOPERM, MailError, reason
from pymail.mailboxes import letter
from pymail.mailboxes.mailbox import Gone, Mailbox, Outcome, watched
from pymail.mailboxes.status import stamped
from pymail.ownership import make_folder, sync_folder, write
from pymail.summary import ANSWERED, DRAFT, FLAGGED, OLD, SEEN, Summary, from_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pymail.mailboxes.mailbox import Deposit, Plan, Watch

_PARTS = ("tmp", "new", "cur")
_INFO = ":2,"
_LETTERS = {"D": DRAFT, "F": FLAGGED, "R": ANSWERED, "S": SEEN}


class Maildir(Mailbox):
    """An open Maildir; `places` says where the letter of each unique name is, as `cur/NAME:2,INFO` or `new/NAME`."""

    def __init__(self, name: str, path: str, readonly: str = "", watch: Watch | None = None) -> None:
        """List the folder; nothing in it is moved. Raises OSError."""
        self.watch = watch
        self.name = name
        self.path = path
        self.readonly = readonly
        self.notes = []
        self.details = []
        self.folder = path
        self.places = _listed(path)
        self.names = sorted(self.places, key=_order)
        self.told = bytearray(_flags(self.places[name]) for name in self.names)

    def __len__(self) -> int:
        return len(self.names)

    def flags(self, index: int) -> int:
        return self.told[index]

    def stored(self) -> bytearray:
        return bytearray(self.told)

    def size(self, index: int) -> int:
        with self._open(index) as file:
            return os.fstat(file.fd).st_size

    def lines(self, index: int) -> int:
        with self._open(index) as file:
            return letter.lines(file.fd)

    def head(self, index: int) -> bytes:
        with self._open(index) as file:
            return letter.head(file.fd)

    def pieces(self, index: int) -> Iterator[bytes]:
        with self._open(index) as file:
            yield from letter.pieces(file.fd)

    def received(self, index: int) -> tuple[str, int]:
        sender = next((line for line in self.head(index).split(b"\n") if line[:12].lower() == b"return-path:"), b"")
        return sender[12:].strip(b" \t<>").decode("utf-8", "replace"), _order(self.names[index])[0]

    def summary(self, index: int) -> Summary:
        with self._open(index) as file:
            return from_head(letter.head(file.fd), os.fstat(file.fd).st_size, _order(self.names[index])[0])

    def refresh(self) -> int:
        self.places = _listed(self.folder)
        known = set(self.names)
        arrived = sorted((name for name in self.places if name not in known), key=_order)
        self.names += arrived
        self.told += bytes(_flags(self.places[name]) for name in arrived)
        return len(arrived)

    def append(self, deposits: Iterable[Deposit]) -> int:
        self._refuse()
        return append_to(self.folder, deposits)[1]

    def commit(self, plan: Plan) -> Outcome:
        self._refuse()
        try:
            arrived = self.refresh()
        except OSError as error:
            raise MailError(f"{self.name}: nothing was changed: {reason(error)}", IOERR) from error
        here = [index for index in range(len(self)) if self.names[index] in self.places]
        try:
            for index, octets in plan.replace.items():
                if index in here and index not in plan.remove:
                    self._replace(index, octets)
            for index, flags in watched(self.watch, "Writing", plan.flags.items()):
                if index not in plan.remove:
                    self._store(index, flags)
            removed = sum(self._remove(index) for index in watched(self.watch, "Writing", plan.remove))
            self._sync()
        except OSError as error:
            raise MailError(f"{self.name}: not all was changed: {reason(error)}", IOERR) from error
        unmatched = sum(index not in here for index in plan.replace)
        return Outcome(len(here) - removed, removed, arrived, unmatched)

    def _refuse(self) -> None:
        if self.readonly:
            raise MailError(f"{self.name}: cannot be changed: {self.readonly}", NOPERM)

    def _open(self, index: int) -> _File:
        """The letter's file, wherever it is by now. Raises Gone, OSError."""
        for _ in range(3):
            place = self.places.get(self.names[index])
            if place is None:
                break
            try:
                return _File(os.path.join(self.folder, place))
            except FileNotFoundError:
                self.places = _listed(self.folder)
        raise Gone(self.name)

    def _remove(self, index: int) -> bool:
        return self._moving(index, os.unlink)

    def _store(self, index: int, wanted: int) -> None:
        """Rename the letter so that it has the flags that the session changed; what others set stays."""

        def rename(path: str) -> None:
            told, now = self.told[index], _flags(self.places[self.names[index]])
            flags = (now | wanted & ~told) & ~(told & ~wanted)
            place = _place(self.names[index], flags, _info(path))
            os.rename(path, os.path.join(self.folder, place))
            self.places[self.names[index]] = place

        self._moving(index, rename)

    def _replace(self, index: int, octets: bytes) -> None:
        made = _write(self.folder, stamped([octets], 0))[0]
        try:
            self._moving(index, lambda path: os.rename(made, path))
        finally:
            _unlink(made)

    def _moving(self, index: int, change: Callable[[str], None]) -> bool:
        """Do something to the letter's file, wherever it is by now; was it there?"""
        for _ in range(3):
            place = self.places.get(self.names[index])
            if place is None:
                return False
            try:
                change(os.path.join(self.folder, place))
                return True
            except FileNotFoundError:
                self.places = _listed(self.folder)
        return False

    def _sync(self) -> None:
        for part in ("cur", "new"):
            sync_folder(os.path.join(self.folder, part))


class _File:
    """A letter's file, open for reading (a context manager)."""

    def __init__(self, path: str) -> None:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            self.fd = os.open(path, flags | os.O_NOATIME)
        except PermissionError:
            self.fd = os.open(path, flags)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)


def append_to(path: str, deposits: Iterable[Deposit]) -> tuple[bool, int]:
    """Put letters into the Maildir at `path`, which is made if it is missing; was it, and how many octets came?

    First all are written and on disk in tmp, then all get their names. Raises MailError, OSError.
    """
    made = not os.path.lexists(path)
    if not made and not any(os.path.isdir(os.path.join(path, part)) for part in _PARTS):
        raise MailError(f"{path}: is not a Maildir (it has no cur, new and tmp)", CANTCREAT)
    for part in _PARTS:
        # A run that was killed may have made only some of them.
        if not os.path.isdir(os.path.join(path, part)):
            make_folder(os.path.join(path, part))
    ready: list[tuple[str, str]] = []
    size = 0
    try:
        for deposit in deposits:
            file, octets = _write(path, stamped(deposit.pieces, 0))
            ready.append((file, os.path.join(path, _place(os.path.basename(file), deposit.flags, ""))))
            size += octets
        _name(path, ready)
    except OSError as error:
        raise MailError(f"{path}: nothing was appended: {reason(error)}", IOERR) from error
    finally:
        for file, _ in ready:
            _unlink(file)
    return made, size


def _name(path: str, ready: list[tuple[str, str]]) -> None:
    """Give the letters in tmp their names, on disk when this returns; all or, when something fails, none."""
    named = []
    try:
        for file, place in ready:
            os.rename(file, place)
            named.append(place)
        for part in ("cur", "new"):
            sync_folder(os.path.join(path, part))
    except OSError:
        for place in named:
            _unlink(place)
        raise


def _write(folder: str, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write a letter to a new file in tmp, on disk when this returns: its path and size. Raises OSError."""
    path = os.path.join(folder, "tmp", _unique())
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    size = 0
    try:
        os.fchmod(fd, 0o600)
        for piece in pieces:
            size += len(piece)
            write(fd, piece)
        os.fsync(fd)
    except BaseException:
        os.unlink(path)
        raise
    finally:
        os.close(fd)
    return path, size


def _unique() -> str:
    """A name that no other letter has: time, process, chance, host."""
    now = time.time_ns()
    host = os.uname().nodename.replace("/", r"\057").replace(":", r"\072")
    return f"{now // 10**9}.M{now // 1000 % 10**6:06}P{os.getpid()}R{os.urandom(4).hex()}.{host}"


def _listed(folder: str) -> dict[str, str]:
    """Unique name -> place of each letter. What is in new and in cur was just being moved: it is in cur."""
    places = {}
    for part in ("new", "cur"):
        with os.scandir(os.path.join(folder, part)) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                    places[entry.name.partition(_INFO)[0]] = f"{part}/{entry.name}"
    return places


def _order(name: str) -> tuple[int, int, str]:
    """By time of arrival, as the name tells it: seconds, then M and microseconds."""
    seconds, _, rest = name.partition(".")
    micro = ""
    if rest.startswith("M"):
        micro = rest[1:7]
    return int(seconds) if seconds.isdecimal() else 0, int(micro) if micro.isdecimal() else 0, name


def _flags(place: str) -> int:
    flags = OLD if place.startswith("cur/") else 0
    for character in _info(place):
        flags |= _LETTERS.get(character, 0)
    return flags


def _info(place: str) -> str:
    return place.rpartition("/")[2].partition(_INFO)[2]


def _place(name: str, flags: int, info: str) -> str:
    """Where a letter with these flags belongs; `info` is what its name said before."""
    kept = set(info) - set(_LETTERS)
    if not flags and not kept:
        return f"new/{name}"
    kept |= {character for character, flag in _LETTERS.items() if flags & flag}
    return f"cur/{name}{_INFO}{''.join(sorted(kept))}"


def _unlink(path: str) -> None:
    """Tidy up: what is left in tmp is nobody's letter."""
    try:
        os.unlink(path)
    except OSError:
        pass
