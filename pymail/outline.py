"""Messages as plain structures, for --json.

Apart because programs read this: the names are a promise (pymail.1), and nothing here is
wrapped, cut or made safe for a terminal. Values are str, int, None, lists and dicts.
"""

from __future__ import annotations

import time

from pymail import addresses, attachments, decode, headers
from pymail import summary as summaries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.decode import Part
    from pymail.summary import Summary

    Value = str | int | None | list["Value"] | dict[str, "Value"]

# The names that --json promises, with what they mean; pymail.1 is made from these.
PERSON = {"name": "The display name, decoded; may be empty.", "address": "The address."}
SUMMARY = {
    "number": "The message number.",
    "state": "The letter of the header list: N, U, R, O, P, M, S, D, F, A or T.",
    "from": "The first author, a person.",
    "date": "The Date: field by RFC 3339 in the sender's zone, or null.",
    "subject": "The subject, decoded.",
    "size": "Octets of the whole message.",
    "lines": "Lines of the whole message, or null.",
}
MESSAGE = {
    **SUMMARY,
    "to": "The people of To:.",
    "cc": "The people of Cc:.",
    "reply-to": "The people of Reply-To:.",
    "message-id": "The Message-ID: field, or empty.",
    "headers": "All fields in order, each with name and decoded value.",
    "text": "What a person reads of the message.",
    "parts": "The parts of the message, each a part.",
    "attachments": "What can be saved beside the text: number, type, name, file (a safe name), size.",
}
PART = {
    "number": "The part's number, as IMAP counts.",
    "type": "The media type.",
    "charset": "The declared character set, or null.",
    "encoding": "base64, quoted-printable, x-uuencode or null.",
    "disposition": "inline, attachment or null.",
    "name": "The file name, decoded and as the sender wrote it, or null.",
    "size": "Octets after decoding; null for a part that only holds others.",
    "parts": "The parts in it.",
}

_MOST_PEOPLE = 10_000


def summary(number: int, letter: str, line: Summary, lines: int | None = None) -> dict[str, Value]:
    """A message of a list: number, state, author, date, subject, size in octets, lines."""
    return {
        "number": number,
        "state": letter,
        "from": {"name": line.name, "address": line.address},
        "date": _date(line.date, line.zone),
        "subject": line.subject,
        "size": line.size,
        "lines": lines,
    }


def message(number: int, letter: str, raw: bytes) -> dict[str, Value]:
    """A whole message: its summary, all header fields decoded, its people, parts, text and attachments."""
    root = decode.parse(raw)
    head = root.head()
    line = summaries.from_head(head, len(raw), 0)
    found = headers.fields(head)
    people: dict[str, Value] = {name: _people(found, name) for name in ("to", "cc", "reply-to")}
    return {
        **summary(number, letter, line, raw.count(b"\n")),
        **people,
        "message-id": headers.decode(root.field(b"Message-ID")),
        "headers": [{"name": name, "value": headers.decode(value)} for name, value in found],
        "text": decode.text_of(root),
        "parts": [part(each) for each in (root.parts if root.is_multipart and root.parts else [root])],
        "attachments": [_attachment(each) for each in attachments.attachments(root)],
    }


def part(each: Part) -> dict[str, Value]:
    """One part and those in it; `size` is in decoded octets, null for a part that only holds others."""
    # Not deeper than mime.DEEPEST levels for each encoded letter within another.
    return {
        "number": each.number,
        "type": each.type,
        "charset": each.params.get("charset"),
        "encoding": each.encoding or None,
        "disposition": each.disposition or None,
        "name": each.name or None,
        "size": None if each.is_multipart and each.parts else each.size,
        "parts": [part(inner) for inner in each.parts],
    }


def _attachment(each: Part) -> dict[str, Value]:
    return {
        "number": each.number,
        "type": each.type,
        "name": each.name or None,
        "file": attachments.safe_name(each),
        "size": each.size,
    }


def _people(found: list[tuple[str, bytes]], name: str) -> list[Value]:
    """Everyone in the fields of one name."""
    people = [address for value in headers.get_all(found, name) for address in addresses.lenient(value)]
    return [{"name": each.name, "address": each.spec} for each in people[:_MOST_PEOPLE]]


def _date(seconds: int, zone: int) -> str | None:
    """RFC 3339 in the sender's zone; None when there is none or no calendar has it."""
    if not seconds:
        return None
    try:
        clock = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds + zone))
    except (OverflowError, ValueError, OSError):
        return None
    hours, minutes = divmod(abs(zone) // 60, 60)
    return f"{clock}{'-' if zone < 0 else '+'}{hours:02}:{minutes:02}"
