"""A command line's words and their quoting (POSIX mailx, Commands: quoting).

Apart because commands, `set`, aliases and tilde escapes split their arguments alike.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Value = Callable[[str], str]

# Characters that have a meaning in names of files, and what stands for them where quoting took it from them.
_SHIELDS = {ord(char): 0xF0000 + ord(char) for char in "~$`*?[+%#&"}
_SHIELDED = {shield: char for char, shield in _SHIELDS.items()}

_LONGEST = 500  # characters of a command within a word


class Word:
    """One argument: its text without quotes, whether any of it was quoted, where it stood.

    `shielded` is the text in which quoted characters are not taken for special ones of file names.
    """

    __slots__ = ("text", "shielded", "quoted", "start", "end")

    def __init__(self, shielded: str, quoted: bool, start: int, end: int) -> None:
        self.text = unshielded(shielded) if quoted else shielded
        self.shielded = shielded
        self.quoted = quoted
        self.start = start
        self.end = end


def unshielded(text: str) -> str:
    """A text, or a file's name made of it, as it is meant."""
    return text.translate(_SHIELDED)


def split(text: str, value: Value | None = None) -> list[Word]:
    """The words of `text`.

    Quotes, also after an equals sign, keep blanks and backslashes; elsewhere a backslash
    makes the next character literal. A quote that nothing closes, or in the middle of a
    word, is an ordinary character (`it's`). `$'a\\tb'` knows the escapes of the shell, and
    blanks in `$(a command)` part no words.
    `value` tells what names stand for: with it `$name` and `${name}` are replaced outside of
    single quotes (s-nail).
    """
    words = []
    at = 0
    while word := first(text, at, value):
        words.append(word)
        at = word.end
    return words


def until(text: str, char: str) -> tuple[str, str]:
    """What stands before the first such character that is not quoted, and what stands behind it."""
    at = _skip(text, 0)
    while at < len(text) and text[at] != char:
        at = _skip(text, _word(text, at, None, char).end)
    return text[:at], text[at + 1 :]


def first(text: str, at: int, value: Value | None = None) -> Word | None:
    """The first word from a place on, None when there is none."""
    at = _skip(text, at)
    return _word(text, at, value) if at < len(text) else None


def texts(text: str, value: Value | None = None) -> list[str]:
    """The words of `text` as plain strings."""
    return [word.text for word in split(text, value)]


def filled(text: str, value: Value) -> str:
    """`text` with each `$name` and `${name}` replaced by what it stands for."""
    pieces = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        name, end = _name(text, dollar)
        pieces += [text[at:dollar], value(name) if name else "$"]
        at = end
    return "".join([*pieces, text[at:]])


def _name(text: str, at: int) -> tuple[str, int]:
    """The name behind a dollar sign and where it ends; "" and the place behind the sign when there is none."""
    at += 1
    if text.startswith("{", at) and (end := text.find("}", at)) > at + 1 and not set(text[at + 1 : end]) & set(" \t${"):
        return text[at + 1 : end], end + 1
    if text[at : at + 1] in ("*", "@", "#") or text[at : at + 1].isdigit():
        return text[at], at + 1
    end = at
    while end < len(text) and text[end].isascii() and (text[end].isalnum() or text[end] in "_-"):
        end += 1
    end = at + len(text[at:end].rstrip("-"))
    return text[at:end], end


def quoted(text: str) -> str:
    """The text as one word that is read again as it is."""
    return "'" + text + "'" if "'" not in text else "".join("\\" + char for char in text)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _word(text: str, start: int, value: Value | None, stop: str = "") -> Word:
    pieces: list[str] = []
    at, quoted, command = start, False, 0
    while at < len(text) and (at < command or text[at] not in " \t" and text[at] != stop):
        char = text[at]
        if at >= command and text.startswith("$(", at):
            command = _parenthesis(text, at + 1)
        close = text.find(char, at + 1) if char in "\"'" and _may_open(text, start, at) else -1
        if text.startswith("$'", at) and _may_open(text, start, at) and (end := _closing(text, at + 2)) > 0:
            pieces.append(_escaped(text[at + 2 : end]).translate(_SHIELDS))
            at, quoted = end + 1, True
        elif close > 0:
            inside = text[at + 1 : close]
            pieces.append((filled(inside, value) if value and char == '"' else inside).translate(_SHIELDS))
            at, quoted = close + 1, True
        elif char == "\\" and at + 1 < len(text):
            pieces.append(text[at + 1].translate(_SHIELDS))
            at, quoted = at + 2, True
        elif value and char == "$":
            end = _name(text, at)[1]
            pieces.append(filled(text[at:end], value))
            at = end
        else:
            pieces.append(char)
            at += 1
    return Word("".join(pieces), quoted, start, at)


def _may_open(text: str, start: int, at: int) -> bool:
    return at == start or text[at - 1] in "=\"'"


def _parenthesis(text: str, at: int) -> int:
    """Where the text goes on behind the parenthesis that closes the one at `at`, 0 when none does."""
    depth = 0
    for end, char in enumerate(text[at : at + _LONGEST], at + 1):
        depth += (char == "(") - (char == ")")
        if not depth:
            return end
    return 0


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
