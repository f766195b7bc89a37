"""RFC 2047 as it is written here and as it is found in mail."""

from __future__ import annotations

import email.errors
import email.header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import encodedwords


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?q?ab?= =?utf-8?q?cd?= ef", "abcd ef"),
        (b"=?utf-8?q?ab?=   =?iso-8859-1?q?=fc?=", "abü"),
        (b"a =?ISO-8859-1?Q?caf=E9?= b", "a café b"),
        (b"a=?utf-8?q?b?=c", "abc"),
        (b"=?utf-8?B?w7w=?=", "ü"),
        (b"=?utf-8?B?w7w?=", "ü"),
        (b"=?utf-8?b?w 7w=?=", "ü"),
        (b"=?utf-8?B?w7w=====?=", "ü"),
        (b"=?utf-8*de?Q?=C3=BC?=", "ü"),
        (b"=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"),
        (b"=?utf-8?B?ww==?= =?UTF-8?B?vA==?=", "ü"),
        (b"=?utf-8?Q?two words?=", "two words"),
        (b"=?utf-8?Q?sure??=", "sure?"),
        (b"=?utf-8?Q??= x", " x"),
        (b"=?utf-8?Q?cut", "=?utf-8?Q?cut"),
        (b"=?utf-8?X?odd?=", "=?utf-8?X?odd?="),
        (b"=?= =?utf-8?Q?a?=", "=?= a"),
        (b"=?no-such?Q?=C3=BC?=", "ü"),
        (b"=?us-ascii?Q?=C3=BC?=", "ü"),
        (b"=?utf-8?Q?caf=E9?=", "café"),
        (b"=?utf-8?Q?gr=C3=BC=C3?=", "grü\ufffd"),
        (b"=?iso-8859-1?Q?=93q=94?=", "\u201cq\u201d"),
        (b"=?gb2312?B?1tC5+g==?=", "中国"),
        (b"=?ks_c_5601-1987?B?x9GxuQ==?=", "한국"),
        (b"=?shift_jis?B?k/qWew==?=", "日本"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"\x1b$BF|K\\\x1b(B", "日本"),
        ("Grüße".encode(), "Grüße"),
        (b"caf\xe9", "café"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"),
        (b"=?utf-7?Q?+2AA-?=", "+2AA-"),
        (b"=?idna?Q?xn--4ca?=", "xn--4ca"),
        (b"", ""),
    ],
)
def test_words_are_read_as_they_were_meant(value: bytes, text: str) -> None:
    assert encodedwords.decode(value) == text


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("plain text", "plain text"),
        ("a  b", "a  b"),
        ("Größe 1 und 2", "=?utf-8?Q?Gr=C3=B6=C3=9Fe?= 1 und 2"),
        ("zu großer Preis", "zu =?utf-8?Q?gro=C3=9Fer?= Preis"),
        ("日本", "=?utf-8?B?5pel5pys?="),
        ("a =?b", "a =?utf-8?Q?=3D=3Fb?="),
        (" a ", "=?utf-8?Q?_a_?="),
        ("a b ", "a =?utf-8?Q?b_?="),
        ("  a b", "=?utf-8?Q?__a?= b"),
        ("   ", "=?utf-8?Q?___?="),
        ("a\tb", "=?utf-8?Q?a=09b?="),
        ("a\r\nb\nc\0d", "a b c d"),
        ("=?UTF-8?B?R3LDvMOfZQ==?= x", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?= x"),
        (
            "=?UTF-8?B?" + "w7zDvMO8" * 9 + "?=",
            "=?utf-8?B?w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8?= =?utf-8?B?w7zDvMO8w7zDvMO8w7zDvMO8?=",
        ),
        ("=?utf-8?Q?a=0D=0ABcc:_b?=", "a  Bcc: b"),
        ("caf\udce9", "=?iso-8859-1?Q?caf=E9?="),
        ("caf\udcc3\udca9", "=?utf-8?Q?caf=C3=A9?="),
        ("\ud800", "?"),
        ("", ""),
    ],
)
def test_only_what_needs_it_is_encoded(text: str, field: str) -> None:
    assert encodedwords.encode(text) == field


@given(st.text(max_size=200))
def test_each_word_is_short_and_can_be_read_alone(text: str) -> None:
    for word in encodedwords.encode(text).split(" "):
        if word.startswith("=?"):
            assert len(word) <= 75
            [(octets, name)] = email.header.decode_header(word)
            assert isinstance(octets, bytes) and name
            octets.decode(name)


@given(st.binary(max_size=100))
def test_arguments_that_the_locale_could_not_decode_are_kept(octets: bytes) -> None:
    text = octets.decode("ascii", "surrogateescape")
    kept, name = encodedwords.clean(text)
    expected = octets.replace(b"\r\n", b"\n").translate(bytes.maketrans(b"\r\n\0", b"   "))
    assert kept.encode(name) == (
        expected if name != "iso-8859-1" else octets.translate(bytes.maketrans(b"\r\n\0", b"   "))
    )


CHARSETS = ["utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "koi8-r", "iso-2022-jp", "gb2312", "big5", "euc-kr"]


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=80), st.sampled_from(CHARSETS))
def test_what_python_encodes_is_decoded_here(text: str, charset: str) -> None:
    try:
        text.encode(charset)
        value = email.header.Header(text, charset, maxlinelen=60).encode(linesep="")
        # Python's own reader is the measure: some of its codecs do not give back what they took.
        expected = str(email.header.make_header(email.header.decode_header(value)))
    except (UnicodeError, LookupError, email.errors.HeaderParseError):
        return
    assert encodedwords.decode(value.encode("ascii", "surrogateescape")) == expected


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Bob", "Bob"),
        ("Bob B", "Bob B"),
        ("B, Bob", '"B, Bob"'),
        ('Bob "B" \\', '"Bob \\"B\\" \\\\"'),
        ("bob@example.org", '"bob@example.org"'),
        ("Bob  B", '"Bob  B"'),
        ("Jörg", "=?utf-8?Q?J=C3=B6rg?="),
        ("=?x", "=?utf-8?Q?=3D=3Fx?="),
        ("a\nb", "a b"),
        ("", ""),
    ],
)
def test_a_display_name_is_written_so_that_it_cannot_be_anything_else(name: str, written: str) -> None:
    assert encodedwords.phrase(name) == written


@given(st.binary(max_size=300))
def test_decode_never_fails_and_gives_one_line(octets: bytes) -> None:
    text = encodedwords.decode(octets)
    assert not {"\n", "\r", "\0"} & set(text)
    text.encode("utf-8")
