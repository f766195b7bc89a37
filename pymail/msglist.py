"""Message lists: "1-3 :u /subject bob $" -> message numbers.

Apart and pure: text and a view of the folder go in, ascending numbers come out
(POSIX mailx, Commands: msglist; FORMS has them all). The terms of a list are united. A
term names live messages only, except for undelete, which names deleted ones.
"""

from __future__ import annotations

from pymail import criteria, partlist
from pymail import words as quoting
from pymail.errors import MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from typing import Protocol

    Mine = Callable[[str], bool]

    class View(criteria.Searched, Protocol):
        """What message lists ask of a folder; numbers start at 1.

        `sought` are the last text after `/` and the last search in parentheses, by their first characters.
        """

        dot: int
        before: int
        named: list[int]
        sought: dict[str, str]

        def deleted(self, number: int) -> bool: ...
        def subject(self, text: str) -> Iterable[int]: ...
        def author(self, text: str, allnet: bool, mine: Mine | None) -> Iterable[int]: ...
        def addressed(self, lists: Collection[str]) -> Iterable[int]: ...
        def parent(self, number: int) -> int | None: ...
        def thread(self, number: int) -> Iterable[int]: ...


STATES = {
    "a": "answered",
    "d": "deleted, for undelete",
    "D": "draft",
    "f": "flagged",
    "l": "to a known mailing list",
    "L": "to a list I am subscribed to",
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
    ("2-4", "messages 2 to 4; ^ $ . + - ; may be the ends"),
    ("5.2 5[2]", "part 2 of message 5, to print, write, pipe or view"),
    (".", "the current message (and where none is named)"),
    ("^ $ *", "the first, the last, all messages"),
    ("+ - +2 -2", "the next, the previous; two on, two back"),
    (":n :u :r :o :d", "new, unread, read, old, deleted messages"),
    (":a :f :t", "answered, flagged, tagged messages"),
    ("/text", "messages with text in their subject; / the text of last time"),
    ("bob", "messages from bob"),
    ("@field@text", "messages with text in that header field"),
    ("@body@text", "messages with text in their body"),
    ("(from bob)", "a search as IMAP has it, with not, or, since, larger; () again"),
    ("; , `", "the message before, the parent, the list before"),
    ("&5", "the whole thread of message 5"),
    ("!bob !{1-3 5}", "all but those; braces hold a list together; :!u as !:u"),
)


_DEEPEST = 50  # braces within braces


class Nothing(MailError):
    """A list that may well be right names no message here."""


def parse(
    text: str,
    view: View,
    *,
    deleted: bool | None = False,
    allnet: bool = False,
    fields: bool = False,
    regex: bool = False,
    mine: Mine | None = None,
    lists: Mapping[str, Collection[str]] | None = None,
    typed: bool = False,
) -> list[int]:
    """The messages that `text` names, ascending, each once; an empty text names the current one.

    `deleted` asks for deleted messages instead of live ones (undelete); None takes a message
    that is named by its number either way (hold). `allnet` compares addresses by their login
    part, `fields` understands `/field:text` (searchheaders), `regex` takes the text after a slash
    for a regular expression, `mine` tells my addresses, whose letters are known by their
    recipients (showto), `lists` has the mailing lists for :l and :L, `typed` leaves the terms in
    their order.
    MailError names the term which is wrong, Nothing the first when none matches.
    """
    names = _Names(view, deleted, allnet, fields, regex, mine, lists or {})
    text = text.strip() or "."
    found = names.union(text)
    if not found:
        raise Nothing(f"{words(text)[0]}: no applicable messages")
    return found if typed else sorted(found)


def words(text: str) -> list[str]:
    """The terms of a list: separated by blanks, but for those in quotes around a term, in a search, between braces.

    Raises MailError when a quote, a parenthesis or a brace is not closed.
    """
    found = terms(text)
    for word in found:
        quote = text[word.start]
        if quote in "\"'" and not word.quoted:
            raise MailError(f"{text[word.start :]}: a {quote} is missing")
    return [word.text for word in found]


def terms(text: str) -> list[quoting.Word]:
    """The same with where each stands; what follows a list is split alike."""
    found: list[quoting.Word] = []
    at = 0
    while word := quoting.first(text, at):
        size = _end_of_group(text[word.start :]) or _end_of_search(text[word.start :])
        if size:
            at = word.start + size
            word = quoting.Word(text[word.start : at], False, word.start, at)
        at = word.end
        found.append(word)
    return found


