"""Where the messages of an mbox lie: one pass over the file in large blocks.

Apart from mbox.py because opening, refreshing and committing all need the same
columns, and because this is where the time of opening a gigabyte goes: one literal
search for From_ lines, then a few searches in each header. Nothing else is read.

A message begins at the first From_ line, then at each dated one after an empty
line, LF or CRLF. Another line that begins with `From ` is a boundary too when the
Content-Length of the message before it ends just there: that is how mboxcl files
mark messages without an empty line, and it can never split a message wrongly at
less than its own word. Only with `believe` (the variable mbox-content-length) may a
Content-Length also reach over dated From_ lines (mboxcl2).
"""

from __future__ import annotations

import os
from binascii import crc32

from pymail.errors import TEMPFAIL, MailError
from pymail.summary import flags_from

from .fromline import dated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableSequence

BLOCK = 1 << 20
# What is read past a block, so that the headers of its last messages are whole; longer ones are read apart.
OVERLAP = 1 << 16
# A header ends here (octets) if no empty line ends it before.
LONGEST_HEADER = 1 << 20
# From this size on, importing re and array costs less than they save.
LARGE = 4 << 20
# So many octets of a message go into its mark.
MARKED = 384


class Shrunk(MailError):
    """The file became shorter while it was read: look again, never take it for its end."""

    def __init__(self) -> None:
        super().__init__("the mailbox became shorter while it was read: try again", TEMPFAIL)


class Columns:
    """The messages of a file up to `end`, one entry a message in each column.

    `starts`: the offset of its From_ line; `bodies`: how many octets later its text begins; `flags`: stored
    flags; `marks`: a check sum of its beginning that a changed Status line does not change. The last message
    reaches to `end`; `lacking` is what must be added there before a From_ line can follow.
    """

    __slots__ = ("starts", "bodies", "flags", "marks", "end", "lacking")

    def __init__(self, size: int = 0) -> None:
        self.starts: MutableSequence[int] = []
        self.bodies: MutableSequence[int] = []
        self.marks: MutableSequence[int] = []
        self.flags = bytearray()
        self.end = 0
        self.lacking = b""
        if size >= LARGE:
            from array import array

            self.starts, self.bodies, self.marks = array("Q"), array("I"), array("I")

    def __len__(self) -> int:
        return len(self.starts)

    def stop(self, index: int) -> int:
        """Where the next message, or nothing more, begins."""
        return self.starts[index + 1] if index + 1 < len(self.starts) else self.end

    def message(self, index: int) -> tuple[int, int, int, int]:
        """One message of all columns, as `add` takes it."""
        return self.starts[index], self.bodies[index], self.flags[index], self.marks[index]

    def add(self, start: int, body: int, flags: int, mark: int) -> None:
        """One more message."""
        self.starts.append(start)
        self.bodies.append(body)
        self.flags.append(flags)
        self.marks.append(mark)

    def cut(self, count: int) -> None:
        """Forget all messages but the first `count`."""
        del self.starts[count:], self.bodies[count:], self.flags[count:], self.marks[count:]


def read(fd: int, length: int, at: int) -> bytes:
    """Just these octets of the file; Shrunk when they are not there, OSError when they cannot be read."""
    data = os.pread(fd, length, at)
    while len(data) < length:
        more = os.pread(fd, length - len(data), at + len(data))
        if not more:
            raise Shrunk
        data += more
    return data


def read_into(fd: int, view: memoryview, at: int) -> None:
    """Fill the view with the octets of the file from `at` on; Shrunk when there are not so many, OSError."""
    done = 0
    while done < len(view):
        count = os.preadv(fd, [view[done:]], at + done)
        if not count:
            raise Shrunk
        done += count


def extend(fd: int, columns: Columns, size: int, believe: bool = False) -> None:
    """Bring the columns up to a file of `size` octets; the last message known may have been half written.

    Raises Shrunk, OSError: then the columns are as they were.
    """
    known = max(len(columns) - 1, 0)
    last = (
        [(columns.starts[known], columns.bodies[known], columns.flags[known], columns.marks[known])] if columns else []
    )
    columns.cut(known)
    scan = _Scan(fd, columns, size, believe)
    try:
        for block in _blocks(fd, last[0][0] if last else 0, size):
            scan.block(*block)
        columns.lacking = missing_end(fd, size)
    except BaseException:
        columns.cut(known)
        for message in last:
            columns.add(*message)
        raise
    columns.end = size


