"""Searching a mailbox: decoded header fields and decoded texts, case ignored.

Apart from the folder because 200,000 messages are searched without an object for
each: header blocks come from the mailbox in large reads, and only what holds an
encoded word or a transfer encoding is decoded.
"""

from __future__ import annotations

from pymail import addresses, headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pymail.mailboxes.mailbox import Mailbox

_WHOLE = ("header", "text")
_MAGIC = frozenset("^.[]*+?(){}|$\\")


class Words:
    """Does a text hold this one, case ignored?"""

    def __init__(self, text: str) -> None:
        self._folded = text.casefold()

    def __call__(self, value: str) -> bool:
        return self._folded in value.casefold()

    def among(self, values: list[str]) -> list[int]:
        """Which of the texts that are not empty do, by their places."""
        folded = self._folded
        return [at for at, value in enumerate(values) if folded in value.casefold() and value]


class Pattern:
    """Does a regular expression match somewhere in a text, case ignored?"""

    def __init__(self, text: str) -> None:
        """Raises re.error."""
        import re

        self._search = re.compile(text, re.IGNORECASE).search

    def __call__(self, value: str) -> bool:
        return self._search(value) is not None

    def among(self, values: list[str]) -> list[int]:
        """In which of the texts that are not empty, by their places."""
        return [at for at, value in enumerate(values) if value and self._search(value)]


def magic(text: str) -> Words | Pattern:
    """A text with characters of regular expressions is one (s-nail's rule), if it can be read so."""
    if _MAGIC.isdisjoint(text):
        return Words(text)
    import re

    try:
        return Pattern(text)
    except re.error:
        return Words(text)


def fields(mailbox: Mailbox, names: list[str], test: Words | Pattern, text: str) -> Iterator[int]:
    """The places of the messages that have one of these fields with a value that the test, made of `text`, holds for.

    The names `header` and `text` stand for the whole head, and for head and text. A tilde
    before a name asks for the addresses in that field alone.
    """
    if all(name not in _WHOLE and not name.startswith("~") for name in names):
        return (place for name in names for place in _field(mailbox, name, test))
    return _fields(mailbox, names, test, text)


def _field(mailbox: Mailbox, name: str, test: Words | Pattern) -> Iterator[int]:
    for places, values in mailbox.texts(name.title().encode("ascii", "ignore"), range(len(mailbox))):
        for at in test.among(values):
            yield places[at]


def _fields(mailbox: Mailbox, names: list[str], test: Words | Pattern, text: str) -> Iterator[int]:
    wanted = [name.encode("ascii", "ignore") for name in names]
    for place, head in mailbox.heads(range(len(mailbox))):
        if any(_in_field(head, name, test) for name in wanted):
            yield place
        elif b"text" in wanted and _in_body(mailbox, place, text):
            yield place


def _in_field(head: bytes, name: bytes, test: Words | Pattern) -> bool:
    if name.decode() in _WHOLE:
        return test(headers.decode(head))
    value = headers.find(head, name.lstrip(b"~"))
    if value is None:
        return False
    if name.startswith(b"~"):
        return any(test(address.spec) for address in addresses.lenient(value))
    return test(headers.decode(value))


def authors(mailbox: Mailbox, text: str, allnet: bool, mine: Callable[[str], bool] | None) -> Iterator[int]:
    """The places of the messages from `text`: a part of a name or address.

    With `allnet` the login parts of the addresses are compared as a whole (POSIX allnet). With
    `mine`, which knows my addresses, letters of mine are known by their recipients (POSIX showto).
    """
    if mine is None and not allnet:
        return _senders(mailbox, Words(text))
    return _authors(mailbox, text, allnet, mine)


def _senders(mailbox: Mailbox, test: Words) -> Iterator[int]:
    """As fields for From; who sent a message without it is in its From_ line."""
    for places, values in mailbox.texts(b"From", range(len(mailbox))):
        if "" in values:
            values = [value or mailbox.received(place)[0] for place, value in zip(places, values, strict=True)]
        for at in test.among(values):
            yield places[at]


def _authors(mailbox: Mailbox, text: str, allnet: bool, mine: Callable[[str], bool] | None) -> Iterator[int]:
    login = text.partition("@")[0].casefold()
    test = Words(text)
    for place, head in mailbox.heads(range(len(mailbox))):
        value = headers.find(head, b"From") or mailbox.received(place)[0].encode("utf-8", "replace")
        if mine is not None and any(mine(author.spec) for author in addresses.lenient(value)):
            value = headers.find(head, b"To") or b""
        if not allnet:
            found = test(headers.decode(value))
        else:
            found = any(person.local.casefold() == login for person in addresses.lenient(value))
        if found:
            yield place


def addressed(mailbox: Mailbox, lists: Collection[str]) -> Iterator[int]:
    """The places of the messages with one of these mailing lists among their recipients."""
    from pymail import lists as known

    for place, head in mailbox.heads(range(len(mailbox)) if lists else ()):
        values = (headers.find(head, name) or b"" for name in (b"To", b"Cc"))
        if any(known.is_list(person, lists) for value in values for person in addresses.lenient(value)):
            yield place


def bodies(mailbox: Mailbox, text: str) -> Iterator[int]:
    """The places of the messages with `text` in what a person reads of them."""
    from pymail import bodysearch

    matches = bodysearch.Search(text).matches
    return (place for place, letter in mailbox.letters(range(len(mailbox))) if matches(letter))


def _in_body(mailbox: Mailbox, place: int, text: str) -> bool:
    from pymail import bodysearch

    return bodysearch.Search(text).matches(mailbox.raw(place))
