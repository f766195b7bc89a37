""">From quoting (mboxrd): lines of a letter that would look like a From_ line, both ways.

Apart because it is a pure change of octets that reading, appending and rewriting
share. Writing puts one > before each line of `>*From `, reading takes one away:
so letters come back octet by octet (RFC 4155 leaves this open; mboxrd is the form
that loses nothing). Of mboxo it reads every line right that mboxo itself could.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A tail of more > than this (octets) is text, whatever comes after it: memory stays bounded.
_LONGEST = 1 << 20


def quoted(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same letter, fit to stand in an mbox; the pieces may be cut anywhere."""
    rest, fresh = b"", True
    for piece in pieces:
        data = rest + piece
        cut = _undecided(data, fresh)
        rest, data = data[cut:], data[:cut]
        if data:
            yield quote(data, fresh)
            fresh = data.endswith(b"\n")
    if rest:
        yield quote(rest, fresh)


def quote(data: bytes, fresh: bool = True) -> bytes:
    """Quote a piece that ends where a line does; `fresh`: it begins where a line does."""
    if b"From " not in data:
        return data
    out, done = [], 0
    for place in _quotable(data, b"From ", fresh):
        out += [data[done:place], b">"]
        done = place
    return b"".join((*out, data[done:]))


def unquote(data: bytes, fresh: bool = True) -> bytes:
    """Take one > from each `>+From ` at the beginning of a line; `fresh`: the data begins where a line does."""
    if b">From " not in data:
        return data
    out, done = [], 0
    for place in _quotable(data, b">From ", fresh):
        out.append(data[done:place])
        done = place + 1
    return b"".join((*out, data[done:]))


def _quotable(data: bytes, word: bytes, fresh: bool) -> Iterator[int]:
    """Where the lines begin that hold only > before this word."""
    at = data.find(word)
    while at >= 0:
        start = at
        while start and data[start - 1] == 0x3E:
            start -= 1
        if data[start - 1] == 0x0A if start else fresh:
            yield start
        at = data.find(word, at + len(word))


def _undecided(data: bytes, fresh: bool) -> int:
    """Where the last line begins if what is there of it could still become a From_ line, else the end."""
    start = data.rfind(b"\n") + 1
    tail = data[start:]
    if (start == 0 and not fresh) or len(tail) > _LONGEST:
        return len(data)
    return start if b"From ".startswith(tail.lstrip(b">")) else len(data)
