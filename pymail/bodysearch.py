"""Searching a letter's decoded text, fast enough for a hundred thousand letters.

Apart from `decode` for that speed: most letters are refused by a look at their octets, and
only what may hide the words is taken apart. ASCII words, which can be compared as octets,
take these short cuts; each ends in the same decoded text that a person reads.
"""

from __future__ import annotations

import binascii
import re
from html import unescape

from pymail import mime, tags
from pymail.mime import LARGEST_TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.mime import Part

# With one of these in its header, a letter is more than a text that stands there as it is.
_SEVERAL = (b"multipart/", b"message/", b"base64", b"text/html", b"utf-7", b"utf-16", b"utf-32", b"uuencode")
_QUOTED = b"quoted-printable"
_WIDE = ("utf-7", "utf-16", "utf-32", "ucs", "hz")
_NO_STUB = 600  # octets of a plain form; see decode.best
# Not beyond the next "<", so that a row of these takes linear time.
_TAG = re.compile(rb"<[^<>]*>")


def matches(raw: bytes, needle: str) -> bool:
    """Whether a letter's decoded text holds `needle`, case ignored; headers and attachments do not count."""
    wanted = needle.lower()
    octets = wanted.encode() if wanted.isascii() else b""
    if octets and not _may_match(raw, octets):
        return False
    return any(
        (not octets or _may_hold(part, octets)) and wanted in _text(part).lower() for part in _texts(mime.parse(raw))
    )


def _texts(root: Part) -> Iterator[Part]:
    """The texts that are read: not the attached ones, nor HTML beside a plain form that is no stub."""
    passed: list[Part] = []
    for part in root.walk():
        if part.type == "multipart/alternative" and any(
            form.type == "text/plain" and form.end - form.stop > _NO_STUB for form in part.parts
        ):
            passed += [form for form in part.parts if form.type == "text/html"]
        elif part.is_text and part.disposition != "attachment" and part not in passed:
            yield part


def _may_match(raw: bytes, wanted: bytes) -> bool:
    """Whether the letter is to be taken apart: its one text holds the words, or there are several or hidden texts."""
    lowered = raw.lower()
    end = lowered.find(b"\n\n")
    if end < 0:
        return True
    at = lowered.find(b"content-t", 0, end)
    if at >= 0:
        about = lowered[at:end]
        if any([word in about for word in _SEVERAL]):
            return True
        if _QUOTED in about:
            return wanted in binascii.a2b_qp(raw[end:]).lower()
    return lowered.find(wanted, end) >= 0


def _may_hold(part: Part, wanted: bytes) -> bool:
    """Whether a text may hold the words, as far as its octets tell."""
    octets = part.octets(_most(part)).lower()
    if wanted in octets or part.params.get("charset", "").lower().startswith(_WIDE):
        return True
    if part.type != "text/html":
        return False
    bare = _TAG.sub(b"", octets)
    return wanted in bare or b"&" in bare and wanted.decode() in unescape(bare.decode("latin-1")).lower()


def _text(part: Part) -> str:
    text = part.text(_most(part))
    return tags.stripped(text) if part.type == "text/html" else text


def _most(part: Part) -> int:
    """How much of a text is searched: of a page only what is shown, since taking off its tags costs memory."""
    return LARGEST_TEXT if part.type == "text/html" else 0
