"""What a terminal shows as one character, and its width, by the Unicode data that Python brings.

Apart from `width` because it stands in for wcwidth, which knows more scripts, where that is not
installed or too old. It offers what is used of wcwidth, under the same names.
"""

from __future__ import annotations

import unicodedata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_JOINER, _EMOJI_FORM = "\u200d", "\ufe0f"
_BODILESS = ("Mn", "Me", "Cf", "Cc")


def iter_graphemes(text: str) -> Iterator[str]:
    """The clusters of `text`: accents, joiners, skin tones and the second half of a flag stay with what they follow."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _goes_on(text, start, at):
            yield text[start:at]
            start = at


def wcswidth(text: str) -> int:
    """The cells that `text` takes."""
    return sum(map(_width, iter_graphemes(text)))


def _goes_on(text: str, start: int, at: int) -> bool:
    char, before = text[at], text[at - 1]
    if before == _JOINER and char != " " or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if _is_flag_letter(char):
        return at == start + 1 and _is_flag_letter(before)
    if "\u1160" <= char <= "\u11ff":  # vowels and final consonants of Hangul
        return "\u1100" <= before <= "\u11ff"
    return unicodedata.category(char) in _BODILESS


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _width(cluster: str) -> int:
    first = cluster[0]
    if unicodedata.category(first) in _BODILESS:
        return 0
    wide = unicodedata.east_asian_width(first) in "WF" or _is_flag_letter(first) or _EMOJI_FORM in cluster
    return 2 if wide else 1
