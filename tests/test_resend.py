"""Letters sent on as they are, with fields before them that say who did."""

from __future__ import annotations

import email

import pytest

from pymail.addresses import split
from pymail.body import Body
from pymail.errors import DATA, MailError
from pymail.resend import Resent

LETTER = b"""Return-Path: <a@x>
Received: from a
\tby b
Status: RO
Bcc: secret@x,
 other@x
To: me
Subject: tea

body
Bcc: stays
"""


def resent(letter: bytes) -> Resent:
    [sender] = split("Me <me@host>")
    return Resent(Body(letter), sender=sender, to=split("b@x"), cc=split("c@x"), hostname="h.example", now=0)


@pytest.mark.parametrize("letter", [LETTER, LETTER.replace(b"\n", b"\r\n"), b"From a@x Mon Jan  5\n" + LETTER])
def test_the_letter_stays_as_it_is_but_for_what_was_the_mailboxs(letter: bytes) -> None:
    source = resent(letter)
    octets = b"".join(source.pieces())
    assert octets == b"".join(source.record())
    message = email.message_from_bytes(octets)
    assert message.keys() == [
        "Resent-Date", "Resent-From", "Resent-To", "Resent-Cc", "Resent-Message-ID", "Received", "To", "Subject",
    ]  # fmt: skip
    assert message["Resent-From"] == "Me <me@host>" and message["Resent-Message-ID"] == source.message_id
    assert message["Received"] == "from a\n\tby b"
    assert message.get_payload() == "body\nBcc: stays\n"
    assert (source.eightbit, source.utf8) == (False, False)
    assert abs(source.size - len(octets)) < 200


@pytest.mark.parametrize(
    ("letter", "rest"),
    [
        (b"Subject: x\n\nopen", b"Subject: x\n\nopen\n"),
        (b"Subject: x", b"Subject: x\n"),
        (b"\nbody: x\n", b"\nbody: x\n"),
        (b"Subject: x\n\n" + b"y\n" * 100_000, b"Subject: x\n\n" + b"y\n" * 100_000),
        (b"Status: RO\n\nx\n", b"\nx\n"),
    ],
)
def test_letters_of_any_shape_are_whole_afterwards(letter: bytes, rest: bytes) -> None:
    octets = b"".join(resent(letter).pieces())
    assert octets.partition(b"Resent-Message-ID: ")[2].partition(b"\n")[2] == rest


def test_eight_bit_octets_are_told() -> None:
    assert resent(b"Subject: x\n\n\xc3\xbc\n").eightbit
    assert resent(b"Subject: \xc3\xbc\n\n").utf8


@pytest.mark.parametrize("octets", [b"x" * 999, b"a\rb", b"a\0b"])
def test_what_cannot_travel_as_it_is_is_refused(octets: bytes) -> None:
    with pytest.raises(MailError) as failure:
        resent(b"Subject: x\n\n" + octets)
    assert failure.value.status == DATA
