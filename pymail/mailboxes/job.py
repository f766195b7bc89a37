"""The job of a rewrite as its journal keeps it: the layout, check sums of what was, the old tail.

Apart from rewrite.py because it is a file format, and because letters that come may be
more than fit into memory: read back, they stay where they are kept.
"""

from __future__ import annotations

from itertools import chain

from pymail.mailboxes.journal import Job
from pymail.mailboxes.layout import Edits, Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.body import Body

# The numbers of the first line take at most so many octets.
_LINE = 200


class Kept(Edits):
    """Edits whose octets lie in a `body`, from `begin` on."""

    __slots__ = ("body", "begin")

    def __init__(self, body: Body, begin: int = 0) -> None:
        super().__init__()
        self.body = body
        self.begin = begin

    def read(self, at: int, length: int) -> bytes:
        return self.body.read(self.begin + at, length)


def packed(layout: Layout, checks: memoryview, tail: bytes) -> Job:
    """The job; `checks` are the check sums of the file's old pages, `tail` old octets behind its new end."""
    edits = layout.edits
    numbers = (layout.old, layout.begin, layout.step, len(edits), edits.size, len(checks), len(tail))
    line = " ".join(map(str, numbers)).encode() + b"\n"
    columns = [_octets(column) for column in (edits.at, edits.cut, edits.ends)]
    length = len(line) + sum(map(len, columns)) + edits.size + checks.nbytes + len(tail)
    return Job("rewrite", length, chain((line, *columns), edits.texts(), (checks.tobytes(), tail)))


def unpacked(body: Body) -> tuple[Layout, memoryview, bytes]:
    """Layout, check sums and tail. Raises MailError, OSError."""
    line = body.read(0, min(_LINE, body.size)).partition(b"\n")[0]
    old, begin, step, count, text, pages, tail = map(int, line.split())
    at = len(line) + 1
    edits = Kept(body, at + 24 * count)
    edits.at, edits.cut, edits.ends = (
        list(memoryview(body.read(at + column * 8 * count, 8 * count)).cast("Q")) for column in range(3)
    )
    at += 24 * count + text
    checks = memoryview(body.read(at, 4 * pages)).cast("I")
    return Layout(edits, old, begin, step), checks, body.read(at + 4 * pages, tail)


def _octets(column: object) -> bytes:
    if isinstance(column, list):
        packed = memoryview(bytearray(8 * len(column))).cast("Q")
        for index, number in enumerate(column):
            packed[index] = number
        return packed.tobytes()
    return bytes(memoryview(column))  # type: ignore[arg-type]
