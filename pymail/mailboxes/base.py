"""The base of an index: a file that is made once, mapped, and only ever replaced.

Apart from index.py because it is a file format: chunks of texts, a table of where each
begins, then the columns of the messages, each in one piece, so that opening a mailbox of
two million messages touches no more pages than it shows.
"""

from __future__ import annotations

import os
from binascii import crc32

from pymail.mailboxes.column import packed, unpacked
from pymail.mailboxes.texts import CHUNK, NOTHING, Chunk, unpack
from pymail.ownership import make_folder, open_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.mailboxes.column import Code
    from pymail.mailboxes.scan import Columns
    from pymail.summary import Rows

# No chunk is longer (octets), whatever a damaged table says.
_LONGEST = 1 << 24
# Starts, bodies, marks, flags.
CODES: tuple[Code, ...] = ("Q", "I", "I", "B")


class Base:
    """The base file `name` of `room` messages, whose texts are of a `kind`, with its table at `table`."""

    def __init__(self, folder: str, name: str, room: int, kind: int, table: int, check: int) -> None:
        """Map the file. Raises OSError, ValueError when it is not what it should be."""
        self.name = name
        self.room = room
        self.kind = kind
        self.table = table
        self.check = check
        self.fd = -1
        self.view = memoryview(b"")
        if room:
            self.fd = open_private(os.path.join(folder, name), os.O_RDONLY | os.O_CLOEXEC)
            self.view = _mapped(self.fd)
        if room and len(self.view) != self._places() + 17 * room:
            raise ValueError("it is too short")

    def columns(self) -> list[memoryview]:
        """Starts, bodies, marks, flags."""
        return unpacked(CODES, self.view[self._places() :], self.room)[0]

    def chunk(self, number: int) -> Chunk:
        """A chunk of texts."""
        if self.kind == NOTHING or number >= self._chunks():
            return Chunk(NOTHING)
        begin, end = self.view[self.table + 8 * number :][:16].cast("Q")
        # Read, not mapped: else going through all texts would fill the memory with them.
        return unpack(os.pread(self.fd, min(max(end - begin, 0), _LONGEST), begin))

    def close(self) -> None:
        """Let go of the file; what was mapped of it stays as long as it is used."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def is_whole(self) -> bool:
        """Compare the check sum of all but the texts, which have their own."""
        return crc32(self.view[self.table :]) == self.check

    def _chunks(self) -> int:
        return -(-self.room // CHUNK)

    def _places(self) -> int:
        return self.table + (8 * (self._chunks() + 1) if self.kind else 0)


class Builder:
    """A base that is being made: `count` messages were added."""

    def __init__(self, folder: str, name: str, kind: int) -> None:
        """Begin the file `name`. Raises OSError, MailError."""
        make_folder(folder)
        self.folder = folder
        self.name = name
        self.kind = kind
        self.count = 0
        self.at = 0
        self.table: list[int] = [0]
        self.current = Chunk(kind)
        self.fd = open_private(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC)

    def add(self, rows: Rows) -> None:
        """The next messages, with what the kind asks for. Raises OSError."""
        at = 0
        while at < len(rows):
            end = at + CHUNK - len(self.current)
            self.current.take(rows, at, end)
            at = end
            if len(self.current) == CHUNK:
                self._flush()
        self.count += len(rows)

    def finish(self, columns: Columns) -> Base:
        """Write the columns behind the texts; the base. Raises OSError."""
        if len(self.current):
            self._flush()
        self._write(bytes(-self.at % 8))
        table, check = self.at, 0
        texts = [packed("Q", self.table)] if self.kind else []
        numbers = (columns.starts, columns.bodies, columns.marks, columns.flags)
        places = [packed(code, column) for code, column in zip(CODES, numbers, strict=True)]
        for octets in (*texts, *places):
            check = crc32(octets, check)
            self._write(octets)
        self.close()
        return Base(self.folder, self.name, len(columns), self.kind, table, check)

    def drop(self) -> None:
        """It comes to nothing."""
        self.close()
        try:
            os.unlink(os.path.join(self.folder, self.name))
        except OSError:
            pass

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _flush(self) -> None:
        self._write(self.current.pack())
        self.table.append(self.at)
        self.current = Chunk(self.kind)

    def _write(self, octets: bytes) -> None:
        view = memoryview(octets)
        self.at += len(view)
        while view:
            view = view[os.write(self.fd, view) :]


def _mapped(fd: int) -> memoryview:
    import mmap

    return memoryview(mmap.mmap(fd, 0, access=mmap.ACCESS_READ))
