"""Message lists: "1-3 :u /subject bob $" -> message numbers.

Apart and pure: text and a view of the folder go in, ascending numbers come out
(POSIX mailx, Commands: msglist; FEATURES 3). The terms of a list are united. A
term names live messages only, except for undelete, which names deleted ones.
"""

from __future__ import annotations

from pymail.errors import MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Protocol

    class View(Protocol):
        """What message lists ask of a folder; numbers start at 1."""

        dot: int
        before: int
        named: list[int]

        def __len__(self) -> int: ...
        def deleted(self, number: int) -> bool: ...
        def state(self, letter: str) -> Iterable[int]: ...
        def subject(self, text: str) -> Iterable[int]: ...
        def author(self, text: str, allnet: bool) -> Iterable[int]: ...
        def field(self, names: list[str], text: str) -> Iterable[int]: ...
        def body(self, text: str) -> Iterable[int]: ...
        def parent(self, number: int) -> int | None: ...
        def thread(self, number: int) -> Iterable[int]: ...


STATES = {
    "a": "answered",
    "d": "deleted",
    "D": "draft",
    "f": "flagged",
    "m": "going to mbox",
    "n": "new",
    "o": "old: neither read nor new",
    "p": "preserved",
    "r": "read",
    "s": "saved",
    "t": "tagged",
    "T": "not tagged",
    "u": "unread",
}

FORMS = (
    ("5", "message 5"),
    ("2-4", "messages 2 to 4; ^ $ . may be the ends"),
    (".", "the current message (and where none is named)"),
    ("^ $ *", "the first, the last, all messages"),
    ("+ -", "the next, the previous message"),
    (":n :u :r :o :d", "new, unread, read, old, deleted messages"),
    (":a :f :t", "answered, flagged, tagged messages"),
    ("/text", "messages with text in their subject"),
    ("bob", "messages from bob"),
    ("@field@text", "messages with text in that header field"),
    ("@body@text", "messages with text in their body"),
    ("; , `", "the message before, the parent, the list before"),
    ("&5", "the whole thread of message 5"),
)


def parse(text: str, view: View, *, deleted: bool = False, allnet: bool = False) -> list[int]:
    """The messages that `text` names, ascending, each once; an empty text names the current one.

    `deleted` asks for deleted messages instead of live ones (undelete); `allnet` compares
    addresses by their login part. Raises MailError that names the term which is wrong or
    matches nothing.
    """
    terms = words(text) or ["."]
    found: set[int] = set()
    for term in terms:
        numbers = _term(term, view, deleted, allnet)
        if not numbers:
            raise MailError(f"{term}: no applicable messages")
        found.update(numbers)
    return sorted(found)


def words(text: str) -> list[str]:
    """The terms of a list: separated by blanks, quotes keep blanks inside.

    Raises MailError when a quote is not closed.
    """
    terms: list[str] = []
    term, quote, open_ = "", "", False
    for char in text:
        if quote:
            quote, term = ("", term) if char == quote else (quote, term + char)
        elif char in "\"'":
            quote, open_ = char, True
        elif char in " \t":
            if term or open_:
                terms.append(term)
            term, open_ = "", False
        else:
            term += char
    if quote:
        raise MailError(f"{text}: a {quote} is missing")
    return [*terms, term] if term or open_ else terms


def _term(term: str, view: View, deleted: bool, allnet: bool) -> list[int]:
    if term and all(_is_number(piece) for piece in term.split(",")) and "," in term:
        return [n for piece in term.split(",") for n in _one(int(piece), piece, view, deleted)]
    if _is_range(term):
        return _range(term, view, deleted)
    if term in _SYMBOLS:
        return _SYMBOLS[term](view, deleted)
    if term.startswith("&"):
        start = _end(term[1:] or ".", view, deleted)
        return _live(view.thread(start), view, deleted)
    return _live(_search(term, view, allnet), view, deleted or _asks_deleted(term))


def _search(term: str, view: View, allnet: bool) -> Iterable[int]:
    if term.startswith(":/"):
        return view.body(term[2:].removesuffix("/"))
    if term.startswith(":"):
        return _states(term, view)
    if term.startswith("/"):
        return view.subject(term[1:])
    if term.startswith("@"):
        return _at(term, view)
    name, colon, pattern = term.partition(":/")
    if colon and name:
        return view.field([name.lower()], pattern.removesuffix("/"))
    return view.author(term, allnet)


