"""Folder: an open mailbox with its marks and its dot, numbers counted from 1.

Apart from the mailboxes because they know what is stored and nothing of marks; the
marks live here until the folder is left, when disposal.py says in one plan what
becomes of each message (POSIX mailx, the states of messages).
"""

from __future__ import annotations

from pymail.summary import ANSWERED, DRAFT, FLAGGED, OLD, SEEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from pymail.mailboxes.mailbox import Mailbox
    from pymail.summary import Summary

DELETED = 1
SAVED = 2
PRESERVED = 4
MBOX = 8
TOUCHED = 16
TAGGED = 32
COLLAPSED = 64


class Folder:
    """An open mailbox as the user sees it.

    `system`: it is the user's system mailbox, whose read messages may move to mbox. `shown`: the
    current message has been printed, so that next goes on. `before` is the dot before this one,
    `named` the messages of the list before, `sought` what message lists looked for last, `top` the
    first message of the page that was printed last, 0 before. `order` is how `sort` numbered the
    messages, None for the order of the mailbox, `sorted` the name of that order. Flags, marks,
    `changed` (edited letters) and `filed` (what is in mbox although leaving failed) are kept by
    places in the mailbox.
    """

    __slots__ = (
        "mailbox", "system", "flags", "marks", "dot", "before", "named", "shown", "changed", "top", "order", "sorted",
        "sought", "filed", "_numbers",
    )  # fmt: skip

    def __init__(self, mailbox: Mailbox, system: bool) -> None:
        self.mailbox = mailbox
        self.system = system
        self.flags = mailbox.stored()
        self.marks = bytearray(len(mailbox))
        self.before = 0
        self.named: list[int] = []
        self.sought: dict[str, str] = {}
        self.shown = False
        self.top = 0
        self.sorted = "none"
        self.changed: dict[int, bytes] = {}
        self.filed: set[int] = set()
        self.order: list[int] | None = None
        self._numbers: list[int] = []
        self.dot = self._first()

    def __len__(self) -> int:
        return len(self.marks)

    def _first(self) -> int:
        """The first new message, else the first unread, else the first (POSIX, EXTENDED DESCRIPTION)."""
        for letter in "nu":
            found = next(iter(self.state(letter)), 0)
            if found:
                return found
        return 1 if len(self) else 0

    def place(self, number: int) -> int:
        """Where in the mailbox the message with this number is, from 0."""
        return number - 1 if self.order is None else self.order[number - 1]

    def number(self, place: int) -> int:
        """The number of the message at a place of the mailbox."""
        return place + 1 if self.order is None else self._numbers[place]

    def places(self, numbers: Iterable[int]) -> Iterable[int]:
        """The places of messages; a range of numbers stays one where it can."""
        if self.order is None and isinstance(numbers, range):
            return range(numbers.start - 1, numbers.stop - 1, numbers.step)
        return map(self.place, numbers)

    def numbers(self, places: Sequence[int]) -> Sequence[int]:
        """The numbers of the messages at these places."""
        if self.order is None and isinstance(places, range):
            return range(places.start + 1, places.stop + 1, places.step)
        return list(map(self.number, places))

    def sort(self, name: str, order: list[int] | None) -> None:
        """Number the messages by these places, None: as the mailbox does; the dot stays on its message."""
        self.sorted = name
        dot = self.place(self.dot) if self.dot else 0
        self.order = order
        self._numbers = [0] * len(self)
        for number, place in enumerate(order or (), 1):
            self._numbers[place] = number
        self.dot = self.number(dot) if self.dot else 0
        self.before, self.named, self.top = 0, [], 0

    def deleted(self, number: int) -> bool:
        """Is it marked as deleted?"""
        return bool(self.marks[self.place(number)] & DELETED)

    def raw(self, number: int) -> bytes:
        """The letter as it is, or as it was edited."""
        place = self.place(number)
        return self.changed.get(place) or self.mailbox.raw(place)

    def pieces(self, number: int) -> Iterator[bytes]:
        """The same in pieces, so that a large one need not fit into memory."""
        place = self.place(number)
        return iter([self.changed[place]]) if place in self.changed else self.mailbox.pieces(place)

    def head(self, number: int) -> bytes:
        """Its header block."""
        return self.mailbox.head(self.place(number))

    def summary(self, number: int) -> Summary:
        """What a header list shows of it."""
        return self.mailbox.summary(self.place(number))

    def received(self, number: int) -> tuple[str, str]:
        """Who sent a message, and when it came, as a From_ line has it; ? where nothing tells."""
        import time

        sender, date = self.mailbox.received(self.place(number))
        return sender or "?", time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(date)) if date else "?"

    def letters(self, places: Sequence[int]) -> str:
        """The letters of the messages at these places."""
        marks, flags = self.marks, self.flags
        states = [marks[place] << 8 | flags[place] for place in places]
        examples = dict(zip(states, places, strict=True))
        known = {state: self.letter(self.number(place)) for state, place in examples.items()}
        return "".join([known[state] for state in states])

    def letter(self, number: int) -> str:
        """The letter that a header line shows for its state (s-nail's attrlist: NUROSPMFAT)."""
        place = self.place(number)
        marks, flags = self.marks[place], self.flags[place]
        for mark, letter in ((DELETED, "D"), (SAVED, "S"), (PRESERVED, "P"), (MBOX, "M"), (TAGGED, "T")):
            if marks & mark:
                return letter
        for flag, letter in ((FLAGGED, "F"), (ANSWERED, "A"), (DRAFT, "T")):
            if flags & flag:
                return letter
        if flags & SEEN:
            return "O" if flags & OLD else "R"
        return "U" if flags & OLD else "N"

    def go(self, number: int, shown: bool = False) -> None:
        """Make a message the current one."""
        if number != self.dot:
            self.before = self.dot
            self.shown = False
        self.dot = number
        self.shown = self.shown or shown

    def mark(self, numbers: Iterable[int], mark: int, instead_of: int = 0) -> None:
        """Set a mark and take others away."""
        for place in map(self.place, numbers):
            self.marks[place] = self.marks[place] & ~instead_of | mark

    def flag(self, numbers: Iterable[int], flag: int, on: bool = True) -> None:
        """Set or clear a flag that is stored with the message."""
        for place in map(self.place, numbers):
            flags = self.flags[place]
            self.flags[place] = flags | flag if on else flags & ~flag

    def read(self, number: int) -> None:
        """It has been shown: its state is read now."""
        place = self.place(number)
        self.flags[place] |= SEEN
        self.marks[place] |= TOUCHED

    def delete(self, numbers: list[int]) -> bool:
        """Delete messages; the dot goes on to the next live one, else back. True when it went on."""
        self.mark(numbers, DELETED, instead_of=PRESERVED | MBOX | SAVED)
        last = numbers[-1]
        after = (number for number in range(last + 1, len(self) + 1) if not self.deleted(number))
        before = (number for number in range(last - 1, 0, -1) if not self.deleted(number))
        number = next(after, 0) or next(before, 0)
        self.go(number or last)
        self.shown = self.shown or not number
        return number > last

    def refresh(self) -> int:
        """Take in what has arrived; how many messages that is."""
        count = self.mailbox.refresh()
        have = len(self)
        self.flags += bytearray(self.mailbox.flags(i) for i in range(have, have + count))
        self.marks += bytearray(count)
        if self.order is not None:
            self.order += range(have, have + count)
            self._numbers += range(have + 1, have + count + 1)
        return count

    def state(self, letter: str) -> Iterator[int]:
        """The messages in a state that `:x` names."""
        # Octets are turned into truths and looked for in bulk: 200,000 messages cost no call each.
        column, octets = self._octets(letter)
        table = bytearray(256)
        for octet in octets:
            table[octet] = 1
        truths = column.translate(table)
        place = truths.find(1)
        while place >= 0:
            yield self.number(place)
            place = truths.find(1, place + 1)

    def count(self, letter: str) -> int:
        """How many messages are in a state that `:x` names."""
        column, octets = self._octets(letter)
        return len(column) - len(column.translate(None, octets))

    def _octets(self, letter: str) -> tuple[bytearray, bytes]:
        """The column that tells of a state, and the octets in it that mean yes."""
        column, test = (self.flags, _FLAGS[letter]) if letter in _FLAGS else (self.marks, _MARKS[letter])
        known = range(256) if len(column) > 256 else set(column)
        return column, bytes(octet for octet in known if test(octet))

    def subject(self, text: str) -> Iterator[int]:
        """The messages with `text` in their decoded subject, case ignored."""
        from pymail import search

        return map(self.number, search.fields(self.mailbox, ["subject"], search.Words(text), text))

    def author(self, text: str, allnet: bool, mine: Callable[[str], bool] | None) -> Iterator[int]:
        """The messages whose author's name or address holds `text`; see search.authors."""
        from pymail import search

        return map(self.number, search.authors(self.mailbox, text, allnet, mine))

    def field(self, names: list[str], text: str, plain: bool = False) -> Iterator[int]:
        """The messages with `text`, or what it matches, in one of these header fields, decoded, case ignored.

        `plain`: the text is no regular expression.
        """
        from pymail import search

        test = search.Words(text) if plain else search.magic(text)
        return map(self.number, search.fields(self.mailbox, names, test, text))

    def addressed(self, lists: Collection[str]) -> Iterator[int]:
        """The messages to one of these mailing lists."""
        from pymail import search

        return map(self.number, search.addressed(self.mailbox, lists))

    def sizes(self) -> Iterator[tuple[int, int]]:
        """The octets of each message."""
        return ((self.number(place), self.mailbox.size(place)) for place in range(len(self)))

    def days(self, sent: bool) -> Iterator[tuple[int, str]]:
        """The day of each message, 2026-06-04: when it was sent, by the sender's clock, or when it came, by mine."""
        import time

        if sent:
            dates = (time.gmtime(each.date + each.zone) for each in self.mailbox.summaries(range(len(self))))
        else:
            dates = (time.localtime(self.mailbox.received(place)[1]) for place in range(len(self)))
        return ((self.number(place), time.strftime("%Y-%m-%d", date)) for place, date in enumerate(dates))

    def body(self, text: str) -> Iterator[int]:
        """The messages with `text` in their decoded text, case ignored."""
        from pymail import search

        return map(self.number, search.bodies(self.mailbox, text))

    def parent(self, number: int) -> int | None:
        """The message that this one answers, None when it is not here."""
        from pymail import threads

        found = threads.parent(self.mailbox, self.place(number))
        return None if found is None else self.number(found)

    def thread(self, number: int) -> Iterator[int]:
        """All messages of the conversation that this one belongs to."""
        from pymail import threads

        return (self.number(i) for i in threads.thread(self.mailbox, self.place(number)))


_FLAGS: dict[str, Callable[[int], int | bool]] = {
    "a": lambda flags: flags & ANSWERED,
    "D": lambda flags: flags & DRAFT,
    "f": lambda flags: flags & FLAGGED,
    "n": lambda flags: not flags & (SEEN | OLD),
    "o": lambda flags: flags & (SEEN | OLD) == OLD,
    "r": lambda flags: flags & SEEN,
    "u": lambda flags: not flags & SEEN,
}
_MARKS: dict[str, Callable[[int], int | bool]] = {
    "d": lambda marks: marks & DELETED,
    "m": lambda marks: marks & MBOX,
    "p": lambda marks: marks & PRESERVED,
    "s": lambda marks: marks & SAVED,
    "t": lambda marks: marks & TAGGED,
    "T": lambda marks: not marks & TAGGED,
}
