"""Messages as plain structures for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pymail import outline, summary
from pymail.mime import parse
from pymail.summary import ANSWERED, SEEN, Summary

MAIL = Path(__file__).parent / "mail"

LETTER = (
    b'From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>\nTo: a@b, "C, D" <c@d>\nSubject: Gr\xc3\xbc\xc3\x9fe\n'
    b"Date: Mon, 1 Jun 2026 10:01:00 +0200\nMessage-ID: <1@x>\nContent-Type: multipart/mixed; boundary=x\n\n"
    b"--x\nContent-Type: text/plain; charset=utf-8\n\nHi\n--x\n"
    b'Content-Type: application/pdf; name="../a.pdf"\nContent-Transfer-Encoding: base64\n\nAAAA\n--x--\n'
)


def test_a_summary_is_a_plain_structure() -> None:
    line = Summary("Alice", "a@b", 1780300860, 7200, "x", 10)
    assert outline.summary(3, "A", SEEN | ANSWERED, line, "<1@x>", 7) == {
        "number": 3,
        "state": "A",
        "flags": ["seen", "answered"],
        "from": {"name": "Alice", "address": "a@b"},
        "date": "2026-06-01T10:01:00+02:00",
        "subject": "x",
        "message-id": "<1@x>",
        "size": 10,
        "lines": 7,
    }


def check(kind: str, value: object) -> None:
    """Fails where a value is not of the kind that the tables promise."""
    if kind.startswith("list of "):
        assert isinstance(value, list)
        for each in value:
            check(kind.removeprefix("list of "), each)
    elif kind in outline.TABLES:
        assert isinstance(value, dict) and list(value) == list(outline.TABLES[kind])
        for name, each in value.items():
            check(outline.TABLES[kind][name][0], each)
    else:
        names = {str: "string", int: "number", type(None): "null"}
        assert names[type(value)] in kind.split(" or "), (kind, value)


def whole(raw: bytes) -> dict[str, Any]:
    """A message as a program reads it from --json."""
    line = summary.from_head(parse(raw).head(), len(raw), 0)
    text = "".join(outline.written(outline.message(1, "N", 0, line, raw)))
    assert text.isascii() and text.isprintable()
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("path", sorted(MAIL.glob("*.eml")), ids=lambda path: path.stem)
def test_messages_are_as_the_tables_promise(path: Path) -> None:
    check("message", whole(path.read_bytes()))


@settings(deadline=None)
@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_a_message_holds_its_form_is_kept(octets: bytes) -> None:
    check("message", whole(b"From: " + octets))
    check("message", whole(octets + b"\n\n" + octets))


def test_text_becomes_unicode_without_controls() -> None:
    assert outline.dumps(["\ud83d\ude00", "\udc80", "\x7f\x1b\x9b"]) == (
        '["\\ud83d\\ude00", "\\ufffd", "\\u007f\\u001b\\u009b"]'
    )


def date(seconds: int, zone: int) -> object:
    return outline.summary(1, "N", 0, Summary("", "", seconds, zone, "", 0), "", 0)["date"]


def test_a_date_that_is_none_is_null() -> None:
    assert date(0, 0) is None
    assert date(1 << 62, 0) is None
    assert date(60, -5400) == "1969-12-31T22:31:00-01:30"


def test_a_message_is_given_whole() -> None:
    found = whole(LETTER)
    assert found["from"] == {"name": "J\u00fcrgen", "address": "j@x.example"}
    assert found["to"] == [{"name": "", "address": "a@b"}, {"name": "C, D", "address": "c@d"}]
    assert found["subject"] == "Gr\u00fc\u00dfe"
    assert found["headers"][0] == {"name": "From", "value": "J\u00fcrgen <j@x.example>"}
    assert found["text"] == "Hi\n"
    assert [part["type"] for part in found["parts"]] == ["text/plain", "application/pdf"]
    assert found["attachments"] == [
        {"number": "2", "type": "application/pdf", "name": "../a.pdf", "file": "a.pdf", "size": 3}
    ]


def test_a_large_text_is_given_whole() -> None:
    lines = "Größe, a line\n".encode() * 700_000
    assert whole(b"\n" + lines)["text"].encode() == lines


def test_parts_hold_their_parts() -> None:
    raw = b"Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x\n\nb\n--x--\n"
    part = json.loads(json.dumps(outline.part(parse(raw))))
    assert [each["number"] for each in part["parts"][0]["parts"]] == ["1.1", "1.2"]
    assert part["parts"][0]["size"] is None


def test_a_deep_letter_can_be_outlined() -> None:
    whole(b"Content-Type: message/rfc822\n\n" * 10_000)
