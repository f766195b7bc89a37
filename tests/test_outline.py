"""Messages as plain structures for programs."""

from __future__ import annotations

import json

from pymail import outline
from pymail.mime import parse
from pymail.summary import Summary

LETTER = (
    b'From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>\nTo: a@b, "C, D" <c@d>\nSubject: Gr\xc3\xbc\xc3\x9fe\n'
    b"Date: Mon, 1 Jun 2026 10:01:00 +0200\nMessage-ID: <1@x>\nContent-Type: multipart/mixed; boundary=x\n\n"
    b"--x\nContent-Type: text/plain; charset=utf-8\n\nHi\n--x\n"
    b'Content-Type: application/pdf; name="../a.pdf"\nContent-Transfer-Encoding: base64\n\nAAAA\n--x--\n'
)


def test_a_summary_is_a_plain_structure() -> None:
    line = Summary("Alice", "a@b", 1780300860, 7200, "x", 10)
    assert outline.summary(3, "N", line, 7) == {
        "number": 3,
        "state": "N",
        "from": {"name": "Alice", "address": "a@b"},
        "date": "2026-06-01T10:01:00+02:00",
        "subject": "x",
        "size": 10,
        "lines": 7,
    }


def test_the_tables_name_just_what_is_given() -> None:
    found = json.loads(json.dumps(outline.message(1, "N", LETTER)))
    line = outline.summary(1, "N", Summary("", "", 0, 0, "", 0))
    assert list(found) == list(outline.MESSAGE)
    assert list(line) == list(outline.SUMMARY)
    assert all(list(part) == list(outline.PART) for part in found["parts"])
    assert all(list(person) == list(outline.PERSON) for person in [found["from"], *found["to"]])


def test_a_date_that_is_none_is_null() -> None:
    assert outline.summary(1, "N", Summary("", "", 0, 0, "", 0))["date"] is None
    assert outline.summary(1, "N", Summary("", "", 1 << 62, 0, "", 0))["date"] is None
    assert outline.summary(1, "N", Summary("", "", 60, -5400, "", 0))["date"] == "1969-12-31T22:31:00-01:30"


def test_a_message_is_given_whole() -> None:
    found = json.loads(json.dumps(outline.message(1, "N", LETTER)))
    assert found["from"] == {"name": "J\u00fcrgen", "address": "j@x.example"}
    assert found["to"] == [{"name": "", "address": "a@b"}, {"name": "C, D", "address": "c@d"}]
    assert found["subject"] == "Gr\u00fc\u00dfe"
    assert found["headers"][0] == {"name": "From", "value": "J\u00fcrgen <j@x.example>"}
    assert found["text"] == "Hi\n"
    assert [part["type"] for part in found["parts"]] == ["text/plain", "application/pdf"]
    assert found["attachments"] == [
        {"number": "2", "type": "application/pdf", "name": "../a.pdf", "file": "a.pdf", "size": 3}
    ]


def test_parts_hold_their_parts() -> None:
    raw = b"Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x\n\nb\n--x--\n"
    part = json.loads(json.dumps(outline.part(parse(raw))))
    assert [each["number"] for each in part["parts"][0]["parts"]] == ["1.1", "1.2"]
    assert part["parts"][0]["size"] is None


def test_a_deep_letter_can_be_outlined() -> None:
    outline.message(1, "N", b"Content-Type: message/rfc822\n\n" * 10_000)
