"""The messages stored in an mbox file: where each is, and their octets in large reads.

Apart from mbox.py, which makes letters of them, because this is what other programs can
spoil. The file is never mapped: when another program makes it shorter while we read,
that must be an error and not a SIGBUS. Whenever the file is no longer the one that was
scanned, a message is believed to lie where it lay only if the last one still does, since
mail that arrives moves nothing, and if its own mark is found there; else the file is
scanned again, and each message is looked for by its mark and length. While somebody
holds the lock, the file may be half one thing and half another: that is waited for.
"""

from __future__ import annotations

import posix

from pymail.errors import TEMPFAIL, MailError
from pymail.mailboxes.mailbox import STAND_IN, Gone
from pymail.mailboxes.mark import look_at
from pymail.mailboxes.rest import await_rest
from pymail.mailboxes.scan import Columns, Shrunk, extend, is_message, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pymail.mailboxes.mailbox import Watch
    from pymail.mailboxes.scan import Stamp

# Messages are handed out in pieces of so many octets, and read in batches of so many.
PIECE = 1 << 18
BATCH = 1 << 18
_ATTEMPTS = 5
_STAND_IN = b"From - Thu Jan  1 00:00:00 1970\n" + STAND_IN


class Stored:
    """The messages of the open file `fd`; `columns` say where they lie, and were true of it at `stamp`.

    `order` says in which place of the columns each message is found, None while all are where they were.
    """

    def __init__(
        self,
        name: str,
        path: str | None,
        fd: int,
        believe: bool,
        patience: float = 0,
        watch: Watch | None = None,
    ) -> None:
        """`patience`: so many seconds a lock is waited for; `watch` is told how far a long job is."""
        self.name = name
        self.path = path
        self.fd = fd
        self.believe = believe
        self.patience = patience
        self.watch = watch
        # The file has changed since it was scanned, and messages are believed to be where they were.
        self.doubtful = False
        self.order: list[int] | None = None
        self.columns = Columns()
        self.stamp: Stamp = (0, 0, 0, 0)

    def place(self, index: int) -> int:
        """The place of a message in the columns; -1 when another program removed it, -2 for a lost twin."""
        return index if self.order is None else self.order[index]

    def where(self, index: int) -> int:
        """The same; Gone when it is not found."""
        at = self.place(index)
        if at < 0:
            raise Gone(self.name)
        return at

    def realign(self) -> None:
        """Scan the file anew, since another program changed it, and find each message again."""
        from pymail.mailboxes.identity import identities, match

        old = identities(self.columns)
        self.columns, self.stamp = scan_all(self.fd, self.believe, self.patience, self.watch)
        self.doubtful = False
        found = match(old, identities(self.columns))
        order = range(len(old)) if self.order is None else self.order
        self.order = [found[at] if at >= 0 else at for at in order]

    def settle_for(self, count: int) -> None:
        """A commit, still under its lock, has changed the file behind the first `count` messages."""
        self.stamp = stamp_of(self.fd)
        if count < len(self.columns):
            self.columns.end, self.columns.lacking = self.columns.starts[count], b""
            self.columns.cut(count)

    def attend(self, fd: int) -> None:
        """Look at the file that `fd` is from now on: another program may have put a new one in its place."""
        from os.path import samestat

        if self.path is not None and not samestat(posix.fstat(fd), posix.fstat(self.fd)):
            old, self.fd = self.fd, posix.open(self.path, posix.O_RDONLY | posix.O_CLOEXEC)
            posix.close(old)
            self.realign()

    def settle(self) -> None:
        """Make sure that the columns are true of the file as it is now.

        If the last message is where it was, so are those before it: mail that arrives moves nothing.
        MailError when another program does not give back its lock.
        """
        stamp = stamp_of(self.fd)
        if stamp == self.stamp:
            return
        if not await_rest(self.fd, self.patience):
            raise MailError(f"{self.name}: another program is changing it: try again later", TEMPFAIL)
        stamp = stamp_of(self.fd)
        if stamp[2] >= self.columns.end and last_is_there(self.fd, self.columns):
            self.stamp = stamp
            self.doubtful = True
        else:
            self.realign()

    def octets(self, index: int) -> Iterator[bytes]:
        """The letter as it is stored, cut where a line ends if it can be."""
        data, _, line, body, end = self.one(index)
        if end <= len(data) <= PIECE:
            yield data[line:end]
            return
        # Counted from where the text begins: what is before it changes with the flags.
        at, stop = line - body, end - body
        while at < stop:
            piece = self._read_piece(index, at, min(PIECE, stop - at))
            if at + len(piece) < stop:
                piece = piece[: piece.rfind(b"\n") + 1] or piece.rstrip(b"\r") or piece
            yield piece
            at += len(piece)

    def one(self, index: int) -> tuple[bytes, int, int, int, int]:
        """A message as `batches` has it. Raises Gone."""
        found = next(self.batches((index,)))
        self.where(index)
        return found[1:]

    def batches(self, numbers: Iterable[int], what: str = "") -> Iterator[tuple[int, bytes, int, int, int, int]]:
        """Each message with octets that hold it; where in them its From_ line, header, body and end are.

        Messages that lie side by side are read at once. Of one larger than a batch only the beginning is read.
        For one that is gone there is something to show.
        """
        for run, data, starts, bodies, ends in self.runs(numbers, what):
            find = data.find
            for number, start, body, end in zip(run, starts, bodies, ends, strict=True):
                yield number, data, start, find(b"\n", start, body) + 1 or body, body, end

    def runs(
        self, numbers: Iterable[int], what: str = ""
    ) -> Iterator[tuple[Sequence[int], bytes, list[int], list[int], list[int]]]:
        """The same in columns: messages that were read at once, the octets, where From_ lines, bodies and ends are.

        `what` is this for, when somebody may have to wait for it?
        """
        watch = self.watch if what else None
        try:
            for run in self._runs(numbers):
                if watch is not None:
                    watch(what, run[0], len(self.columns))
                yield from self._columns_of(run)
        finally:
            if watch is not None:
                watch(what, len(self.columns), len(self.columns))

    def _columns_of(self, run: Sequence[int]) -> Iterator[tuple[Sequence[int], bytes, list[int], list[int], list[int]]]:
        data = self._read_run(run)
        if data is None and len(run) == 1:
            size = len(_STAND_IN)
            yield run, _STAND_IN, [0], [size], [size]
            return
        if data is None:
            for number in run:
                yield from self._columns_of((number,))
            return
        columns, first = self.columns, self.where(run[0])
        behind = first + len(run)
        base, last = columns.starts[first], columns.stop(behind - 1)
        starts = [start - base for start in columns.starts[first:behind]]
        stops = [*starts[1:], last - base]
        bodies = [start + body for start, body in zip(starts, columns.bodies[first:behind], strict=True)]
        ends = [
            stop - 1
            if data[stop - 2 : stop] == b"\n\n" and stop != body
            else stop - (stop != body and _separator(data, stop, self.fd, base))
            for stop, body in zip(stops, bodies, strict=True)
        ]
        yield run, data, starts, bodies, ends

    def _runs(self, numbers: Iterable[int]) -> Iterator[Sequence[int]]:
        """The messages in groups that lie side by side and make at most a batch."""
        if isinstance(numbers, range) and numbers.step == 1 and self.order is None:
            while numbers:
                count = self._reach(numbers[0]) - numbers[0] if self.order is None else 1
                yield numbers[:count]
                numbers = numbers[count:]
            return
        run: list[int] = []
        after = until = -1
        for number in numbers:
            at = number if self.order is None else self.order[number]
            if at != after or at >= until:
                if run:
                    yield run
                    at = self.place(number)
                run = []
                until = self._reach(at) if at >= 0 else 0
            run.append(number)
            after = at + 1
        if run:
            yield run

    def _reach(self, at: int) -> int:
        """Before which message a run from this one on ends: all in between lie within a batch."""
        starts = self.columns.starts
        limit, count = starts[at] + BATCH, len(starts)
        if starts[count - 1] >= limit:
            from bisect import bisect_left

            count = bisect_left(starts, limit, at)
        return max(count - 1, at + 1)

    def _read_piece(self, index: int, at: int, length: int) -> bytes:
        """So many octets of a message, `at` counted from the beginning of its text."""
        for _ in range(_ATTEMPTS):
            self.settle()
            place = self.where(index)
            try:
                piece = read(self.fd, length, self.columns.starts[place] + self.columns.bodies[place] + at)
            except Shrunk:
                continue
            if stamp_of(self.fd) == self.stamp:
                return piece
        raise self._restless()

    def _read_run(self, run: Sequence[int]) -> bytes | None:
        """The octets of a run of messages; None when they turn out to be gone or not side by side any more."""
        for _ in range(_ATTEMPTS):
            self.settle()
            first = self.place(run[0])
            if first < 0 or self.order is not None and [*map(self.place, run)] != [*range(first, first + len(run))]:
                return None
            columns, begin = self.columns, self.columns.starts[first]
            length = columns.stop(first + len(run) - 1) - begin
            if length > BATCH:
                length = max(min(PIECE, length), columns.bodies[first])
            try:
                data = read(self.fd, length, begin)
            except Shrunk:
                continue
            if stamp_of(self.fd) != self.stamp:
                continue
            if not self.doubtful or self._are_there(first, len(run), data):
                return data
            self.realign()
        raise self._restless()

    def _are_there(self, first: int, count: int, data: bytes) -> bool:
        """Are these messages, to which the octets belong, the ones that were scanned?"""
        columns = self.columns
        for at in range(first, first + count):
            start = columns.starts[at] - columns.starts[first]
            end = start + columns.bodies[at]
            if not data.startswith(b"From ", start) or look_at(data, start, end)[1] != columns.marks[at]:
                return False
        return True

    def _restless(self) -> MailError:
        return MailError(f"{self.name}: other programs keep changing it: try again", TEMPFAIL)


