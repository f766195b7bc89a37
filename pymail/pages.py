"""Pages of HTML as octets: the charset that one names, plain text put at its ends.

Apart from `html`, which lays pages out for a reader and loads large libraries for that.
"""

from __future__ import annotations

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def charset_of(octets: bytes) -> str:
    """The charset that the <meta> of a page names, "" when none does."""
    name = octets[:2048].lower().partition(b"charset=")[2][:60].lstrip(b"\"' ").decode("ascii", "replace")
    return name.replace("'", '"').replace(">", '"').partition('"')[0].strip(" ;/")


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
