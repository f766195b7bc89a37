"""Header fields written: folded, and nothing in them that could be a second one (RFC 5322 2.2.3).

Apart from `headers`, which takes fields apart, because a send writes fields and reads none.
"""

from __future__ import annotations

from pymail import encodedwords

_LINE = 78
_LONGEST = 990  # RFC 5322 2.1.1 allows 998
_CONTROLS = {code: " " for code in (*range(9), *range(10, 32), 127)}


def fold(name: str, value: str) -> bytes:
    r"""`Name: value\n`, folded at blanks to lines of 78 octets where that is possible, never over 998.

    No control stands in the result but the line ends of folding: a newline in `value` is
    a blank. What is not ASCII goes out as UTF-8 (RFC 6532).
    """
    line = f"{name}: {encodedwords.clean(value)[0].translate(_CONTROLS)}".rstrip().encode()
    lines = []
    at, first = 0, len(name) + 2
    while (cut := _cut(line, at, first)) < len(line):
        lines.append(line[at:cut])
        if line[cut] != 32:
            # Nothing to fold at: a blank more is better than a line that relays break.
            line = line[:cut] + b" " + line[cut:]
        at = cut
        first = len(line) - len(line[at:].lstrip(b" "))
    lines.append(line[at:])
    return b"\n".join(lines) + b"\n"


def _cut(line: bytes, at: int, first: int) -> int:
    """Where the line that begins `at`, with text from `first` on, ends."""
    if len(line) - at <= _LINE:
        return len(line)
    cut = line.rfind(b" ", first, at + _LINE + 1)
    if cut >= 0:
        return at + len(line[at:cut].rstrip(b" "))
    end = line.find(b" ", first)
    end = end if end >= 0 else len(line)
    if at == 0 and not _LINE <= end - first <= _LONGEST - first:
        return first - 1
    return min(end, at + _LONGEST)
