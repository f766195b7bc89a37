"""Texts of header fields, with encoded words where they need them (RFC 2047), and the words of a display name.

Apart from `headers` because it knows nothing of fields: text in, text out. What is plain
ASCII is dealt with here; what is not is left to rfc2047.py.
"""

from __future__ import annotations

_ATEXT = "!#$%&'*+-/=?^_`{|}~"
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
    from pymail import charsets, rfc2047

    return "".join(charsets.text(octets, label) for label, octets in rfc2047.joined(value) if octets).translate(ENDS)


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
    from pymail import rfc2047

    first, last = min(odd), max(odd) + 1
    return " ".join([*words[:first], *rfc2047.encoded(" ".join(words[first:last]), name), *words[last:]])


def _is_plain(word: str) -> bool:
    return word.isascii() and "=?" not in word and len(word) <= _UNBROKEN and (word.isprintable() or not word)


def phrase(name: str) -> str:
    """A display name (RFC 5322 3.2.5): atoms, a quoted string, or encoded words."""
    name, label = clean(name)
    words = name.split(" ")
    if not all(_is_plain(word) for word in words) or " " * 40 in name:
        from pymail import rfc2047

        return " ".join(rfc2047.encoded(name, label))
    if not name or all(is_atom(word) for word in words):
        return name
    return quote(name)


def is_atom(word: str) -> bool:
    """Whether `word` is an atom (RFC 5322 3.2.3, with the letters of RFC 6532)."""
    return bool(word) and all(char.isalnum() or char in _ATEXT or char > "\x9f" for char in word)


def quote(text: str) -> str:
    """`text` as a quoted string (RFC 5322 3.2.4)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
