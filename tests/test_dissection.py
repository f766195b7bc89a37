"""A letter part by part, as struct and decode print it."""

from __future__ import annotations

import pytest

from pymail import dissection
from pymail.errors import MailError

LETTER = b"""\
From: Alice <a@b.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=XX

--XX
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

gr=C3=BC=C3=9Fe \x1b[31m
--XX
Content-Type: application/pdf
Content-Disposition: attachment; filename="../a\x1bb.pdf"
Content-Transfer-Encoding: base64

AP8A
--XX
Content-Type: message/rfc822

Subject: =?utf-8?q?=C3=BC?=

inner
--XX--
"""


def test_struct_lists_what_holds_something() -> None:
    assert list(dissection.listed(LETTER, 4)) == [
        "4.1              text/plain; charset=utf-8    13",
        "4.2              application/pdf               3  a_b.pdf",
        "4.3              message/rfc822               34",
        "4.3.1            text/plain                    5",
    ]
    assert [line.split()[0] for line in dissection.listed(LETTER, 4, "3")] == ["4.3", "4.3.1"]


def test_a_letter_of_one_part_is_that_part() -> None:
    assert [line.split() for line in dissection.listed(b"\n\nhi\n", 7)] == [["7", "text/plain", "4"]]


def test_decode_shows_each_part_with_its_header() -> None:
    lines = list(dissection.decoded(LETTER, 4))
    assert lines[1:4] == ["| Message=4.1", "| Type=text/plain; charset=utf-8", "| Encoding=quoted-printable"]
    assert "gr\u00fc\u00dfe ^[[31m" in lines
    assert "[-- #4.2 application/pdf, 3 octets, a_b.pdf --]" in lines
    assert lines[-3:] == ["Subject: \u00fc", "", "inner"]
    assert not any("\x1b" in line for line in lines)


def test_what_is_text_under_another_name_is_shown() -> None:
    assert list(dissection.decoded(b"Content-Type: application/json\n\n{}\n", 1))[-1] == "{}"


def test_a_part_that_is_not_there_is_an_error() -> None:
    with pytest.raises(MailError, match="9: no part"):
        list(dissection.listed(LETTER, 4, "9"))


def test_a_deep_letter_is_listed() -> None:
    assert len(list(dissection.listed(b"Content-Type: message/rfc822\n\n" * 10_000, "1"))) == 101
