"""HTML read by its tags alone: no tables, no styles, in linear time.

Apart from `html` because it needs no library: text is searched this way, and it is how a page
is read that is too large or too odd to lay out, or where inscriptis is not installed.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BREAKS = ("br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "/p", "/div", "/table", "blockquote")
_UNREAD = ("script", "style", "title")
_LONGEST = 4000  # characters of a tag that are looked at


def stripped(source: str, linked: Callable[[str, str], str] | None = None) -> str:
    """HTML without its tags, entities resolved; pictures as the words that stand for them.

    `linked` gets text and target of each link and says what stands behind it.
    """
    from html import unescape

    kept: list[str] = []
    target, begin = "", 0
    for text, tag in _pieces(source):
        kept.append(unescape(text))
        name = (tag.rstrip("/").split() or [""])[0].lower()
        if name in _BREAKS:
            kept.append("\n")
        elif name == "img" and (alt := unescape(_attribute(tag, "alt")).strip()):
            kept.append(f"[{alt}]")
        if linked and name in ("a", "/a"):
            if target:
                kept.append(linked(" ".join("".join(kept[begin:]).split()), target))
            target, begin = "".join(unescape(_attribute(tag, "href")).split()) if name == "a" else "", len(kept)
    return "\n".join(" ".join(line.split()) for line in "".join(kept).split("\n"))


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    """Text, and the tag behind it without its brackets; scripts, styles and titles are left out."""
    until, at = "", 0
    while at < len(source):
        opens = source.find("<", at)
        opens = len(source) if opens < 0 else opens
        closes = source.find(">", opens)
        tag = source[opens + 1 : min(opens + _LONGEST, len(source) if closes < 0 else closes)]
        name = (tag[:20].rstrip("/").split() or [""])[0].lower()
        if not until:
            yield source[at:opens], tag
            until = "/" + name if name in _UNREAD else ""
        elif name == until:
            until = ""
        at = closes + 1 if closes >= 0 else len(source)


def _attribute(tag: str, name: str) -> str:
    """The value of an attribute, "" when the tag has none."""
    at = tag.lower().find(name + "=")
    value = tag[at + len(name) + 1 :].lstrip() if at >= 0 else ""
    if value[:1] in ('"', "'"):
        return value[1:].partition(value[0])[0]
    return (value.split() or [""])[0]
