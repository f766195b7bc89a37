"""What a header list shows of messages, packed in chunks: the larger part of an index.

Apart from index.py because it is a pure form: 256 messages become one run of octets and
back. Numbers stand in columns, texts in lines, so that a whole chunk is taken apart by a
few calls.
"""

from __future__ import annotations

from binascii import crc32

from pymail.summary import Summary

from .column import packed, unpacked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .column import Code

# Messages in a chunk.
CHUNK = 256
# What is known of the messages of a chunk: nothing, their subjects, or all.
NOTHING, SUBJECTS, ALL = 0, 1, 2
_HEAD = 20
# Dates, sizes, lines, zones.
_CODES: tuple[Code, ...] = ("q", "q", "i", "i")


class Chunk:
    """Up to CHUNK messages: their subjects, and with ALL their summaries and lines."""

    __slots__ = ("kind", "summaries", "lines", "subjects")

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.summaries: list[Summary] = []
        self.lines: list[int] = []
        self.subjects: list[str] = []

    def __len__(self) -> int:
        return len(self.subjects)

    def add(self, summary: Summary, lines: int) -> None:
        """One more message of a chunk that holds all."""
        self.summaries.append(summary)
        self.lines.append(lines)
        self.subjects.append(summary.subject)

    def cut(self, count: int) -> None:
        """Forget all messages but the first `count`."""
        del self.summaries[count:], self.lines[count:], self.subjects[count:]

    def pack(self) -> bytes:
        """The chunk as octets."""
        columns: list[bytes] = []
        names: list[str] = []
        if self.kind == ALL:
            numbers = ([s.date for s in self.summaries], [s.size for s in self.summaries],
                       self.lines, [s.zone for s in self.summaries])  # fmt: skip
            columns = [packed(code, column) for code, column in zip(_CODES, numbers, strict=True)]
            names = [name for s in self.summaries for name in (s.name, s.address)]
        text = _text([*names, *self.subjects])
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
        dates, sizes, chunk.lines, zones = (column.tolist() for column in columns)
        names, addresses = texts[0 : 2 * count : 2], texts[1 : 2 * count : 2]
        chunk.summaries = list(map(Summary, names, addresses, dates, zones, chunk.subjects, sizes))
    return chunk


def _text(texts: list[str]) -> bytes:
    """The texts, one a line."""
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:
        joined = "\n".join(text.replace("\n", " ") for text in texts)
    return joined.encode("utf-8", "surrogatepass")
