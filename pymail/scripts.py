"""Characters whose width is known without a table: of most texts that are not ASCII each takes one cell, or two.

Apart from `width` because making these sets costs something, which ASCII is spared. None of
these characters joins another one in a cluster.
"""

from __future__ import annotations

_PRINTABLE = [chr(code) for code in range(0x20, 0x300) if chr(code).isprintable()]
_NARROW = [(0x390, 0x3A2), (0x3A3, 0x483), (0x2010, 0x2028), (0x20A0, 0x20C1), (0x2190, 0x219A)]
ONE = frozenset([*_PRINTABLE, *(chr(code) for first, end in _NARROW for code in range(first, end))])


def measure(text: str, most: int) -> tuple[int, int] | None:
    """How many characters of `text` fit into `most` cells, and how many cells those take.

    None when a character is among these of which nothing is known here.
    """
    text = text[: most + 1]
    others = [char for char in text if char not in ONE]
    if not all(map(is_wide, others)):
        return None
    used = len(text) + len(others)
    if used <= most:
        return len(text), used
    at = len(text)
    while used > most:
        at -= 1
        used -= 1 if text[at] in ONE else 2
    return at, used


def is_wide(char: str) -> bool:
    """Ideographs, kana, Hangul syllables and full-width forms: does it take two cells, whatever it stands beside?"""
    return (
        "\u4e00" <= char < "\ua000"
        or "\u3041" <= char < "\u3100"
        and char not in "\u3097\u3098\u3099\u309a"
        or "\uac00" <= char < "\ud7a4"
        or "\u3001" <= char < "\u302a"
        or "\uff01" <= char < "\uff61"
    )
