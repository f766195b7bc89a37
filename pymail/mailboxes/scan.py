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

import posix
from binascii import crc32

from pymail.errors import TEMPFAIL, MailError
from pymail.mailboxes.fromline import dated
from pymail.mailboxes.mark import MARKED, header_end, look_at
from pymail.summary import OLD, SEEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType
    from typing import Protocol, overload

    from pymail.mailboxes.mailbox import Watch

    # Device, inode, length and time of the last change (ns): what tells that a file is still as it was.
    Stamp = tuple[int, int, int, int]

    class Numbers(Protocol):
        """A list, an array, or what is mapped from an index (base.py)."""

        def __len__(self) -> int: ...
        def __iter__(self) -> Iterator[int]: ...
        @overload
        def __getitem__(self, index: int) -> int: ...
        @overload
        def __getitem__(self, index: slice) -> Iterable[int]: ...
        def __setitem__(self, index: int, number: int) -> None: ...
        def __delitem__(self, index: slice) -> None: ...
        def extend(self, numbers: Iterable[int], /) -> None: ...


# A block stays in the processor's cache while it is looked at.
BLOCK = 1 << 18
# What is read past a block, so that the headers of its last messages are whole; longer ones are read apart.
OVERLAP = 1 << 14
# Of a header as much is looked at to see whether its message is still in its place.
_LOOKED_AT = 1 << 16
# A header ends here (octets) if no empty line ends it before.
LONGEST_HEADER = 1 << 20
# From this size on, importing re and array costs less than they save.
LARGE = 4 << 20
# Octets of a line end and `From `.
_FROM = 6
# The Status line of most messages, with the line ends around it.
_USUAL, _USUAL_FLAGS = b"\nStatus: RO\n", SEEN | OLD
# Most headers are shorter than this.
_HEAD = 1 << 12


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
        self.starts: Numbers = []
        self.bodies: Numbers = []
        self.marks: Numbers = []
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

    def slice(self, begin: int) -> tuple[list[int], list[int], bytearray, list[int]]:
        """The messages from `begin` on, as `extend` takes them."""
        return list(self.starts[begin:]), list(self.bodies[begin:]), self.flags[begin:], list(self.marks[begin:])

    def extend(self, starts: list[int], bodies: list[int], flags: Iterable[int], marks: list[int]) -> None:
        """More messages."""
        self.starts.extend(starts)
        self.bodies.extend(bodies)
        self.flags.extend(flags)
        self.marks.extend(marks)

    def cut(self, count: int) -> None:
        """Forget all messages but the first `count`."""
        del self.starts[count:], self.bodies[count:], self.flags[count:], self.marks[count:]


def read(fd: int, length: int, at: int) -> bytes:
    """Just these octets of the file; Shrunk when they are not there, OSError when they cannot be read."""
    data = posix.pread(fd, length, at)
    while len(data) < length:
        more = posix.pread(fd, length - len(data), at + len(data))
        if not more:
            raise Shrunk
        data += more
    return data


def read_into(fd: int, view: memoryview, at: int) -> None:
    """Fill the view with the octets of the file from `at` on; Shrunk when there are not so many, OSError."""
    done = 0
    while done < len(view):
        count = posix.preadv(fd, [view[done:]], at + done)
        if not count:
            raise Shrunk
        done += count