def last_is_there(fd: int, columns: Columns) -> bool:
    """Is the last message, if there is one, where it was?"""
    last = len(columns) - 1
    return last < 0 or is_message(fd, columns, last)


def scan_all(fd: int, believe: bool, patience: float = 0, watch: Watch | None = None) -> tuple[Columns, Stamp]:
    """The columns of a whole file, and the stamp it had. Raises OSError, MailError."""
    for _ in range(_ATTEMPTS):
        stamp = stamp_of(fd)
        columns = Columns(stamp[2])
        try:
            extend(fd, columns, stamp[2], believe, watch)
        except Shrunk:
            continue
        now = stamp_of(fd)
        if now == stamp or now[2] > stamp[2] and last_is_there(fd, columns):
            return columns, stamp
        # It was rewritten meanwhile.
        await_rest(fd, patience)
    raise Shrunk


def stamp_of(fd: int) -> Stamp:
    """What tells that a file is still as it was: device, inode, length, time of the last change (ns)."""
    status = posix.fstat(fd)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _separator(data: bytes, stop: int, fd: int, base: int) -> int:
    """Octets of the empty line that parts the message which ends at `stop` from the next one."""
    tail = data[stop - 3 : stop] if stop <= len(data) else read(fd, 3, base + stop - 3)
    return 1 if tail.endswith(b"\n\n") else 2 if tail.endswith(b"\n\r\n") else 0
