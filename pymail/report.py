"""Parts that are data for programs, told to a person in a line or two.

Delivery reports (RFC 3464), receipts (RFC 8098), feedback (RFC 5965), calendars (RFC 5545),
enclosed letters, external bodies. Apart from `display` because each has its own grammar;
here they become plain sentences.
"""

from __future__ import annotations

import time

from pymail import headers, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.mime import Part

_MOST = 20  # recipients, events or lines that are told
_LARGEST = 1 << 20  # octets of a part that are looked at


def told(part: Part) -> list[str]:
    """What `part` says, in short sentences; not yet safe for a terminal. Nothing when it is none of these."""
    if part.type in ("text/calendar", "application/ics"):
        lines = _calendar(part.text()[:_LARGEST])
    elif part.type == "message/delivery-status":
        lines = _delivery(part.octets()[:_LARGEST])
    elif part.type in ("message/rfc822", "message/global", "message/news"):
        lines = _letter(part)
    elif part.type == "message/external-body":
        lines = iter([_external(part.params)])
    elif part.type == "message/partial":
        lines = iter([f"piece {part.params.get('number', '?')} of {part.params.get('total', '?')} of a longer letter"])
    elif part.type.startswith("message/"):
        lines = _fields(part.octets()[:_LARGEST])
    else:
        return []
    return [line for line, _ in zip(lines, range(_MOST), strict=False)]


def _letter(part: Part) -> Iterator[str]:
    """Who wrote the enclosed letter, when, about what."""
    if not part.parts:
        return
    line = summary.from_head(part.parts[0].head(), 0, 0)
    yield f"From: {line.name} <{line.address}>" if line.name else f"From: {line.address}"
    if line.date:
        yield time.strftime("Date: %Y-%m-%d %H:%M", time.localtime(line.date))
    yield f"Subject: {line.subject}"


def _delivery(octets: bytes) -> Iterator[str]:
    """One sentence for each recipient: `bob@host: failed, 5.1.1, smtp; 550 unknown`."""
    for block in octets.replace(b"\r\n", b"\n").split(b"\n\n"):
        found = headers.fields(block.lstrip(b"\n"))
        whom = headers.get(found, "Final-Recipient") or headers.get(found, "Original-Recipient")
        if whom:
            what = [headers.get(found, name) for name in ("Action", "Status", "Diagnostic-Code")]
            said = ", ".join(headers.decode(each) for each in what if each)
            yield f"{headers.decode(whom.rpartition(b';')[2]).strip()}: {said}"


def _fields(octets: bytes) -> Iterator[str]:
    for name, value in headers.fields(octets.replace(b"\r\n", b"\n").lstrip(b"\n")):
        yield f"{name}: {headers.decode(value)}"


def _external(params: dict[str, str]) -> str:
    where = [params[key] for key in ("url", "site", "server", "directory", "name", "subject") if params.get(key)]
    return f"is kept elsewhere: {params.get('access-type', 'unknown access')} {' '.join(where)}".rstrip()


def _calendar(text: str) -> Iterator[str]:
    """One sentence for each event: what, when, where, by whom."""
    event: dict[str, str] = {}
    for line in text.replace("\n ", "").replace("\n\t", "").split("\n"):
        name, params, value = _property(line)
        if name == "METHOD":
            yield f"calendar: {value.lower()}"
        elif name == "BEGIN":
            event = {}
        elif name == "END" and value in ("VEVENT", "VTODO"):
            yield _event(event)
            event = {}
        else:
            event.setdefault(name, value)
            if name == "DTSTART":
                event["zone"] = _zone(params)


def _zone(params: str) -> str:
    """The time zone that a moment is in (RFC 5545 3.2.19), "" when it does not say."""
    fields = (param.partition("=") for param in params.split(";"))
    return next((value.strip('"') for name, _, value in fields if name.upper() == "TZID"), "")


def _property(line: str) -> tuple[str, str, str]:
    """Name, parameters and value of a line; a colon in quotes ends no name (RFC 5545 3.1)."""
    quoted = False
    for at, char in enumerate(line[:1000]):
        quoted ^= char == '"'
        if char == ":" and not quoted:
            name, _, params = line[:at].partition(";")
            value = line[at + 1 :].strip().replace("\\n", " ").replace("\\N", " ")
            return name.upper(), params, value.replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    return "", "", ""


def _event(event: dict[str, str]) -> str:
    start, end = _moment(event.get("DTSTART", "")), _moment(event.get("DTEND", "") or event.get("DUE", ""))
    if start[:10] == end[:10]:
        end = end[11:]
    when = f"{start} to {end}" if start and end else start or end
    when += f" {event['zone']}" if event.get("zone") else ""
    where, by = event.get("LOCATION", ""), event.get("ORGANIZER", "")
    by = by[7:] if by[:7].lower() == "mailto:" else by
    parts = [event.get("SUMMARY", "event"), when, f"at {where}" if where else "", f"by {by}" if by else ""]
    return ", ".join(part for part in parts if part)


def _moment(value: str) -> str:
    """`20260601T080100Z` as `2026-06-01 08:01 UTC`; what is not like that as it is."""
    digits = value[:8] + value[9:13]
    if not digits.isdigit() or len(digits) not in (8, 12):
        return value
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    if len(digits) == 8:
        return day
    return f"{day} {digits[8:10]}:{digits[10:]}" + " UTC" * value.endswith("Z")
