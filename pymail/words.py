"""A command line's words and their quoting (POSIX mailx, Commands: quoting).

Apart because commands, `set`, aliases and tilde escapes split their arguments alike.
"""

from __future__ import annotations


class Word:
    """One argument: its text without quotes, whether any of it was quoted, where it stood."""

    __slots__ = ("text", "quoted", "start", "end")

    def __init__(self, text: str, quoted: bool, start: int, end: int) -> None:
        self.text = text
        self.quoted = quoted
        self.start = start
        self.end = end


def split(text: str) -> list[Word]:
    """The words of `text`.

    Quotes, also after an equals sign, keep blanks and backslashes; elsewhere a backslash
    makes the next character literal. A quote that nothing closes, or in the middle of a
    word, is an ordinary character (`it's`).
    """
    words = []
    at = _skip(text, 0)
    while at < len(text):
        word = _word(text, at)
        words.append(word)
        at = _skip(text, word.end)
    return words


def texts(text: str) -> list[str]:
    """The words of `text` as plain strings."""
    return [word.text for word in split(text)]


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _word(text: str, start: int) -> Word:
    pieces: list[str] = []
    at, quoted = start, False
    while at < len(text) and text[at] not in " \t":
        char = text[at]
        close = text.find(char, at + 1) if char in "\"'" and _may_open(text, start, at) else -1
        if close > 0:
            pieces.append(text[at + 1 : close])
            at, quoted = close + 1, True
        elif char == "\\" and at + 1 < len(text):
            pieces.append(text[at + 1])
            at, quoted = at + 2, True
        else:
            pieces.append(char)
            at += 1
    return Word("".join(pieces), quoted, start, at)


def _may_open(text: str, start: int, at: int) -> bool:
    return at == start or text[at - 1] in "=\"'"
