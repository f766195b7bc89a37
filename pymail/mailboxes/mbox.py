"""An mbox: one file, each message behind its From_ line (RFC 4155; mboxo, mboxrd, mboxcl are all read).

Apart from stored.py, which finds messages and their octets, because here they become
letters and header lines: unquoted, with LF line ends, from the index where it knows them.

The size that is told is the stored one: quoting and CRs count.
"""

from __future__ import annotations

import posix

from pymail import paths
from pymail.errors import NOPERM, MailError, reason, status_of
from pymail.summary import OLD, Summary, find, from_head

from . import fromline
from .mailbox import Mailbox, Outcome, Settings
from .quoting import unquote
from .scan import INDEXED, Columns, Shrunk, extend, read
from .stored import Stored, scan_all, stamp_of
from .texts import ALL, SUBJECTS, Chunk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from .index import Index
    from .mailbox import Deposit, Plan
    from .scan import Stamp

    T = TypeVar("T")

# So many messages that the index lacks are gathered before they are read.
_WAITING = 4096
# Deleting one octet is the quickest way to count it, while the piece stays in the processor's cache.
_COUNTED = 1 << 15


class Mbox(Stored, Mailbox):
    """An open mbox file."""

    def __init__(self, name: str, path: str | None, fd: int, settings: Settings, readonly: str = "") -> None:
        """Scan the file `fd`, which is this mailbox's own from now on. Raises OSError, MailError."""
        super().__init__(name, path, fd, settings.believe)
        self.settings = settings
        self.readonly = readonly
        self.notes = []
        self.details = []
        self.index: Index | None = None
        self.columns, self.stamp = self._look()
        if self.index is not None and self.index.stamp is None:
            self._keep_index()
        # The flags as the session was told them: a commit changes what differs from these, nothing else.
        self.told = bytearray(self.columns.flags)
        for at in self.aged():
            self.told[at] |= OLD

    def __len__(self) -> int:
        return len(self.told)

    def flags(self, index: int) -> int:
        return self.told[index]

    def stored(self) -> bytes:
        return bytes(self.told)

    def size(self, index: int) -> int:
        _, _, _, line, _, end = next(self.batches((index,)))
        return end - line

    def lines(self, index: int) -> int:
        return sum(map(count_lines, self.octets(index)))

    def head(self, index: int) -> bytes:
        return next(self.heads((index,)))[1]

    def pieces(self, index: int) -> Iterator[bytes]:
        fresh, crlf = True, None
        for piece in self.octets(index):
            if crlf is None:
                crlf = has_crlf(piece)
            yield unquote(piece.replace(b"\r\n", b"\n") if crlf else piece, fresh)
            fresh = piece.endswith(b"\n")

    def received(self, index: int) -> tuple[str, int]:
        at = self.where(index)
        line = read(self.fd, min(self.columns.bodies[at], 1 << 12), self.columns.starts[at])
        return fromline.parse(line.partition(b"\n")[0])

    def summary(self, index: int) -> Summary:
        return next(self.summaries((index,)))

    def summaries(self, numbers: Iterable[int]) -> Iterator[Summary]:
        def kept(number: int, first: int, chunk: Chunk) -> Summary:
            return chunk.summaries[number - first]

        return self._kept_or_read(numbers, ALL, kept, self._read_summaries)

    def listing(self, numbers: Iterable[int]) -> Iterator[tuple[int, Summary, int]]:
        def kept(number: int, first: int, chunk: Chunk) -> tuple[int, Summary, int]:
            return number, chunk.summaries[number - first], chunk.lines[number - first]

        return self._kept_or_read(numbers, ALL, kept, self._read_listing)

    def values(self, name: bytes, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        def kept(number: int, first: int, chunk: Chunk) -> tuple[int, str]:
            return number, chunk.subjects[number - first]

        if name.lower() != b"subject":
            return super().values(name, numbers)
        found = self._kept_or_read(numbers, SUBJECTS, kept, self._read_subjects)
        return (pair for pair in found if pair[1])

    def heads(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        for index, data, _, line, body, _ in self.batches(numbers):
            yield index, _lf(data[line:body])

    def refresh(self) -> int:
        if self.path is None:
            return 0
        self.settle()
        if self.stamp[2] > self.columns.end:
            self._extend(self.columns, self.stamp[2])
        return self._welcome()

    def append(self, deposits: Iterable[Deposit]) -> int:
        from . import deposit

        path = self._writable()
        try:
            return deposit.append_to(path, deposits, self.settings)[1]
        except OSError as error:
            raise MailError(f"{self.name}: nothing was appended: {reason(error)}", status_of(error)) from error

    def commit(self, plan: Plan) -> Outcome:
        from . import commit

        path = self._writable()
        try:
            return commit.commit(self, path, plan)
        except OSError as error:
            if not paths.lexists(path):
                # Another program has removed the file: nothing is left to do.
                return Outcome(0)
            raise MailError(f"{self.name}: nothing was changed: {reason(error)}", status_of(error)) from error

    def close(self) -> None:
        if self.fd >= 0:
            if self.index is not None:
                self._keep_index()
                self.index.close()
            posix.close(self.fd)
            self.fd = -1

    def realign(self) -> None:
        super().realign()
        if self.index is not None:
            self.index.forget()

    def aged(self) -> set[int]:
        """The messages that are old although their Status line does not say so."""
        return self.index.aged if self.index is not None and self.order is None else set()

    def settle_for(self, count: int, late: Iterable[int] = ()) -> None:
        """The same; `late` are messages whose Status line does not yet say that they are old."""
        super().settle_for(count)
        if self.index is not None:
            self.index.aged |= {self.place(number) for number in late}
            self.index.cut(count)

    def _writable(self) -> str:
        """The path to write to; MailError when there is none."""
        if self.readonly or self.path is None:
            raise MailError(f"{self.name}: cannot be changed: {self.readonly}", NOPERM)
        return self.path

    def _look(self) -> tuple[Columns, Stamp]:
        """The columns of the file, from the index as far as it goes, and the stamp that they are true of."""
        stamp = stamp_of(self.fd)
        if self.path is not None and self.settings.cache and stamp[2] >= INDEXED:
            from .index import Index

            self.index = Index(self.settings.cache, stamp, self.believe)
            columns = self.index.load(self.fd, stamp)
            try:
                if columns is not None and columns.end < stamp[2]:
                    self._extend(columns, stamp[2])
                if columns is not None:
                    return columns, stamp
            except Shrunk:
                self.index.forget()
        return scan_all(self.fd, self.believe)

    def _extend(self, columns: Columns, size: int) -> None:
        """Look at what was appended; the last message known may have been half written."""
        if self.index is not None:
            aged = self.index.aged
            self.index.cut(max(len(columns) - 1, 0))
            self.index.aged = aged
        extend(self.fd, columns, size, self.believe)

    def _keep_index(self) -> None:
        """Write what is new of the index, if all that is known is still true of the file."""
        if self.index is not None and self.order is None and stamp_of(self.fd) == self.stamp:
            self.index.keep(self.columns, self.stamp, self._texts)

    def _learnt(self, number: int) -> None:
        """Once the last message was read, do not wait for the end with what took so long to learn."""
        if number == len(self.columns) - 1 and self.index is not None and self.index.knows_all(number + 1):
            self._keep_index()

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

    def _read_summaries(self, numbers: Iterable[int]) -> Iterator[Summary]:
        for _, data, _, line, body, end in self.batches(numbers):
            yield _summary(data, line, body, end)

    def _read_listing(self, numbers: Iterable[int]) -> Iterator[tuple[int, Summary, int]]:
        index = self.index
        for number, data, _, line, body, end in self.batches(numbers):
            summary = _summary(data, line, body, end)
            lines = self.lines(number) if end > len(data) else count_lines(data[line:end])
            if index is not None:
                index.learn(number, ALL, summary.subject, summary, lines)
                self._learnt(number)
            yield number, summary, lines

    def _read_subjects(self, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        index = self.index
        for number, data, _, line, body, _ in self.batches(numbers):
            subject = subject_of(data, line, body)
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

    def _welcome(self) -> int:
        """Count the messages in that the session does not know yet; how many there were."""
        before = len(self.told)
        if self.order is None:
            self.told += self.columns.flags[before:]
        else:
            known = set(self.order)
            arrived = [at for at in range(len(self.columns)) if at not in known]
            self.order += arrived
            self.told += bytes(self.columns.flags[at] for at in arrived)
        return len(self.told) - before


def subject_of(data: bytes, line: int, body: int) -> str:
    """The decoded Subject: of the header between `line` and `body`, "" without one."""
    from pymail import headers

    at = data.find(b"\nSubject:", line - 1, body)
    end = data.find(b"\n", at + 9, body)
    if at < 0 or data[end + 1 : end + 2] in (b" ", b"\t"):
        return headers.decode(find(data[line:body], b"Subject"))
    return headers.decode(data[at + 9 : end].strip())


def has_crlf(data: bytes) -> bool:
    """Does the first line end with CRLF?"""
    return data[data.find(b"\n") - 1 :][:2] == b"\r\n"


def count_lines(data: bytes) -> int:
    """Line ends in the data."""
    if len(data) <= _COUNTED:
        return len(data) - len(data.replace(b"\n", b""))
    return sum(count_lines(data[at : at + _COUNTED]) for at in range(0, len(data), _COUNTED))


def _summary(data: bytes, line: int, body: int, end: int) -> Summary:
    head = _lf(data[line:body])
    summary = from_head(head, end - line, 0)
    if not summary.date:
        summary = from_head(head, end - line, fromline.parse(data[data.rfind(b"\n", 0, line - 1) + 1 : line])[1])
    return summary


def _lf(head: bytes) -> bytes:
    return head.replace(b"\r\n", b"\n") if has_crlf(head) else head
