"""Letters put at the beginning of an mbox (noappend)."""

from __future__ import annotations

from pathlib import Path

import pytest

from pymail.mailboxes import opening, prepend
from pymail.mailboxes.mailbox import Deposit, Settings

LETTER = b"From: alice@example.org\nSubject: %s\n\nFrom here on\n"


def deposit(subject: bytes) -> Deposit:
    return Deposit([LETTER % subject], 0, "alice@example.org", 1420452000)


def subjects(path: Path) -> list[str]:
    mailbox = opening.open_mailbox(str(path), readonly=True)
    return [summary.subject for summary in mailbox.summaries(range(len(mailbox)))]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(str(tmp_path / "state"))


def test_letters_go_before_those_that_are_there_in_their_order(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "mbox"
    for subjects_ in ([b"one"], [b"two", b"three"], [b"four"]):
        prepend.prepend_to(str(path), map(deposit, subjects_), settings)
    assert subjects(path) == ["four", "two", "three", "one"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_file_keeps_its_inode_and_what_it_held(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "mbox"
    prepend.prepend_to(str(path), [deposit(b"old")], settings)
    before, inode = path.read_bytes(), path.stat().st_ino
    prepend.prepend_to(str(path), [deposit(b"new")], settings)
    assert path.stat().st_ino == inode
    assert path.read_bytes().endswith(b"\n\n" + before)


def test_without_a_state_folder_letters_are_appended(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    for subject in (b"one", b"two"):
        prepend.prepend_to(str(path), [deposit(subject)], Settings(""))
    assert subjects(path) == ["one", "two"]
