"""RFC 2047: encoded words taken apart and made.

Apart from `encodedwords` because most texts hold none: who reads or writes plain ASCII need
not load this. Reading takes every sloppiness and never raises; writing gives only what the
RFC allows.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# RFC 2047 5 (3): what may stand for itself in an encoded word, wherever that is used.
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_WORD = 63  # RFC 2047 2 allows 75; this much fits on a line with a field name before it


def joined(value: bytes) -> list[tuple[str, bytearray]]:
    """The pieces of a raw value with their charset ("" between words); words that follow each other made one."""
    joined: list[tuple[str, bytearray]] = []
    gap = b""
    for label, octets in _words(value):
        if not label:
            gap = octets
            continue
        # RFC 2047 6.2: blanks between two encoded words are not shown.
        after_word = bool(joined) and not gap.strip()
        if gap and not after_word:
            joined.append(("", bytearray(gap)))
        if after_word and joined[-1][0] == label:
            joined[-1][1].extend(octets)
        else:
            joined.append((label, bytearray(octets)))
        gap = b""
    return [*joined, ("", bytearray(gap))]


def _words(value: bytes) -> list[tuple[str, bytes]]:
    """Encoded words as (charset, octets), what is between them as ("", octets)."""
    found: list[tuple[str, bytes]] = []
    done = at = 0
    while (start := value.find(b"=?", at)) >= 0:
        at = start + 2
        middle = value.find(b"?", at, at + 80)
        label = value[at:middle].partition(b"*")[0].decode("ascii", "replace").lower()
        if middle < 0 or not label or " " in label or value[middle + 2 : middle + 3] != b"?":
            continue
        end = value.find(b"?=", middle + 3)
        if end < 0:
            break
        octets = _octets(value[middle + 1 : middle + 2], value[middle + 3 : end])
        if octets is not None:
            found += [("", value[done:start]), (label, octets)]
            done = at = end + 2
    found.append(("", value[done:]))
    return found


def _octets(encoding: bytes, data: bytes) -> bytes | None:
    if encoding in b"qQ":
        from binascii import a2b_qp

        return a2b_qp(data, header=True)
    if encoding in b"bB":
        return unbase64(data)
    return None


def unbase64(data: bytes) -> bytes:
    """The octets of base64 text, whatever is wrong with its padding or between its letters."""
    from binascii import a2b_base64

    try:
        return a2b_base64(data)
    except ValueError:
        letters = b"".join(data.replace(b"=", b"").split())
    for cut in (0, 1):
        whole = letters[: len(letters) - cut]
        try:
            return a2b_base64(whole + b"=" * (-len(whole) % 4))
        except ValueError:
            pass
    return b""


def encoded(text: str, name: str) -> list[str]:
    """RFC 2047 words, each whole by itself: Q where most of it stays readable, else B."""
    if name == "us-ascii":
        name = "utf-8"  # Python's email package adds a blank beside words in us-ascii
    octets = text.encode(name)
    quoted = len(octets) + 2 * sum(octet not in _PLAIN and octet != 32 for octet in octets)
    room = _WORD - len(name) - 7
    if 2 * quoted <= 5 * len(octets):
        return [f"=?{name}?Q?{_q(piece)}?=" for piece in pieces(text, name, room, lambda octets: len(_q(octets)))]
    from binascii import b2a_base64

    return [
        f"=?{name}?B?{b2a_base64(piece, newline=False).decode()}?=" for piece in pieces(text, name, room // 4 * 3, len)
    ]


def _q(octets: bytes) -> str:
    return "".join("_" if octet == 32 else chr(octet) if octet in _PLAIN else f"={octet:02X}" for octet in octets)


def pieces(text: str, name: str, room: int, cost: Callable[[bytes], int]) -> list[bytes]:
    """`text` in octets, cut between characters so that no piece costs more than `room`."""
    found = [b""]
    left = room
    for char in text:
        octets = char.encode(name)
        left -= cost(octets)
        if left < 0:
            found.append(b"")
            left = room - cost(octets)
        found[-1] += octets
    return found
