"""An mbox so large that an index is kept of it: the next opening costs only what is new.

Apart from mbox.py because most mailboxes are read sooner than an index. What is told is
the same; it comes from the index where that knows it.
"""

from __future__ import annotations

from pymail.mailboxes.index import Index
from pymail.mailboxes.mbox import Mbox
from pymail.mailboxes.scan import Columns, Shrunk
from pymail.mailboxes.stored import stamp_of
from pymail.mailboxes.texts import ALL, SUBJECTS, Chunk
from pymail.summary import Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pymail.mailboxes.mailbox import Settings
    from pymail.mailboxes.scan import Stamp
    from pymail.summary import Summary


class Indexed(Mbox):
    """An open mbox file with an index; None for one once another process has changed the file for us."""

    def __init__(self, name: str, path: str | None, fd: int, settings: Settings, readonly: str = "") -> None:
        super().__init__(name, path, fd, settings, readonly)
        if self.index is not None and self.index.stamp is None:
            self._keep()

    def summaries(self, numbers: Iterable[int]) -> Iterator[Summary]:
        """From the rows, where the index keeps them."""
        for number in numbers:
            found = self._chunk(number)
            yield found[1].summary(number - found[0]) if found else next(super().summaries((number,)))

    def rows(self, numbers: Iterable[int]) -> Iterator[tuple[Sequence[int], Rows]]:
        return self._kept_or_read(numbers, ALL, self._read_rows)

    def texts(self, name: bytes, numbers: Iterable[int]) -> Iterator[tuple[Sequence[int], list[str]]]:
        if name != b"Subject":
            return super().texts(name, numbers)
        return ((some, rows.subjects) for some, rows in self._kept_or_read(numbers, SUBJECTS, self._read_subjects))

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
                # Not all that is kept was looked at: what is read of a file that was changed is.
                self.doubtful = self.index.stamp is None
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

    def _learn(self, numbers: Sequence[int], kind: int, rows: Rows) -> None:
        """Note what was read; once that was the last message, do not wait for the end with what took so long."""
        if self.index is not None and self.order is None:
            self.index.learn(numbers[0], kind, rows)
            if numbers[-1] == len(self.columns) - 1 and self.index.knows_all(numbers[-1] + 1):
                self._keep()

    def _chunk(self, number: int) -> tuple[int, Chunk] | None:
        self.settle()
        return self.index.chunk(number, ALL) if self.index is not None and self.order is None else None

    def _kept_or_read(
        self,
        numbers: Iterable[int],
        kind: int,
        unkept: Callable[[Iterable[int]], Iterator[tuple[Sequence[int], Rows]]],
    ) -> Iterator[tuple[Sequence[int], Rows]]:
        """What the index keeps of messages, and of the others what is read of them in bulk, in the order asked for."""
        for stretch in _stretches(numbers):
            self.settle()
            waiting = stretch[:0]
            while stretch and self.index is not None and self.order is None:
                some, at, chunk = self.index.known_rows(stretch, kind)
                stretch = stretch[len(some) :]
                if chunk is None:
                    waiting = range((waiting or some).start, some.stop)
                    continue
                yield from unkept(waiting)
                waiting = stretch[:0]
                rows = Rows()
                rows.take(chunk, at, at + len(some))
                yield some, rows
            yield from unkept(range((waiting or stretch).start, stretch.stop))

    def _read_rows(self, numbers: Iterable[int]) -> Iterator[tuple[Sequence[int], Rows]]:
        for some, rows in super().rows(numbers):
            self._learn(some, ALL, rows)
            yield some, rows

    def _read_subjects(self, numbers: Iterable[int]) -> Iterator[tuple[Sequence[int], Rows]]:
        for some, subjects in super().texts(b"Subject", numbers):
            rows = Rows()
            rows.subjects = subjects
            self._learn(some, SUBJECTS, rows)
            yield some, rows

    def _texts(self, first: int) -> Chunk:
        """What a header list shows of the messages from `first` on, for the index."""
        chunk = Chunk(ALL)
        for some, rows in self._read_rows(range(first, len(self.columns))):
            chunk.take(rows, 0, len(some))
        if self.order is not None:
            raise Shrunk
        return chunk


def _stretches(numbers: Iterable[int]) -> Iterator[range]:
    """The numbers, those together that follow each other."""
    if isinstance(numbers, range) and numbers.step == 1:
        yield numbers
        return
    stretch = range(0)
    for number in numbers:
        if stretch and number == stretch.stop:
            stretch = range(stretch.start, number + 1)
            continue
        if stretch:
            yield stretch
        stretch = range(number, number + 1)
    if stretch:
        yield stretch
