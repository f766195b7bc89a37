"""Pages of HTML as octets: the charset that one names, pictures taken out, plain text put at its ends.

Apart from `html`, which lays pages out for a reader and loads large libraries for that.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_OPEN = 2000  # octets at the end of a piece that may be the beginning of a picture


def charset_of(octets: bytes) -> str:
    """The charset that the <meta> of a page names, "" when none does."""
    name = octets[:2048].lower().partition(b"charset=")[2][:60].lstrip(b"\"' ").decode("ascii", "replace")
    return name.replace("'", '"').replace(">", '"').partition('"')[0].strip(" ;/")


def without_pictures(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A page, piece by piece, without what large `data:` URLs hold (RFC 2397): only the words are read."""
    from re import compile

    large = compile(rb"(data:[\w.+/-]*;base64,)[A-Za-z0-9+/=%\s]{1000,}").sub
    rest = b""
    for piece in pieces:
        rest = large(rb"\1", rest + piece)
        end = max(len(rest) - _OPEN, 0)
        yield rest[:end]
        rest = rest[end:]
    yield rest


def framed(page: bytes, head: bytes, tail: bytes) -> bytes:
    """A page with plain text before and behind what its body holds."""
    lowered = page.lower()
    start = lowered.find(b">", lowered.find(b"<body")) + 1 if b"<body" in lowered else 0
    end = max(lowered.rfind(b"</body"), -1)
    end = end if end >= start else lowered.rfind(b"</html") if b"</html" in lowered[start:] else len(page)
    return page[:start] + _plain(head) + page[start:end] + _plain(tail) + page[end:]


def _plain(text: bytes) -> bytes:
    if not text:
        return b""
    escaped = "".join(_ENTITIES.get(char, char) for char in text.decode("utf-8", "replace"))
    return b"<pre>" + escaped.encode("ascii", "xmlcharrefreplace") + b"</pre>\n"
