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
    word, is an ordinary character (`it's`). `$'a\\tb'` knows the escapes of the shell.
    """
    words = []
    at = 0
    while word := first(text, at):
        words.append(word)
        at = word.end
    return words


def first(text: str, at: int) -> Word | None:
    """The first word from a place on, None when there is none."""
    at = _skip(text, at)
    return _word(text, at) if at < len(text) else None


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
        if text.startswith("$'", at) and _may_open(text, start, at) and (end := _closing(text, at + 2)) > 0:
            pieces.append(_escaped(text[at + 2 : end]))
            at, quoted = end + 1, True
        elif close > 0:
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


def _closing(text: str, at: int) -> int:
    """Where the quote is that no backslash precedes, -1 when there is none."""
    while at < len(text) and text[at] != "'":
        at += 2 if text[at] == "\\" else 1
    return at if at < len(text) else -1


_ESCAPES = {"a": "\a", "b": "\b", "e": "\033", "E": "\033", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _escaped(text: str) -> str:
    """What stands in `$'...'`: a backslash makes a control character or takes the next one as it is."""
    first, *rest = text.replace("\\\\", "\0").split("\\")
    pieces = [first, *(_ESCAPES.get(piece[:1], piece[:1]) + piece[1:] for piece in rest)]
    return "".join(pieces).replace("\0", "\\")
