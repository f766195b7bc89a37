"""A letter on disk while it is typed, from its first line.

Apart from `collect` because the next start needs it without any typing. In the folder
`drafts` of the user's state each letter has a file: header fields, an empty line, the text as
it was typed. It is locked by who types, and removed when the letter is somewhere else; one
that is not locked was left by a run that was killed, or by a power cut.
"""

from __future__ import annotations

import fcntl
import os
import time
from binascii import crc32

from pymail import addresses, encode, headers, heading, undelivered
from pymail.addresses import Address
from pymail.body import Body
from pymail.draft import Draft
from pymail.errors import MailError, reason
from pymail.ownership import make_folder, open_private, sync_folder, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pymail.session import Session

_TORN = ".new"
_ABANDONED = 3600  # seconds after which a file with nothing in it is no one's work any more


def folder(s: Session) -> str:
    """Where these letters are; "" where none is to be kept (no home, nosave) or touched (a dry run)."""
    wanted = s.variables.flag("save") and not s.variables.flag("debug")
    return s.state() + "/drafts" if s.state() and wanted else ""


class Unfinished:
    """The file of one letter, made by the first line. The methods raise nothing: typing goes on without it."""

    __slots__ = ("_descriptor", "_folder", "_is_stale", "_kept", "_session", "path")

    def __init__(self, s: Session) -> None:
        self._session = s
        self._folder = folder(s)
        self._descriptor = -1
        self._is_stale = False
        self._kept = 0  # a checksum of all that is in the file
        self.path = f"{self._folder}/{os.getpid()}.{time.time_ns()}"

    @property
    def exists(self) -> bool:
        """Is anything kept?"""
        return self._descriptor >= 0

    def add(self, draft: Draft, line: bytes) -> None:
        """Keep a line that was typed, and is in the draft already; `sync` makes it durable."""
        if self._descriptor < 0:
            self.renew(draft)
        elif self._folder:
            self._try(lambda: write(self._descriptor, line))
            self._kept = crc32(line, self._kept)
            self._is_stale = True

    def renew(self, draft: Draft) -> None:
        """Keep the letter as it is by now, durably."""
        if self._folder and draft.body.size:
            self._try(lambda: self._renew(draft))

    def _renew(self, draft: Draft) -> None:
        kept = crc32(_head(draft))
        for piece in draft.body.pieces():
            kept = crc32(piece, kept)
        if self._descriptor < 0 or kept != self._kept:
            self._replace(draft)
        self._kept = kept

    def sync(self) -> None:
        """Make what was added survive a power cut."""
        if self._is_stale and self._folder:
            self._try(lambda: os.fdatasync(self._descriptor))
        self._is_stale = False

    def end(self) -> None:
        """Remove it: the letter is somewhere else, or not wanted."""
        if self._descriptor >= 0:
            self._try(lambda: os.unlink(self.path))
            os.close(self._descriptor)
            self._descriptor = -1

    def _replace(self, draft: Draft) -> None:
        make_folder(self._folder)
        descriptor = open_private(self.path + _TORN, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            write(descriptor, _head(draft))
            for piece in draft.body.pieces():
                write(descriptor, piece)
            os.fsync(descriptor)
            os.rename(self.path + _TORN, self.path)
            sync_folder(self._folder)
        except BaseException:
            os.close(descriptor)
            raise
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = descriptor

    def _try(self, what: Callable[[], object]) -> None:
        try:
            what()
        except (MailError, OSError) as error:
            self._session.complain(f"the letter is not kept while it is typed: {reason(error)}")
            self._folder = ""


def _head(draft: Draft) -> bytes:
    """Who gets it and what it is about, as `heading` reads it."""
    lines = encode.people("Sender", [draft.sender] if draft.sender else [])
    for name, people in (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc), ("Reply-To", draft.reply_to)):
        lines += encode.people(name, people)
    if draft.subject:
        lines += headers.fold("Subject", headers.encode(draft.subject))
    for name, ids in (("In-Reply-To", draft.in_reply_to), ("References", draft.references)):
        lines += headers.fold(name, " ".join(ids)) if ids else b""
    for name, text in [*draft.headers, *(("X-Attached", file.path) for file in draft.attachments)]:
        lines += headers.fold(name, headers.encode(text))
    return lines + b"\n"


def recover(s: Session) -> None:
    """Put what killed runs left into the dead-letter file, and say so; what is being typed elsewhere stays."""
    place = folder(s)
    try:
        names = sorted(os.listdir(place)) if place else []
    except OSError:
        return
    for name in names:
        if name.removesuffix(_TORN) in names and name.endswith(_TORN):
            continue  # the letter itself is beside it
        try:
            _recover(s, f"{place}/{name}")
        except (MailError, OSError) as error:
            s.complain(reason(error))


def _recover(s: Session, path: str) -> None:
    body = _claimed(path)
    if body is None:
        return
    if body.size:
        now = os.stat(path).st_mtime
        letter = encode.Message(_draft(s, body), hostname=os.uname().nodename, now=now)
        kept, told = undelivered.bury(s, letter.record, "", replace=False)
        if kept or not told:
            _remove(path)
        if kept:
            told = [f"a letter that was not finished is in {kept}; ~d in a new one inserts it"]
        for line in told:
            s.complain(line)
    elif time.time() - os.stat(path).st_mtime > _ABANDONED:
        _remove(path)


def _claimed(path: str) -> Body | None:
    """What is in the file of a letter, for this process alone; None while somebody types it."""
    descriptor = open_private(path, os.O_RDWR)
    body = Body(name=path, descriptor=descriptor, size=os.fstat(descriptor).st_size)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return None
    return body


def _remove(path: str) -> None:
    """A letter's file, and what was to replace it."""
    os.unlink(path)
    if os.path.lexists(path + _TORN):
        os.unlink(path + _TORN)


def _draft(s: Session, body: Body) -> Draft:
    """The letter in a file of ours, or all of the file as a text."""
    try:
        draft = heading.from_letter(body, addresses.parse)  # files and commands too, which it will not go to
    except MailError:
        draft = Draft()
        draft.body = body
    draft.sender = draft.sender or Address("", s.user.name, os.uname().nodename)
    return draft
