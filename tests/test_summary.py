"""One line about a message, read from its header block."""

from __future__ import annotations

import calendar
import datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.summary import (
    ANSWERED,
    DRAFT,
    FLAGGED,
    OLD,
    SEEN,
    find,
    flags_from,
    from_head,
    parse_date,
    status_of,
    xstatus_of,
)

JUNE = calendar.timegm((2026, 6, 1, 8, 1, 0))


@pytest.mark.parametrize(
    ("text", "seconds", "zone"),
    [
        ("Mon, 1 Jun 2026 08:01:00 +0000", JUNE, 0),
        ("Mon, 01 Jun 2026 10:01:00 +0200 (CEST)", JUNE, 7200),
        ("1 Jun 2026 00:31:00 -0730", JUNE, -27000),
        ("Mon, 1 Jun 26 08:01 GMT", JUNE, 0),
        ("Mon, 1 Jun 126 08:01:00 UT", JUNE, 0),
        ("Mon,1 Jun 2026 04:01:00 EDT", JUNE, -14400),
        ("Mon Jun  1 08:01:00 2026", JUNE, 0),
        ("Mon Jun  1 08:01:00 UTC 2026", JUNE, 0),
        ("mon, 1 JUNE 2026 8:01:00 +0000", JUNE, 0),
        ("1-Jun-2026 08:01:00 +0000", JUNE, 0),
        ("2026-06-01T10:01:00.5+02:00", JUNE, 7200),
        ("2026-06-01 08:01:00Z", JUNE, 0),
        ("Mon (a day (of rest)), 1 Jun 2026 08:01:00 (noon) +0000", JUNE, 0),
        ("Monday, June 1, 2026 8:01 AM", JUNE, 0),
        ("Monday, June 1, 2026 8:01 PM", JUNE + 43200, 0),
        ("1 Jun 2026", JUNE - 8 * 3600 - 60, 0),
    ],
)
def test_a_date_is_read_in_all_its_spellings(text: str, seconds: int, zone: int) -> None:
    assert parse_date(text) == (seconds, zone)
    assert parse_date(text.encode()) == (seconds, zone)


@pytest.mark.parametrize("text", ["", " ", ",", "yesterday", "99 Foo 2026 8:01", "2026-13-01", "(" * 5000, "1 2 3"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2399, 1, 1)), st.integers(-1439, 1439))
def test_dates_agree_with_the_standard_library(moment: datetime.datetime, minutes: int) -> None:
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    moment = moment.replace(microsecond=0, tzinfo=zone)
    assert parse_date(format_datetime(moment)) == (int(moment.timestamp()), minutes * 60)


@given(st.text(max_size=60))
def test_no_text_makes_the_date_parser_fail(text: str) -> None:
    for found in (parse_date(text), parse_date(text.encode("utf-8", "surrogatepass"))):
        assert found is None or all(isinstance(seconds, int) for seconds in found)


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        (b"a@b", "", "a@b"),
        (b"<a@b>", "", "a@b"),
        (b"Alice A <alice@a.example>", "Alice A", "alice@a.example"),
        (b'"Carol, C." <carol@c.example>', "Carol, C.", "carol@c.example"),
        (b"dave@d.example (Dave D)", "Dave D", "dave@d.example"),
        (b"=?utf-8?q?J=C3=BCrgen?= <j@x.example>", "J\u00fcrgen", "j@x.example"),
        ("J\u00fcrgen <j@x.example>".encode(), "J\u00fcrgen", "j@x.example"),
        (b'"A \\"B\\" C" <a@b>', 'A "B" C', "a@b"),
        (b"a@b, c@d", "", "a@b"),
        (b"Alice <a@b>, Bob <c@d>", "Alice", "a@b"),
        (b"team: Alice <a@b>, Bob <c@d>;", "Alice", "a@b"),
        (b"root", "", "root"),
        (b"", "", ""),
    ],
)
def test_the_first_author_is_named(value: bytes, name: str, address: str) -> None:
    summary = from_head(b"Subject: x\nFrom: " + value + b"\n\n", 10, 0)
    assert (summary.name, summary.address) == (name, address)


def test_a_summary_takes_the_arrival_for_a_missing_date() -> None:
    summary = from_head(b"Subject: a\n b\n\tc\n\n", 99, 1234)
    assert (summary.subject, summary.date, summary.zone, summary.size) == ("a b c", 1234, 0, 99)


@pytest.mark.parametrize(
    ("head", "value"),
    [
        (b"Subject: x\n\n", b"x"),
        (b"A: b\nSubject:x\n\n", b"x"),
        (b"A: b\nSUBJECT : x\n\n", b"x"),
        (b"A: b\nSubject-Line: no\nsubject: x\n\n", b"x"),
        (b"A: b\nSubject: x\nSubject: y\n\n", b"x"),
        (b"A: b\nSubject: x", b"x"),
        (b"A: b\nSubject: x\n y", b"x y"),
        (b"A: b\nSubject:\n x\n\ty\n\n", b"x y"),
        (b"A: Subject: x\n\n", b""),
        (b"A: b\nSubject\n\n", b""),
        (b"", b""),
    ],
)
def test_a_field_is_found(head: bytes, value: bytes) -> None:
    assert find(head, b"Subject") == value


@pytest.mark.parametrize("flags", range(32))
def test_flags_survive_the_status_fields(flags: int) -> None:
    assert flags_from(status_of(flags).encode(), xstatus_of(flags).encode()) == flags


def test_flags_are_read_from_the_status_fields() -> None:
    assert flags_from(b"OR", b"FAT") == SEEN | OLD | ANSWERED | FLAGGED | DRAFT
    assert flags_from(b"", b"") == 0
