"""One letter that waits in the outbox: its file and its file name.

Apart because the form has to hold through crashes, and the queue's order of work does
not. The rules:

1. The *name* holds what a flush must know of every letter, so that one listing of the
   folder tells it: `ID.DUE.TRIES.STATE.MARK`, hexadecimal. ID is the time of queueing
   in microseconds (13 digits) and the inode, hence unique and in order of queueing;
   STATE is `w` waiting or `h` held; MARK is a checksum of the account. A change is a
   rename, which a crash cannot tear.
2. The *head*, ours, stands before the letter and never changes its length. Its first
   line tells that length. A recipient is a line `To: address`; as soon as somebody else
   answers for it, the two letters are overwritten: `Ok` accepted, `No` given up. `Why`
   is the last error, padded with blanks; it may be torn without harm.
3. The *letter* follows, LF line ends, and is never written again.
"""

from __future__ import annotations

import binascii
import errno
import fcntl
import os

from pymail import ownership
from pymail.errors import DATA, USAGE, MailError, printable
from pymail.transports.transport import Envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.transports.transport import Source

WAITING, ACCEPTED, GIVEN_UP = b"To", b"Ok", b"No"
_MAGIC = b"Pymail-Outbox: 1 "
_WHY = 400
_BLOCK = 1 << 16


class Entry:
    """What the name tells: `id`, when `queued` and `due` (seconds since the epoch), `tries`, `held`, `mark`.

    Raises ValueError for the name of something else.
    """

    __slots__ = ("folder", "name", "id", "queued", "due", "tries", "held", "mark")

    def __init__(self, folder: str, name: str) -> None:
        self.folder = folder
        self.name = name
        self.id, due, tries, state, self.mark = name.split(".")
        if len(self.id) < 14 or len(self.mark) != 8:
            raise ValueError(name)
        self.queued = int(self.id[:13], 16) / 1e6
        self.due = int(due, 16)
        self.tries = int(tries, 16)
        self.held = state == "h"

    @property
    def path(self) -> str:
        """Where its file is."""
        return f"{self.folder}/{self.name}"

    def rename(self, due: float, tries: int, held: bool) -> None:
        """Change what the name tells. Raises FileNotFoundError when another process was quicker."""
        name = name_of(self.id, due, tries, held, self.mark)
        os.rename(self.path, f"{self.folder}/{name}")
        self.name, self.due, self.tries, self.held = name, int(due), tries, held

    def claim(self) -> Letter | None:
        """Open it for this process alone; None when it is gone, changed, or being sent by another.

        The claim is an fcntl lock: it ends with the process, however that ends.
        Raises MailError when the file is damaged or not the user's own.
        """
        try:
            descriptor = ownership.open_private(self.path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.stat(self.path).st_ino == os.fstat(descriptor).st_ino:
                return Letter(descriptor, self.path)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.ENOENT):
                os.close(descriptor)
                raise
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None

    def read(self) -> Letter:
        """Open it for looking at. Raises OSError, MailError as `claim`."""
        descriptor = ownership.open_private(self.path, os.O_RDONLY)
        try:
            return Letter(descriptor, self.path)
        except BaseException:
            os.close(descriptor)
            raise


