"""The header list's line: a `headline` format, compiled once and filled for each message.

Apart from `display` because it is on the banner's path, where nothing that shows a whole
message is wanted, and because 200,000 lines of it must be cheap: a line of ASCII is one
%-format. The rest is measured in cells, field by field.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pymail.localdates import LocalDates
    from pymail.summary import Rows

FORMAT = "%>%a%m %-18f %16d %4l/%-5o %i%-s"
DATE = "%Y-%m-%d %H:%M"
_HALF_A_YEAR, _A_DAY = 182 * 86400, 86400  # as ls -l parts old from new

# What may stand behind a percent sign.
LETTERS = {
    ">": "a > beside the current message",
    "<": "a < beside the current message",
    "a": "the letter of the state",
    "m": "the number",
    "f": "the author",
    "d": "the date",
    "l": "lines",
    "o": "octets",
    "i": "the tree of the thread",
    "e": "how deep in its thread",
    "s": "the subject",
    "S": "the subject in quotes",
    "L": "l: to a mailing list that I know; L: one I am subscribed to; P: one that List-Post names",
    "t": "the place in the list, which is the number",
    "U": "0; a number of IMAP elsewhere",
    "$": "a blank; a score of spam elsewhere",
}
_MARKS = "><"
_NUMBERS = "mlo"
_ONE_CELL = "><aL$"
_ANY = 1 << 62
# From so many dates on, days are remembered.
_MANY = 50


class _Field:
    """One `%-18f` of a format: its letter, its width in cells (0: as it comes)."""

    __slots__ = ("letter", "width", "right")

    def __init__(self, letter: str, width: int, right: bool) -> None:
        self.letter = letter
        self.width = width
        self.right = right


class Headline:
    """A line of the header list, after S-nail's `headline` variable: `%` and one of LETTERS, `%%` for itself.

    A number before the letter is the width in cells, negative for left-aligned.
    """

    def __init__(
        self,
        format: str = FORMAT,
        *,
        width: int,
        last: int,
        date: str = DATE,
        older: str = "",
        addresses: bool = False,
    ) -> None:
        """Compile `format` for lines of at most `width` cells and message numbers up to `last`.

        `date` is a strftime(3) format for local time, `older` one for dates from more than half a year ago or
        a day ahead, "" for the same; `addresses` shows these in place of names.
        """
        self._width = width
        self._date = date
        self._older = older
        self._local: LocalDates | None = None
        self._addresses = addresses
        self._parts = _parts(format, width, max(3, len(str(last))))
        self._template = "".join(map(_conversion, self._parts)) + "%.0s"
        self._most_lines = _most(self._parts, "l")
        self._most_octets = _most(self._parts, "o")

    def asks(self, letter: str) -> bool:
        """Does the format have this letter?"""
        return any(isinstance(part, _Field) and part.letter == letter for part in self._parts)

    def lines(
        self,
        numbers: Sequence[int],
        letters: Sequence[str],
        rows: Rows,
        *,
        dot: int = 0,
        more: Mapping[str, Sequence[str]] | None = None,
    ) -> list[str]:
        """The lines for messages with these numbers and letters: safe, cut to the width, without blanks at their ends.

        `dot` is the number of the current message, `more` are the columns for `%e` and `%L`, when it asks for them.
        """
        columns = {**self._columns(numbers, letters, rows, dot), **(more or {})}
        fields = [columns[part.letter] for part in self._parts if isinstance(part, _Field)]
        texts = [self._template % each for each in zip(*fields, numbers, strict=True)]
        width, octets, lines = self._width, self._most_octets, self._most_lines
        found = [text[:width].rstrip() for text in texts]
        whole = "".join(texts)
        odd = [at for at, size in enumerate(rows.sizes) if size > octets]
        odd += [at for at, count in enumerate(rows.lines) if count > lines]
        if not whole.isprintable():
            odd += [at for at, text in enumerate(texts) if not text.isprintable()]
        if not whole.isascii():
            from pymail.scripts import ONE

            odd += [at for at, text in enumerate(texts) if not text.isascii() and not ONE.issuperset(text)]
        for at in {*odd}:
            found[at] = self._measured({letter: column[at] for letter, column in columns.items()})
        return found

    def _columns(
        self, numbers: Sequence[int], letters: Sequence[str], rows: Rows, dot: int
    ) -> dict[str, Sequence[int | str]]:
        """What each letter of a format stands for, message by message."""
        blanks, mark = [" "] * len(numbers), numbers.index(dot) if dot in numbers else -1
        columns: dict[str, Sequence[int | str]] = {}
        for letter in {part.letter for part in self._parts if isinstance(part, _Field)}:
            if letter in _MARKS:
                columns[letter] = blanks if mark < 0 else [*blanks[:mark], letter, *blanks[mark + 1 :]]
            elif letter == "a":
                columns[letter] = letters
            elif letter in "mt":
                columns[letter] = numbers
            elif letter == "f":
                first, second = (rows.addresses, rows.names) if self._addresses else (rows.names, rows.addresses)
                columns[letter] = [one or other for one, other in zip(first, second, strict=True)]
            elif letter == "d":
                columns[letter] = self._aged(rows.dates) if self._older else self._dates(rows.dates)
            elif letter == "S":
                columns[letter] = [f'"{subject}"' for subject in rows.subjects]
            elif letter == "s":
                columns[letter] = rows.subjects
            elif letter in "lo":
                columns[letter] = rows.lines if letter == "l" else rows.sizes
            else:
                columns[letter] = [{"i": "", "U": "0", "e": "0"}.get(letter, " ")] * len(rows)
        return columns

    def _aged(self, dates: list[int]) -> list[str]:
        now = time.time()
        first, last = now - _HALF_A_YEAR, now + _A_DAY
        pairs = zip(dates, self._dates(dates), strict=True)
        return [text if first <= date <= last else date_of(self._older, date) for date, text in pairs]

    def _dates(self, dates: list[int]) -> list[str]:
        if len(dates) < _MANY and self._local is None:
            return [date_of(self._date, date) for date in dates]
        if self._local is None:
            from pymail.localdates import LocalDates

            self._local = LocalDates(self._date, date_of)
        return self._local.texts(dates)

    def _measured(self, values: dict[str, int | str]) -> str:
        """The line put together by cells; the room that a large number lacks is taken from blanks beside it."""
        from pymail.width import cells, cut, fit

        line, owed, used = "", 0, 0
        for part in self._parts:
            if isinstance(part, str):
                line += part
                used += cells(part)
                continue
            text = str(values[part.letter])
            if part.letter in _NUMBERS:
                room = max(part.width - owed, 0)
                text = text.rjust(room) if part.right else text.ljust(room)
                before = len(line)
                line, owed = _pay(line, owed + len(text) - part.width)
                used += len(line) - before + len(text)
                line += text
            elif part.width:
                line += fit(text, part.width, right=part.right)
                used += part.width
            elif part is self._parts[-1] and used <= self._width:
                return (line + cut(text, self._width - used)).rstrip()
            else:
                text = cut(text, self._width)
                line += text
                used += cells(text)
        return cut(line, self._width).rstrip()


def _pay(line: str, owed: int) -> tuple[str, int]:
    """`line` with up to `owed` blanks taken out in front of its last word, one is left; and what is owed still."""
    while owed > 0:
        at = line.rfind("  ")
        if at < 0 or " " in line[at + 2 :]:
            break
        line = line[:at] + line[at + 1 :]
        owed -= 1
    return line, owed


def date_of(format: str, seconds: int) -> str:
    """A date in seconds since the epoch in a strftime(3) format, local time; "" for one that no clock shows."""
    try:
        return time.strftime(format, time.localtime(seconds))
    except (OverflowError, ValueError, OSError):
        return ""


def _parts(format: str, width: int, digits: int) -> list[str | _Field]:
    """The literals and fields of a format; names and subjects without a width share what the others leave."""
    parts: list[str | _Field] = []
    literal, percent, rest = format.partition("%")
    while percent:
        field, rest = _field(rest, digits)
        parts += [literal, field]
        literal, percent, rest = rest.partition("%")
    parts = [part for part in (*parts, literal) if part]
    wide = [part for part in parts[:-1] if isinstance(part, _Field) and part.letter in "fsS" and not part.width]
    taken = sum(len(part) if isinstance(part, str) else part.width or part.letter in _ONE_CELL for part in parts)
    for part in wide:
        part.width, part.right = max(1, (width - taken) // len(wide)), False
    return parts


def _field(text: str, digits: int) -> tuple[str | _Field, str]:
    """The field that begins `text`, after its percent sign, and what follows; what is none stands for itself."""
    at = len(text) - len(text.lstrip("-0123456789"))
    sign, letter, after = text[:at], text[at : at + 1], text[at + 1 :]
    if letter == "%" or letter not in LETTERS:
        return "%" * (letter != "%") + sign + letter, after
    width = min(int("0" + sign.strip("-").partition("-")[0][:4]), 1000)
    return _Field(letter, max(width, digits) if letter == "m" else width, "-" not in sign), after


def _conversion(part: str | _Field) -> str:
    """The %-conversion that fills this part of a line of ASCII."""
    if isinstance(part, str):
        return part.replace("%", "%%")
    side = "" if part.right else "-"
    if part.letter in _NUMBERS:
        return f"%{side}{part.width}s"
    return f"%{side}{part.width}.{part.width}s" if part.width else "%s"


def _most(parts: list[str | _Field], letter: str) -> int:
    """The largest number that the narrowest field of this letter has room for."""
    fields = [part for part in parts if isinstance(part, _Field) and part.letter == letter]
    return min((10**field.width - 1 for field in fields), default=_ANY)
