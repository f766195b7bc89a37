"""A text carried over into another character set (the variables sendcharsets and reply-in-same-charset).

Apart from `bodytext` because most texts go out as they were typed, in us-ascii or UTF-8.
"""

from __future__ import annotations

import codecs

from pymail import headers
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
        if is_fit and (done := _encoded(body, codec)):
            return done, name.lower()
    return body, ""


def _is_like_ascii(codec: str) -> bool:
    """Whether lines stay lines in it: transfer encodings look for line feeds."""
    try:
        return "a\n".encode(codec) == b"a\n"
    except (LookupError, ValueError):
        return False


def _encoded(body: Body, codec: str) -> Body | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoder = codecs.getincrementalencoder(codec)()
    done = Body(name=body.name)
    try:
        for piece in body.pieces():
            done.write(encoder.encode(decoder.decode(piece)))
        done.write(encoder.encode(decoder.decode(b"", True), True))
    except ValueError:
        return None
    return done
