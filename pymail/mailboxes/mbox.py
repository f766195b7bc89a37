"""An mbox: one file, each message behind its From_ line (RFC 4155; mboxo, mboxrd, mboxcl are all read).

Apart from scan.py, which finds the messages, because this is what they are: letters,
taken out of the file when asked for. The file is never mapped: when another program
makes it shorter while we read, that must be an error and not a SIGBUS. Whenever the
file is no longer the one that was scanned, a message is believed to lie where it lay
only if it still begins as it did; else the file is scanned again and each message is
looked for by its mark and length.

The size that is told is the stored one: quoting and CRs count.
"""

from __future__ import annotations

import os

from pymail.errors import NOPERM, TEMPFAIL, MailError, reason, status_of
from pymail.summary import Summary, from_head

from . import fromline
from .mailbox import Mailbox, Outcome, Settings
from .quoting import unquote
from .scan import Columns, Shrunk, extend, is_message, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .mailbox import Deposit, Plan

# Messages are handed out in pieces of so many octets, and read in batches of so many.
PIECE = 1 << 18
BATCH = 1 << 20
_ATTEMPTS = 5
# Deleting one octet is the quickest way to count it, while the piece stays in the processor's cache.
_COUNTED = 1 << 15


class Mbox(Mailbox):
    """An open mbox file; `columns` say where its messages lie, `order` in which of them each is found.

    `order` is None while every message is in its place.
    """

    def __init__(self, name: str, path: str | None, fd: int, settings: Settings, readonly: str = "") -> None:
        """Scan the file `fd`, which is this mailbox's own from now on. Raises OSError, MailError."""
        self.name = name
        self.path = path
        self.fd = fd
        self.settings = settings
        self.readonly = readonly
        self.notes = []
        self.details = []
        self.order: list[int] | None = None
        self.columns, self.stamp = scan_all(fd, settings.believe)
        # The flags as the session was told them: a commit changes what differs from these, nothing else.
        self.told = bytearray(self.columns.flags)

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
        return sum(map(count_lines, self._octets(index)))

    def head(self, index: int) -> bytes:
        return next(self.heads((index,)))[1]

    def pieces(self, index: int) -> Iterator[bytes]:
        fresh, crlf = True, None
        for piece in self._octets(index):
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
        for _, data, _, line, body, end in self.batches(numbers):
            yield _summary(data, line, body, end)

    def listing(self, numbers: Iterable[int]) -> Iterator[tuple[int, Summary, int]]:
        for index, data, _, line, body, end in self.batches(numbers):
            summary = _summary(data, line, body, end)
            yield index, summary, self.lines(index) if end > len(data) else count_lines(data[line:end])

    def heads(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        for index, data, _, line, body, _ in self.batches(numbers):
            yield index, _lf(data[line:body])

    def refresh(self) -> int:
        if self.path is None or (stamp_of(self.fd) == self.stamp and self.columns.end == self.stamp[2]):
            return 0
        self._settle()
        if self.stamp[2] > self.columns.end:
            extend(self.fd, self.columns, self.stamp[2], self.settings.believe)
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
            if not os.path.lexists(path):
                # Another program has removed the file: nothing is left to do.
                return Outcome(0)
            raise MailError(f"{self.name}: nothing was changed: {reason(error)}", status_of(error)) from error

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def place(self, index: int) -> int:
        """The place of a message in the columns; -1 when another program removed it, -2 for a lost twin."""
        return index if self.order is None else self.order[index]

    def where(self, index: int) -> int:
        """The same; MailError when it is not found."""
        at = self.place(index)
        if at < 0:
            raise MailError(f"{self.name}: another program has removed this message", TEMPFAIL)
        return at

    def realign(self) -> None:
        """Scan the file anew, since another program changed it, and find each message again."""
        old = identities(self.columns)
        self.columns, self.stamp = scan_all(self.fd, self.settings.believe)
        found = match(old, identities(self.columns))
        order = range(len(old)) if self.order is None else self.order
        self.order = [found[at] if at >= 0 else at for at in order]

    def attend(self, fd: int) -> None:
        """Look at the file that `fd` is from now on: another program may have put a new one in its place."""
        if self.path is not None and not os.path.samestat(os.fstat(fd), os.fstat(self.fd)):
            old, self.fd = self.fd, os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            os.close(old)
            self.realign()

    def _writable(self) -> str:
        """The path to write to; MailError when there is none."""
        if self.readonly or self.path is None:
            raise MailError(f"{self.name}: cannot be changed: {self.readonly}", NOPERM)
        return self.path

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

    def _settle(self) -> None:
        """Make sure that the columns are true of the file as it is now.

        If the last message is where it was, so are those before it: mail that arrives moves nothing.
        """
        stamp = stamp_of(self.fd)
        if stamp == self.stamp:
            return
        if stamp[2] >= self.columns.end and self._last_is_there():
            self.stamp = stamp
        else:
            self.realign()

    def _last_is_there(self) -> bool:
        last = len(self.columns) - 1
        return last < 0 or is_message(self.fd, self.columns, last)

    def _octets(self, index: int) -> Iterator[bytes]:
        """The letter as it is stored, cut where a line ends if it can be."""
        _, data, _, line, _, end = next(self.batches((index,)))
        if end <= len(data) <= PIECE:
            yield data[line:end]
            return
        start = self.columns.starts[self.where(index)]
        at, stop = start + line, start + end
        while at < stop:
            piece = read(self.fd, min(PIECE, stop - at), at)
            if at + len(piece) < stop:
                piece = piece[: piece.rfind(b"\n") + 1] or piece.rstrip(b"\r") or piece
            yield piece
            at += len(piece)

    def batches(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes, int, int, int, int]]:
        """Each message with octets that hold it; where in them its From_ line, header, body and end are.

        Messages that lie side by side are read at once. Of one larger than a batch only the beginning is read.
        """
        columns = self.columns
        for run in self._runs(numbers):
            data = self._read_run(run)
            columns = self.columns
            if data is None:
                for index in run:
                    yield from self.batches((index,))
                continue
            base = columns.starts[self.where(run[0])]
            for index in run:
                at = self.where(index)
                start, stop = columns.starts[at] - base, columns.stop(at) - base
                body = start + columns.bodies[at]
                line = data.find(b"\n", start, body) + 1 or body
                tail = data[stop - 3 : stop] if stop <= len(data) else read(self.fd, 3, base + stop - 3)
                yield index, data, start, line, body, stop - _separator(tail) if stop > body else stop

    def _runs(self, numbers: Iterable[int]) -> Iterator[list[int]]:
        """The messages in groups that lie side by side and make at most a batch."""
        run: list[int] = []
        begin = last = -2
        for index in numbers:
            at = self.where(index)
            if run and (at != last + 1 or self.columns.stop(at) - begin > BATCH):
                yield run
                run, at = [], self.where(index)
            if not run:
                begin = self.columns.starts[at]
            run.append(index)
            last = at
        if run:
            yield run

    def _read_run(self, run: list[int]) -> bytes | None:
        """The octets of a run of messages; None when they turn out not to lie side by side any more."""
        for _ in range(_ATTEMPTS):
            self._settle()
            places = [self.where(index) for index in run]
            if places[-1] - places[0] != len(run) - 1:
                return None
            columns, begin = self.columns, self.columns.starts[places[0]]
            length = columns.stop(places[-1]) - begin
            if length > BATCH:
                length = max(PIECE, columns.bodies[places[0]])
            try:
                data = read(self.fd, length, begin)
            except Shrunk:
                continue
            if stamp_of(self.fd) == self.stamp:
                return data
        raise MailError(f"{self.name}: other programs keep changing it: try again", TEMPFAIL)


