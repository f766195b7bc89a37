"""Texts that are carried over into other character sets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.body import Body
from pymail.recoding import recoded


def octets(body: Body) -> bytes:
    return b"".join(body.pieces())


@pytest.mark.parametrize(
    ("text", "names", "name"),
    [
        ("plain\n", ["iso-8859-1"], ""),
        ("Grüße\n", ["iso-8859-1"], "iso-8859-1"),
        ("Grüße\n", ["us-ascii", " ISO-8859-15 "], "iso-8859-15"),
        ("Привет\n", ["iso-8859-1", "koi8-r"], "koi8-r"),
        ("Привет\n", ["utf-8", "koi8-r"], ""),
        ("日本\n", ["iso-2022-jp"], "iso-2022-jp"),
        ("日本 Привет €\n", ["iso-8859-1", "koi8-r"], ""),
        ("Grüße\n", ["nonsense", "", "base64", "utf-16", "iso-8859-1"], "iso-8859-1"),
        ("Grüße\n", [], ""),
        ("Grüße\n", ["utf-7", "latin 1", "iso-8859-1;", "koi8-r\r\nBcc: x"], ""),
    ],
)
def test_first_charset_that_has_all_characters_is_taken(text: str, names: list[str], name: str) -> None:
    body, found = recoded(Body(text.encode()), names)
    assert found == name
    assert octets(body).decode(name or "utf-8") == text


@given(st.text(), st.sampled_from(["iso-8859-1", "koi8-r", "iso-2022-jp", "gb18030", "shift_jis", "euc-kr"]))
def test_text_says_the_same(text: str, name: str) -> None:
    body, found = recoded(Body(text.encode()), [name])
    if found != "shift_jis":  # which has two codes for some characters
        assert octets(body).decode(found or "utf-8") == text


@given(st.binary())
def test_octets_that_are_no_text_stay(given_octets: bytes) -> None:
    body, found = recoded(Body(given_octets + b"\xff"), ["iso-8859-1", "gb18030"])
    assert (octets(body), found) == (given_octets + b"\xff", "")


def test_long_text_is_carried_over_in_pieces() -> None:
    text = "日本語 " * 300_000
    body, found = recoded(Body(text.encode()), ["euc-jp"])
    assert found == "euc-jp" and octets(body).decode("euc-jp") == text
