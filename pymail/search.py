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

    Test = Callable[[str], bool]

_MAGIC = frozenset("^.[]*+?(){}|$\\")


def plain(text: str) -> Test:
    """Does a text hold this one, case ignored?"""
    folded = text.casefold()
    return lambda value: folded in value.casefold()


def magic(text: str) -> Test:
    """The same; but a text with characters of regular expressions is one (s-nail's rule), if it can be read so."""
    if _MAGIC.isdisjoint(text):
        return plain(text)
    import re

    try:
        found = re.compile(text, re.IGNORECASE)
    except re.error:
        return plain(text)
    return lambda value: found.search(value) is not None


def fields(mailbox: Mailbox, names: list[str], test: Test, text: str) -> Iterator[int]:
    """The places of the messages that have one of these fields with a value that the test, made of `text`, holds for.

    The names `header` and `text` stand for the whole head, and for head and text. A tilde
    before a name asks for the addresses in that field alone.
    """
    wanted = [name.encode("ascii", "ignore") for name in names]
    for place, head in mailbox.heads(range(len(mailbox))):
        if any(_in_field(head, name, test) for name in wanted):
            yield place
        elif b"text" in wanted and _in_body(mailbox, place, text):
            yield place


def _in_field(head: bytes, name: bytes, test: Test) -> bool:
    if name in (b"header", b"text"):
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
    login = text.partition("@")[0].casefold()
    test = plain(text)
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
    return (place for place in range(len(mailbox)) if _in_body(mailbox, place, text))


def _in_body(mailbox: Mailbox, place: int, text: str) -> bool:
    from pymail import bodysearch

    return bodysearch.matches(mailbox.raw(place), text)
