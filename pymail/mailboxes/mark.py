"""What one look at the header of a stored message tells: where it ends, the stored flags, and a mark.

Apart from scan.py, which looks at every message once, because a commit looks again: by
its mark and length a message is known when other programs have changed the file.
"""

from __future__ import annotations

from binascii import crc32

from pymail.summary import flags_from

# So many octets of a message go into its mark (fewer when its Status or its header's end come first).
MARKED = 384

# The usual lines, each found by what stands around its name; what others store is worked out.
_USUAL = {b"\nStatus: RO\n": 3, b"\nStatus: R\n": 1, b"\nStatus: OR\n": 3, b"\nStatus: O\n": 2}


def header_end(data: bytes, start: int, bound: int) -> int:
    """The offset past the empty line that ends the header of the message at `start`; -1 if not before `bound`.

    The first line of the header says whether lines end with CRLF; the From_ line may be another program's.
    """
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
    """Stored flags and mark of the message at `start`, whose header ends at `end`.

    The mark is a check sum of its beginning up to the first Status: or X-Status: line, which may change.
    """
    flags = 0
    first = min(start + MARKED, end - (2 if data[end - 2 : end] == b"\r\n" else 1))
    at = data.find(b"tatus:", start, end)
    while at >= 0:
        line = data.find(b"\n", at) + 1 or len(data)
        usual = _USUAL.get(data[at - 2 : line])
        if usual is not None:
            flags |= usual
            first = min(first, at - 1)
        else:
            stored, place = _stored(data, at, line)
            flags |= stored
            first = min(first, place)
        at = data.find(b"tatus:", line, end)
    return flags, crc32(data[start:first])


def _stored(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The flags of the line in which `tatus:` was found at `at`, and where it begins."""
    before = data[at - 4 : at].lower()
    if before.endswith(b"\ns"):
        return flags_from(data[at + 6 : end], b""), at - 1
    if before.startswith(b"\nx-"):
        return flags_from(b"", data[at + 6 : end]), at - 3
    return 0, len(data)
