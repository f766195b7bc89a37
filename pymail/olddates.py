"""Dates as they are also written: obsolete forms of RFC 5322 4.3, asctime's, ISO 8601, and what comes near.

Apart from `summary`, which reads the usual form at once, because few letters have another.
"""

from __future__ import annotations

# In a year that begins in March.
_MONTHS = "Mar Apr May Jun Jul Aug Sep Oct Nov Dec Jan Feb".split()
# RFC 5322 4.3; every other name counts as unknown, -0000.
_ZONES = {
    "EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8,
    "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9,
}  # fmt: skip


def parse(text: str) -> tuple[int, int] | None:
    """Read a date word by word, whatever their order; None when day, month or year is missing."""
    day = month = year = clock = offset = None
    later = 0
    for word in _words(text.encode("ascii", "replace").decode("ascii")):
        title = word[:3].title()
        if title in _MONTHS and word.isalpha():
            month = title
        elif ":" in word and clock is None:
            clock = _clock(word)
        elif word[0] in "+-" and word[1:].isdigit():
            offset = _offset(word)
        elif word.isdigit():
            if day is None and len(word) < 3:
                day = int(word)
            elif year is None:
                year = _year(word)
        elif word.upper() in ("AM", "PM"):
            later = _half(word, clock)
        elif word.upper() in _ZONES and offset is None:
            offset = _ZONES[word.upper()] * 3600
    if day is None or month is None or year is None or not 1 <= day <= 31:
        return None
    return _seconds(year, month, day) + (clock or 0) + later - (offset or 0), offset or 0


def _words(text: str) -> list[str]:
    """The words of a date: comments gone, ISO 8601 and `1-Jun-2026` taken apart."""
    words: list[str] = []
    for word in _without_comments(text).replace(",", " ").split()[:20]:
        pieces = word.split("-")
        if len(pieces) == 3 and pieces[1][:3].title() in _MONTHS:
            words += filter(None, pieces)
        elif len(word) > 9 and word[4] == word[7] == "-" and word[5:7].isdigit():
            words += _iso(word)
        else:
            words.append(word)
    return words


def _iso(word: str) -> list[str]:
    """`2026-06-01T08:01:00.5+02:00` as the words of RFC 5322; a month beyond 12 gives none."""
    number = int(word[5:7])
    if not 1 <= number <= 12:
        return []
    words = [word[8:10], _MONTHS[number - 3], word[:4]]
    clock, zone = word[11:].rstrip("Zz"), ""
    for sign in "+-":
        if sign in clock:
            clock, _, zone = clock.partition(sign)
            zone = sign + zone.replace(":", "")
    return [piece for piece in (*words, clock, zone) if piece]


def _without_comments(text: str) -> str:
    """`text` without (comments), which nest; one that never ends goes to the end (RFC 5322 3.2.2)."""
    if "(" not in text:
        return text
    kept, depth = [], 0
    for char in text[:1000]:
        depth += char == "("
        if not depth:
            kept.append(char)
        depth -= char == ")" and depth > 0
    return "".join(kept)


def _clock(word: str) -> int | None:
    """Seconds since midnight of `8:01`, `08:01:00`, `08:01:00.25`; None when it is no time of day."""
    pieces = [piece.partition(".")[0] for piece in word.rstrip("Zz").split(":")]
    if len(pieces) > 3 or not all(piece.isdecimal() and len(piece) < 3 for piece in pieces):
        return None
    hours, minutes, seconds = map(int, (*pieces, "0")[:3])
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds < 61 else None


def _offset(word: str) -> int:
    """Seconds east of UTC of `+0200`; `+2` and `+200` are read as people mean them."""
    digits = word[1:5] if len(word) > 3 else word[1:] + "00"
    seconds = int(digits[:-2] or 0) * 3600 + int(digits[-2:]) * 60
    return -seconds if word[0] == "-" else seconds


def _half(word: str, clock: int | None) -> int:
    """Seconds to add for AM or PM to a clock of twelve hours."""
    hour = (clock or 0) // 3600
    if word.upper() == "PM":
        return 43200 if hour < 12 else 0
    return -43200 if hour == 12 else 0


def _year(word: str) -> int | None:
    """RFC 5322 4.3: two digits are 1950 to 2049, three are counted from 1900."""
    if len(word) > 4:
        return None
    year = int(word)
    if len(word) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(word) == 3 else year


def _seconds(year: int, month: str, day: int) -> int:
    number = _MONTHS.index(month)
    year -= number > 9
    before = (153 * number + 2) // 5  # days before the month
    return (365 * year + year // 4 - year // 100 + year // 400 + before + day - 719469) * 86400
