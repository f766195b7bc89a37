"""Messages as plain structures, for --json.

Apart because programs read this: the names are a promise (pymail.1), and nothing here is
wrapped, cut or made safe for a terminal. Values are str, int, None, lists and dicts, and for a text of any
size its pieces.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain

from pymail import addresses, attachments, decode, headers, reflow
from pymail.summary import ANSWERED, DRAFT, FLAGGED, OLD, SEEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.mime import Part
    from pymail.summary import Summary

    Value = str | int | None | list["Value"] | dict[str, "Value"] | Iterator[str]

# What --json promises, name by name: a type and a sentence. pymail.1 is made from these; the types are those
# of JSON, `a or b`, `list of a`, and the names of these tables.
PERSON = {
    "name": ("string", "The display name, decoded; may be empty."),
    "address": ("string", "The address; may be empty."),
}
SUMMARY = {
    "number": ("number", "The message number."),
    "state": ("string", "The letter of the header list: N, U, R, O, P, M, S, D, F, A or T."),
    "flags": ("list of string", "What is stored with the message: seen, old, answered, flagged, draft."),
    "from": ("person", "The first author."),
    "date": ("string or null", "The Date: field by RFC 3339 in the sender's zone, else when the message came."),
    "subject": ("string", "The subject, decoded, on one line."),
    "message-id": ("string", "The Message-ID: field, or empty."),
    "size": ("number", "Octets of the whole message."),
    "lines": ("number", "Lines of the whole message."),
}
MESSAGE = {
    **SUMMARY,
    "to": ("list of person", "Everyone in To:."),
    "cc": ("list of person", "Everyone in Cc:."),
    "reply-to": ("list of person", "Everyone in Reply-To:."),
    "headers": ("list of field", "All header fields, in order."),
    "text": ("string", "What a person reads of the message."),
    "parts": ("list of part", "The parts of the message; one that is a single text is its own part."),
    "attachments": ("list of attachment", "What can be saved beside the text."),
}
FIELD = {
    "name": ("string", "The name as it is written."),
    "value": ("string", "The value, decoded, on one line."),
}
PART = {
    "number": ("string", "The part's number, as struct lists it and IMAP counts."),
    "type": ("string", "The media type, in lower case."),
    "charset": ("string or null", "The declared character set."),
    "encoding": ("string or null", "base64, quoted-printable or x-uuencode."),
    "disposition": ("string or null", "inline, attachment or what else stands there."),
    "name": ("string or null", "The file name, decoded and as the sender wrote it."),
    "size": ("number or null", "Octets after decoding; null for a part that only holds others."),
    "parts": ("list of part", "The parts in it."),
}
ATTACHMENT = {
    "number": ("string", "The part's number."),
    "type": ("string", "The media type."),
    "name": ("string or null", "The file name as the sender wrote it."),
    "file": ("string", "The safe name under which write saves it."),
    "size": ("number", "Octets after decoding."),
}
TABLES = {
    "summary": SUMMARY, "message": MESSAGE, "person": PERSON, "field": FIELD, "part": PART, "attachment": ATTACHMENT,
}  # fmt: skip

_MOST_PEOPLE = 10_000
_FLAGS = ((SEEN, "seen"), (OLD, "old"), (ANSWERED, "answered"), (FLAGGED, "flagged"), (DRAFT, "draft"))


def summary(number: int, state: str, flags: int, line: Summary, id: str, lines: int) -> dict[str, Value]:
    """A message of a list; `flags` are those of summary.py, `id` its Message-ID, `lines` those of the whole."""
    return {
        "number": number,
        "state": state,
        "flags": [name for flag, name in _FLAGS if flags & flag],
        "from": {"name": line.name, "address": line.address},
        "date": _date(line.date, line.zone),
        "subject": line.subject,
        "message-id": id,
        "size": line.size,
        "lines": lines,
    }


def message(number: int, state: str, flags: int, line: Summary, raw: bytes) -> dict[str, Value]:
    """A whole message: its summary, all header fields decoded, its people, parts, text and attachments."""
    root = decode.parse(raw)
    found = headers.fields(root.head())
    people: dict[str, Value] = {name: _people(found, name) for name in ("to", "cc", "reply-to")}
    return {
        **summary(number, state, flags, line, headers.decode(root.field(b"Message-ID")), raw.count(b"\n")),
        **people,
        "headers": [{"name": name, "value": headers.decode(value)} for name, value in found],
        "text": reflow.blocks(decode.text_of(root)),
        "parts": [part(each) for each in (root.parts if root.is_multipart and root.parts else [root])],
        "attachments": [_attachment(each) for each in attachments.attachments(root)],
    }


def written(value: dict[str, Value]) -> Iterator[str]:
    """A message as one line of JSON, in pieces: a text of any size need not fit into memory."""
    before = "{"
    for name, each in value.items():
        yield f'{before}"{name}": '
        if isinstance(each, Iterator):
            yield from chain('"', (dumps(text)[1:-1] for text in each), '"')
        else:
            yield dumps(each)
        before = ", "
    yield "}"


def dumps(value: Value) -> str:
    """JSON in ASCII, on one line, without any control character; halves of surrogates become U+FFFD."""
    import json

    return json.dumps(_whole(value)).replace("\x7f", "\\u007f")


def _whole(value: Value) -> Value:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return {name: _whole(each) for name, each in value.items()} if isinstance(value, dict) else value


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
