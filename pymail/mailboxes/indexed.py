"""An mbox so large that an index is kept of it: the next opening costs only what is new.

Apart from mbox.py because most mailboxes are read sooner than an index. What is told is
the same; it comes from the index where that knows it.
"""

from __future__ import annotations

from .index import Index
from .mbox import Mbox
from .scan import Columns, Shrunk
from .stored import stamp_of
from .texts import ALL, SUBJECTS, Chunk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from pymail.summary import Summary

    from .mailbox import Settings
    from .scan import Stamp

    T = TypeVar("T")

# So many messages that the index lacks are gathered before they are read.
_WAITING = 4096


class Indexed(Mbox):
    """An open mbox file with an index; None for one once another process has changed the file for us."""

    def __init__(self, name: str, path: str | None, fd: int, settings: Settings, readonly: str = "") -> None:
        super().__init__(name, path, fd, settings, readonly)
        if self.index is not None and self.index.stamp is None:
            self._keep()

    def summaries(self, numbers: Iterable[int]) -> Iterator[Summary]:
        def kept(number: int, first: int, chunk: Chunk) -> Summary:
            return chunk.summaries[number - first]

        return self._kept_or_read(numbers, ALL, kept, super().summaries)

    def listing(self, numbers: Iterable[int]) -> Iterator[tuple[int, Summary, int]]:
        def kept(number: int, first: int, chunk: Chunk) -> tuple[int, Summary, int]:
            return number, chunk.summaries[number - first], chunk.lines[number - first]

        return self._kept_or_read(numbers, ALL, kept, self._read_listing)

    def subjects(self, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        def kept(number: int, first: int, chunk: Chunk) -> tuple[int, str]:
            return number, chunk.subjects[number - first]

        return self._kept_or_read(numbers, SUBJECTS, kept, self._read_subjects)

    def close(self) -> None:
        if self.fd >= 0 and self.index is not None:
            self._keep()
            self.index.close()
        super().close()

    def realign(self) -> None:
        super().realign()
        if self.index is not None:
            self.index.forget()

    def look(self) -> tuple[Columns, Stamp]:
        """The columns of the file, from the index as far as it goes, and the stamp that they are true of."""
        stamp = stamp_of(self.fd)
        self.index = Index(self.settings.cache, stamp, self.believe)
        columns = self.index.load(self.fd, stamp)
        try:
            if columns is not None and columns.end < stamp[2]:
                self.extend(columns, stamp[2])
            if columns is not None:
                return columns, stamp
        except Shrunk:
            self.index.forget()
        return super().look()

    def extend(self, columns: Columns, size: int) -> None:
        if self.index is not None:
            aged = self.index.aged
            self.index.cut(max(len(columns) - 1, 0))
            self.index.aged = aged
        super().extend(columns, size)

    def aged(self) -> set[int]:
        return self.index.aged if self.index is not None and self.order is None else set()

    def settle_for(self, count: int, late: Iterable[int] = ()) -> None:
        super().settle_for(count)
        if self.index is not None:
            self.index.aged |= {self.place(number) for number in late}
            self.index.cut(count)

    def _keep(self) -> None:
        """Write what is new of the index, if all that is known is still true of the file."""
        if self.index is not None and self.order is None and stamp_of(self.fd) == self.stamp:
            self.index.keep(self.columns, self.stamp, self._texts)

    def _learnt(self, number: int) -> None:
        """Once the last message was read, do not wait for the end with what took so long to learn."""
        if number == len(self.columns) - 1 and self.index is not None and self.index.knows_all(number + 1):
            self._keep()

    def _kept_or_read(
        self,
        numbers: Iterable[int],
        kind: int,
        kept: Callable[[int, int, Chunk], T],
        unkept: Callable[[Iterable[int]], Iterator[T]],
    ) -> Iterator[T]:
        """What the index keeps of messages, and of the others what is read of them in bulk, in the order asked for."""
        if self.index is None:
            yield from unkept(numbers)
            return
        self.settle()
        waiting: list[int] = []
        for number in numbers:
            found = self.index.chunk(number, kind) if self.order is None else None
            if found is None:
                waiting.append(number)
            if waiting and (found is not None or len(waiting) == _WAITING):
                yield from unkept(waiting)
                waiting = []
            if found is not None:
                yield kept(number, *found)
        yield from unkept(waiting)

    def _read_listing(self, numbers: Iterable[int]) -> Iterator[tuple[int, Summary, int]]:
        index = self.index
        for number, summary, lines in super().listing(numbers):
            if index is not None:
                index.learn(number, ALL, summary.subject, summary, lines)
                self._learnt(number)
            yield number, summary, lines

    def _read_subjects(self, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        index = self.index
        for number, subject in super().subjects(numbers):
            if index is not None:
                index.learn(number, SUBJECTS, subject)
                self._learnt(number)
            yield number, subject

    def _texts(self, first: int) -> Chunk:
        """What a header list shows of the messages from `first` on, for the index."""
        chunk = Chunk(ALL)
        for _, summary, lines in self._read_listing(range(first, len(self.columns))):
            chunk.add(summary, lines)
        return chunk
