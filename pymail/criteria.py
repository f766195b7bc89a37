"""Searches in the form of IMAP: `(or (from bob) (since 4-jun-2026))` -> message numbers.

Apart from `msglist` because this is a language of its own (RFC 3501 6.4.4, as s-nail and
Heirloom mailx have it), and pure like that one: a view of the folder goes in.
"""

from __future__ import annotations

from pymail.errors import USAGE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Protocol

    class Searched(Protocol):
        """What searches ask of a folder; numbers start at 1, days are `2026-06-04`."""

        def __len__(self) -> int: ...
        def state(self, letter: str) -> Iterable[int]: ...
        def field(self, names: list[str], text: str, plain: bool = False) -> Iterable[int]: ...
        def body(self, text: str) -> Iterable[int]: ...
        def sizes(self) -> Iterable[tuple[int, int]]: ...
        def days(self, sent: bool) -> Iterable[tuple[int, str]]: ...


_STATES = {
    "answered": "a", "deleted": "d", "draft": "D", "flagged": "f", "new": "n", "recent": "n", "seen": "r",
    "unseen": "u",
}  # fmt: skip
_OTHERS = {"old": "n", "unanswered": "a", "undeleted": "d", "undraft": "D", "unflagged": "f"}
_FIELDS = ("from", "to", "cc", "bcc", "subject")
_DAYS: dict[str, Callable[[str, str], bool]] = {
    "before": lambda day, given: day < given,
    "on": lambda day, given: day == given,
    "since": lambda day, given: day >= given,
}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_KEYS = {
    *_STATES, *_OTHERS, *_FIELDS, *_DAYS, *("sent" + name for name in _DAYS), "all", "not", "or", "header", "body",
    "text", "larger", "smaller",
}  # fmt: skip


def is_search(text: str) -> bool:
    """Does a search begin here: a parenthesis and, behind it, one of the keys, or `()`?"""
    first = next((word for word, _ in _words(text) if word != "("), "")
    return text.startswith("(") and (first == ")" or first.lower() in _KEYS)


def end(text: str) -> int:
    """Where the search that begins `text` ends: behind its closing parenthesis. MailError when there is none."""
    depth = 0
    for word, at in _words(text):
        depth += (word == "(") - (word == ")")
        if not depth:
            return at
    raise MailError(f"{text}: a ) is missing", USAGE)


def numbers(text: str, view: Searched) -> set[int]:
    """The messages that a search finds. MailError (64) says what is wrong with it."""
    words = [word for word, _ in _words(text)]
    return _Search(words[1:-1], view).all()


def _words(text: str) -> Iterator[tuple[str, int]]:
    """Parentheses, quoted strings and plain words, each with the place where it ends; a quote stays before a string."""
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
            continue
        if text[at] in "()":
            word, at = text[at], at + 1
        elif text[at] == '"':
            word, at = _quoted(text, at + 1)
        else:
            start = at
            while at < len(text) and text[at] not in ' \t()"':
                at += 1
            word = text[start:at]
        yield word, at


def _quoted(text: str, at: int) -> tuple[str, int]:
    word = '"'
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\" and at + 1 < len(text)
        word += text[at]
        at += 1
    return word, at + 1


class _Search:
    """A search being read from the left; `words` is what is left of it."""

    def __init__(self, words: list[str], view: Searched) -> None:
        self._words = words
        self._view = view

    def all(self) -> set[int]:
        """What all of the keys up to the closing parenthesis, or the end, find."""
        found = self._one()
        while self._words and self._words[0] != ")":
            found &= self._one()
        return found

    def _one(self) -> set[int]:
        if not self._words or self._words[0] == ")":
            raise MailError("(: a key such as from, subject or since is wanted", USAGE)
        key = self._words.pop(0).lower()
        if key == "(":
            found = self.all()
            self._words.pop(0)
            return found
        if key == "not":
            return self._everything() - self._one()
        if key == "or":
            return self._one() | self._one()
        return set(self._found(key))

    def _everything(self) -> set[int]:
        return set(range(1, len(self._view) + 1))

    def _found(self, key: str) -> Iterable[int]:
        view = self._view
        if key in _STATES or key == "all":
            return view.state(_STATES[key]) if key != "all" else self._everything()
        if key in _OTHERS:
            return self._everything() - set(view.state(_OTHERS[key]))
        if key in _FIELDS or key == "text":
            return view.field([key], self._text(key), plain=True)
        if key == "header":
            name = self._text(key).lower()
            return view.field([name], self._text(key), plain=True)
        if key == "body":
            return view.body(self._text(key))
        if key in ("larger", "smaller"):
            return self._sized(key)
        return self._dated(key)

    def _sized(self, key: str) -> Iterable[int]:
        text = self._text(key)
        if not (text.isascii() and text.isdecimal()):
            raise MailError(f"({key} {text}): a number of octets is wanted", USAGE)
        size = int(text)
        return (n for n, octets in self._view.sizes() if (octets > size if key == "larger" else octets < size))

    def _dated(self, key: str) -> Iterable[int]:
        test = _DAYS.get(key.removeprefix("sent"))
        if test is None:
            raise MailError(f"({key}: no such key; there are {' '.join(sorted(_KEYS))}", USAGE)
        given = _day(key, self._text(key))
        return (n for n, day in self._view.days(key.startswith("sent")) if test(day, given))

    def _text(self, key: str) -> str:
        if not self._words or self._words[0] in ("(", ")"):
            raise MailError(f"({key}): what is to be looked for?", USAGE)
        return self._words.pop(0).removeprefix('"')


def _day(key: str, text: str) -> str:
    """`4-Jun-2026` as 2026-06-04."""
    day, month, year = (text.lower().split("-") + ["", ""])[:3]
    if not (day.isdecimal() and month in _MONTHS and len(year) == 4 and year.isdecimal()):
        raise MailError(f"({key} {text}): a date like 4-jun-2026 is wanted", USAGE)
    return f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}"
