"""RFC 2047: encoded words read and written, and the words of a display name.

Apart from `headers` because it knows nothing of fields: text in, text out. Reading takes
every sloppiness and never raises; writing gives only what the RFC allows.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_ATEXT = "!#$%&'*+-/=?^_`{|}~"
# RFC 2047 5 (3): what may stand for itself in an encoded word, wherever that is used.
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_WORD = 63  # RFC 2047 2 allows 75; this much fits on a line with a field name before it
_UNBROKEN = 900  # octets; a word longer than this could not be folded
ENDS = {0: " ", 10: " ", 13: " "}


def decode(value: bytes) -> str:
    """A raw value as text in one line: RFC 2047 words, raw UTF-8 (RFC 6532), other octets by a guess.

    Words that break RFC 2047 (blanks inside, none around, no padding, a character cut in
    two, the wrong charset) are read as they were meant. Never raises.
    """
    if b"=?" not in value and value.isascii() and b"\x1b$" not in value:
        plain = value.decode("ascii")
        return plain if plain.isprintable() else plain.translate(ENDS)
    from pymail import charsets

    return "".join(charsets.text(octets, label) for label, octets in _joined(value)).translate(ENDS)


def _joined(value: bytes) -> list[tuple[str, bytearray]]:
    """Pieces with their charset ("" between words); words that follow each other made one."""
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


def clean(text: str) -> tuple[str, str]:
    """`text` fit for one line, and its charset: us-ascii, utf-8 or iso-8859-1.

    Line ends and NUL become blanks. Octets that the locale could not decode (they come as
    surrogates, PEP 383) are taken as UTF-8 when they are, else as iso-8859-1.
    """
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            octets = _unescaped(text)
            try:
                text = octets.decode("utf-8")
            except UnicodeDecodeError:
                return octets.decode("latin-1").translate(ENDS), "iso-8859-1"
    name = "us-ascii" if text.isascii() else "utf-8"
    return text.replace("\r\n", "\n").translate(ENDS), name


def _unescaped(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def encode(text: str) -> str:
    """Unstructured text for a field: as it is where it can be, the rest as RFC 2047 words.

    Scripts write encoded words by hand, since other mail programs ask that of them: such words
    mean what they say, and are written anew so that they are right.
    """
    if "=?" in text and text.isascii():
        text = decode(text.encode())
    text, name = clean(text)
    words = text.split(" ")
    odd = [place for place, word in enumerate(words) if not _is_plain(word)]
    # Blanks at the ends are lost on the way, long runs of them cannot be folded.
    if text[:1] == " " or " " * 40 in text:
        odd += [0, len(text) - len(text.lstrip(" "))]
    if text[-1:] == " " or " " * 40 in text:
        odd += [text.rstrip(" ").count(" "), len(words) - 1]
    if not odd:
        return text
    first, last = min(odd), max(odd) + 1
    return " ".join([*words[:first], *_encoded(" ".join(words[first:last]), name), *words[last:]])


def _is_plain(word: str) -> bool:
    return word.isascii() and "=?" not in word and len(word) <= _UNBROKEN and (word.isprintable() or not word)


def _encoded(text: str, name: str) -> list[str]:
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


def phrase(name: str) -> str:
    """A display name (RFC 5322 3.2.5): atoms, a quoted string, or encoded words."""
    name, label = clean(name)
    words = name.split(" ")
    if not all(_is_plain(word) for word in words) or " " * 40 in name:
        return " ".join(_encoded(name, label))
    if not name or all(is_atom(word) for word in words):
        return name
    return quote(name)


def is_atom(word: str) -> bool:
    """Whether `word` is an atom (RFC 5322 3.2.3, with the letters of RFC 6532)."""
    return bool(word) and all(char.isalnum() or char in _ATEXT or char > "\x9f" for char in word)


def quote(text: str) -> str:
    """`text` as a quoted string (RFC 5322 3.2.4)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
