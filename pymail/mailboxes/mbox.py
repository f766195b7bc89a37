"""An mbox: one file, each message behind its From_ line (RFC 4155; mboxo, mboxrd, mboxcl are all read).

Apart from stored.py, which finds messages and their octets, because here they become
letters and header lines: unquoted, with LF line ends. A large one has an index (indexed.py).

The size that is told is the stored one: quoting and CRs count.
"""

from __future__ import annotations

import posix

from pymail import paths
from pymail.errors import TEMPFAIL, MailError, reason, status_of
from pymail.mailboxes import fromline
from pymail.mailboxes.mailbox import Mailbox, Outcome, Settings
from pymail.mailboxes.names import journal_folder
from pymail.mailboxes.rest import await_rest, changed_lately
from pymail.mailboxes.scan import Columns, Shrunk, extend, read
from pymail.mailboxes.stored import Stored, scan_all, stamp_of
from pymail.summary import OLD, Rows, Summary, from_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import ModuleType

    from pymail.mailboxes.index import Index
    from pymail.mailboxes.mailbox import Deposit, Plan
    from pymail.mailboxes.scan import Stamp

# Deleting one octet is the quickest way to count it, while the piece stays in the processor's cache.
_COUNTED = 1 << 15
# From so many messages on, headers are read in bulk; rows are handed out by so many.
_MANY = 500
_BATCH = 256


