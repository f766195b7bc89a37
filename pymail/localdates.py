"""Many dates in local time, for a header list of thousands of lines.

Apart from `headline` because a page of lines is quicker made without it. What a format says
of the day is worked out once a day; on a day on which the zone does not change, the clock
goes on evenly.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_DAY = 86400
# What a format may say of the day in front of the clock, and nothing else.
_OF_THE_DAY = frozenset("aAbBdehjmyY")


class LocalDates:
    """Dates in a strftime(3) format."""

    def __init__(self, format: str, one: Callable[[str, int], str]) -> None:
        """`one` makes the text of one date, in seconds since the epoch; "" for one that no clock shows."""
        self._format = format
        self._one = one
        day, clock, after = format.partition("%H:%M")
        self._is_usual = bool(clock) and not after and all(piece[:1] in _OF_THE_DAY for piece in day.split("%")[1:])
        # By day since the epoch: how far local time is ahead (seconds); by local day: its text.
        self._ahead: dict[int, int] = {}
        self._days: dict[int, str] = {}
        self._clock = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60)]

    def texts(self, dates: list[int]) -> list[str]:
        """The text for each date."""
        ahead, days, clock, found = self._ahead, self._days, self._clock, []
        for date in dates:
            try:
                local = date + ahead[date // _DAY]
                found.append(days[local // _DAY] + clock[local % _DAY // 60])
            except KeyError:
                found.append(self._learnt(date))
        return found

    def _learnt(self, date: int) -> str:
        """The text for a date; its day is remembered where that is of use."""
        text = self._one(self._format, date)
        day = date // _DAY
        if not self._is_usual or not text:
            return text
        if day not in self._ahead:
            first, last = (time.localtime(at).tm_gmtoff for at in (day * _DAY, day * _DAY + _DAY - 1))
            if first != last or first % 60:
                return text
            self._ahead[day] = first
        self._days[(date + self._ahead[day]) // _DAY] = text[:-5]
        return text
