"""What stands after `if`: POSIX's s and r, and the tests of s-nail's start-up files.

Apart and pure: words and a way to look up variables go in, a truth value comes out.

    if s | r | t | 1 | yes ...        sending, receiving, on a terminal, constants
    if -N name, -Z name               the variable is set, is not set
    if -n text, -z text               the text is not empty, is empty
    if $name == text                  also != < > -eq -ne -lt -le -gt -ge
    if $name =~ pattern, =% part      regular expression, substring (also =@); !~ !% !@ for not
    if [ test ] && ! test || test     brackets, not, and, or
"""

from __future__ import annotations

from pymail.errors import USAGE, MailError
from pymail.words import filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TRUE = ("1", "yes", "true", "y", "on")
_FALSE = ("0", "no", "false", "n", "off")


def holds(words: list[str], modes: Mapping[str, bool], lookup: Callable[[str], str | None]) -> bool:
    """Is the condition true?

    `modes` are the truths of s, r and t, by their whole words; `lookup` gives the value of a
    variable, None when it is unset. MailError (64) when the condition cannot be understood.
    """
    test = _Test(words, modes, lookup)
    found = test.all()
    if not words or test.words:
        raise MailError(f"if {' '.join(words)}: no condition; s, r, t or a test of variables is wanted", USAGE)
    return found


class _Test:
    """A condition being read from the left; `words` is what is left of it."""

    def __init__(self, words: list[str], modes: Mapping[str, bool], lookup: Callable[[str], str | None]) -> None:
        self.words = list(words)
        self._modes = modes
        self._lookup = lookup

    def all(self) -> bool:
        """Tests joined by && and ||, which bind alike, from the left, as in the shell."""
        found = self._one()
        while self.words[:1] in (["&&"], ["||"]):
            joined = self._next()
            other = self._one()
            found = found and other if joined == "&&" else found or other
        return found

    def _one(self) -> bool:
        if self._accept("!"):
            return not self._one()
        if self._accept("["):
            found = self.all()
            if not self._accept("]"):
                raise MailError("if: a ] is missing", USAGE)
            return found
        word = self._next()
        if word in _UNARY:
            return _UNARY[word](self)
        if self.words and self.words[0].partition("?")[0] in _OPERATORS:
            operator, any_case, _ = self._next().partition("?")
            return _compare(operator, self._value(word), self._value(self._next()), bool(any_case))
        return self._plain(word)

    def _plain(self, word: str) -> bool:
        lowered = word.lower()
        for name, truth in self._modes.items():
            if lowered == name or lowered == name[0]:
                return truth
        value = self._value(word).lower()
        if value in _TRUE or value in _FALSE or word.startswith("$"):
            return value not in _FALSE and value != ""
        raise MailError(f"if {word}: s, r, t or a test of variables is wanted", USAGE)

    def _accept(self, word: str) -> bool:
        if self.words[:1] != [word]:
            return False
        del self.words[0]
        return True

    def _next(self) -> str:
        if not self.words:
            raise MailError("if: something is missing at the end", USAGE)
        return self.words.pop(0)

    def _value(self, word: str) -> str:
        """`$name` and `${name}` stand for the variable's value, "" when it is unset."""
        return filled(word, lambda name: self._lookup(name) or "")

    def is_set(self) -> bool:
        """-N name."""
        return self._lookup(self._next()) is not None

    def is_text(self) -> bool:
        """-n text."""
        return self._value(self._next()) != ""


_UNARY: dict[str, Callable[[_Test], bool]] = {
    "-N": _Test.is_set,
    "-Z": lambda test: not test.is_set(),
    "-n": _Test.is_text,
    "-z": lambda test: not test.is_text(),
}


def _compare(operator: str, left: str, right: str, ignore_case: bool) -> bool:
    if operator in _NUMBERS:
        return _NUMBERS[operator](_number(left), _number(right))
    if ignore_case and operator.endswith("~"):
        right = "(?i)" + right
    elif ignore_case:
        left, right = left.casefold(), right.casefold()
    return _BINARY[operator](left, right)


def _number(text: str) -> int:
    try:
        return int(text or "0", 0)
    except ValueError:
        raise MailError(f"if: {text}: a number is wanted", USAGE) from None


def _matches(left: str, right: str) -> bool:
    import re

    try:
        return re.search(right, left) is not None
    except re.error as error:
        raise MailError(f"if: {right}: {error}", USAGE) from None


_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
_BINARY: dict[str, Callable[[str, str], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "=%": lambda a, b: b in a,
    "!%": lambda a, b: b not in a,
    "=@": lambda a, b: b in a,
    "!@": lambda a, b: b not in a,
    "=~": _matches,
    "!~": lambda a, b: not _matches(a, b),
}
_OPERATORS = {*_BINARY, *_NUMBERS}
