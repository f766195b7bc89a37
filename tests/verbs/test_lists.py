"""The verbs of mailing lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessions import Room, room


def letter(*more: str) -> bytes:
    head = ["From: alice@example.org", "To: dev@lists.example", "Cc: me@example.org", "Subject: tea", *more]
    return ("\n".join(head) + "\n\nBODY\n").encode()


@pytest.fixture
def s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.chdir(tmp_path)
    return room([letter(), letter("List-Post: <mailto:post@lists.example>")], home=tmp_path, typed="yes\n")


def test_lists_are_known_subscribed_to_and_forgotten() -> None:
    s = room()
    s.do("mlist dev@x ^all@.*$", "mlsubscribe users@x")
    assert s.do("mlist") == "^all@.*$\ndev@x\nusers@x (subscribed)\n"
    assert s.do("mlsubscribe") == "users@x\n"
    assert s.do("unmlsubscribe users@x", "unmlist dev@x", "mlist") == "^all@.*$\nusers@x\n"
    assert s.do("unmlist *", "mlist") == ""


@pytest.mark.parametrize(
    ("known", "line", "to"),
    [
        ("dev@lists.example", "Lreply 1", "dev@lists.example"),
        ("^DEV@.*$", "Lreply 1", "dev@lists.example"),
        ("other@x", "Lreply 2", "post@lists.example"),
        ("dev@lists.example", "Lreply 2", "dev@lists.example"),
    ],
)
def test_an_answer_goes_to_the_list_alone(s: Room, known: str, line: str, to: str) -> None:
    s.do(f"mlist {known}", line)
    assert [each for each in s.sent().splitlines() if each.startswith("RCPT")] == [f"RCPT TO:<{to}>"]
    assert "Subject: Re: tea" in s.sent()


def test_lfollowup_keeps_a_copy_in_the_lists_file(s: Room, tmp_path: Path) -> None:
    s.do("mlist dev@lists.example", "Lfollowup 1")
    assert "Re: tea" in (tmp_path / "dev").read_text()


def test_a_letter_of_no_list_is_refused(s: Room) -> None:
    s.do("Lreply 1")
    assert "1: came by no mailing list that is known" in s.complained
