"""The notice in the sender's own mailbox."""

from __future__ import annotations

import email
import email.policy
import os
import pwd
from pathlib import Path

import pytest
from sink import Text

from pymail import encode
from pymail.transports import notice
from pymail.transports.transport import Answer
from pymail.variables.values import Variables

NOW = 1_700_000_000.0
ANSWERS = [Answer("b@x", 550, "5.1.1 no such \u00fcser"), Answer("c@x", 554, "5.4.7 not delivered in 5 days")]
LETTER = b"From: me\nSubject: =?utf-8?q?caf=C3=A9?=\n\tau lait\nX-Evil: \x1b[2J\n\nSecret text\n"


def made(octets: bytes = LETTER, dead: str = "/home/me/dead.letter") -> email.message.EmailMessage:
    text = b"".join(notice.Notice(Text(octets, 10), ANSWERS, "me", dead, NOW).pieces())
    return email.message_from_bytes(text, policy=email.policy.default)


def test_it_says_who_did_not_get_what_and_why() -> None:
    message = made()
    assert message["Subject"] == "Undelivered: caf\u00e9 au lait"
    assert (message["To"], message["Date"], message["Auto-Submitted"]) == (
        "me", encode.date(NOW), "auto-replied",
    )  # fmt: skip
    text = message.get_content()
    assert "  b@x\n    550 5.1.1 no such \u00fcser\n  c@x\n    554 5.4.7 not delivered in 5 days\n" in text
    assert "The letter is in /home/me/dead.letter; its header was\n\n  From: me\n" in text
    assert "Secret" not in text and "\x1b" not in text
    assert not message.defects


@pytest.mark.parametrize("octets", [b"", b"\nno header\n", b"no end", b"Subject:\n\n", b"X: " + b"y" * 200_000])
def test_any_letter_can_be_told_of(octets: bytes) -> None:
    message = made(octets, dead="")
    assert message["Subject"] == "Undelivered letter"
    assert "The header of the letter was" in message.get_content()


def test_it_comes_into_the_senders_own_mailbox(tmp_path: Path) -> None:
    variables = Variables(strict=False)
    variables.set("spool", str(tmp_path))
    me = pwd.getpwuid(os.geteuid()).pw_name
    answer = notice.send(Text(LETTER), ANSWERS, me, "/x", variables, NOW)
    assert answer.accepted
    stored = (tmp_path / me).read_bytes()
    assert stored.startswith(b"From MAILER-DAEMON ") and b"\nReturn-Path: <>\n" in stored
    assert stored.count(b"\nSubject: Undelivered:") == 1
