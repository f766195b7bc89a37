"""The index: what was learnt of a large mbox, kept so that the next opening costs only what is new.

Apart because it is a cache: in the user's cache folder, safe to delete at any time, and
never believed for writing (commit.py looks at the file itself). Two files a mailbox:
the *base* (base.py), and the *head*, named by device and inode and replaced by rename
each time: which file it speaks of, how many messages of the base still count, and the
few that are behind them.

So mail that arrives, or a commit that changes message k of many, costs a new head only.
The head stands for a file when its stamp is the file's. When another program has changed
the file, what is said of the messages before that change still holds: up to which one they
are in their places is found by halving. Nothing here is ever fsynced; after a start of the
machine the base's check sum is compared once.
"""

from __future__ import annotations

import os
import sys
import time
from binascii import crc32

from pymail.errors import MailError
from pymail.mailboxes.base import CODES, Base, Builder
from pymail.mailboxes.column import Column, packed, unpacked
from pymail.mailboxes.mark import look_at
from pymail.mailboxes.scan import Columns, is_message, read
from pymail.mailboxes.texts import CHUNK, NOTHING, Chunk, unpack
from pymail.ownership import make_folder, open_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pymail.mailboxes.scan import Stamp
    from pymail.summary import Rows

_VERSION = "pymail-index-2"
# An index that nobody used for so long (seconds) is removed.
_OLD = 90 * 86400
# A new base is made when so many messages are behind the old one, and they are a quarter of it.
_MANY = 2000
_SAMPLES = 6


