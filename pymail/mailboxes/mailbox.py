"""What a mailbox is to the rest of pymail, whatever it is made of.

Apart because everything that reads or moves mail knows only this: columns of
flags and sizes, letters in octets, and one `commit` of one `Plan`. A letter is
RFC 5322 octets with LF line ends, without From_ line and without mbox quoting.
Messages are counted from 0; the numbers that a user sees are the folder's.
"""

from __future__ import annotations

from _io import BytesIO
from abc import ABC, abstractmethod

from pymail.errors import NOINPUT, NOPERM, TEMPFAIL, MailError
from pymail.summary import Rows, from_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeVar

    from pymail.summary import Summary

    # Told what is done, how much of it, and of how much.
    Watch = Callable[[str, int, int], None]
    T = TypeVar("T")

# Messages that are dealt with at once.
_BATCH = 256


class Missing(MailError):
    """There is no such mailbox: for a system mailbox that only means no mail."""

    def __init__(self, text: str) -> None:
        super().__init__(text, NOINPUT)


class Gone(MailError):
    """Another program has removed a message that the session knows."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: another program has removed this message", TEMPFAIL)


# What stands for such a message where many are listed or searched.
STAND_IN = b"Subject: (removed by another program)\n\n"


class Plan:
    """What a session wants done to its mailbox when it leaves, as one value.

    `remove` are the messages that go. `flags` are the new stored flags (summary.py)
    of those that change, `replace` the edited letters. `vanish`: the file itself goes
    when nothing is left in it.
    """

    __slots__ = ("remove", "flags", "replace", "vanish")

    def __init__(
        self,
        remove: Iterable[int] = (),
        flags: dict[int, int] | None = None,
        replace: dict[int, bytes] | None = None,
        vanish: bool = False,
    ) -> None:
        self.remove = set(remove)
        self.flags = flags or {}
        self.replace = replace or {}
        self.vanish = vanish

    def __bool__(self) -> bool:
        return bool(self.remove or self.flags or self.replace or self.vanish)


class Outcome:
    """What a commit did: `kept` messages are there now, `removed` went, `arrived` came meanwhile (part of `kept`).

    `unmatched` could not be found again, because another program had changed them: they were left alone.
    """

    __slots__ = ("kept", "removed", "arrived", "unmatched")

    def __init__(self, kept: int, removed: int = 0, arrived: int = 0, unmatched: int = 0) -> None:
        self.kept = kept
        self.removed = removed
        self.arrived = arrived
        self.unmatched = unmatched


class Deposit:
    """One letter to append: its octets in pieces, its stored flags, and who sent it when (for the From_ line).

    `sender` is an address ("" becomes MAILER-DAEMON), `date` seconds since the epoch (0: now).
    """

    __slots__ = ("pieces", "flags", "sender", "date")

    def __init__(self, pieces: Iterable[bytes], flags: int = 0, sender: str = "", date: int = 0) -> None:
        self.pieces = pieces
        self.flags = flags
        self.sender = sender
        self.date = date


class Settings:
    """What mailboxes need to know of the user's surroundings and wishes.

    `state` is the folder of journals and `cache` that of indexes ("": there is none), `lock_timeout` is in
    seconds, `believe` the variable mbox-content-length. `watch` is told how far a long job is.
    """

    __slots__ = ("state", "cache", "lock_timeout", "believe", "watch")

    def __init__(
        self,
        state: str,
        cache: str = "",
        lock_timeout: float = 30,
        believe: bool = False,
        watch: Watch | None = None,
    ) -> None:
        self.state = state
        self.cache = cache
        self.lock_timeout = lock_timeout
        self.believe = believe
        self.watch = watch


class Mailbox(ABC):
    """An open mailbox. What a kind cannot do raises MailError.

    `name` is what the user called it, `path` the file or folder behind it (None: there is none to write to).
    `readonly` says why it cannot be changed, "" when it can, `refusal` is the status of an attempt. `notes` are
    lines that the user should be told once: a lock that was broken, a mailbox that was repaired; `details` are
    those that only -v asks for.
    `settings` may be renewed while it is open.
    """

    name: str
    path: str | None
    readonly: str
    refusal: int = NOPERM
    settings: Settings
    notes: list[str]
    details: list[str]
    # Told how far a long job is, when somebody waits for it at a terminal.
    watch: Watch | None = None

    @abstractmethod
    def __len__(self) -> int:
        """How many messages are known."""

    @abstractmethod
    def flags(self, index: int) -> int:
        """The stored flags of a message."""

    @abstractmethod
    def size(self, index: int) -> int:
        """Octets of the letter, as it is stored."""

    @abstractmethod
    def lines(self, index: int) -> int:
        """Lines of the letter, header and empty line included."""

    @abstractmethod
    def head(self, index: int) -> bytes:
        """The header block with the empty line that ends it, LF line ends."""

    @abstractmethod
    def pieces(self, index: int) -> Iterator[bytes]:
        """The letter in pieces of at most some hundred KiB."""

    @abstractmethod
    def received(self, index: int) -> tuple[str, int]:
        """Envelope sender and time of arrival (seconds since the epoch); "" and 0 when nothing tells."""

    @abstractmethod
    def summary(self, index: int) -> Summary:
        """What a header list shows of a message."""

    @abstractmethod
    def refresh(self) -> int:
        """Look for mail that arrived; answer how many messages were added at the end."""

    @abstractmethod
    def append(self, deposits: Iterable[Deposit]) -> int:
        """Add letters, all or none, on disk when this returns; answer how many octets were added."""

    @abstractmethod
    def commit(self, plan: Plan) -> Outcome:
        """Carry out a plan under lock; what follows is `close`, or another attempt when this one raised."""

    def stored(self) -> bytearray:
        """The stored flags of all messages, an octet each; the caller may change them."""
        return bytearray(self.flags(index) for index in range(len(self)))

    def raw(self, index: int) -> bytes:
        """The whole letter."""
        pieces = iter(self.pieces(index))
        first, second = next(pieces, b""), next(pieces, None)
        if second is None:
            return first
        # Not joined from a list: a large letter would stand in memory twice.
        whole = BytesIO()
        whole.write(first)
        whole.write(second)
        whole.writelines(pieces)
        return whole.getvalue()

    def summaries(self, numbers: Iterable[int]) -> Iterator[Summary]:
        """Summaries in the order asked for; kinds that can read many at once do so."""
        for index in numbers:
            try:
                yield self.summary(index)
            except Gone:
                yield from_head(STAND_IN, 0, 0)

    def rows(self, numbers: Iterable[int]) -> Iterator[tuple[Sequence[int], Rows]]:
        """Numbers and rows of a header list, many at once, in the order asked for."""
        for some in batches(numbers):
            rows = Rows()
            for index in some:
                try:
                    rows.add(self.summary(index), self.lines(index))
                except Gone:
                    rows.add(from_head(STAND_IN, 0, 0), 0)
            yield some, rows

    def listing(self, numbers: Iterable[int]) -> Iterator[tuple[int, Summary, int]]:
        """Number, summary and lines of each: the same one by one."""
        for some, rows in self.rows(numbers):
            for at, number in enumerate(some):
                yield number, rows.summary(at), rows.lines[at]

    def heads(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Number and header block of each, for searching."""
        for index in watched(self.watch, "Searching", numbers):
            yield index, _unless_gone(self.head, index)

    def letters(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Number and whole letter of each, for searching."""
        for index in watched(self.watch, "Searching", numbers):
            yield index, _unless_gone(self.raw, index)

    def texts(self, name: bytes, numbers: Iterable[int]) -> Iterator[tuple[Sequence[int], list[str]]]:
        """Numbers and decoded values of the header field `name`, many at once; "" where there is none."""
        from pymail import headers

        for some in watched(self.watch, "Searching", batches(numbers)):
            values = (headers.find(_unless_gone(self.head, index), name) for index in some)
            yield some, [headers.decode(value) if value else "" for value in values]

    def values(self, name: bytes, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Number and value of each that has one which is not empty."""
        for some, values in self.texts(name, numbers):
            for pair in zip(some, values, strict=True):
                if pair[1]:
                    yield pair

    def close(self) -> None:  # noqa: B027  a kind that holds nothing has nothing to let go
        """Let go of files and connections; nothing is written."""


def watched(watch: Watch | None, what: str, things: Iterable[T]) -> Iterator[T]:
    """The same things, telling how far `what` is done to them."""
    if watch is None:
        yield from things
        return
    things = list(things)
    try:
        for done, thing in enumerate(things):
            watch(what, done, len(things))
            yield thing
    finally:
        watch(what, len(things), len(things))


def _unless_gone(read: Callable[[int], bytes], index: int) -> bytes:
    try:
        return read(index)
    except Gone:
        return STAND_IN


def batches(numbers: Iterable[int]) -> Iterator[Sequence[int]]:
    """The numbers, some hundred at once."""
    if not isinstance(numbers, range):
        numbers = list(numbers)
    for at in range(0, len(numbers), _BATCH):
        yield numbers[at : at + _BATCH]
