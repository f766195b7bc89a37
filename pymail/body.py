"""Octets of a letter that need not fit into memory: its text, a file that goes along.

Apart from `draft` because it knows nothing of mail: octets in, the same octets out, as
often as they are wanted.
"""

from __future__ import annotations

import posix

from pymail.errors import IOERR, MailError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK = 57 * 1024  # octets: whole lines of base64
_MEMORY = 1 << 20  # octets that are held in memory
# What malloc (glibc) has seen freed once it keeps for itself: else each block costs the system new pages.
_HELD = 1 << 20


class Body:
    """Octets of any number: few in memory, many in a file without a name. Can be read again and again.

    Or, with `descriptor`, the first `size` octets of that open file. `name` is for messages.
    """

    __slots__ = ("_descriptor", "_end", "_memory", "_start", "name")

    def __init__(self, octets: bytes = b"", name: str = "letter", descriptor: int = -1, size: int = 0) -> None:
        self.name = name
        self._memory = bytearray()
        self._descriptor = descriptor
        self._start, self._end = 0, size
        if octets:
            self.write(octets)

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> Body:
        """One that holds these octets."""
        body = cls()
        body.extend(pieces)
        return body

    def __del__(self) -> None:
        if self._descriptor >= 0:
            try:
                posix.close(self._descriptor)
            except OSError:
                pass  # nobody needs it any more

    @property
    def size(self) -> int:
        """How many octets there are."""
        return self._end - self._start

    def write(self, octets: bytes) -> None:
        """Adds octets at the end. MailError(IOERR) when the disk takes no more."""
        if self._descriptor < 0 and self._end + len(octets) <= _MEMORY:
            self._memory += octets
            self._end += len(octets)
            return
        if self._descriptor < 0:
            self._descriptor, self._end = _nameless(), 0
            octets = bytes(self._memory) + octets
            self._memory.clear()
        view = memoryview(octets)
        while view:
            try:
                written = posix.pwrite(self._descriptor, view, self._end)
            except OSError as error:
                raise MailError(f"{self.name}: temporary file: {reason(error)}", IOERR) from error
            self._end += written
            view = view[written:]

    def extend(self, pieces: Iterable[bytes]) -> None:
        """Adds pieces at the end, as write does."""
        for piece in pieces:
            self.write(piece)

    def end_line(self) -> None:
        """Ends the last line, if it is open: what is written next begins a line."""
        if not self.size:
            return
        at = self._end - 1
        last = posix.pread(self._descriptor, 1, at) if self._descriptor >= 0 else self._memory[at:]
        if last != b"\n":
            self.write(b"\n")

    def pieces(self) -> Iterator[bytes]:
        """The octets in blocks. MailError(IOERR) when a file has become shorter."""
        if self._descriptor >= 0:
            bytes(_HELD)
        at = self._start
        while at < self._end:
            count = min(BLOCK, self._end - at)
            if self._descriptor < 0:
                piece = bytes(self._memory[at : at + count])
            else:
                piece = posix.pread(self._descriptor, count, at)
            if not piece:
                raise self._shrunk()
            yield piece
            at += len(piece)

    def read(self, at: int, length: int) -> bytes:
        """So many octets from `at` on. MailError(IOERR) when a file has become shorter, OSError."""
        at += self._start
        if self._descriptor < 0:
            return bytes(self._memory[at : at + length])
        found = bytearray()
        while len(found) < length:
            piece = posix.pread(self._descriptor, length - len(found), at + len(found))
            if not piece:
                raise self._shrunk()
            found += piece
        return bytes(found)

    def truncate(self) -> None:
        """Forgets all octets."""
        self._memory.clear()
        self._start = self._end = 0

    def skip(self, octets: int) -> None:
        """Forgets the first `octets`."""
        self._start += octets

    def _shrunk(self) -> MailError:
        return MailError(f"{self.name}: became shorter while it was read", IOERR)


def _nameless() -> int:
    """A file that nobody else can open and that is gone when it is closed."""
    import os

    folder = os.environ.get("TMPDIR") or "/tmp"
    try:
        return os.open(folder, os.O_RDWR | getattr(os, "O_TMPFILE", 0) | os.O_CLOEXEC, 0o600)
    except OSError:
        path = f"{folder}/pymail-{os.urandom(16).hex()}"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        os.unlink(path)
    except OSError as error:
        raise MailError(f"temporary file: {reason(error)}", IOERR) from error
    return descriptor
