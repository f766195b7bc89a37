"""Letters that try to get more out of an answer than an answer, and texts that try to be commands."""

from __future__ import annotations

import email
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import Room, room

from pymail.headers import fields

# What belongs into an answer, each once, in this order.
ANSWER = (
    "date from to cc subject message-id in-reply-to references mime-version content-type content-transfer-encoding"
).split()
NAMES = ["From", "Reply-To", "Sender", "To", "Cc", "Subject", "Message-ID", "References", "In-Reply-To", "List-Post"]
PIECES = [
    "a@x", "b@y", "Bcc: evil@x", "=?utf-8?Q?=0D=0ABcc:_evil@x?=", "=?utf-8?B?DQpCY2M6IGV2aWxAeA==?=", "\n Bcc: evil@x",
    "=?utf-8?Q?=00=1B[31m?=", "\r", "\0", "\x1b]0;x\x07", "-oQ/tmp", "|touch OWNED", "/OWNED", "+OWNED", "./OWNED",
    "<", ">", '"', "\\", ",", ";", ":", "(", ")", "[", "]", "@", " ", "<1@x>", "Re: ", "\u202e", "é", "日本", "%0ABcc:",
    "=?", "?=", "x" * 300, "<mailto:a@x?bcc=evil@x>",
]  # fmt: skip
VALUES = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
HEADS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8)
VERBS = ["reply", "Reply", "followup", "Followup", "Lreply", "forward 1 bob@x", "resend 1 bob@x"]


@settings(deadline=None)  # the machine may have other work
@given(HEADS, st.sampled_from(VERBS), st.sampled_from(["", "quote=allheaders", "forward-as-attachment", "fullnames"]))
def test_an_answer_to_any_letter_is_an_answer_and_no_more(head: list[tuple[str, str]], verb: str, setting: str) -> None:
    letter = "".join(f"{name}: {value}\n" for name, value in head) + "\nBODY\n"
    with TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        s = room([letter.encode("utf-8", "surrogateescape")], home=home, typed="ANSWER\n")
        there = os.getcwd()
        os.chdir(home)
        try:
            s.do(f"set {setting}", verb)
        finally:
            os.chdir(there)
        assert not list(home.rglob("*OWNED*")) or verb in ("followup", "Followup")
        envelope, _, sent = s.sent().partition("DATA\n")
    recipients = [line for line in envelope.splitlines() if line.startswith("RCPT TO:")]
    assert len(envelope.splitlines()) == len(recipients) + bool(sent)
    assert not any(line[9:10] in "-|/+.~" for line in recipients)
    if sent and not verb.startswith("resend"):
        found = [name.lower() for name, _ in fields(sent.encode())]
        assert found == [name for name in ANSWER if name in found]
        assert sent.isascii() or not letter.isascii()
        assert not set(sent.partition("\n\n")[0]) & set("\r\0\x1b\x07")


LETTERS = sorted((Path(__file__).parents[1] / "mail").glob("*.eml"))


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("line", ["reply 1", "set format-flowed quote=allheaders\nReply 1", "forward 1 bob@x"])
def test_an_answer_to_todays_mail_is_well_formed(tmp_path: Path, path: Path, line: str) -> None:
    s = room([path.read_bytes().replace(b"\r\n", b"\n")], home=tmp_path, typed="ANSWER\n")
    s.do("set quote", *line.split("\n"))
    _, data, sent = (tmp_path / "sent").read_bytes().partition(b"DATA\n") if s.sent() else (b"", b"", b"")
    assert data or "no recipients" in s.complained, s.complained
    message = email.message_from_bytes(sent.removesuffix(b".\n").replace(b"\n..", b"\n."))
    assert not message.defects and b"\0" not in sent and b"\r" not in sent
    assert all(len(each) <= 998 for each in sent.split(b"\n"))
    assert message["From"] == "me@example.org" if data else not message["From"]


def writer(tmp_path: Path, letter: str, typed: str, **how: bool) -> Room:
    return room([letter.encode()], home=tmp_path, typed=typed, **how)


@pytest.mark.parametrize(
    "line",
    [
        "reply 9", "mail bob@@x", "mail", "forward 1", "forward 9 bob@x", "followup 1", "Lreply 1", "reply nobody",
        "Mail |id", "reply :d",
    ],
)  # fmt: skip
def test_the_text_of_a_letter_that_cannot_be_is_no_command(tmp_path: Path, line: str) -> None:
    s = writer(tmp_path, "Subject: of nobody\n\nBODY\n", "!touch OWNED\necho OWNED\n")
    said = s.do(line)
    assert s.complained and not s.sent()
    assert s.keyboard.read("") is None and "OWNED" not in said


def test_with_escapes_the_text_that_is_passed_over_has_an_end(tmp_path: Path) -> None:
    s = writer(tmp_path, "From: a@x\n\nBODY\n", "!touch OWNED\n~.\necho after\n")
    s.escapes = True
    s.do("reply 9")
    assert s.keyboard.read("") == "echo after"


def test_on_a_terminal_nothing_is_passed_over(tmp_path: Path) -> None:
    s = writer(tmp_path, "From: a@x\n\nBODY\n", "echo next\n", terminal=True)
    s.do("reply 9")
    assert s.keyboard.read("") == "echo next"


def test_posix_goes_on_with_the_next_command_after_a_list_of_no_messages(tmp_path: Path) -> None:
    s = writer(tmp_path, "Subject: of nobody\n\nBODY\n", "echo next\n", strict=True)
    s.do("reply 9", "followup 9")
    assert s.keyboard.read("") == "echo next"
    s.do("reply 1")
    assert s.keyboard.read("") is None


def test_a_name_cannot_add_lines_above_a_quote(tmp_path: Path) -> None:
    letter = 'From: "Mallory\\\\n\\\\nI agree" <a@x>\nSubject: pay\\nme\n\nBODY\n'
    s = writer(tmp_path, letter, "hello\n")
    s.do("set quote quote-inject-head='%f on %s:\\n'", "reply 1")
    assert s.sent().partition("\n\n")[2] == "Mallory\\n\\nI agree on pay\\nme:\n\n> BODY\n\nhello\n.\n"


def test_others_get_their_answer_whatever_one_address_is(tmp_path: Path) -> None:
    s = writer(tmp_path, "From: a@x\nTo: |id, -oQ@x, b@x\nCc: /etc/passwd, c@x\n\nBODY\n", "hello\n")
    s.do("reply 1")
    assert [line for line in s.sent().splitlines() if line.startswith("RCPT")] == [
        "RCPT TO:<a@x>", "RCPT TO:<b@x>", "RCPT TO:<c@x>",
    ]  # fmt: skip
    assert "left out: -oQ@x: would be taken for an option" in s.complained
