"""Which lines begin a message, and what they tell."""

from __future__ import annotations

import calendar
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.mailboxes import fromline

SECONDS = calendar.timegm((2023, 11, 14, 22, 13, 20))


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.mark.parametrize(
    ("line", "sender", "date"),
    [
        ("From bob@example.org Tue Nov 14 22:13:20 2023", "bob@example.org", SECONDS),
        ("From bob@example.org  Tue Nov 14 22:13:20 2023\r\n", "bob@example.org", SECONDS),
        ("From bob Tue Nov 14 22:13 2023\n", "bob", SECONDS - 20),
        ("From - Tue Nov 14 22:13:20 2023", "-", SECONDS),
        ("From  Tue Nov 14 22:13:20 2023", "", SECONDS),
        ("From Tue Nov 14 22:13:20 2023", "", SECONDS),
        ("From bob Tue Nov 14 22:13:20 UTC 2023", "bob", SECONDS),
        ("From bob Tue Nov 14 23:13:20 2023 +0100", "bob", SECONDS),
        ("From bob Tue, 14 Nov 2023 23:13:20 +0100", "bob", SECONDS),
        ("From bob Tue Nov 14 22:13:20 EST 2023", "bob", SECONDS),
        ("From bob Tue Nov 14 22:13:20 MET DST 2023", "bob", SECONDS),
        ("From 1234@xxx Tue Nov 14 22:13:20 +0000 2023", "1234@xxx", SECONDS),
        ("From bob Tue Nov 14 22:13:20 2023 remote from host", "bob", SECONDS),
        ('From "bob dylan"@example.org Tue Nov 14 22:13:20 2023', '"bob dylan"@example.org', SECONDS),
        ("From MAILER-DAEMON Tue Nov  4 02:03:04 2023", "MAILER-DAEMON", SECONDS - 10 * 86400 - 20 * 3600 - 616),
    ],
)
def test_dated_lines_are_read(line: str, sender: str, date: int) -> None:
    assert fromline.dated(line.encode())
    assert fromline.parse(line.encode()) == (sender, date)


@pytest.mark.parametrize(
    "line",
    [
        "From here on",
        "From ",
        "From bob@example.org",
        "From the Tue I knew nothing more",
        "From Nov 14 to 22:13:20 2023",
        "From Tue to Wed, Nov 14 22:13:20 2023 was long",
        "From bob Tue Nov 34 22:13:20 2023",
        "From bob Tue Now 14 22:13:20 2023",
        "From bob Tue Nov 14 22:13:20",
        "From bob Tue Nov 14 22:13:20 2023 and so on",
        "From \x00\xff Tue",
    ],
)
def test_lines_of_text_are_no_boundaries(line: str) -> None:
    assert not fromline.dated(line.encode("latin-1"))
    assert fromline.parse(line.encode("latin-1"))[1] == 0


def test_what_is_made_is_read() -> None:
    assert fromline.make("bob@example.org", SECONDS) == b"From bob@example.org Tue Nov 14 22:13:20 2023\n"
    assert fromline.parse(fromline.make("", 5)) == ("MAILER-DAEMON", 5)
    assert abs(fromline.parse(fromline.make("a b\nc", 0))[1] - time.time()) < 5
    assert fromline.parse(fromline.make("a b\nc", 9)) == ("abc", 9)
    assert fromline.dated(fromline.make("x", 10**17))


@given(st.binary(max_size=80))
def test_no_line_is_too_odd(line: bytes) -> None:
    assert isinstance(fromline.parse(b"From " + line)[1], int)
    assert fromline.dated(b"From x Tue " + line) in (True, False)