def missing_end(fd: int, end: int) -> bytes:
    """What has to be added to a file of `end` octets before a From_ line can follow. Raises Shrunk, OSError."""
    tail = read(fd, min(end, 3), max(end - 3, 0))
    if not tail or tail.endswith((b"\n\n", b"\n\r\n")):
        return b""
    return b"\n" if tail.endswith(b"\n") else b"\n\n"


def _blocks(fd: int, begin: int, size: int) -> Iterator[tuple[int, bytes, int, int]]:
    """The file from `begin` on: offset, octets, and between which of them a boundary may be found.

    Each block but the first begins two octets early, to see whether an empty line stands before.
    """
    early = 0
    while begin < size:
        base = begin - early
        data = read(fd, min(early + BLOCK + OVERLAP, size - base), base)
        yield base, data, early, min(early + BLOCK, len(data))
        begin += BLOCK
        early = 2


class _Scan:
    """One pass over a file, block by block."""

    def __init__(self, fd: int, columns: Columns, size: int, believe: bool) -> None:
        self.fd = fd
        self.columns = columns
        self.size = size
        self.believe = believe
        self.hits = _searcher(size)
        self.latest = columns.starts[-1] if columns.starts else -1
        self.claim = (-1, -1)
        self.skip = 0

    def block(self, base: int, data: bytes, low: int, high: int) -> None:
        """Add the messages that begin in this block."""
        places = list(self.boundaries(base, data, low, high))
        if not places:
            return
        columns = self.columns
        if columns.starts:
            columns.bodies[-1] = min(columns.bodies[-1], base + places[0] - columns.starts[-1])
        for place, bound in zip(places, [*places[1:], len(data)], strict=True):
            self.message(base, data, place, bound)

    def boundaries(self, base: int, data: bytes, low: int, high: int) -> Iterator[int]:
        """Where in the block messages begin."""
        if low == 0 and data.startswith(b"From ") and (self.latest >= 0 or base or _first(data)):
            self.found(base)
            yield 0
        for at in self.hits(data, low, high):
            place = base + at + 1
            if place < self.skip:
                continue
            end = data.find(b"\n", at + 6)
            line = data[at + 1 : end if end >= 0 else None]
            apart = data[at - 1 : at] == b"\n" or data[at - 2 : at] == b"\n\r" or self.latest < 0
            if (apart and dated(line)) or self.claimed(place):
                self.found(place)
                yield at + 1

    def found(self, place: int) -> None:
        self.latest = place
        if self.believe:
            self.skip = self.believed(place)

    def message(self, base: int, data: bytes, start: int, bound: int) -> None:
        """Add the message at `start`, whose header ends before `bound`."""
        end = header_end(data, start, bound)
        if end < 0:
            end = bound if bound < len(data) else self.long_header(base, data, start)
        flags, mark = look_at(data, start, min(end, len(data)))
        self.columns.add(base + start, end - start, flags, mark)

    def long_header(self, base: int, data: bytes, start: int) -> int:
        """Where a header ends that the block does not hold to its end."""
        at = base + start
        length = min(LONGEST_HEADER, self.size - at)
        if start + length > len(data):
            head = read(self.fd, length, at)
            end = header_end(head, 0, length)
        else:
            head, end = data[start:], -1
        if end < 0:
            end = length if at + length == self.size else head.rfind(b"\n", 0, length) + 1 or length
        return start + end

    def claimed(self, place: int) -> bool:
        """Does the Content-Length of the message before end just at this line?"""
        if self.latest < 0:
            return False
        if self.claim[0] != self.latest:
            self.claim = (self.latest, content_end(self.fd, self.latest, self.size))
        return 0 <= place - self.claim[1] <= 2 and self.claim[1] > self.latest

    def believed(self, place: int) -> int:
        """Up to where a message's Content-Length reaches, if a From_ line or the end of the file comes there."""
        end = content_end(self.fd, place, self.size)
        if end <= place or end > self.size:
            return 0
        after = read(self.fd, min(8, self.size - end), end).lstrip(b"\r\n")
        return end if after.startswith(b"From ") or (not after and self.size - end <= 2) else 0