def extend(fd: int, columns: Columns, size: int, believe: bool = False, watch: Watch | None = None) -> None:
    """Bring the columns up to a file of `size` octets; the last message known may have been half written.

    Raises Shrunk, OSError: then the columns are as they were.
    """
    known = max(len(columns) - 1, 0)
    last = columns.slice(known)
    columns.cut(known)
    scan = _Scan(fd, columns, size, believe)
    try:
        for block in _blocks(fd, last[0][0] if last[0] else 0, size):
            scan.block(*block)
            if watch is not None and size >= LARGE:
                watch("Reading", block[0], size)
        columns.lacking = missing_end(fd, size)
    except BaseException:
        columns.cut(known)
        columns.extend(*last)
        raise
    finally:
        if watch is not None and size >= LARGE:
            watch("Reading", size, size)
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
        self.sweep = _sweep(size)
        self.hits = self.sweep.hits if self.sweep is not None else _plain_search
        self.latest = columns.starts[-1] if columns.starts else -1
        self.claim = (-1, -1)
        self.skip = 0

    def block(self, base: int, data: bytes, low: int, high: int) -> None:
        """Add the messages that begin in this block."""
        sweep = None if self.believe or not low else self.sweep
        places = sweep.places(data, low, high) if sweep is not None else None
        if places is None:
            sweep, places = None, self.boundaries(base, data, low, high)
        if not places:
            return
        self.latest = base + places[-1]
        if sweep is not None:
            found = sweep.looks(data, places, lambda place, bound: self.look(base, data, place, bound))
        else:
            found = self.messages(base, data, places)
        columns = self.columns
        if columns.starts:
            longest = base + places[0] - columns.starts[-1]
            if columns.bodies[-1] > longest:
                columns.bodies[-1] = longest
        columns.extend([base + place for place in places], *found)

    def look(self, base: int, data: bytes, place: int, bound: int) -> tuple[int, int, int]:
        """Where the header of the message at `place` ends, its flags and mark; the next one begins at `bound`."""
        length = len(data)
        end = header_end(data, place, bound)
        if end < 0:
            end = bound if bound < length else self.long_header(base, data, place)
        return end, *look_at(data, place, end if end < length else length)

    def messages(self, base: int, data: bytes, places: list[int]) -> tuple[list[int], bytearray, list[int]]:
        """Lengths of the headers, flags and marks of the messages at these places of the block.

        For usual ones `look` is done in the loop: calls cost a third of opening a small mailbox.
        """
        find, length, bodies, flags, marks = data.find, len(data), [], bytearray(), []
        plain = b"\r" not in data
        for place, bound in zip(places, [*places[1:], length], strict=True):
            end = find(b"\n\n", place, bound) + 2
            status = find(b"tatus:", place, end)
            if (
                plain
                and data[status - 2 : status + 10] == _USUAL
                and (status + 11 == end or find(b"tatus:", status + 10, end) < 0)
            ):
                flag = _USUAL_FLAGS
                first = place + MARKED
                mark = crc32(data[place : first if first < status else status - 1])
            else:
                end, flag, mark = self.look(base, data, place, bound)
            bodies.append(end - place)
            flags.append(flag)
            marks.append(mark)
        return bodies, flags, marks

    def boundaries(self, base: int, data: bytes, low: int, high: int) -> list[int]:
        """Where in the block messages begin."""
        places = []
        if low == 0 and data.startswith(b"From ") and (self.latest >= 0 or base or is_first(data)):
            self.found(base)
            places.append(0)
        quick = not self.believe
        for at, end in self.hits(data, low, high):
            if quick and end - at > _FROM and data[at - 1] == 0x0A:
                places.append(at + 1)
                continue
            if places and quick:
                self.latest = base + places[-1]
            if self.begins(base, data, at, end - at > _FROM):
                self.found(base + at + 1)
                places.append(at + 1)
        return places

    def begins(self, base: int, data: bytes, at: int, is_dated: bool) -> bool:
        """Does a message begin behind the line end at `at`, which `From ` follows?"""
        if base + at + 1 < self.skip:
            return False
        apart = data[at - 1] == 0x0A or data[at - 2 : at] == b"\n\r" or self.latest < 0
        return (apart and (is_dated or dated(_line(data, at + 1)))) or self.claimed(base + at + 1)

    def found(self, place: int) -> None:
        self.latest = place
        if self.believe:
            self.skip = self.believed(place)

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
            self.claim = (self.latest, content_end(self.fd, self.latest, place))
        return 0 <= place - self.claim[1] <= 2 and self.claim[1] > self.latest

    def believed(self, place: int) -> int:
        """Up to where a message's Content-Length reaches, if a From_ line or the end of the file comes there."""
        end = content_end(self.fd, place, self.size)
        if end <= place or end > self.size:
            return 0
        after = read(self.fd, min(8, self.size - end), end).lstrip(b"\r\n")
        return end if after.startswith(b"From ") or (not after and self.size - end <= 2) else 0


def is_message(fd: int, columns: Columns, at: int) -> bool:
    """Is this message still in its place, and does another message, or the end, still follow it?"""
    start, stop, body = columns.starts[at], columns.stop(at), columns.bodies[at]
    try:
        data = read(fd, min(body, _LOOKED_AT), start)
        after = posix.pread(fd, 8, stop)
        length = posix.fstat(fd).st_size
    except Shrunk:
        return False
    if at + 1 == len(columns):
        after = after.lstrip(b"\r\n") or b"From "
    if stop > length or not data.startswith(b"From ") or not after.startswith(b"From "):
        return False
    return look_at(data, 0, len(data))[1] == columns.marks[at]


def content_end(fd: int, start: int, bound: int) -> int:
    """Where the text of the message at `start` ends by its Content-Length; -1 when its header, to `bound`, has none."""
    for length in (min(_HEAD, bound - start), min(_LOOKED_AT, bound - start)):
        head = read(fd, length, start)
        end = header_end(head, 0, length)
        if end >= 0:
            break
    at = head[: max(end, 0)].lower().find(b"\ncontent-length:")
    value = _line(head, at + 16).strip() if at >= 0 else b""
    return start + end + int(value) if value.isdigit() and len(value) < 16 else -1


def _line(data: bytes, at: int) -> bytes:
    end = data.find(b"\n", at)
    return data[at : end if end >= 0 else None]


def is_first(data: bytes) -> bool:
    """May the first line of a file be a From_ line? Without a date, when a header field follows it."""
    line, _, after = data.partition(b"\n")
    if dated(line):
        return True
    name, colon, _ = after.partition(b"\n")[0].partition(b":")
    return bool(colon) and name.replace(b"-", b"").isalnum()


def _sweep(size: int) -> ModuleType | None:
    """The quick way over a block, where that repays its import."""
    if size < LARGE:
        return None
    from pymail.mailboxes import sweep

    return sweep


def _plain_search(data: bytes, low: int, high: int) -> Iterable[tuple[int, int]]:
    at = data.find(b"\nFrom ", low, high + 5)
    while at >= 0:
        yield at, at + _FROM
        at = data.find(b"\nFrom ", at + 6, high + 5)
