"""Header fields that the user wrote: by -a, before the text of -t, in an editor.

Apart from `draft` because few letters are given any.
"""

from __future__ import annotations

from pymail import addresses, headers
from pymail.body import Body
from pymail.draft import Draft
from pymail.errors import DATA, USAGE, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pymail.addresses import Address

    Read = Callable[[str], list[Address]]

_LONGEST_HEAD = 1 << 20  # octets of header that -t reads
_NOT_BY_HAND = {
    "from": "use -r for the sender",
    "sender": "use -r for the sender",
    "to": "name recipients as arguments",
    "cc": "use -c for copies",
    "bcc": "use -b for blind copies",
    "mime-version": "is set by itself",
    "content-transfer-encoding": "is set by itself",
}
# Fields that belong to a mailbox or to a message that was delivered already.
_NOT_SENT = frozenset(
    "mime-version return-path received delivered-to status x-status x-keywords x-uid x-imapbase content-length lines "
    "resent-bcc envelope-to x-original-to".split()
)


def add(draft: Draft, text: str) -> None:
    """Takes a field that the user wrote, `Name: text`. MailError(USAGE) for one that is not the user's to write."""
    name, colon, value = text.partition(":")
    if not colon or not headers.is_name(name.encode("utf-8", "replace")):
        raise MailError(f"{printable(text)}: no header field; write Name: text", USAGE)
    if name.lower() in _NOT_BY_HAND or name.lower().startswith("resent-"):
        instead = _NOT_BY_HAND.get(name.lower(), "nothing to be set by hand")
        raise MailError(f"{printable(name)}: {instead}", USAGE)
    take(draft, name, value.strip())


def take(draft: Draft, name: str, value: str, read: Read = addresses.split) -> None:
    """Puts a field, its value as written, where it belongs; for those that come once the first one counts.

    `read` makes recipients of a text.
    """
    lowered = name.lower()
    octets = value.encode("utf-8", "surrogateescape")
    if lowered in ("to", "cc", "bcc"):
        getattr(draft, lowered).extend(read(value))
    elif lowered == "reply-to":
        draft.reply_to += addresses.split(value)
    elif lowered == "from":
        draft.authors = draft.authors or addresses.split(value)
    elif lowered == "sender":
        draft.sender = draft.sender or next(iter(addresses.split(value)), None)
    elif lowered == "subject":
        draft.subject = draft.subject or headers.decode(octets)
    elif lowered == "date":
        draft.date = draft.date or _date(value)
    elif lowered == "message-id":
        draft.message_id = draft.message_id or next(iter(headers.message_ids(octets)), "")
    elif lowered in ("in-reply-to", "references"):
        getattr(draft, lowered.replace("-", "_")).extend(headers.message_ids(octets))
    elif lowered == "content-type":
        draft.content_type = draft.content_type or headers.decode(octets)
    elif lowered == "content-transfer-encoding":
        draft.encoding = draft.encoding or value.lower()
    elif lowered not in _NOT_SENT:
        draft.headers.append((name, value))


def _date(value: str) -> str:
    from pymail.summary import parse_date

    return value if value.isascii() and value.isprintable() and parse_date(value) else ""


def from_letter(letter: Body, read: Read = addresses.split) -> Draft:
    """A draft from a letter with its header (-t); what follows the header stays in `letter`, which becomes the body.

    `read` makes recipients of a field. MailError(DATA) when it has no header, MailError(USAGE) for a bad address in it.
    """
    head = b""
    for piece in letter.pieces():
        head += piece
        if b"\n\n" in head or b"\n\r\n" in head or len(head) > _LONGEST_HEAD:
            break
    if len(head) > _LONGEST_HEAD and b"\n\n" not in head and b"\n\r\n" not in head:
        raise MailError(f"header: longer than {_LONGEST_HEAD} octets, or no empty line after it", DATA)
    end, length = _end(head)
    found = headers.fields(head[:end])
    _check_lines(head[:end])
    draft = Draft()
    for name, value in found:
        take(draft, name, value.decode("utf-8", "surrogateescape"), read)
    letter.skip(min(end + length, letter.size))
    draft.body = letter
    return draft


def _end(head: bytes) -> tuple[int, int]:
    """Where a header ends, and how many octets of empty line part it from the body."""
    lines = b"\n" + head
    places = [(lines.find(mark), len(mark) - 1) for mark in (b"\n\n", b"\n\r\n")]
    return min([place for place in places if place[0] >= 0], default=(len(head), 0))


def _check_lines(head: bytes) -> None:
    for number, line in enumerate(head.split(b"\n"), 1):
        name = line.partition(b":")[0].rstrip()
        is_more = line[:1] in b" \t\r" or number == 1 and line.startswith(b"From ")
        if not (is_more or b":" in line and headers.is_name(name)):
            shown = printable(line[:60].decode("utf-8", "surrogateescape"))
            raise MailError(f"header line {number}: {shown!r} is no field; an empty line ends the header", DATA)
