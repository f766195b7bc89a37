"""Columns of numbers as octets, and as what is mapped from a file.

Apart because both parts of an index are made of them.
"""

from __future__ import annotations

# The C part of `struct`.
from _struct import pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal, overload

    Code = Literal["q", "Q", "i", "I", "B"]

_WIDTHS = {"q": 8, "Q": 8, "i": 4, "I": 4, "B": 1}


class Column:
    """A column of numbers whose first ones are mapped and never change; those behind them are a list."""

    __slots__ = ("base", "more")

    def __init__(self, base: memoryview, more: list[int]) -> None:
        self.base = base
        self.more = more

    def __len__(self) -> int:
        return len(self.base) + len(self.more)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> int: ...
        @overload
        def __getitem__(self, index: slice) -> list[int]: ...

    def __getitem__(self, index: int | slice) -> int | list[int]:
        """One number, or those from one to another."""
        count = len(self.base)
        if isinstance(index, slice):
            begin, end, _ = index.indices(len(self))
            return [*self.base[begin:end], *self.more[max(begin - count, 0) : max(end - count, 0)]]
        if index < 0:
            index += len(self)
        number: int = self.base[index] if index < count else self.more[index - count]
        return number

    def __setitem__(self, index: int, number: int) -> None:
        """Change a number that is not mapped, or the last one."""
        if not self.more:
            self.more.append(self.base[-1])
            self.base = self.base[:-1]
        self.more[index] = number

    def __delitem__(self, numbers: slice) -> None:
        """Forget all from a number on."""
        count = numbers.start
        del self.more[max(count - len(self.base), 0) :]
        self.base = self.base[:count]

    def __iter__(self) -> Iterator[int]:
        yield from self.base
        yield from self.more

    def extend(self, numbers: Iterable[int]) -> None:
        """More numbers at the end."""
        self.more.extend(numbers)


def packed(code: Code, column: Iterable[int]) -> bytes:
    """The numbers as octets, in the machine's order."""
    if isinstance(column, Column):
        return column.base.tobytes() + packed(code, column.more)
    if not isinstance(column, list):
        return bytes(memoryview(column))  # type: ignore[arg-type]  # an array, or octets
    return pack(f"{len(column)}{code}", *column)


def unpacked(codes: Iterable[Code], octets: memoryview, count: int) -> tuple[list[memoryview], memoryview]:
    """Columns of `count` numbers each that stand one after the other, and the octets behind them."""
    found = []
    for code in codes:
        length = _WIDTHS[code] * count
        found.append(octets[:length].cast(code))
        octets = octets[length:]
    return found, octets
