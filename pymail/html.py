"""HTML mail as text: tables, lists and paragraphs by inscriptis, links as numbered references.

Apart because it is the only importer of inscriptis and lxml, loaded when an HTML part is
shown. Nothing is fetched. What those libraries cannot take is read by its tags alone, and
so is every page where they are not installed.
"""

from __future__ import annotations

from pymail import columns
from pymail.reflow import wrap
from pymail.tags import stripped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# A page of more characters or tags is only stripped of its tags: layout costs about 20 microseconds a tag.
_LARGEST, _MOST_TAGS = 3_000_000, 80_000
_MOST_LINKS = 1000
_WIDE = 100  # cells of a table where there is no screen
_DROPPED = ("script", "style", "head", "title", "template", "object", "noscript")
_BLOCKS = ("caption", "center", "details", "dl", "dt", "fieldset", "form", "hr", "legend", "section", "summary")
_HIDING = ("display:none", "visibility:hidden", "font-size:0", "mso-hide:all", "max-height:0")


class Page:
    """An HTML part for a reader.

    `lines` of text, `links` the targets that the lines refer to as [1], [2]…, `anchors` all links as (text, target).
    `bare`: inscriptis is not installed.
    """

    __slots__ = ("_numbers", "anchors", "bare", "lines", "links")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.links: list[str] = []
        self.anchors: list[tuple[str, str]] = []
        self.bare = False
        self._numbers: dict[str, int] = {}

    def references(self) -> list[str]:
        """Where the numbers in the lines lead, behind an empty line; nothing without links."""
        return [""] * bool(self.links) + [f"[{number}] {target}" for number, target in enumerate(self.links, 1)]

    def link(self, text: str, target: str) -> str:
        """Notes a link; what is to stand behind it: a target that is its own text needs no number."""
        if not target or target.startswith("#") or len(self.anchors) >= _MOST_LINKS:
            return ""
        self.anchors.append((text, target))
        if text in (target, target.removeprefix("mailto:")):
            return ""
        if target not in self._numbers:
            self.links.append(target)
            self._numbers[target] = len(self.links)
        return f"[{self._numbers[target]}]"


def page(source: str, width: int) -> Page:
    """Render HTML for a screen of `width` cells, 0: without wrapping. Never raises."""
    result = Page()
    is_small = len(source) <= _LARGEST and source.count("<") <= _MOST_TAGS
    text = _laid_out(source, width, result) if is_small else None
    for line in (stripped(source, result.link) if text is None else text).split("\n"):
        line = line.rstrip()
        if line or (result.lines and result.lines[-1]):
            result.lines += _wrapped(line, width)
    while result.lines and not result.lines[-1]:
        result.lines.pop()
    return result


def _wrapped(line: str, width: int) -> list[str]:
    """Prose is wrapped, with its indentation; what has columns stays as it is."""
    content = line.lstrip()
    if not width or len(line) <= width // 2 or "  " in content:
        return [line]
    indent = line[: len(line) - len(content)]
    hang = "  " if content.startswith(("* ", "+ ", "o ", "- ")) else ""
    first, *more = wrap(content, max(width - len(indent + hang), 20))
    return [indent + first, *(indent + hang + each for each in more)]


def _laid_out(source: str, width: int, result: Page) -> str | None:
    """The page as inscriptis lays it out, None when that fails; notes links and anchors."""
    try:
        from inscriptis.html_engine import Inscriptis  # type: ignore[import-untyped]
        from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
        from lxml import html  # type: ignore[import-untyped]
    except ImportError:
        result.bare = True
        return None
    try:
        parser = html.HTMLParser(encoding="utf-8", no_network=True)
        tree = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
        _prune(tree)
        _number(tree, result)
        meant = {}
        if tree.find(".//table") is not None:
            columns.unfold(tree, width or _WIDE)
            meant = columns.align(tree)
        text = str(Inscriptis(tree, ParserConfig(_styles())).get_text())
        return text.translate(meant) if meant else text
    except Exception:  # neither library names what it may raise for bad input
        return None


def _styles() -> Any:
    """Inscriptis's styles, and what it takes for words of a line: definitions, sections, quotes that stand back."""
    from inscriptis.css_profiles import STRICT_CSS_PROFILE  # type: ignore[import-untyped]
    from inscriptis.html_properties import Display  # type: ignore[import-untyped]
    from inscriptis.model.html_element import HtmlElement  # type: ignore[import-untyped]

    block = HtmlElement(display=Display.block)
    indented = HtmlElement(display=Display.block, padding_inline=4)
    quote = HtmlElement(display=Display.block, margin_before=1, margin_after=1, padding_inline=2)
    return {**STRICT_CSS_PROFILE, **dict.fromkeys(_BLOCKS, block), "dd": indented, "blockquote": quote}


def _prune(tree: Any) -> None:
    """Takes out what no reader sees; pictures become their alternative text."""
    for element in list(tree.iter()):
        if element is tree or element.getparent() is None or not isinstance(element.tag, str):
            continue
        style = (element.get("style") or "").replace(" ", "").lower()
        if element.tag in _DROPPED or "hidden" in element.attrib or any(_hides(style, rule) for rule in _HIDING):
            element.drop_tree()
        elif element.tag == "img":
            alt = " ".join((element.get("alt") or "").split())[:200]
            element.tag, element.text = "span", f"[{alt}]" if alt else ""


def _hides(style: str, rule: str) -> bool:
    """Whether a style has the rule itself: `font-size:0` is not `font-size:0.9em`."""
    at = style.find(rule)
    return at >= 0 and not style[at + len(rule) :].startswith((".", *"123456789"))


def _number(tree: Any, result: Page) -> None:
    """Puts [n] behind each link."""
    for anchor in list(tree.iter("a")):
        mark = result.link(" ".join(anchor.text_content().split()), "".join((anchor.get("href") or "").split()))
        if len(anchor):
            anchor[-1].tail = (anchor[-1].tail or "") + mark
        else:
            anchor.text = (anchor.text or "") + mark