def _end_of_search(text: str) -> int:
    return criteria.end(text) if criteria.is_search(text) else 0


def _end_of_group(text: str) -> int:
    """Where the `{1 2}` or `!{1 2}` ends that begins a text, 0 where none does: `{ ` begins a command of the shell."""
    start = len(text) - len(text.lstrip("!"))
    if text[start : start + 1] != "{" or text[start + 1 : start + 2] in ("", " ", "\t"):
        return 0
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if depth > _DEEPEST:
            raise MailError(f"{text}: braces within braces, more than {_DEEPEST} deep")
        if char == "}" and not depth:
            return at + 1
    raise MailError(f"{text}: a }} is missing")


class _Names:
    """What the terms of one list name in a view."""

    def __init__(
        self,
        view: View,
        deleted: bool | None,
        allnet: bool,
        fields: bool,
        regex: bool,
        mine: Mine | None,
        lists: Mapping[str, Collection[str]],
    ) -> None:
        self.view = view
        self.deleted = bool(deleted)
        self._either = deleted is None
        self._allnet = allnet
        self._fields = fields
        self._regex = regex
        self._mine = mine
        self._lists = lists

    def union(self, text: str) -> list[int]:
        """The messages that the terms of a list name, in the order of the terms, each once."""
        return list(dict.fromkeys(number for term in words(text) for number in self.term(term)))

    def term(self, term: str) -> list[int]:
        """The messages that one term names."""
        if positive := term.lstrip("!") if term[:1] == "!" else "":
            found = self.term(positive)
            return self._but(found) if (len(term) - len(positive)) % 2 else found
        if term.startswith("{") and term.endswith("}"):
            return sorted(self.union(term[1:-1]))
        if "," in term and all(map(_is_range, term.split(","))):
            return [n for piece in term.split(",") for n in self._range(piece)]
        if _is_range(term):
            return self._range(term)
        if term in _SYMBOLS:
            return _SYMBOLS[term](self)
        if term[:1] in "+-" and _is_number(term[1:]):
            return self.step(int(term), term)
        if partlist.parse(term)[1]:
            raise MailError(f"{term}: is a part of a message; write, type, pipe and mimeview take parts")
        if term.startswith("&"):
            return self.live(self.view.thread(self._end(term[1:] or ".")))
        return self.live(self._search(term))

    def live(self, numbers: Iterable[int]) -> list[int]:
        """Those that are not deleted; for undelete, those that are."""
        return [number for number in numbers if self.view.deleted(number) == self.deleted]

    def all(self) -> list[int]:
        return self.live(range(1, len(self.view) + 1))

    def _but(self, numbers: Iterable[int]) -> list[int]:
        """All but these (GNU mail's `!`)."""
        others = set(numbers)
        return [number for number in self.all() if number not in others]

    def one(self, number: int, term: str) -> list[int]:
        """The message with this number, which must be there."""
        if not 1 <= number <= len(self.view):
            raise MailError(f"{term}: no such message; {self._how_many()}")
        gone = self.view.deleted(number)
        if gone and not self.deleted and not self._either:
            raise MailError(f"{term}: message is deleted; undelete {term} brings it back")
        return [number] if self._either or gone == self.deleted else []

    def dot(self) -> list[int]:
        if not 1 <= self.view.dot <= len(self.view):
            raise MailError("No applicable messages")
        return self.one(self.view.dot, str(self.view.dot))

    def step(self, count: int, term: str) -> list[int]:
        """The message so many live ones after, or before, the current one."""
        ahead = range(self.view.dot + 1, len(self.view) + 1) if count > 0 else range(self.view.dot - 1, 0, -1)
        found = self.live(ahead)[abs(count) - 1 : abs(count)] if count else self.dot()
        if not found:
            where = "after" if count > 0 else "before"
            raise MailError(f"{term}: there is no message {where} the current one")
        return found

    def parent(self) -> list[int]:
        number = self.view.parent(self.view.dot) if 1 <= self.view.dot <= len(self.view) else None
        return [] if number is None else self.live([number])

    def _range(self, term: str) -> list[int]:
        first, dash, last = term.partition("-")
        if dash and not last:
            raise MailError(f"{term}: where does the range end?")
        start = self._end(first)
        if not dash:
            return self.one(start, term)
        stop = len(self.view) if last == "*" else self._end(last)
        return self.live(range(min(start, stop), max(start, stop) + 1))

    def _end(self, text: str) -> int:
        if text in ("^", "$"):
            found = self.all()[:: 1 if text == "^" else -1][:1]
            return found[0] if found else 1 if text == "^" else len(self.view)
        if text in ("+", "-"):
            return self.step(1 if text == "+" else -1, text)[0]
        number = {".": self.view.dot, ";": self.view.before}.get(text) or (int(text) if _is_number(text) else 0)
        if not 1 <= number <= len(self.view):
            raise MailError(f"{text}: no such message; {self._how_many()}")
        return number

    def _how_many(self) -> str:
        return f"there are 1 to {len(self.view)}" if len(self.view) else "there are none"

    def _search(self, term: str) -> Iterable[int]:
        if term.startswith(":/"):
            return self.view.body(term[2:].removesuffix("/"))
        if term.startswith(":"):
            return self._states(term)
        if term.startswith("/"):
            return self._slash(term[1:])
        if term.startswith("@"):
            return self._at(term)
        if criteria.is_search(term):
            return criteria.numbers(self._again("(", term[:-1].rstrip(" ")) + ")", self.view)
        name, colon, pattern = term.partition(":/")
        if colon and name:
            return self.view.field([name.lower()], pattern.removesuffix("/"))
        return self.view.author(term, self._allnet, self._mine)

    def _slash(self, text: str) -> Iterable[int]:
        """`/text` searches subjects; with searchheaders `/field:text` a field, `/to:text` all recipients (BSD mail)."""
        text = self._again("/", "/" + text)[1:]
        name, colon, rest = text.partition(":")
        if not (self._fields and colon):
            return self.view.field(["subject"], text.removesuffix("/")) if self._regex else self.view.subject(text)
        return self.view.field(["to", "cc", "bcc"] if name == "to" else [name.lower() or "subject"], rest)

    def _again(self, first: str, term: str) -> str:
        """What is looked for: that of last time where a term says nothing (s-nail)."""
        term = self.view.sought.get(first, term) if term == first else term
        self.view.sought[first] = term
        return term

    def _states(self, term: str) -> Iterable[int]:
        if term.startswith(":!"):
            return self._but(self._states(":" + term[2:]))
        letters = term[1:]
        wrong = [letter for letter in letters if letter not in STATES]
        if wrong or not letters:
            known = " ".join(":" + letter for letter in STATES)
            raise MailError(f"{term}: no such message type; there are {known}")
        return {number for letter in letters for number in self._state(letter)}

    def _state(self, letter: str) -> Iterable[int]:
        return self.view.addressed(self._lists.get(letter, ())) if letter in "lL" else self.view.state(letter)

    def _at(self, term: str) -> Iterable[int]:
        """`@text` searches subjects, `@from,to@text` fields, `@body@text` texts (s-nail's form)."""
        names, at, text = term[1:].partition("@")
        if not at:
            return self.view.field(["subject"], names)
        fields = [_field(name) for name in names.lower().split(",") if name] or ["subject"]
        return self.view.body(text) if fields == ["body"] else self.view.field(fields, text)


