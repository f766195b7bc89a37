"""The columns of a header list from many headers at once, as far as these are as usual.

Apart from mbox.py because it stands on `re` and on tables that only thousands of letters
repay. A header with one From, one Date and one Subject, all spelt so and on a line each,
costs one search and a few look-ups here; any other is left to summary.py. The result is
the same.
"""

from __future__ import annotations

import re

from pymail import headers
from pymail.summary import Rows, author, parse_date, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pymail.summary import Summary

    Patient = Callable[[bytes, int, int, int], Summary]
    Count = Callable[[bytes], int]

# Finds a line that is quoted because a letter begins with such.
has_quoted = re.compile(rb">From ").search
# The fields of a list, each with the lines that continue it.
_FIELDS = re.compile(rb"\n(?=[DFS])((?:From|Date|Subject):[^\n]*(?:\n[ \t][^\n]*)*)").findall
# A date in the usual form: `Date: Thu, 1 Jan 2015`, ` 02:13`, `:16`, ` +0200`.
_DAY = re.compile(
    rb"Date: (?:[A-Z][a-z][a-z], )?(?:0?[1-9]|[1-3]\d) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
).fullmatch
_ZONE = re.compile(rb" [+-]\d{4}").fullmatch
_MINUTES = {b" %02d:%02d" % divmod(minute, 60): minute * 60 for minute in range(24 * 60)}
_SECONDS = {b":%02d" % second: second for second in range(60)}
# So many authors, or days, are remembered.
_REMEMBERED = 20_000
_BLANKS = (b" ", b"\t")
# Octets of a letter that are counted at once.
_SHORT = 1 << 15


class Values:
    """Finds the field `name` in many headers, as far as it stands there spelt so and on one line."""

    def __init__(self, name: bytes) -> None:
        self._field = b"\n" + name + b":"
        self._decoded: dict[bytes, str] = {}

    def add(
        self,
        texts: list[str],
        data: bytes,
        sides: Iterable[tuple[int, int]],
        patient: Callable[[bytes, int, int], bytes],
    ) -> None:
        """Add the decoded values in the headers between these places of the data; `patient` finds others."""
        find, field, width, decoded = data.find, self._field, len(self._field), self._decoded
        for start, body in sides:
            at = find(field, start, body)
            end = find(b"\n", at + 1)
            value = data[at + width : end]
            if at < 0 or data[end + 1 : end + 2] in _BLANKS or b"\r" in value:
                value = patient(data, start, body)
            else:
                value = value.strip()
            if value.isascii() and b"=?" not in value:
                text = str(value, "ascii")
                if text.isprintable():
                    texts.append(text)
                    continue
            if value not in decoded:
                if len(decoded) >= _REMEMBERED:
                    decoded.clear()
                decoded[value] = headers.decode(_unfolded(value))
            texts.append(decoded[value])


class Gatherer:
    """Reads many headers, and remembers what they have in common."""

    def __init__(self) -> None:
        self._authors: dict[bytes, tuple[str, str]] = {}
        self._subjects: dict[bytes, str] = {}
        self._days: dict[bytes, int] = {}
        self._zones: dict[bytes, int] = {}

    def add(
        self, rows: Rows, data: bytes, sides: Iterable[tuple[int, int, int]], patient: Patient, count: Count
    ) -> None:
        """Add rows for the letters whose From_ line, text and end stand at these places of the data.

        `patient` makes the Summary of a letter that is not as usual, `count` counts the lines of one that is long.
        """
        authors, days, zones, find = self._authors, self._days, self._zones, data.find
        add_name, add_address, add_date, add_zone, add_size, add_lines, add_subject = (
            rows.names.append, rows.addresses.append, rows.dates.append, rows.zones.append, rows.sizes.append,
            rows.lines.append, rows.subjects.append,
        )  # fmt: skip
        for start, body, end in sides:
            found = _FIELDS(data, start, body)
            found.sort()
            try:
                date, sender, subject = found
                zone = zones[date[-6:]]
                sent = days[date[:-15]] + _MINUTES[date[-15:-9]] + _SECONDS[date[-9:-6]] - zone
                name, address = authors[sender]
                if not sent or subject[0] != 0x53:
                    raise KeyError
            except (KeyError, ValueError):
                known = self._learn(found)
                if known is None:
                    each = patient(data, start, body, end)
                    name, address, sent, zone, text = each.name, each.address, each.date, each.zone, each.subject
                else:
                    name, address, sent, zone = known
                    text = self._subject(found[2][8:].strip())
            else:
                subject = subject[8:].strip()
                if subject.isascii() and b"=?" not in subject and b"\n" not in subject:
                    text = str(subject, "ascii")
                else:
                    text = self._subject(subject)
            line = find(b"\n", start, body) + 1 or body
            size = end - line
            letter = data[line:end]
            add_name(name)
            add_address(address)
            add_date(sent)
            add_zone(zone)
            add_size(size)
            add_lines(size - len(letter.replace(b"\n", b"")) if size <= _SHORT else count(letter))
            add_subject(text)

    def _subject(self, value: bytes) -> str:
        """The decoded text of a raw value; encoded ones are remembered, since answers repeat them."""
        text = self._subjects.get(value)
        if text is None:
            if len(self._subjects) >= _REMEMBERED:
                self._subjects.clear()
            text = self._subjects[value] = text_of(_unfolded(value))
        return text

    def _learn(self, found: list[bytes]) -> tuple[str, str, int, int] | None:
        """Name, address, date and zone in these fields, from now on remembered; None when they are not as usual."""
        if len(found) != 3:
            return None
        date, sender, subject = found
        if not sender.startswith(b"From:") or b"\n" in sender or not subject.startswith(b"Subject:"):
            return None
        day, minute, second, zone = date[:-15], date[-15:-9], date[-9:-6], date[-6:]
        if not (_DAY(day) and minute in _MINUTES and second in _SECONDS and _ZONE(zone)):
            return None
        parsed = parse_date(day[6:] + b" 00:00:00" + zone)
        if parsed is None:
            return None
        for memory in (self._authors, self._days):
            if len(memory) >= _REMEMBERED:
                memory.clear()
        sent, name, address = parsed[0] + _MINUTES[minute] + _SECONDS[second], *author(sender[5:].strip())
        if not sent or not address:
            # The From_ line knows better.
            return None
        self._authors[sender] = name, address
        self._days[day], self._zones[zone] = sum(parsed), parsed[1]
        return name, address, sent, parsed[1]


def _unfolded(value: bytes) -> bytes:
    return value.replace(b"\n\t", b" ").replace(b"\n", b"")
