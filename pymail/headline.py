"""The header list's line: a `headline` format, compiled once and filled for each message.

Apart from `display` because it is on the banner's path, where nothing that shows a whole
message is wanted, and because 200,000 lines of it must be cheap: a line of ASCII is one
%-format. The rest is measured in cells, field by field.
"""

from __future__ import annotations

import time

try:
    from _operator import itemgetter  # the module around it costs a twentieth of the start
except ImportError:
    from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.summary import Summary

    Values = tuple[str, str, str, int | str, str, str, int | str, int, str, str, str]

FORMAT = "%>%a%m %-18f %16d %4l/%-5o %i%-s"
DATE = "%Y-%m-%d %H:%M"

# Where each letter of a format finds its text among the values of a line.
_PLACES = {">": 0, "<": 1, "a": 2, "m": 3, "f": 4, "d": 5, "l": 6, "o": 7, "i": 8, "s": 9, "S": 10}
_NUMBERS = "mlo"
_ONE_CELL = "><a"
_ANY = 1 << 62


class _Field:
    """One `%-18f` of a format: its letter, the place of its value, its width in cells (0: as it comes)."""

    __slots__ = ("letter", "place", "width", "right")

    def __init__(self, letter: str, width: int, right: bool) -> None:
        self.letter = letter
        self.place = _PLACES[letter]
        self.width = width
        self.right = right


class Headline:
    """A line of the header list, after S-nail's `headline` variable.

    `%>` and `%<` the dot's mark, `%a` the state's letter, `%m` the number, `%f` the author, `%d` the date,
    `%l` lines, `%o` octets, `%i` the thread's tree, `%s` and `%S` the subject (plain, in quotes), `%%`;
    a number before the letter is the width in cells, negative for left-aligned.
    """

    def __init__(
        self, format: str = FORMAT, *, width: int, last: int, date: str = DATE, addresses: bool = False
    ) -> None:
        """Compile `format` for lines of at most `width` cells and message numbers up to `last`.

        `date` is a strftime(3) format for local time; `addresses` shows these in place of names.
        """
        self._width = width
        self._date = date
        self._addresses = addresses
        self._parts = _parts(format, width, max(3, len(str(last))))
        self._template = "".join(map(_conversion, self._parts)) + "%.0s"
        self._pick = itemgetter(*[part.place for part in self._parts if isinstance(part, _Field)], 0)
        self._most_lines = _most(self._parts, "l")
        self._most_octets = _most(self._parts, "o")

    def line(
        self, number: int, letter: str, summary: Summary, *, dot: bool = False, lines: int | None = None, tree: str = ""
    ) -> str:
        """The line for message `number`: safe, cut to the width, without blanks at its end."""
        name, address = summary.name, summary.address
        values: Values = (
            ">" if dot else " ",
            "<" if dot else " ",
            letter,
            number,
            address or name if self._addresses else name or address,
            _date(self._date, summary.date),
            "" if lines is None else lines,
            summary.size,
            tree,
            summary.subject,
            f'"{summary.subject}"',
        )
        if summary.size <= self._most_octets and (lines is None or lines <= self._most_lines):
            text: str = self._template % self._pick(values)
            if text.isascii() and text.isprintable():
                return text[: self._width].rstrip()
            from pymail.width import one_each

            if one_each(text):
                return text[: self._width].rstrip()
        return self._measured(values)

    def _measured(self, values: Values) -> str:
        """The line put together by cells; the room that a large number lacks is taken from blanks beside it."""
        from pymail.width import cut, fit

        line = ""
        owed = 0
        for part in self._parts:
            if isinstance(part, str):
                line += part
                continue
            text = str(values[part.place])
            if part.letter in _NUMBERS:
                room = max(part.width - owed, 0)
                text = text.rjust(room) if part.right else text.ljust(room)
                line, owed = _pay(line, owed + len(text) - part.width)
                line += text
            else:
                line += fit(text, part.width, right=part.right) if part.width else cut(text, self._width)
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


def _date(format: str, seconds: int) -> str:
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
    if letter == "%" or letter not in _PLACES:
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
