"""A text carried over into another character set (the variables sendcharsets and reply-in-same-charset).

Apart from `bodytext` because most texts go out as they were typed, in us-ascii or UTF-8.
"""

from __future__ import annotations

import codecs

from pymail import charsets, headers
from pymail.body import Body
from pymail.charsets import charset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def recoded(body: Body, names: Iterable[str]) -> tuple[Body, str]:
    """The text in the first charset of `names` that has all its characters, and that name.

    As it is, and "", when it is plain ASCII, is no UTF-8, when UTF-8 comes first, or when none will do.
    """
    if all(map(bytes.isascii, body.pieces())):
        return body, ""
    for name in map(str.strip, names):
        codec = charset(name) or ""
        if codec == "utf-8":
            break
        # Readers do well not to believe in UTF-7, which can hide what it says.
        is_fit = headers.is_token(name) and codec != "utf-7" and _is_like_ascii(codec)
        if is_fit and (done := _carried(body, "utf-8", codec)):
            return done, name.lower()
    return body, ""


def in_utf8(body: Body, name: str) -> Body:
    """A text in that charset carried over into UTF-8; as it is when it is UTF-8, or when that cannot be."""
    codec = charset(name)
    if all(map(bytes.isascii, body.pieces())) or _carried(body, "utf-8", "utf-8"):
        return body
    return codec and _carried(body, codec, "utf-8") or body


def typed(text: str, name: str) -> str:
    """A text with octets in it that are no UTF-8 (PEP 383), read in the charset of this name."""
    octets = text.encode("utf-8", "surrogateescape")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return charsets.text(octets, name)


def _is_like_ascii(codec: str) -> bool:
    """Whether lines stay lines in it: transfer encodings look for line feeds."""
    try:
        return "a\n".encode(codec) == b"a\n"
    except (LookupError, ValueError):
        return False


def _carried(body: Body, codec: str, other: str) -> Body | None:
    """The text, which is in one charset, in another one; None when it is not, or cannot be."""
    decoder = codecs.getincrementaldecoder(codec)()
    encoder = codecs.getincrementalencoder(other)()
    done = Body(name=body.name)
    try:
        for piece in body.pieces():
            done.write(encoder.encode(decoder.decode(piece)))
        done.write(encoder.encode(decoder.decode(b"", True), True))
    except ValueError:
        return None
    return done
