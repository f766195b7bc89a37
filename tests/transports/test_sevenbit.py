"""A letter goes to every server, whatever this offers: in ASCII where nothing else is taken, and means the same."""

from __future__ import annotations

import email
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sink import Letter, Sink, Text, codes, variables

from pymail.transports.sevenbit import Foreign, SevenBit
from pymail.transports.smtp import open_transport
from pymail.transports.transport import Envelope

BOB = "bob@test.example"
PLAIN = """\
From: Jürgen <j@x.example>
Subject: grüße
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Grüße = 1
.dot
From here
"""
MIXED = """\
Subject: parts
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer
Content-Transfer-Encoding: 8bit

präambel
--outer
Content-Type: text/plain

ascii = ascii
--outer
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

To: "grün" <j\u00fc@x.example>
Subject: inner grün
Content-Type: multipart/alternative; boundary="inner b"

--inner b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

innen grün
--inner b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>gr=C3=BCn grün</p>
--inner b--
--outer
Content-Type: text/x; name="grün.txt"
Content-Transfer-Encoding: base64

aGk=
--outer--
epilög
"""


def narrowed(text: str | bytes, *, body: bool = True, cut: int = 7) -> bytes:
    octets = text.encode() if isinstance(text, str) else text
    letter = SevenBit(Text(octets, cut, eightbit=True), body=body)
    made = b"".join(letter.pieces())
    assert made == b"".join(letter.pieces()) and letter.eightbit != body
    assert letter.size == len(made) + made.count(b"\n")
    return made


def leaves(octets: bytes) -> list[tuple[str, bytes]]:
    """Type and decoded octets of each part that has no parts, as the standard library sees them."""
    parts = [part for part in email.message_from_bytes(octets).walk() if not part.is_multipart()]
    return [(part.get_content_type(), part.get_payload(decode=True)) for part in parts]


def test_text_becomes_quoted_printable_and_the_header_encoded_words() -> None:
    made = narrowed(PLAIN)
    assert made.isascii() and leaves(made) == leaves(PLAIN.encode())
    assert b"\nContent-Transfer-Encoding: quoted-printable\n" in made and b": 8bit" not in made
    assert made.startswith(b"From: =?utf-8?") and b"<j@x.example>\n" in made and b"\nFrom " not in made


def test_each_part_is_encoded_by_itself_and_containers_are_not() -> None:
    made = narrowed(MIXED)
    assert made.isascii() and leaves(made) == leaves(MIXED.encode())
    assert made.count(b"Content-Transfer-Encoding: quoted-printable\n") == 2
    assert made.count(b"Content-Transfer-Encoding: 7bit\n") == 2 and b": 8bit" not in made
    assert b"pr??ambel\n" in made and b"ascii = ascii\n" in made and b"name*=utf-8''gr%C3%BCn.txt" in made


def test_header_alone_is_written_in_ascii_where_the_body_may_stay() -> None:
    made = narrowed(PLAIN, body=False)
    head, _, body = made.partition(b"\n\n")
    assert head.isascii() and body == PLAIN.encode().partition(b"\n\n")[2]


def test_letter_of_old_that_names_no_charset_gets_one() -> None:
    for octets, charset in (("grün".encode(), b"utf-8"), (b"gr\xfcn", b"unknown-8bit")):
        made = narrowed(b"Subject: s\n\n" + octets + b"\n")
        assert b"MIME-Version: 1.0\nContent-Type: text/plain; charset=" + charset + b"\n" in made
        assert leaves(made)[0][1] == octets + b"\n"


def test_address_that_is_none_in_ascii_is_not_bent() -> None:
    with pytest.raises(Foreign):
        narrowed("To: jürgen@x.example\n\ntext\n")


@given(st.lists(st.sampled_from([*MIXED.splitlines(keepends=True), "--", "\n", "--outer\n", "ü", ": ü\n", " ü\n"])))
def test_torn_letter_is_made_ascii_in_any_case(lines: list[str]) -> None:
    text = "".join(lines)
    try:
        made = narrowed(text, cut=5)
    except Foreign:
        return
    assert made.isascii()
    if text.isascii():
        assert made.replace(b"\n", b"") == text.encode().replace(b"\n", b"") or "8bit" in text


# -- at a server ---------------------------------------------------------------

KEYWORDS = ("8BITMIME", "BINARYMIME", "CHUNKING", "SMTPUTF8", "SIZE 100000", "PIPELINING", "DSN")


def sent(offers: list[str], octets: bytes, utf8: bool) -> Letter:
    with Sink(offers) as sink:
        transport = open_transport(sink.url, variables(dsn="failure"))
        answers = transport.send(Envelope("me@x.example", [BOB], utf8), Text(octets, eightbit=not octets.isascii()))
        transport.close()
    assert codes(answers) == [250], (offers, answers)
    return sink.letters[0]


@pytest.mark.parametrize("odd", [str, str.lower, str.title])
@pytest.mark.parametrize("octets", [PLAIN.encode(), b"Subject: s\n\ntext\n"], ids=["wide", "ascii"])
def test_every_set_of_extensions_takes_the_letter(odd: type[str], octets: bytes) -> None:
    """By each way that a server can offer; what it has not offered is never used."""
    for chosen in product((False, True), repeat=len(KEYWORDS)):
        offers = [odd(word) for word, is_offered in zip(KEYWORDS, chosen, strict=True) if is_offered]
        words = {word.upper().split()[0] for word in offers}
        wide = not octets.isascii()
        letter = sent(offers, octets, wide)
        is_eight = "8BITMIME" in words or {"BINARYMIME", "CHUNKING"} <= words
        data = letter.data if "CHUNKING" in words else letter.data.replace(b"\r\n..", b"\r\n.")
        assert leaves(data.replace(b"\r\n", b"\n")) == leaves(octets)
        head = data.partition(b"\r\n\r\n")[0]
        assert head.isascii() or "SMTPUTF8" in words
        assert data.isascii() or is_eight
        expected = {"SIZE"} & words | ({"BODY"} if wide and is_eight else set())
        expected |= ({"SMTPUTF8"} & words if wide else set()) | ({"RET"} if "DSN" in words else set())
        assert {word.partition("=")[0] for word in letter.mail.split()[1:]} == expected, letter.mail
        assert ("NOTIFY=FAILURE" in letter.recipients[0]) == ("DSN" in words)


def test_server_that_knows_helo_only_takes_it_in_ascii() -> None:
    with Sink(script={"EHLO": "500 5.5.1 what?"}) as sink:
        transport = open_transport(sink.url, variables())
        answers = transport.send(Envelope("me", [BOB]), Text(PLAIN.encode(), eightbit=True))
        transport.close()
    assert codes(answers) == [250] and sink.letters[0].mail == "<me>" and sink.letters[0].data.isascii()


def test_size_that_is_told_is_that_of_what_is_sent() -> None:
    letter = sent(["SIZE 9000"], ("Subject: s\n\n" + "ü" * 400 + "\n").encode(), False)
    assert letter.mail == f"<me@x.example> SIZE={len(letter.data)}"
