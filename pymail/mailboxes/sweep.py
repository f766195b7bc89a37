"""The quick way over a block of a large mbox, for what is usual in it.

Apart from scan.py because it stands on `re`, which only a large mailbox repays, and because
all that is not usual is left to scan.py and mark.py, which know every form: the answers are
the same. Patterns begin with a literal, which is the quickest search that there is.
"""

from __future__ import annotations

import re
from binascii import crc32

from pymail.mailboxes.mark import MARKED
from pymail.summary import ANSWERED, FLAGGED, OLD, SEEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Look = tuple[int, int, int]

# A date of the usual form, and the end of its line.
_DATE = rb"[A-Z][a-z][a-z] (?:[ 0][1-9]|[12]\d|3[01]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d [12]\d\d\d\r?\n"
# Where these are matched, lines may go on for so many octets behind what is searched.
_LINE = 1000
# A usual From_ line: dated, after an empty line, and no CR ends the line that follows it.
_USUAL = re.compile(rb"\nFrom (?:(?<=\n\nFrom )([^\n]* " + _DATE + rb"[^\n]*(?<!\r)\n))?").finditer
_ANY = re.compile(rb"\nFrom (?:[^\n]* " + _DATE + rb")?").finditer
# The end of a header, with usual lines of Status and X-Status before it; or a line that may hold flags.
_TOLD = re.compile(
    rb"\n(?=[\nSsXx])(?:\n|Status: (?:RO()|O()|R()|OR())\n\n|Status: RO\nX-Status: (?:A()|F()|AF())\n\n"
    rb"|Status: RO()\n|[Ss]tatus:()|[Xx]-[Ss]tatus:())"
).search
_READ = SEEN | OLD
_FLAGS = {
    None: 0, 1: _READ, 2: OLD, 3: SEEN, 4: _READ,
    5: _READ | ANSWERED, 6: _READ | FLAGGED, 7: _READ | ANSWERED | FLAGGED,
}  # fmt: skip
# The groups that leave the end of the header to be found: `Status: RO`, and what takes a closer look.
_BEFORE_END, _ODD = 8, 9


def places(data: bytes, low: int, high: int) -> list[int] | None:
    """Where messages begin behind line ends from `low` to `high`; None when one of those takes a closer look."""
    found = [hit.start(1) - 5 for hit in _USUAL(data, low, high + _LINE)]
    if -6 in found:
        return None
    while found and found[-1] > high:
        found.pop()
    return found


def hits(data: bytes, low: int, high: int) -> Iterable[tuple[int, int]]:
    """Each line end before `From ` from `low` to `high`: its place, and where that line ends if its date is usual."""
    found = [hit.span() for hit in _ANY(data, low, high + _LINE)]
    while found and found[-1][0] >= high:
        found.pop()
    return found


def looks(
    data: bytes, starts: list[int], patient: Callable[[int, int], Look]
) -> tuple[list[int], bytearray, list[int]]:
    """Lengths of the headers, flags and marks of the usual messages that begin at `starts` in the block.

    `patient` looks at any other one, between its place and the next: the end of its header, flags, mark.
    """
    lengths, flags, marks = [], bytearray(), []
    find = data.find
    for place, bound in zip(starts, [*starts[1:], len(data)], strict=True):
        hit = _TOLD(data, place, bound)
        which = hit.lastindex if hit is not None else _ODD
        if hit is not None and which in _FLAGS:
            first, end, flag = hit.start(), hit.end(), _FLAGS[which]
        elif hit is not None and which == _BEFORE_END:
            first, end, flag = hit.start(), find(b"\n\n", hit.end() - 1, bound) + 2, _READ
            if end < 2 or find(b"tatus:", hit.end(), end) >= 0:
                which = _ODD
        if which in (_ODD, _ODD + 1):
            end, flag, mark = patient(place, bound)
        else:
            mark = crc32(data[place : first + 1 if first < place + MARKED else place + MARKED])
        lengths.append(end - place)
        flags.append(flag)
        marks.append(mark)
    return lengths, flags, marks
