"""Searching a mailbox: decoded header fields and decoded texts, case ignored.

Apart from the folder because 200,000 messages are searched without an object for
each: header blocks come from the mailbox in large reads, and only what holds an
encoded word or a transfer encoding is decoded.
"""

from __future__ import annotations

from pymail import headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.mailboxes.mailbox import Mailbox


def fields(mailbox: Mailbox, names: list[str], text: str) -> Iterator[int]:
    """The places of the messages with `text` in one of these fields, or that have one when it is empty.

    The names `header` and `text` stand for the whole head, and for head and text.
    """
    wanted = [name.encode("ascii", "ignore") for name in names]
    for place, head in mailbox.heads(range(len(mailbox))):
        if any(_in_field(head, name, text.casefold()) for name in wanted):
            yield place
        elif b"text" in wanted and _in_body(mailbox, place, text):
            yield place


def _in_field(head: bytes, name: bytes, text: str) -> bool:
    if name in (b"header", b"text"):
        return text in headers.decode(head).casefold()
    value = headers.find(head, name)
    return value is not None and (not text or text in headers.decode(value).casefold())


def authors(mailbox: Mailbox, text: str, allnet: bool) -> Iterator[int]:
    """The places of the messages from `text`: a part of a name or address.

    With `allnet` the login parts of the addresses are compared as a whole (POSIX allnet).
    """
    if not allnet:
        yield from fields(mailbox, ["from"], text)
        return
    login = text.partition("@")[0].casefold()
    for place, summary in enumerate(mailbox.summaries(range(len(mailbox)))):
        if summary.address.partition("@")[0].casefold() == login:
            yield place


def bodies(mailbox: Mailbox, text: str) -> Iterator[int]:
    """The places of the messages with `text` in what a person reads of them."""
    return (place for place in range(len(mailbox)) if _in_body(mailbox, place, text))


def _in_body(mailbox: Mailbox, place: int, text: str) -> bool:
    from pymail import decode

    return decode.matches(mailbox.raw(place), text)