class Mbox(Stored, Mailbox):
    """An open mbox file."""

    index: Index | None = None

    def __init__(self, name: str, path: str | None, fd: int, settings: Settings, readonly: str = "") -> None:
        """Scan the file `fd`, which is this mailbox's own from now on. Raises OSError, MailError."""
        super().__init__(name, path, fd, settings.believe, settings.lock_timeout, settings.watch)
        self.settings = settings
        self.readonly = readonly
        self.notes = []
        self.details = []
        if path is not None and changed_lately(fd) and not await_rest(fd, self.patience):
            if not readonly:
                self.readonly, self.refusal = "another program holds its lock", TEMPFAIL
            self.notes.append(f"{name}: another program holds its lock: what is shown may be half written")
        elif path is not None and readonly and self._has_journal():
            self.notes.append(f"{name}: half written by a run that was killed: open it for writing to finish it")
        self.columns, self.stamp = self.look()
        # The flags as the session was told them: a commit changes what differs from these, nothing else.
        self.told = bytearray(self.columns.flags)
        for at in self.aged():
            self.told[at] |= OLD

    def __len__(self) -> int:
        return len(self.told)

    def flags(self, index: int) -> int:
        return self.told[index]

    def stored(self) -> bytearray:
        return bytearray(self.told)

    def size(self, index: int) -> int:
        _, _, line, _, end = self.one(index)
        return end - line

    def lines(self, index: int) -> int:
        return sum(map(count_lines, self.octets(index)))

    def head(self, index: int) -> bytes:
        data, _, line, body, _ = self.one(index)
        return _lf(data[line:body])

    def pieces(self, index: int) -> Iterator[bytes]:
        from pymail.mailboxes.quoting import unquote

        fresh, crlf = True, None
        for piece in self.octets(index):
            if crlf is None:
                crlf = has_crlf(piece)
            yield unquote(piece.replace(b"\r\n", b"\n") if crlf else piece, fresh)
            fresh = piece.endswith(b"\n")

    def received(self, index: int) -> tuple[str, int]:
        self.settle()
        at = self.where(index)
        line = read(self.fd, min(self.columns.bodies[at], 1 << 12), self.columns.starts[at])
        return fromline.parse(line.partition(b"\n")[0])

    def summary(self, index: int) -> Summary:
        data, start, _, body, end = self.one(index)
        return _summary(data, start, body, end)

    def summaries(self, numbers: Iterable[int]) -> Iterator[Summary]:
        for _, data, start, _, body, end in self.batches(numbers):
            yield _summary(data, start, body, end)

    def rows(self, numbers: Iterable[int]) -> Iterator[tuple[Sequence[int], Rows]]:
        gather = _gather(numbers)
        reader = gather.Gatherer() if gather is not None else None
        rows = Rows()
        some: list[int] = []
        for run, data, starts, bodies, ends in self.runs(numbers):
            sides = zip(starts, bodies, ends, strict=True)
            if reader is not None and ends[-1] <= len(data):
                reader.add(rows, data, sides, _summary, count_lines)
            else:
                for number, (start, body, end) in zip(run, sides, strict=True):
                    letter = data[_line(data, start, body) : end]
                    lines = self.lines(number) if end > len(data) else count_lines(letter)
                    rows.add(_summary(data, start, body, end), lines)
            some += run
            if len(some) >= _BATCH:
                yield some if reader is None else range(some[0], some[-1] + 1), rows
                rows, some = Rows(), []
        if some:
            yield some, rows

    def texts(self, name: bytes, numbers: Iterable[int]) -> Iterator[tuple[Sequence[int], list[str]]]:
        from pymail import headers

        def value(data: bytes, start: int, body: int) -> bytes:
            return headers.find(_lf(data[_line(data, start, body) : body]), name) or b""

        gather = _gather(numbers)
        reader = gather.Values(name) if gather is not None else None
        for run, data, starts, bodies, _ in self.runs(numbers, "Searching"):
            sides = zip(starts, bodies, strict=True)
            found: list[str] = []
            if reader is not None:
                reader.add(found, data, sides, value)
            else:
                found += [headers.decode(value(data, start, body)) for start, body in sides]
            yield run, found

    def heads(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        for index, data, _, line, body, _ in self.batches(numbers, "Searching"):
            yield index, _lf(data[line:body])

    def settle(self) -> None:
        if self.path is not None and stamp_of(self.fd) != self.stamp and self._has_journal():
            # Whoever was changing it may have been killed.
            from pymail.mailboxes.leftovers import mend_open

            self.notes += mend_open(self.path, self.fd, self.settings, bool(self.readonly))
        super().settle()

    def letters(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        from pymail.mailboxes.gather import has_quoted
        from pymail.mailboxes.quoting import unquote

        for run, data, starts, bodies, ends in self.runs(numbers, "Searching"):
            is_plain = b"\r" not in data and not has_quoted(data)
            for index, start, body, end in zip(run, starts, bodies, ends, strict=True):
                letter = data[_line(data, start, body) : end]
                if end > len(data):
                    letter = self.raw(index)
                elif not is_plain:
                    letter = unquote(_lf(letter))
                yield index, letter

    def refresh(self) -> int:
        if self.path is None:
            return 0
        self.settle()
        try:
            if self.stamp[2] > self.columns.end:
                self.extend(self.columns, self.stamp[2])
        except Shrunk:
            # It was rewritten just now.
            self.realign()
        return self._welcome()

    def append(self, deposits: Iterable[Deposit]) -> int:
        from pymail.mailboxes import deposit

        path = self._writable()
        try:
            return deposit.append_to(path, deposits, self.settings)[1]
        except OSError as error:
            raise MailError(f"{self.name}: nothing was appended: {reason(error)}", status_of(error)) from error

    def commit(self, plan: Plan) -> Outcome:
        from pymail.mailboxes import commit

        path = self._writable()
        try:
            return commit.commit(self, path, plan)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                # Another program has removed the file; if there is a new one, that is looked at.
                return self.commit(plan) if paths.lexists(path) else Outcome(0, unmatched=len(plan.replace))
            raise MailError(f"{self.name}: nothing was changed: {reason(error)}", status_of(error)) from error

    def close(self) -> None:
        if self.fd >= 0:
            posix.close(self.fd)
            self.fd = -1

    def look(self) -> tuple[Columns, Stamp]:
        """The columns of the file, and the stamp that they are true of."""
        return scan_all(self.fd, self.believe, self.patience, self.watch)

    def extend(self, columns: Columns, size: int) -> None:
        """Look at what was appended; the last message known may have been half written."""
        extend(self.fd, columns, size, self.believe, self.watch)

    def aged(self) -> set[int]:
        """The messages that are old although their Status line does not say so."""
        return set()

    def settle_for(self, count: int, late: Iterable[int] = ()) -> None:
        """The same; `late` are messages whose Status line does not yet say that they are old."""
        super().settle_for(count)

    def _writable(self) -> str:
        """The path to write to; MailError when there is none."""
        if self.readonly or self.path is None:
            raise MailError(f"{self.name}: cannot be changed: {self.readonly}", self.refusal)
        return self.path

    def _has_journal(self) -> bool:
        """Is a change of the file under way, or was it broken off?"""
        status = posix.fstat(self.fd)
        folder = journal_folder(self.settings.state)
        return bool(self.settings.state) and paths.exists(f"{folder}/{status.st_dev:x}-{status.st_ino:x}")

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


def has_crlf(data: bytes) -> bool:
    """Does the first line end with CRLF?"""
    return data[data.find(b"\n") - 1 :][:2] == b"\r\n"


def count_lines(data: bytes) -> int:
    """Line ends in the data."""
    if len(data) <= _COUNTED:
        return len(data) - len(data.replace(b"\n", b""))
    return sum(count_lines(data[at : at + _COUNTED]) for at in range(0, len(data), _COUNTED))


def _gather(numbers: Iterable[int]) -> ModuleType | None:
    """What reads headers in bulk, where that repays its import."""
    if not isinstance(numbers, range) or len(numbers) < _MANY:
        return None
    from pymail.mailboxes import gather

    return gather


def _line(data: bytes, start: int, body: int) -> int:
    """Where the header of the message at `start` begins."""
    return data.find(b"\n", start, body) + 1 or body


def _summary(data: bytes, start: int, body: int, end: int) -> Summary:
    line = _line(data, start, body)
    head = _lf(data[line:body])
    summary = from_head(head, end - line, 0)
    if not summary.date or not summary.address:
        sender, arrived = fromline.parse(data[start:line])
        summary = from_head(head, end - line, arrived)
        summary.address = summary.address or sender
    return summary


def _lf(head: bytes) -> bytes:
    return head.replace(b"\r\n", b"\n") if has_crlf(head) else head
