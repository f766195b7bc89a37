"""What a header list shows of messages, packed in chunks: the larger part of an index.

Apart from index.py because it is a pure form: 256 messages become one run of octets and
back. Numbers stand in columns, texts in lines, so that a whole chunk is taken apart by a
few calls.
"""

from __future__ import annotations

from binascii import crc32

from pymail.mailboxes.column import packed, unpacked
from pymail.summary import Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.mailboxes.column import Code

# Messages in a chunk.
CHUNK = 256
# What is known of the messages of a chunk: nothing, their subjects, or all.
NOTHING, SUBJECTS, ALL = 0, 1, 2
_HEAD = 20
# Dates, sizes, lines, zones.
_CODES: tuple[Code, ...] = ("q", "q", "i", "i")


class Chunk(Rows):
    """Up to CHUNK messages: their subjects, and with ALL the other columns too."""

    __slots__ = ("kind",)

    def __init__(self, kind: int) -> None:
        super().__init__()
        self.kind = kind

    def cut(self, count: int) -> None:
        """Forget all messages but the first `count`."""
        for column in (self.names, self.addresses, self.dates, self.zones, self.sizes, self.lines, self.subjects):
            del column[count:]

    def pack(self) -> bytes:
        """The chunk as octets."""
        columns: list[bytes] = []
        if self.kind == ALL:
            numbers = (self.dates, self.sizes, self.lines, self.zones)
            columns = [packed(code, column) for code, column in zip(_CODES, numbers, strict=True)]
        text = _text([*self.names, *self.addresses, *self.subjects])
        body = b"".join((*columns, text))
        head = b"".join(number.to_bytes(4, "little") for number in (self.kind, len(self), len(text), len(body)))
        return b"".join((head, crc32(body, crc32(head)).to_bytes(4, "little"), body))


def unpack(octets: bytes) -> Chunk:
    """The chunk in these octets; one that knows nothing when they are damaged."""
    kind, count, length, total, check = (int.from_bytes(octets[at : at + 4], "little") for at in range(0, _HEAD, 4))
    body = octets[_HEAD : _HEAD + total]
    if not body or crc32(body, crc32(octets[: _HEAD - 4])) != check:
        return Chunk(NOTHING)
    chunk = Chunk(kind)
    texts = body[total - length :].decode("utf-8", "surrogatepass").split("\n")
    chunk.subjects = texts[-count:]
    if kind == ALL:
        columns, _ = unpacked(_CODES, memoryview(body), count)
        chunk.dates, chunk.sizes, chunk.lines, chunk.zones = (column.tolist() for column in columns)
        chunk.names, chunk.addresses = texts[:count], texts[count : 2 * count]
    return chunk


def _text(texts: list[str]) -> bytes:
    """The texts, one a line."""
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:
        joined = "\n".join(text.replace("\n", " ") for text in texts)
    return joined.encode("utf-8", "surrogatepass")
