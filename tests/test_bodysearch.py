"""Searching a letter's decoded text."""

from __future__ import annotations

import base64
import quopri
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pymail import bodysearch, decode, mime
from pymail.bodysearch import Search

PLAIN = b"Subject: hidden\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: %s\n\n"


def matches(raw: bytes, needle: str) -> bool:
    return Search(needle).matches(raw)


@pytest.mark.parametrize(
    ("raw", "needle", "found"),
    [
        (b"Subject: word\n\nother\n", "word", False),
        (b"\nSome WORD here\n", "word", True),
        (b"\nsome word here\n", "WORD", True),
        (PLAIN % b"base64" + base64.encodebytes(b"some word"), "word", True),
        (PLAIN % b"quoted-printable" + b"some wo=\nrd", "word", True),
        (PLAIN % b"quoted-printable" + b"some =77ord", "word", True),
        (PLAIN % b"8bit" + "Gr\u00fc\u00dfe".encode(), "GR\u00dc\u00dfE", True),
        (PLAIN % b"quoted-printable" + quopri.encodestring("Gr\u00fc\u00dfe".encode()), "gr\u00fc\u00dfe", True),
        (b"Content-Type: text/html\n\nsome w<b>or</b>d", "word", True),
        (b"Content-Type: text/html\n\n<p class=word>", "word", False),
        (b"Content-Type: text/html\n\nw<a href=<b@c>ord", "word", True),
        (b"Content-Type: text/html\n\nw<script>x()</script>or<style>p {}</style>d", "word", True),
        (b"Content-Type: text/html\n\n<style>word</style>&#119;ord", "word", True),
        (b"Content-Type: text/html\n\n<a href='http://x.example/?w&#111;rd'>here</a>", "?word", True),
        (b"Content-Type: multipart/mixed; boundary=x\n\nsome word without parts\n", "word", True),
        (b"Content-Type: image/gif\n\nword", "word", False),
        (PLAIN % b"Base-64" + b"c29tZSB3b3JkIGhlcmU=\n", "word", True),
        (PLAIN % b"'Quoted_Printable'" + b"some =77ord", "word", True),
        (b"Content-Type: text/plain; charset=unicode-1-1-utf-7\n\n+AHcAbwByAGQ-", "word", True),
        (b"Content-Disposition: attachment\n\nword", "word", True),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Disposition: attachment\n\nword", "word", False),
        (b"Content-Type: message/rfc822\n\nSubject: x\n\nword", "word", True),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nsome word\n--x--", "word", True),
        (b"Content-Type: multipart/mixed; boundary=word\n\n--word\n\nother\n--word--", "word", False),
        (b"Content-Type: text/html\n\nsome&#32;word", "some word", True),
        (b"Content-Type: text/plain; charset=utf-16\n\n" + "some word".encode("utf-16"), "word", True),
        (b"no header at all", "header", True),
        (b"", "word", False),
    ],
)
def test_bodies_are_searched_decoded(raw: bytes, needle: str, found: bool) -> None:
    assert matches(raw, needle) is found


def test_words_behind_a_large_picture_in_a_page_are_found() -> None:
    picture = b"<img src='data:image/png;base64," + b"A" * (5 << 20) + b"'>"
    coded = base64.encodebytes(picture + b"some word")
    assert matches(b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + coded, "some word")


@given(st.text(min_size=1, max_size=10), st.text(max_size=20), st.sampled_from(["base64", "quoted-printable", "8bit"]))
def test_what_is_in_the_text_is_found_in_any_encoding(word: str, more: str, encoding: str) -> None:
    octets = (more + word + more).encode()
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring, "8bit": bytes}[encoding](octets)
    raw = PLAIN % encoding.encode() + coded
    assert matches(raw, word) is (word.lower() in mime.parse(raw).text().lower())


PIECES = [
    b"some word here\n", b"so=6De w=6Frd\n", b"w=\nord\n", b"w<b>or</b>d\n", b"w<a <b>ord\n", b"w<style>p</style>ord\n",
    b"<script>\n", b"&#119;ord\n", b"a < b\n", b"c > d\n", b"=\n", b"c29tZSB3b3JkIGhlcmU=\n", b"--x\n", b"--x--\n",
    b"\n", b"begin 644 f\n", b"Content-Type: text/html\n", b"Content-Type: text/plain; charset=utf-7\n",
    b"Content-Type: image/gif\n", b"+AHcAbwByAGQ-\n", b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
]  # fmt: skip
KINDS = ["multipart/mixed; boundary=x", "multipart/alternative; boundary=x", "text/html", "text/plain"]


@settings(max_examples=400)
@given(st.sampled_from(KINDS), st.lists(st.sampled_from(PIECES), max_size=14))
@example("multipart/mixed; boundary=x", [b"--x\n", b"some word here\n", b"--x\n", b"\n"])
def test_a_look_at_the_octets_refuses_nothing_that_is_read(kind: str, pieces: list[bytes]) -> None:
    raw = b"Content-Type: %b\n%b" % (kind.encode(), b"".join(pieces))
    read = [text for part in bodysearch._texts(mime.parse(raw)) for text in bodysearch._read(part)]
    assert matches(raw, "word") is any("word" in text.lower() for text in read)


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "mail").glob("*.eml")), ids=lambda path: path.stem)
def test_what_a_person_reads_is_found(path: Path) -> None:
    raw = path.read_bytes()
    # The numbers of links stand in what is read, not in what was written.
    text = re.sub(r"\[\d+\]", "", "\n".join(decode.text_of(mime.parse(raw))))
    words = set(re.findall(r"\w{4,}", text.lower()))
    assert [word for word in sorted(words) if not matches(raw, word)] == []
