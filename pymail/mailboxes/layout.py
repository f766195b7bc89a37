"""How a file's new octets are made of its old ones, block by block.

Apart from rewrite.py because this is arithmetic only. A list of edits (at this offset,
cut so many octets, put these) says what the new file is; blocks of it, aligned in the
file, say what is written in one go; `ordered` says in which order the blocks can be
written over the very octets that they are made of.

A block may be written once no other block still needs the octets that lie there. Of two
neighbours at most one needs octets from the other's place, since both take theirs in
ascending order: the later one goes first where its source begins before its own place.
"""

from __future__ import annotations

from pymail.mailboxes.scan import read_into

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, MutableSequence

BLOCK = 8 << 20
PAGE = 4096
_PIECE = 1 << 20
# From so many edits on, arrays are worth their import.
_MANY = 10_000


class Edits:
    """Changes to a file in ascending order: `at` each offset `cut` octets go and others come."""

    __slots__ = ("at", "cut", "ends", "text")

    def __init__(self, expected: int = 0) -> None:
        self.at: MutableSequence[int] = []
        self.cut: MutableSequence[int] = []
        self.ends: MutableSequence[int] = []
        self.text = bytearray()
        if expected >= _MANY:
            from array import array

            self.at, self.cut, self.ends = array("Q"), array("Q"), array("Q")

    def __len__(self) -> int:
        return len(self.at)

    def add(self, at: int, cut: int, put: bytes) -> None:
        """One more change, behind all others; a cut that continues the last one is joined to it."""
        if not put and self.at and self.at[-1] + self.cut[-1] == at:
            self.cut[-1] += cut
            return
        self.text += put
        self.at.append(at)
        self.cut.append(cut)
        self.ends.append(len(self.text))

    def put(self, index: int) -> bytes:
        """The octets that come in this change."""
        return self.read(self.ends[index] - self.width(index), self.width(index))

    def read(self, at: int, length: int) -> bytes:
        """So many octets of all that come, from `at` on."""
        return bytes(self.text[at : at + length])

    @property
    def size(self) -> int:
        """How many octets come in all."""
        return self.ends[-1] if self.ends else 0

    def texts(self) -> Iterator[bytes]:
        """All octets that come, in pieces."""
        for at in range(0, self.size, _PIECE):
            yield self.read(at, min(_PIECE, self.size - at))

    def width(self, index: int) -> int:
        """How many octets come in this change."""
        return self.ends[index] - (self.ends[index - 1] if index else 0)

    def first_move(self) -> int:
        """The first change that moves what is behind it; len(self) when none does."""
        return next((i for i in range(len(self)) if self.width(i) != self.cut[i]), len(self))


class Cursor:
    """A place between the pieces: old octets come next, from `source` up to the edit `index`.

    Or, where `skip` is not -1, what that edit puts, from its octet `skip` on; then `source` lies behind its cut.
    """

    __slots__ = ("index", "source", "skip")

    def __init__(self, index: int, source: int, skip: int = -1) -> None:
        self.index = index
        self.source = source
        self.skip = skip

    def copy(self) -> Cursor:
        """The same place, to walk on from."""
        return Cursor(self.index, self.source, self.skip)


class Block:
    """`length` octets for the place `at` of the new file, made of what comes at `cursor`."""

    __slots__ = ("at", "length", "cursor")

    def __init__(self, at: int, length: int, cursor: Cursor) -> None:
        self.at = at
        self.length = length
        self.cursor = cursor


class Layout:
    """How a file of `old` octets becomes one of `new`, other than before from `first` (where a page begins) on."""

    def __init__(self, edits: Edits, old: int, begin: int = 0, step: int = 0) -> None:
        """`begin` is the first edit that counts: those before it move nothing and are made in place.

        Blocks end at multiples of `step` octets (0: BLOCK).
        """
        self.edits = edits
        self.old = old
        self.begin = begin
        self.step = step or BLOCK
        self.first = (edits.at[begin] if begin < len(edits) else old) // PAGE * PAGE
        self.new = old + sum(edits.width(i) - edits.cut[i] for i in range(begin, len(edits)))

    def ordered(self) -> list[Block]:
        """All blocks, in an order in which each finds its source untouched."""
        order: list[Block] = []
        run: list[Block] = []
        for block in self._blocks():
            if run and block.cursor.source >= block.at:
                order += reversed(run)
                run = []
            run.append(block)
        return order + run[::-1]

    def rest(self, block: Block, done: int) -> Block:
        """What remains of a block when its first `done` octets are there."""
        cursor = block.cursor.copy()
        self._skip(cursor, done)
        return Block(block.at + done, block.length - done, cursor)

    def octets(self, fd: int, block: Block) -> bytearray:
        """The octets of a block, made of what is in the file now. Raises Shrunk, OSError."""
        data = bytearray(block.length)
        at = 0
        with memoryview(data) as view:
            for source, length, is_new in self._walk(block.cursor.copy(), block.length):
                if is_new:
                    view[at : at + length] = self.edits.read(source, length)
                else:
                    read_into(fd, view[at : at + length], source)
                at += length
        return data

    def _blocks(self) -> Iterator[Block]:
        at, cursor = self.first, Cursor(self.begin, self.first)
        while at < self.new:
            length = min((at // self.step + 1) * self.step, self.new) - at
            yield Block(at, length, cursor.copy())
            self._skip(cursor, length)
            at += length

    def _skip(self, cursor: Cursor, length: int) -> None:
        for _ in self._walk(cursor, length):
            pass

    def _walk(self, cursor: Cursor, length: int) -> Iterator[tuple[int, int, bool]]:
        """The next `length` octets of the new file, as ranges (offset, octets) of the old one or, where the last
        is true, of what the edits put; moves the cursor.
        """
        edits, count = self.edits, len(self.edits)
        while length:
            if cursor.skip < 0:
                until = edits.at[cursor.index] if cursor.index < count else self.old
                step = min(until - cursor.source, length)
                if step:
                    yield cursor.source, step, False
                cursor.source += step
                length -= step
                if cursor.source == until and cursor.index < count:
                    cursor.source += edits.cut[cursor.index]
                    cursor.skip = 0
            else:
                left = edits.width(cursor.index) - cursor.skip
                step = min(left, length, _PIECE)
                if step:
                    yield edits.ends[cursor.index] - left, step, True
                cursor.skip += step
                length -= step
                if step == left:
                    cursor.index += 1
                    cursor.skip = -1
