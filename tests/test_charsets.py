"""Names of charsets as mail has them, and octets whose name is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.charsets import charset, text

NAMES = ["utf-8", "us-ascii", "iso-8859-1", "utf-7", "utf-16", "iso-2022-jp", "gb2312", "big5", "shift_jis", "hz", "x"]


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf-8"),
        (' "utf8" ', "utf-8"),
        ("us-ascii", "ascii"),
        ("ANSI_X3.4-1968", "ascii"),
        ("iso-8859-1", "iso8859-1"),
        ("latin1", "iso8859-1"),
        ("Windows-1252", "cp1252"),
        ("ks_c_5601-1987", "euc_kr"),
        ("x-sjis", "cp932"),
        ("iso-8859-8-i", "iso8859-8"),
        ("unicode-1-1-utf-7", "utf-7"),
        ("x-cp1251", "cp1251"),
        ("x-windows-1251", "cp1251"),
        ("win-1251", "cp1251"),
        ("windows1252http-equiv", "cp1252"),
        ("ibm-850", "cp850"),
        ("ISO88591", "iso8859-1"),
        ("8859_15", "iso8859-15"),
        ("ISO_8859-8-I", "iso8859-8"),
        ("csGB2312", "gb2312"),
        ("x-euc-kr", "euc_kr"),
        ("KOI8", "koi8-r"),
        ("usascii", "ascii"),
        ("cp", None),
        ("iso-8859-", None),
        ("x-unknown", None),
        ("", None),
        ("rot13", None),
        ("hex", None),
        ("base64", None),
        ("zlib", None),
        ("undefined", None),
        ("idna", None),
        ("unicode_escape", None),
        ("../../etc/passwd", None),
        ("aliases", None),
        ("a\0b", None),
        ("ü", None),
        ("x" * 1000, None),
    ],
)
def test_a_name_means_a_codec_or_nothing(name: str, codec: str | None) -> None:
    assert charset(name) == codec


@pytest.mark.parametrize(
    ("octets", "label", "expected"),
    [
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode(), "nonsense", "Grüße"),
        ("Grüße".encode(), "", "Grüße"),
        (b"caf\xe9", "utf-8", "café"),
        (b"caf\xe9", "us-ascii", "café"),
        (b"gr\xc3\xbcn \xe9", "utf-8", "grün \ufffd"),
        (b"\x93q\x94", "iso-8859-1", "\u201cq\u201d"),
        (b"\x81", "iso-8859-1", "\x81"),
        (b"\x81", "", "\x81"),
        ("中国镕".encode("gb18030"), "gb2312", "中国镕"),
        ("갂".encode("cp949"), "euc-kr", "갂"),
        ("①".encode("cp932"), "shift_jis", "①"),
        (b"\x1b$BF|K\\\x1b(B", "", "日本"),
        (b"+2AA-", "utf-7", "+2AA-"),
        (b"\xff\xfeh\0i\0", "utf-16", "hi"),
        (b"", "utf-8", ""),
    ],
)
def test_octets_are_read_as_they_were_meant(octets: bytes, label: str, expected: str) -> None:
    assert text(octets, label) == expected


@given(st.binary(max_size=100), st.sampled_from(NAMES))
def test_any_octets_become_text_that_can_be_written(octets: bytes, label: str) -> None:
    text(octets, label).encode("utf-8")


@given(st.text(st.characters(exclude_categories=["C"]), max_size=50), st.sampled_from(NAMES))
def test_octets_with_the_right_name_are_never_guessed(value: str, label: str) -> None:
    codec = charset(label)
    try:
        octets = value.encode(codec or "utf-8")
    except UnicodeError:
        return
    assert text(octets, label) == octets.decode(codec or "utf-8")
