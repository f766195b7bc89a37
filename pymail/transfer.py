"""Content transfer encodings undone, in pieces, whatever state they are in.

RFC 2045 6 (quoted-printable, base64) and uuencode. Apart from `decode` because it knows
octets only: a range of a message in, the octets that were meant out. Nothing here raises
for bad input, and a large part never stands in memory twice.
"""

from __future__ import annotations

import binascii

from pymail import charsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTITY, BASE64, QUOTED, UU = "", "base64", "quoted-printable", "x-uuencode"

_MOST_FILES = 200  # uuencoded in one text
_STEP = 1 << 20
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_JUNK = bytes(octet for octet in range(256) if octet not in _ALPHABET + b"=")
_PLAIN = ("", "7bit", "8bit", "binary")


def encoding(value: bytes) -> str:
    """The encoding meant by a Content-Transfer-Encoding: value, IDENTITY where it names none.

    Mailers write `base-64`, `"quoted-printable"`, `Quoted_Printable;` and worse.
    """
    name = value.lower()
    if b"base" in name and b"64" in name:
        return BASE64
    if b"quoted" in name:
        return QUOTED
    return UU if b"uu" in name else IDENTITY


def unknown(value: bytes) -> str:
    """What a Content-Transfer-Encoding: value asks for that nobody knows, "" when all is well."""
    name = value.decode("ascii", "replace").partition(";")[0].strip(" \t\"'").lower().replace("-", "")
    return "" if encoding(value) or name.removesuffix("s") in _PLAIN else name


def pieces(raw: bytes, start: int, end: int, name: str) -> Iterator[bytes]:
    """The decoded octets of raw[start:end], at most about a mebibyte at a time."""
    if name == BASE64:
        return _base64(raw, start, end)
    if name == QUOTED:
        return map(_quoted, _lines(raw, start, end))
    if name == UU:
        return _uu(raw, start, end)
    return (raw[at : min(at + _STEP, end)] for at in range(start, end, _STEP))


def _lines(raw: bytes, start: int, end: int) -> Iterator[bytes]:
    """raw[start:end] in pieces that end at line ends, or outside `=XX` where a line is too long."""
    while start < end:
        stop = min(start + _STEP, end)
        if stop < end:
            cut = raw.rfind(b"\n", start, stop) + 1
            if cut <= 0:
                mark = raw.rfind(b"=", stop - 2, stop)
                cut = mark if mark > start else stop
            stop = cut
        yield raw[start:stop]
        start = stop


def _quoted(block: bytes) -> bytes:
    if b" \n" in block or b"\t\n" in block:
        # RFC 2045 6.7 (3): blanks at the end of a line were added on the way.
        block = b"\n".join([line.rstrip(b" \t") for line in block.split(b"\n")])
    return binascii.a2b_qp(block)


def _base64(raw: bytes, start: int, end: int) -> Iterator[bytes]:
    """Base64 with what is not of its alphabet passed over; data after padding is taken as more of the same."""
    end = _text_after(raw, start, end)
    carry = b""
    for at in range(start, end, _STEP):
        *runs, carry = (carry + raw[at : min(at + _STEP, end)].translate(None, _JUNK)).split(b"=")
        for run in runs:
            if len(run) > 1:
                yield _quads(run)
        whole = len(carry) & ~3
        yield binascii.a2b_base64(carry[:whole])
        carry = carry[whole:]
    if len(carry) > 1:
        yield _quads(carry)


def _quads(run: bytes) -> bytes:
    """Base64 without its padding; a lone last letter says nothing."""
    return binascii.a2b_base64((run[:-1] if len(run) % 4 == 1 else run) + b"==")


def footer(raw: bytes, start: int, end: int) -> bytes:
    """The plain words behind the base64 in raw[start:end]; see _text_after."""
    return raw[_text_after(raw, start, end) : end]


def _text_after(raw: bytes, start: int, end: int) -> int:
    """Where the base64 ends: lists append a footer of plain words to what they do not understand."""
    blank = raw.find(b" ", start, end)
    while blank >= 0:
        line = raw.rfind(b"\n", start, blank) + 1
        stop = raw.find(b"\n", blank, end)
        stop = end if stop < 0 else stop
        words = raw[line:stop].split()
        if line > start and len(words) > 1 and max(map(len, words)) < 40:
            rule = raw.rfind(b"\n", start, line - 1) + 1
            return line if raw[rule:line].translate(None, _JUNK) else max(rule, start)
        blank = raw.find(b" ", stop, end)
    return end


def _uu(raw: bytes, start: int, end: int) -> Iterator[bytes]:
    """The first uuencoded file in raw[start:end]; without a `begin` line all lines are taken for data."""
    for block in _lines(raw, start, end):
        decoded: list[bytes] = []
        for line in block.split(b"\n"):
            if line.rstrip() == b"end":
                yield b"".join(decoded)
                return
            if not line.startswith(b"begin "):
                decoded.append(uu_line(line))
        yield b"".join(decoded)


def uu_blocks(octets: bytes) -> Iterator[tuple[int, int, int, int, str]]:
    """The uuencoded files in a text: begin of block and of data, end of data and of block, and the file's name."""
    at = 0 if octets.startswith(b"begin ") else octets.find(b"\nbegin ") + 1
    for _ in range(_MOST_FILES):
        if not octets.startswith(b"begin ", at):
            return
        data = octets.find(b"\n", at) + 1
        end = octets.find(b"\nend", data - 1) + 1
        if not data or not end:
            return
        mode, _, name = octets[at + 6 : min(data, at + 300)].strip().partition(b" ")
        stop = octets.find(b"\n", end) + 1 or len(octets)
        if len(mode) in (3, 4) and not mode.strip(b"01234567") and name and _is_uu(octets[data : data + 80]):
            yield at, data, end, stop, charsets.text(name)
            data = stop - 1
        at = octets.find(b"\nbegin ", data - 1) + 1 or len(octets)


def _is_uu(octets: bytes) -> bool:
    """Whether these begin with a line of uuencoded data: its first letter says how long it is."""
    line = octets.partition(b"\n")[0].rstrip(b"\r")
    if line in (b"end", b"`", b" "):
        return True
    needed = ((line[0] - 32) & 63) * 8 // 6 + 1 if line else 0
    return 1 < needed - 1 <= len(line) + 2 and len(line) <= needed + 4 and max(line) < 97


def uu_line(line: bytes) -> bytes:
    """The octets of one uuencoded line; what cannot be decoded is left out."""
    if not line:
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders add a checksum or trailing junk: take as much as the first letter promises.
        promised = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:promised])
        except binascii.Error:
            return b""
