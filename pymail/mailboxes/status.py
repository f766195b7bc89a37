"""The Status: and X-Status: lines, in which an mbox stores the flags of its messages.

Apart because two writers need them: `stamped` gives a letter that is appended the
right lines, `edits` finds the few octets that a commit changes in a header that is
already there. There is never more than one of each; nothing else is ever added
(no X-UID, no X-IMAPbase).
"""

from __future__ import annotations

from pymail.summary import flags_from, status_of, xstatus_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A copy's Content-Length may be wrong once its text is quoted: some programs would split the message by it.
_DROPPED = (b"status", b"x-status", b"content-length")
_LONGEST_HEADER = 1 << 20


def edits(head: bytes, wanted: int, compact: bool) -> list[tuple[int, int, bytes]]:
    """What to replace in a header block to store the flags `wanted`: (offset, octets, new octets), ascending.

    `compact`: lines keep their length where the new letters fit ("Status: O" becomes "Status:RO"), so that
    nothing behind them has to move.
    """
    found: list[tuple[int, int, bytes]] = []
    added, lowered = b"", b"\n" + head.lower()
    for name, value in ((b"Status", status_of(wanted).encode()), (b"X-Status", xstatus_of(wanted).encode())):
        lines = list(_lines(lowered, b"\n" + name.lower() + b":"))
        # The first one stays; what continues it says nothing (mark.py).
        have = head[lines[0][0] + len(name) + 1 : lines[0][1]].partition(b"\n")[0] if lines else b""
        if lines and flags_from(value, value) != flags_from(have, have):
            found.append(_change(head, *lines[0], name, value, compact))
        elif not lines and value:
            added += name + b": " + value + _line_end(head)
        found += [(start, end - start, b"") for start, end in lines[1:]]
    if added:
        end = _end_of_fields(head)
        found.append((end, 0, added if head[:end].endswith(b"\n") or not end else b"\n" + added))
    return sorted(found)


def stamped(pieces: Iterable[bytes], flags: int) -> Iterator[bytes]:
    """A letter with just the Status lines that store these flags, and without its Content-Length."""
    lines = b"".join(
        b"%b: %b\n" % (name, value.encode())
        for name, value in ((b"Status", status_of(flags)), (b"X-Status", xstatus_of(flags)))
        if value
    )
    rest = iter(pieces)
    head = b""
    for piece in rest:
        head += piece
        if b"\n\n" in head or head.startswith(b"\n") or len(head) > _LONGEST_HEADER:
            break
    end = _end_of_fields(head)
    yield b"".join((_without(head[:end]), lines, head[end:] or b"\n"))
    yield from rest


def _change(head: bytes, start: int, end: int, name: bytes, value: bytes, compact: bool) -> tuple[int, int, bytes]:
    line_end = _line_end(head)
    line = name + b": " + value
    room = end - start - len(line_end)
    if compact and len(line) == room + 1:
        line = name + b":" + value
    if compact:
        line = line.ljust(room)
    return start, end - start, line + line_end


def _lines(lowered: bytes, wanted: bytes) -> Iterator[tuple[int, int]]:
    """Where fields of a name begin and end in a header, line end included; `lowered` is it, behind a line end."""
    at = lowered.find(wanted)
    while at >= 0:
        end = lowered.find(b"\n", at + 1)
        while end >= 0 and lowered.startswith((b" ", b"\t"), end + 1):
            end = lowered.find(b"\n", end + 1)
        end = end if end >= 0 else len(lowered) - 1
        yield at, end
        at = lowered.find(wanted, end)


def _without(fields: bytes) -> bytes:
    """The fields but for those that a copy does not take along; their continuation lines go too."""
    kept, dropping = [], False
    for line in fields.removesuffix(b"\n").split(b"\n") if fields else ():
        if line[:1] not in (b" ", b"\t"):
            dropping = line.partition(b":")[0].strip().lower() in _DROPPED
        if not dropping:
            kept.append(line + b"\n")
    return b"".join(kept)


def _end_of_fields(head: bytes) -> int:
    """Where the empty line that ends a header block begins, else its end."""
    if head.startswith((b"\n", b"\r\n")):
        return 0
    for mark, step in ((b"\n\n", 1), (b"\n\r\n", 1)):
        at = head.find(mark)
        if at >= 0:
            return at + step
    return len(head)


def _line_end(head: bytes) -> bytes:
    return b"\r\n" if head[: head.find(b"\n") + 1].endswith(b"\r\n") else b"\n"