# s-nail's short names of fields; `>` is the body, `<` the whole head, `=` everything.
_FIELDS = {"f": "from", "t": "to", "c": "cc", "b": "bcc", "s": "subject", ">": "body", "<": "header", "=": "text"}


def _field(name: str) -> str:
    """The whole name of a field; a tilde before it, which asks for addresses alone, stays there."""
    tilde = "~" * name.startswith("~")
    return tilde + _FIELDS.get(name[len(tilde) :], name[len(tilde) :])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _is_range(term: str) -> bool:
    first, dash, last = term.partition("-")
    if not dash:
        return _is_number(term)
    return _is_end(first) and (_is_end(last) or last in ("", "*", "+", "-", ";"))


def _is_end(text: str) -> bool:
    return _is_number(text) or text in ("^", "$", ".")


_SYMBOLS: dict[str, Callable[[_Names], list[int]]] = {
    ".": _Names.dot,
    "^": lambda names: names.all()[:1],
    "$": lambda names: names.all()[-1:],
    "+": lambda names: names.step(1, "+"),
    "-": lambda names: names.step(-1, "-"),
    "*": _Names.all,
    ";": lambda names: names.live([names.view.before]) if names.view.before else [],
    ",": _Names.parent,
    "`": lambda names: names.live(names.view.named),
}
