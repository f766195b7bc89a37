"""Messages as plain structures: for --json, and the tree of parts for `struct`.

Apart because programs read this: the names are a promise (pymail.1), and nothing here is
wrapped, cut or made safe for a terminal. Values are str, int, None, lists and dicts.
"""

from __future__ import annotations

import time

from pymail import addresses, attachments, decode, display, headers
from pymail import summary as summaries
from pymail.width import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.decode import Part
    from pymail.summary import Summary

    Value = str | int | None | list["Value"] | dict[str, "Value"]

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
    shallow: list[tuple[Part, list[Value]]] = []
    top: list[Value] = []
    shallow.append((each, top))
    while shallow:
        one, into = shallow.pop()
        inner: list[Value] = []
        into.append(
            {
                "number": one.number,
                "type": one.type,
                "charset": one.params.get("charset"),
                "encoding": one.encoding or None,
                "disposition": one.disposition or None,
                "name": one.name or None,
                "size": None if one.is_multipart and one.parts else one.size,
                "parts": inner,
            }
        )
        shallow += [(child, inner) for child in reversed(one.parts)]
    only = top[0]
    assert isinstance(only, dict)
    return only


def struct(root: Part) -> Iterator[str]:
    """The tree of parts, a line each, indented by depth and safe for a terminal."""
    for each in root.walk():
        depth = each.number.count(".") + bool(each.number)
        yield "  " * depth + safe(display.describe(each))


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