def _states(term: str, view: View) -> Iterable[int]:
    letters = term[1:]
    wrong = [letter for letter in letters if letter not in STATES]
    if wrong or not letters:
        known = " ".join(":" + letter for letter in STATES)
        raise MailError(f"{term}: no such message type; there are {known}")
    return {number for letter in letters for number in view.state(letter)}


def _asks_deleted(term: str) -> bool:
    return term.startswith(":") and not term.startswith(":/") and "d" in term


def _at(term: str, view: View) -> Iterable[int]:
    """`@text` searches subjects, `@from,to@text` fields, `@body@text` texts (s-nail's form)."""
    names, at, text = term[1:].partition("@")
    if not at:
        return view.field(["subject"], names)
    fields = [_FIELDS.get(name, name) for name in names.lower().split(",") if name] or ["subject"]
    return view.body(text) if fields == ["body"] else view.field(fields, text)


# s-nail's short names of fields; `>` is the body, `<` the whole head, `=` everything.
_FIELDS = {"f": "from", "t": "to", "c": "cc", "b": "bcc", "s": "subject", ">": "body", "<": "header", "=": "text"}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _is_range(term: str) -> bool:
    first, dash, last = term.partition("-")
    if not dash:
        return _is_number(term)
    return _is_end(first) and (_is_end(last) or last in ("", "*"))


def _is_end(text: str) -> bool:
    return _is_number(text) or text in ("^", "$", ".")


def _range(term: str, view: View, deleted: bool) -> list[int]:
    first, dash, last = term.partition("-")
    if dash and not last:
        raise MailError(f"{term}: where does the range end?")
    start = _end(first, view, deleted)
    if not dash:
        return _one(start, term, view, deleted)
    stop = len(view) if last == "*" else _end(last, view, deleted)
    return _live(range(min(start, stop), max(start, stop) + 1), view, deleted)


def _end(text: str, view: View, deleted: bool) -> int:
    if text == "^":
        return next(iter(_live(range(1, len(view) + 1), view, deleted)), 1)
    number = len(view) if text == "$" else view.dot if text == "." else int(text) if _is_number(text) else 0
    if not 1 <= number <= len(view):
        raise MailError(f"{text}: no such message; {_how_many(view)}")
    return number


def _how_many(view: View) -> str:
    return "there are none" if not len(view) else f"there are 1 to {len(view)}"


def _one(number: int, term: str, view: View, deleted: bool) -> list[int]:
    if not 1 <= number <= len(view):
        raise MailError(f"{term}: no such message; {_how_many(view)}")
    if view.deleted(number) and not deleted:
        raise MailError(f"{term}: message is deleted; undelete {term} brings it back")
    return [number] if view.deleted(number) == deleted else []


def _live(numbers: Iterable[int], view: View, deleted: bool) -> list[int]:
    return [number for number in numbers if view.deleted(number) == deleted]


def _dot(view: View, deleted: bool) -> list[int]:
    if not 1 <= view.dot <= len(view):
        raise MailError("No applicable messages")
    return _one(view.dot, str(view.dot), view, deleted)


def _first(view: View, deleted: bool) -> list[int]:
    return _live(range(1, len(view) + 1), view, deleted)[:1]


def _last(view: View, deleted: bool) -> list[int]:
    return _one(len(view), "$", view, deleted) if len(view) else []


def _next(view: View, deleted: bool) -> list[int]:
    found = _live(range(view.dot + 1, len(view) + 1), view, deleted)[:1]
    if not found:
        raise MailError("+: there is no message after the current one")
    return found


def _previous(view: View, deleted: bool) -> list[int]:
    found = _live(range(view.dot - 1, 0, -1), view, deleted)[:1]
    if not found:
        raise MailError("-: there is no message before the current one")
    return found


def _parent(view: View, deleted: bool) -> list[int]:
    number = view.parent(_dot(view, deleted)[0])
    return [] if number is None else _live([number], view, deleted)


_SYMBOLS: dict[str, Callable[[View, bool], list[int]]] = {
    ".": _dot,
    "^": _first,
    "$": _last,
    "+": _next,
    "-": _previous,
    "*": lambda view, deleted: _live(range(1, len(view) + 1), view, deleted),
    ";": lambda view, deleted: _live([view.before], view, deleted) if view.before else [],
    ",": _parent,
    "`": lambda view, deleted: _live(view.named, view, deleted),
}