def header_end(data: bytes, start: int, bound: int) -> int:
    """The offset past the empty line that ends the header of the message at `start`; -1 if not before `bound`."""
    line = data.find(b"\n", start, bound)
    if line < 0:
        return -1
    second = data.find(b"\n", line + 1, bound)
    if second > 0 and data[second - 1] == 0x0D:
        end = data.find(b"\n\r\n", line, bound)
        return end + 3 if end >= 0 else -1
    end = data.find(b"\n\n", line, bound)
    return end + 2 if end >= 0 else -1


def look_at(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Stored flags and mark of the message at `start`, whose header ends at `end`."""
    flags, status = stored_flags(data, start, end)
    fields = end - (2 if data[end - 2 : end] == b"\r\n" else 1)
    return flags, crc32(data[start : min(start + MARKED, status, fields)])


def is_message(fd: int, columns: Columns, at: int) -> bool:
    """Is this message still in its place, and does another message, or the end, still follow it?"""
    start, stop, body = columns.starts[at], columns.stop(at), columns.bodies[at]
    try:
        data = read(fd, min(body, OVERLAP), start)
        after = os.pread(fd, 8, stop)
        length = os.fstat(fd).st_size
    except Shrunk:
        return False
    followed = after.startswith(b"From ") if at + 1 < len(columns) else after.lstrip(b"\r\n")[:5] in (b"From ", b"")
    return (
        followed
        and stop <= length
        and data.startswith(b"From ")
        and look_at(data, 0, len(data))[1] == columns.marks[at]
    )


def stored_flags(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The flags that a header's Status: and X-Status: store, and the offset of the first of them (else `end`)."""
    flags, first = 0, end
    at = data.find(b"tatus:", start, end)
    while at >= 0:
        before = data[at - 4 : at]
        if before[2:] in (b"\nS", b"\ns"):
            flags |= flags_from(_line(data, at + 6), b"")
            first = min(first, at - 1)
        elif before[:3] in (b"\nX-", b"\nx-"):
            flags |= flags_from(b"", _line(data, at + 6))
            first = min(first, at - 3)
        at = data.find(b"tatus:", at + 6, end)
    return flags, first


def content_end(fd: int, start: int, size: int) -> int:
    """Where the text of the message at `start` ends by its Content-Length; -1 when it has none."""
    head = read(fd, min(OVERLAP, size - start), start)
    end = header_end(head, 0, len(head))
    at = head[: max(end, 0)].lower().find(b"\ncontent-length:")
    if at < 0:
        return -1
    value = _line(head, at + 16).strip()
    return start + end + int(value) if value.isdigit() and len(value) < 16 else -1


def _line(data: bytes, at: int) -> bytes:
    end = data.find(b"\n", at)
    return data[at : end if end >= 0 else None]


def _first(data: bytes) -> bool:
    """May the first line of a file be a From_ line? Without a date, when a header field follows it."""
    line, _, after = data.partition(b"\n")
    if dated(line):
        return True
    name, colon, _ = after.partition(b"\n")[0].partition(b":")
    return bool(colon) and name.replace(b"-", b"").isalnum()


def _searcher(size: int) -> Callable[[bytes, int, int], Iterator[int]]:
    """Finds each line end before `From `: with a literal re, the quickest there is, when that repays its import."""
    if size < LARGE:
        return _plain_search
    import re

    finditer = re.compile(rb"\nFrom ").finditer

    def search(data: bytes, low: int, high: int) -> Iterator[int]:
        return (hit.start() for hit in finditer(data, low, high + 5))

    return search


def _plain_search(data: bytes, low: int, high: int) -> Iterator[int]:
    at = data.find(b"\nFrom ", low, high + 5)
    while at >= 0:
        yield at
        at = data.find(b"\nFrom ", at + 6, high + 5)