class Index:
    """The index of one mailbox: what was kept of it, and what this run learns of it."""

    def __init__(self, cache: str, stamp: Stamp, believe: bool) -> None:
        self.folder = os.path.join(cache, "index")
        self.name = f"{stamp[0]:x}-{stamp[1]:x}"
        self.believe = believe
        self.builder: Builder | None = None
        self.base = Base(self.folder, "", 0, NOTHING, 0, 0)
        self.forget()

    def forget(self) -> None:
        """What was kept is not true of the mailbox, or there was nothing."""
        self.close()
        # What is kept: for which stamp and how many messages; how many of them are the base's; texts of the others.
        self.stamp: Stamp | None = None
        self.known = 0
        self.base = Base(self.folder, "", 0, NOTHING, 0, 0)
        self.counted = 0
        self.tail = Chunk(NOTHING)
        # Messages that are old although their Status line does not say so (commit.py).
        self.aged: set[int] = set()
        self.recent: tuple[int, Chunk] = (0, Chunk(NOTHING))

    def load(self, fd: int, stamp: Stamp) -> Columns | None:
        """The columns that are kept of the mailbox `fd`, perhaps of its beginning only; None when none fit."""
        try:
            columns = self._load()
            count = _in_place(fd, columns, self.stamp, stamp) if self.stamp is not None else 0
            if count < len(columns):
                columns.end, columns.lacking = columns.starts[count], b""
                columns.cut(count)
                self.cut(count)
            if count:
                return columns
        except (OSError, MailError, ValueError, IndexError):
            pass
        self.forget()
        return None

    def chunk(self, at: int, kind: int) -> tuple[int, Chunk] | None:
        """The chunk with the texts of message `at`, and its first message; None when they are not kept."""
        first, chunk = self.recent
        if not 0 <= at - first < len(chunk):
            if at >= self.counted:
                first, chunk = self.counted, self.tail
            else:
                first, chunk = at // CHUNK * CHUNK, self._chunk_of_base(at // CHUNK)
                chunk.cut(self.counted - first)
            self.recent = (first, chunk)
        return (first, chunk) if chunk.kind >= kind and at - first < len(chunk) else None

    def known_rows(self, numbers: range, kind: int) -> tuple[range, int, Chunk | None]:
        """The first of these messages that are alike: kept in one chunk, with their place there, or not kept."""
        at = numbers.start
        found = self.chunk(at, kind)
        end = min((at // CHUNK + 1) * CHUNK, self.counted) if at < self.counted else numbers.stop
        if found is not None:
            end = found[0] + len(found[1])
        return numbers[: end - at], at - (found[0] if found else 0), found[1] if found else None

    def learn(self, at: int, kind: int, rows: Rows) -> None:
        """What was found out of the messages from `at` on: all, from the first to the last, make a new base."""
        try:
            if at == 0 and self.base.kind < kind:
                self.stop()
                self.builder = Builder(self.folder, self._new_name(), kind)
            if self.builder is not None:
                if self.builder.count == at and self.builder.kind == kind:
                    self.builder.add(rows)
                else:
                    self.stop()
        except (OSError, MailError):
            self.stop()

    def _chunk_of_base(self, number: int) -> Chunk:
        try:
            return self.base.chunk(number)
        except (OSError, ValueError, TypeError):
            return Chunk(NOTHING)

    def knows_all(self, count: int) -> bool:
        """Was something learnt of all messages that is not yet kept?"""
        return self.builder is not None and self.builder.count == count

    def stop(self) -> None:
        """Learn no more."""
        if self.builder is not None:
            self.builder.drop()
            self.builder = None

    def cut(self, count: int) -> None:
        """Only the first `count` messages are still what they were."""
        self.stop()
        self.stamp = None
        self.tail.cut(max(count - self.counted, 0))
        self.counted = min(self.counted, count)
        self.aged = {at for at in self.aged if at < count}
        self.recent = (0, Chunk(NOTHING))

    def keep(self, columns: Columns, stamp: Stamp, texts: Callable[[int], Chunk]) -> None:
        """Write what is new; nothing depends on it. `texts` makes the chunk of the messages from a number on."""
        try:
            self._keep(columns, stamp, texts)
        except (OSError, MailError, ValueError):
            self.stop()

    def close(self) -> None:
        """Let go of files."""
        self.stop()
        self.base.close()

    def _keep(self, columns: Columns, stamp: Stamp, texts: Callable[[int], Chunk]) -> None:
        count = len(columns)
        if isinstance(columns.starts, Column):
            self.counted = min(self.counted, len(columns.starts.base))
        if self.builder is not None and self.knows_all(count):
            self._new_base(self.builder, columns)
        elif count - self.counted > max(_MANY, self.counted // 4):
            self.stop()
            self._new_base(Builder(self.folder, self._new_name(), NOTHING), columns)
        elif self.stamp == stamp and self.known == count:
            return
        else:
            self.tail = texts(self.counted) if self.base.kind and self.counted < count else Chunk(NOTHING)
        self._write_head(columns, stamp)

    def _new_base(self, builder: Builder, columns: Columns) -> None:
        # What comes to nothing is dropped with it.
        self.builder = builder
        self.base.close()
        self.base = builder.finish(columns)
        self.builder = None
        self.counted = len(columns)
        self.tail = Chunk(NOTHING)
        self._tidy()

    def _new_name(self) -> str:
        return f"{self.name}.{os.urandom(4).hex()}"

    def _tidy(self) -> None:
        """Remove this mailbox's older bases and what nobody has used for long."""
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            mine = name.startswith(self.name + ".") and name != self.base.name
            if mine or time.time() - os.stat(path).st_mtime > _OLD:
                os.unlink(path)

    def _load(self) -> Columns:
        octets = _whole(os.path.join(self.folder, self.name))
        line, _, rest = octets.partition(b"\n")
        version, order, boot, base, *words = line.decode().split(" ")
        if (version, order) != (_VERSION, sys.byteorder):
            raise ValueError("another version")
        numbers = list(map(int, words))
        self.stamp = (numbers[0], numbers[1], numbers[2], numbers[3])
        believe, end, lacking, room, kind, table, check, counted, behind, aged = numbers[4:]
        self.base = Base(self.folder, base, room, kind, table, check)
        if believe != self.believe or (boot != _boot() and not self.base.is_whole()):
            raise ValueError("it does not fit")
        self.counted, self.known = counted, counted + behind
        columns = Columns()
        (old,), more = unpacked(("Q",), memoryview(rest), aged)
        self.aged = set(old)
        tail, texts = unpacked(CODES, more, behind)
        parts = [
            Column(column[:counted], more.tolist()) for column, more in zip(self.base.columns(), tail, strict=True)
        ]
        columns.starts, columns.bodies, columns.marks, flags = parts
        columns.flags = bytearray(flags.base)
        columns.flags += bytes(flags.more)
        columns.end, columns.lacking = end, b"\n" * lacking
        self.tail = unpack(bytes(texts)) if kind else Chunk(NOTHING)
        return columns

    def _write_head(self, columns: Columns, stamp: Stamp) -> None:
        behind = len(columns) - self.counted
        base = self.base
        words = (*stamp, int(self.believe), columns.end, len(columns.lacking), base.room, base.kind, base.table,
                 base.check, self.counted, behind, len(self.aged))  # fmt: skip
        line = f"{_VERSION} {sys.byteorder} {_boot()} {base.name} {' '.join(map(str, words))}\n"
        starts, bodies, flags, marks = columns.slice(self.counted)
        parts = zip(CODES, (starts, bodies, marks, flags), strict=True)
        octets = line.encode() + packed("Q", list(self.aged))
        octets += b"".join(packed(code, column) for code, column in parts) + self.tail.pack()
        make_folder(self.folder)
        path = os.path.join(self.folder, self.name)
        new = path + ".new"
        fd = open_private(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
        try:
            os.write(fd, octets + crc32(octets).to_bytes(4, "little"))
        finally:
            os.close(fd)
        os.rename(new, path)
        self.stamp, self.known = stamp, len(columns)


def _whole(path: str) -> bytes:
    """The octets of a file but for the check sum at its end. Raises ValueError, OSError, MailError."""
    fd = open_private(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        octets = read(fd, os.fstat(fd).st_size, 0)
    finally:
        os.close(fd)
    if crc32(octets[:-4]) != int.from_bytes(octets[-4:], "little"):
        raise ValueError("it is damaged")
    return octets[:-4]


def _in_place(fd: int, columns: Columns, kept: Stamp, now: Stamp) -> int:
    """How many messages, from the first on, are where they were; the last one of these may have become longer.

    Mail that arrives moves nothing, and who takes a message out, or makes it longer, moves all that are behind it.
    A file that was changed and is as long as it was is not believed.
    """
    if kept != now and (kept[:2] != now[:2] or kept[2] == now[2]):
        return 0
    count = len(columns)
    if not (count and columns.end <= now[2] and _is_same(fd, columns, count - 1)):
        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if _is_same(fd, columns, middle) else (low, middle)
        count = low
    samples = {count * number // _SAMPLES for number in range(_SAMPLES)}
    return count if count and all(_is_same(fd, columns, at) for at in samples) else 0


def _is_same(fd: int, columns: Columns, at: int) -> bool:
    if not is_message(fd, columns, at):
        return False
    head = read(fd, columns.bodies[at], columns.starts[at])
    return look_at(head, 0, len(head))[0] == columns.flags[at]


def _boot() -> str:
    """What tells this run of the machine from others."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "-"
