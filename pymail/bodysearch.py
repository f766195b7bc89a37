"""Searching a letter's decoded text, fast enough for a hundred thousand letters.

Apart from `decode` for that speed: most letters are refused by a look at their octets, and
only what may hide the words is taken apart. ASCII words, which can be compared as octets,
take these short cuts; each ends in the same decoded text that a person reads.
"""

from __future__ import annotations

import binascii
import re
from html import unescape

from pymail import mime, tags, transfer
from pymail.mime import LARGEST_TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.mime import Part

# With one of these in its header, a letter is more than a text that stands there as it is.
_SEVERAL = (b"multipart/", b"message/", b"text/html", b"utf-7", b"utf-16", b"utf-32", b"unicode")
# With one of these anywhere, it has to be taken apart to see what it says; transfer.encoding takes names as loosely.
_HIDING = re.compile(rb"transfer-encoding[ \t]*:\s*[^\n]{0,80}?(?:base|uu)").search
_WIDELY = re.compile(rb"charset(?:\*|\s*=[\s\"']*(?:utf-7|utf-16|utf-32|ucs|hz|unicode))").search
_QUOTED = b"quoted"
_WIDE = ("utf-7", "utf-16", "utf-32", "ucs", "hz", "unicode")
_LARGE = 8 << 20
_NO_STUB = 600  # octets of a plain form; see decode.best
# From "<" to the next ">", as tags.py has it; to the end without one, so that a row of "<" takes linear time.
_TAG = re.compile(rb"<[^>]*>?")
# The same, with what nobody reads between two tags.
_UNREAD = re.compile(rb"<(script|style|title)(?=[\s/>]).*?(?:</\1[^>]*>?|\Z)|<[^>]*>?", re.DOTALL)


class Search:
    """A search for `needle` in decoded texts, case ignored; headers and attachments do not count."""

    def __init__(self, needle: str) -> None:
        self._wanted = needle.lower()
        # A literal pattern is found sooner than by bytes.find.
        self._octets = self._wanted.encode() if needle.isascii() else b""
        self._find = re.compile(re.escape(self._octets)).search

    def matches(self, raw: bytes) -> bool:
        """Whether a letter holds it."""
        # The short cuts make copies of all; a large letter is mostly files, which are no texts.
        octets = self._octets if len(raw) < _LARGE else b""
        if octets and not self._may_match(raw):
            return False
        return any(
            (not octets or _may_hold(part, octets)) and any(self._wanted in text.lower() for text in _read(part))
            for part in _texts(mime.parse(raw))
        )

    def _may_match(self, raw: bytes) -> bool:
        """Whether the letter is to be taken apart: its text holds the words, or it has several or hidden texts."""
        lowered = raw.lower()
        # A header that is broken off by a line that is none ends sooner than here, so its words are looked at too.
        end = lowered.find(b"\n\n")
        if end < 0 or self._find(lowered):
            return True
        at = lowered.find(b"content-t", 0, end)
        if at < 0:
            return False
        about = lowered[at:end]
        if any([word in about for word in _SEVERAL]) or _HIDING(about):
            return bool(_HIDING(lowered) or _WIDELY(lowered)) or _may_show(raw, lowered, self._octets)
        return _QUOTED in about and self._octets in binascii.a2b_qp(raw).lower()


def _texts(root: Part) -> Iterator[Part]:
    """The texts that are read: not the attached ones, nor HTML beside a plain form that is no stub."""
    passed: list[Part] = []
    for part in root.walk():
        if part.type == "multipart/alternative" and any(
            form.type == "text/plain" and form.end - form.stop > _NO_STUB for form in part.parts
        ):
            passed += [form for form in part.parts if form.type == "text/html"]
        elif (part is root or part.disposition != "attachment") and _is_text(part) and part not in passed:
            yield part


def _is_text(part: Part) -> bool:
    """Whether a part is read as text; a multipart without parts is."""
    return part.is_text or part.is_multipart and not part.parts


def _may_show(raw: bytes, lowered: bytes, wanted: bytes) -> bool:
    """Whether quoted-printable or HTML hides the words, whichever part that is in."""
    is_quoted, is_html = _QUOTED in lowered, b"text/html" in lowered
    forms = [lowered] if is_html else []
    if is_quoted:
        forms.append(binascii.a2b_qp(raw).lower())
    return any(wanted in form or is_html and _in_html(form, wanted) for form in forms)


def _in_html(octets: bytes, wanted: bytes) -> bool:
    """Whether tags or entities may hide the words. A tag that is left open may end in the next part, so both ways."""
    forms = [octets, _TAG.sub(b"", octets), _UNREAD.sub(b"", octets)]
    word = wanted.decode()
    return any(wanted in form or b"&" in form and word in unescape(form.decode("latin-1")).lower() for form in forms)


def _may_hold(part: Part, wanted: bytes) -> bool:
    """Whether a text may hold the words, as far as its octets tell."""
    octets = b"".join(part.words())
    if part.encoding == transfer.BASE64:
        octets += transfer.footer(part.raw, part.stop, part.end)
    octets = octets.lower()
    if wanted in octets or part.params.get("charset", "").lower().startswith(_WIDE):
        return True
    # HTML may name its own charset.
    return part.type == "text/html" and (bool(_WIDELY(octets)) or _in_html(octets, wanted))


def _read(part: Part) -> Iterator[str]:
    """The text of a part; of a page what is shown, and where its links lead."""
    if part.type != "text/html":
        return part.texts()
    targets: list[str] = []

    def linked(text: str, target: str) -> str:
        targets.append(target)
        return ""

    # Taking off tags costs memory, so no more than printing does.
    return iter(["\n".join([tags.stripped(part.text(LARGEST_TEXT), linked), *targets])])