class Letter:
    """An open entry: its head's values, and the letter as a Source.

    `states` holds for each of `recipients` WAITING, ACCEPTED or GIVEN_UP.
    """

    __slots__ = (
        "account",
        "sender",
        "recipients",
        "states",
        "why",
        "size",
        "eightbit",
        "utf8",
        "_descriptor",
        "_start",
        "_buffer",
        "_places",
        "_why_place",
    )

    def __init__(self, descriptor: int, path: str) -> None:
        self._descriptor = descriptor
        self._buffer = os.pread(descriptor, _BLOCK, 0)
        try:
            self._parse()
        except (ValueError, KeyError, IndexError):
            raise MailError(f"{path}: not a letter of the outbox, or damaged", DATA) from None

    def __enter__(self) -> Letter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, and of the claim."""
        os.close(self._descriptor)

    def _parse(self) -> None:
        if not self._buffer.startswith(_MAGIC):
            raise ValueError
        self._start = start = int(self._buffer[len(_MAGIC) : len(_MAGIC) + 10])
        head = self._buffer[:start] if start <= len(self._buffer) else _read(self._descriptor, start)
        if len(head) != start or not head.endswith(b"\n\n"):
            raise ValueError
        lines = head[:-2].split(b"\n")
        fixed = dict(line.split(b": ", 1) for line in lines[:6])
        self.account = _text(fixed[b"Account"])
        self.sender = _text(fixed[b"Sender"])
        self.size = int(fixed[b"Size"])
        form = fixed[b"Form"].split()
        self.eightbit, self.utf8 = b"8bit" in form, b"utf8" in form
        self.why = fixed[b"Why"].rstrip().decode("utf-8", "replace")
        self._why_place = head.index(b"\nWhy: ") + 6
        self.recipients = [_text(line[4:]) for line in lines[6:]]
        self.states = [line[:2] for line in lines[6:]]
        self._places = self._why_place + _WHY + 1

    @property
    def waiting(self) -> list[str]:
        """The recipients that nobody has answered for yet."""
        return [name for name, state in zip(self.recipients, self.states, strict=True) if state == WAITING]

    @property
    def envelope(self) -> Envelope:
        """What is still to be sent."""
        return Envelope(self.sender, self.waiting, self.utf8)

    def pieces(self) -> Iterator[bytes]:
        """The letter's octets, LF line ends; may be called again."""
        place = len(self._buffer)
        if place > self._start:
            yield self._buffer[self._start :]
        place = max(place, self._start)
        while piece := os.pread(self._descriptor, _BLOCK, place):
            yield piece
            place += len(piece)

    def settle(self, states: dict[str, bytes], why: str) -> None:
        """Note which recipients are done, on disk when this returns, and the last error. Raises OSError."""
        place = self._places
        for index, recipient in enumerate(self.recipients):
            state = states.get(recipient, WAITING)
            if state != WAITING and self.states[index] == WAITING:
                os.pwrite(self._descriptor, state, place)
                self.states[index] = state
            place += len(_octets(recipient)) + 5
        os.pwrite(self._descriptor, _padded(why), self._why_place)
        if states:
            os.fdatasync(self._descriptor)


def write(descriptor: int, envelope: Envelope, source: Source, account: str, why: str) -> None:
    """Write a whole entry and make it durable. Raises OSError; MailError (USAGE) for an address of two lines."""
    head = _head(envelope, source, account, why)
    block = [head]
    size = len(head)
    for piece in source.pieces():
        block.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            ownership.write(descriptor, b"".join(block))
            block, size = [], 0
    ownership.write(descriptor, b"".join(block))
    os.fsync(descriptor)


def name_of(identity: str, due: float, tries: int, held: bool, mark: str) -> str:
    """The file name that tells this."""
    return f"{identity}.{int(due):x}.{tries:x}.{'h' if held else 'w'}.{mark}"


def mark_of(account: str) -> str:
    """The checksum that stands for an account in a name (two accounts may share one: compare the head too)."""
    return f"{binascii.crc32(_octets(account)):08x}"


def _head(envelope: Envelope, source: Source, account: str, why: str) -> bytes:
    for text in (account, envelope.sender, *envelope.recipients):
        if "\n" in text or "\r" in text or "\0" in text:
            raise MailError(f"{printable(text)}: an address is one line", USAGE)
    form = ("8bit " if source.eightbit else "") + ("utf8" if envelope.utf8 else "")
    lines = [
        b"Account: " + _octets(account),
        b"Sender: " + _octets(envelope.sender),
        b"Size: %d" % source.size,
        b"Form: " + form.encode(),
        b"Why: " + _padded(why),
        *(b"To: " + _octets(recipient) for recipient in envelope.recipients),
    ]
    rest = b"\n".join(lines) + b"\n\n"
    return _MAGIC + b"%010d\n" % (len(_MAGIC) + 11 + len(rest)) + rest


def _padded(why: str) -> bytes:
    octets = printable(why).encode("utf-8", "replace")[:_WHY]
    return octets.decode("utf-8", "ignore").encode().ljust(_WHY)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _read(descriptor: int, size: int) -> bytes:
    pieces = []
    place = 0
    while place < size and (piece := os.pread(descriptor, size - place, place)):
        pieces.append(piece)
        place += len(piece)
    return b"".join(pieces)
