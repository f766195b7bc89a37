"""The From_ line, which stands before each message of an mbox: who sent it, and when it arrived.

Apart because what counts as one decides where messages begin: `From `, a sender,
and a date in asctime's form (RFC 4155, appendix A), or in one of the forms that
other programs have written. A line of text that begins with "From " has none.
"""

from __future__ import annotations

import time

MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
DAYS = (b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun")
_LONGEST_ZONE = 5
_MONTHS = {name: number for number, name in enumerate(MONTHS, 1)}


def dated(line: bytes) -> bool:
    """Does this line, which begins with `From `, hold a date? Its line end may be there or not."""
    line = line.rstrip(b"\r\n")
    if line[-20:-17] in _MONTHS and line[-8:-7] == line[-11:-10] == b":":
        # The usual form, `Nov 14 22:13:20 2023` at the end of the line, without taking it apart.
        day, clock = line[-16:-14], line[-13:-11] + line[-10:-8] + line[-7:-5]
        if b" 0" < day < b"32" and clock < b"240000" and (day + clock + line[-4:]).strip().isdigit():
            return clock[2:4] < b"60" and clock[4:] < b"61"
    return _date_of(line.split()[1:]) is not None


def parse(line: bytes) -> tuple[str, int]:
    """Sender and time (seconds since the epoch) of a From_ line; "" and 0 where it has none.

    A date without a zone is local time, as mail programs write it.
    """
    words = line.split()[1:]
    found = _date_of(words)
    if found is None:
        return b" ".join(words).decode("utf-8", "replace"), 0
    length, fields, zone = found
    sender = b" ".join(words[:length]).decode("utf-8", "replace")
    try:
        if zone is None:
            return sender, int(time.mktime((*fields, -1, -1, -1)))
        import calendar

        return sender, calendar.timegm((*fields, 0, 0, 0)) - zone
    except (ValueError, OverflowError):
        return sender, 0


def make(sender: str, date: int) -> bytes:
    """A From_ line with its line end; the date becomes local time, 0 means now, no sender MAILER-DAEMON."""
    name = "".join(sender.split()).encode("utf-8", "replace") or b"MAILER-DAEMON"
    try:
        now = time.localtime(date or None)
    except (ValueError, OverflowError, OSError):
        now = time.localtime()
    return b"From %b %b %b %2d %02d:%02d:%02d %04d\n" % (
        name, DAYS[now.tm_wday], MONTHS[now.tm_mon - 1], now.tm_mday, now.tm_hour, now.tm_min, now.tm_sec, now.tm_year,
    )  # fmt: skip


def _date_of(words: list[bytes]) -> tuple[int, tuple[int, int, int, int, int, int], int | None] | None:
    """How many words stand before the date, its fields, its zone in seconds east of UTC (None: local)."""
    for at, word in enumerate(words):
        if word.rstrip(b",") in DAYS:
            found = _fields(words[at + 1 :])
            if found is not None:
                return at, *found
    return None


def _fields(words: list[bytes]) -> tuple[tuple[int, int, int, int, int, int], int | None] | None:
    """The fields behind the weekday, in any order that is used; None when something else stands there too."""
    month = day = year = 0
    clock: tuple[int, int, int] | None = None
    zone: int | None = None
    for at, word in enumerate(words):
        if word in _MONTHS and not month:
            month = _MONTHS[word]
        elif word.isdigit() and len(word) <= 2 and not day:
            day = int(word)
        elif word.isdigit() and len(word) == 4 and not year:
            year = int(word)
        elif b":" in word and clock is None:
            clock = _clock(word)
        elif clock is not None and (offset := _zone(word)) is not None:
            zone = offset
        elif clock is not None and word.isalpha() and word.isupper() and len(word) <= _LONGEST_ZONE:
            continue  # a zone by its name, of which there are too many: local time
        elif year and words[at : at + 2] == [b"remote", b"from"]:
            break
        else:
            return None
    if not (month and 1 <= day <= 31 and year and clock):
        return None
    return (year, month, day, *clock), zone


def _clock(word: bytes) -> tuple[int, int, int] | None:
    """Hours, minutes and seconds of `hh:mm` or `hh:mm:ss`; a clock that is wrong still ends a message before it."""
    parts = word.split(b":")
    if len(parts) not in (2, 3) or not all(part.isdigit() and len(part) <= 2 for part in parts):
        return None
    hours, minutes, seconds = (int(part) for part in (*parts, b"0")[:3])
    return hours, minutes, seconds


def _zone(word: bytes) -> int | None:
    """Seconds east of UTC of `+0200` or `UTC`, None for anything else."""
    if word[:1] in b"+-" and len(word) == 5 and word[1:].isdigit():
        seconds = int(word[1:3]) * 3600 + int(word[3:]) * 60
        return -seconds if word[:1] == b"-" else seconds
    if word in (b"UTC", b"GMT", b"UT", b"Z"):
        return 0
    return None
