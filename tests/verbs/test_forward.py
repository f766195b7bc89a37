"""The verbs that pass messages on."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessions import Room, room

LETTER = (
    b"From: alice@example.org\nTo: me@example.org\nStatus: RO\nX-Noise: 1\nSubject: tea\nMessage-ID: <tea@x>\n\nBODY\n"
)


@pytest.fixture
def s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.chdir(tmp_path)
    return room([LETTER, LETTER.replace(b"tea", b"milk")], home=tmp_path, typed="look\n")


def test_forward_quotes_the_message(s: Room) -> None:
    s.do("fwdignore x-noise", "forward 1 bob@x")
    sent = s.sent()
    assert "RCPT TO:<bob@x>" in sent and "Subject: Fwd: tea" in sent
    assert "-------- Original Message --------\nFrom: alice@example.org\n" in sent
    assert "BODY\nlook\n" in sent and "X-Noise" not in sent


def test_lines_around_a_forwarded_message_are_chosen(s: Room) -> None:
    s.do("set forward-inject-head='By %a:' forward-inject-tail=End", "forward 1 bob@x")
    assert "\n\nBy alice@example.org:\nFrom: alice@example.org\n" in s.sent()
    assert "\nBODY\nEnd\nlook\n" in s.sent()


def test_forward_takes_along_what_is_attached(tmp_path: Path) -> None:
    files = [
        b"Content-Type: application/pdf; name=../a.pdf\n\n%PDF-",
        b"Content-Type: message/rfc822\n\nSubject: inner\n\nINNER",
        b"Content-Type: no type; name=x\nContent-Disposition: attachment\n\nX",
        b"Content-Type: application/pgp-signature\n\nPGP",
    ]
    parts = b"".join(b"--x\n" + part + b"\n" for part in [b"\nTEXT", *files])
    letter = b"From: alice@example.org\nContent-Type: multipart/mixed; boundary=x\n\n" + parts + b"--x--\n"
    s = room([letter], home=tmp_path, typed="look\n")
    s.do("forward 1 bob@x")
    sent = s.sent()
    assert "\nTEXT\nlook\n" in sent and "[--" not in sent and "pgp" not in sent
    assert 'Content-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="a.pdf"' in sent
    assert "Content-Type: message/rfc822\n" in sent and "INNER" in sent
    assert sent.count("Content-Disposition: attachment") == 3


def test_forward_as_attachment_sends_it_whole(s: Room) -> None:
    s.do("set forward-as-attachment", "forward bob@x")
    assert "Content-Type: message/rfc822" in s.sent() and "X-Noise: 1" in s.sent()
    assert "Status" not in s.sent()


def test_forward_with_a_capital_keeps_a_copy(s: Room, tmp_path: Path) -> None:
    s.do("Forward 1 bob@x")
    assert "Fwd: tea" in (tmp_path / "bob").read_text()


@pytest.mark.parametrize(("verb", "told"), [("resend", True), ("bounce", True), ("Resend", False)])
def test_resend_sends_messages_on_as_they_are(s: Room, verb: str, told: bool) -> None:
    s.do(f"{verb} 1-2 bob@x")
    sent = s.sent()
    assert sent.count("RCPT TO:<bob@x>") == 2
    assert "\nSubject: tea\nMessage-ID: <tea@x>\n\nBODY\n" in sent
    assert ("Resent-From: me@example.org" in sent) == told


def test_resent_letters_are_recorded_only_when_asked_for(s: Room, tmp_path: Path) -> None:
    s.do("set record=copies", "resend 1 bob@x")
    assert not (tmp_path / "copies").exists()
    s.do("set record-resent", "resend 1 bob@x")
    assert "Subject: tea" in (tmp_path / "copies").read_text()


@pytest.mark.parametrize("line", ["forward 1", "resend", "forward"])
def test_somebody_must_be_named(s: Room, line: str) -> None:
    s.do(line)
    assert "an address is wanted" in s.complained