def scan_all(fd: int, believe: bool) -> tuple[Columns, tuple[int, int, int, int]]:
    """The columns of a whole file, and the stamp it had. Raises OSError, MailError."""
    for _ in range(_ATTEMPTS):
        stamp = stamp_of(fd)
        columns = Columns(stamp[2])
        try:
            extend(fd, columns, stamp[2], believe)
        except Shrunk:
            continue
        return columns, stamp
    raise Shrunk


def stamp_of(fd: int) -> tuple[int, int, int, int]:
    """What tells that a file is still as it was: device, inode, length, time of the last change (ns)."""
    status = os.fstat(fd)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def match(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> list[int]:
    """For each old message the place of the same one among the new, -1 where there is none.

    Twins, alike in mark and length, are told apart by their order; where some of them went, nobody can say
    which: -2 for all of them.
    """
    places: dict[tuple[int, int], list[int]] = {}
    for at, identity in enumerate(new):
        places.setdefault(identity, []).append(at)
    twins: dict[tuple[int, int], int] = {}
    for identity in old:
        twins[identity] = twins.get(identity, 0) + 1
    heirs = {key: iter(places[key]) for key, count in twins.items() if len(places.get(key, ())) >= count}
    return [next(heirs[key]) if key in heirs else -2 if key in places else -1 for key in old]


def identities(columns: Columns) -> list[tuple[int, int]]:
    """Mark and length of body of each message. What the next one to append will add to the last does not count."""
    stops = [*columns.starts[1:], columns.end]
    found = [
        (mark, stop - start - body)
        for mark, start, body, stop in zip(columns.marks, columns.starts, columns.bodies, stops, strict=True)
    ]
    if found:
        mark, length = found[-1]
        found[-1] = (mark, length + len(columns.lacking))
    return found


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


def _separator(tail: bytes) -> int:
    """Octets of the empty line that parts a message from the next one."""
    return 1 if tail.endswith(b"\n\n") else 2 if tail.endswith(b"\n\r\n") else 0
