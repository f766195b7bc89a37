"""What only a Maildir has: names that tell flags, letters that move under us, nothing locked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from letters import letter

from pymail.errors import MailError
from pymail.mailboxes.mailbox import Deposit, Plan, Settings
from pymail.mailboxes.maildir import Maildir, append_to
from pymail.mailboxes.opening import open_mailbox
from pymail.summary import ANSWERED, DRAFT, FLAGGED, OLD, SEEN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "box"
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True)
    return path


def put(folder: Path, name: str, subject: str = "x") -> Path:
    path = folder / name
    path.write_bytes(letter(subject))
    return path


def box(folder: Path) -> Maildir:
    mailbox = open_mailbox(str(folder), Settings(""))
    assert isinstance(mailbox, Maildir)
    return mailbox


def names(folder: Path) -> set[str]:
    return {f"{path.parent.name}/{path.name}" for part in ("cur", "new") for path in (folder / part).iterdir()}


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("new/1.a", 0),
        ("new/1.a:2,S", SEEN),
        ("cur/1.a", OLD),
        ("cur/1.a:2,", OLD),
        ("cur/1.a:2,S", OLD | SEEN),
        ("cur/1.a:2,DFPRSTab", OLD | DRAFT | FLAGGED | ANSWERED | SEEN),
        ("cur/1.a:1,odd", OLD),
    ],
)
def test_names_tell_flags(folder: Path, name: str, flags: int) -> None:
    put(folder, name)
    assert list(box(folder).stored()) == [flags]


def test_messages_come_in_the_order_of_their_arrival(folder: Path) -> None:
    for name in ("new/20.x", "cur/9.M000002P1.h:2,S", "cur/9.M000001P1.h:2,", "new/100.z", "cur/odd"):
        put(folder, name, name)
    assert [s.subject for s in box(folder).summaries(range(5))] == [
        "cur/odd",
        "cur/9.M000001P1.h:2,",
        "cur/9.M000002P1.h:2,S",
        "new/20.x",
        "new/100.z",
    ]


def test_opening_moves_nothing_and_dot_files_and_folders_are_no_letters(folder: Path) -> None:
    put(folder, "new/1.a")
    put(folder, "cur/.hidden")
    (folder / "cur" / "sub").mkdir()
    (folder / "cur" / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "cur" / "fifo")
    assert len(box(folder)) == 1
    assert (folder / "new/1.a").exists()


def test_flags_are_stored_in_names_and_other_letters_stay(folder: Path) -> None:
    put(folder, "new/1.a")
    put(folder, "cur/2.b:2,PSa")
    put(folder, "cur/3.c:2,S")
    mailbox = box(folder)
    mailbox.commit(Plan(flags={0: OLD, 1: OLD | SEEN | FLAGGED, 2: 0}))
    assert names(folder) == {"cur/1.a:2,", "cur/2.b:2,FPSa", "new/3.c"}


def test_a_letter_that_another_program_moves_and_renames_is_found(folder: Path) -> None:
    put(folder, "new/1.a", "one")
    mailbox = box(folder)
    (folder / "new/1.a").rename(folder / "cur/1.a:2,R")
    assert b"one" in mailbox.raw(0)
    (folder / "cur/1.a:2,R").rename(folder / "cur/1.a:2,RT")
    assert mailbox.refresh() == 0
    mailbox.commit(Plan(flags={0: OLD | SEEN}))
    assert names(folder) == {"cur/1.a:2,RST"}
    (folder / "cur/1.a:2,RST").unlink()
    with pytest.raises(MailError, match="another program"):
        mailbox.raw(0)
    assert mailbox.commit(Plan(remove=[0])).removed == 0


def test_new_letters_are_on_disk_private_and_where_their_flags_belong(folder: Path) -> None:
    before = os.umask(0)
    try:
        append_to(str(folder), [Deposit([b"A: b\n\n"]), Deposit([b"Status: RO\nC: d\n\n"], OLD | SEEN)])
    finally:
        os.umask(before)
    places = sorted(names(folder))
    assert places[0].startswith("cur/") and places[0].endswith(":2,S")
    assert places[1].startswith("new/") and ":" not in places[1]
    assert (folder / places[0]).read_bytes() == b"C: d\n\n"
    assert {(folder / place).stat().st_mode & 0o777 for place in places} == {0o600}
    assert list((folder / "tmp").iterdir()) == []


def test_letters_that_fail_to_come_leave_nothing(folder: Path) -> None:
    def broken() -> object:
        yield b"A: b\n\n"
        raise ValueError("gone")

    with pytest.raises(ValueError):
        append_to(str(folder), [Deposit([b"A: b\n\n"]), Deposit(broken())])  # type: ignore[arg-type]
    assert names(folder) == set()
    assert list((folder / "tmp").iterdir()) == []


def test_crlf_letters_are_read_with_lf(folder: Path) -> None:
    (folder / "new/1.a").write_bytes(letter("x", "a\nb\n" * 100_000).replace(b"\n", b"\r\n"))
    mailbox = box(folder)
    assert mailbox.raw(0) == letter("x", "a\nb\n" * 100_000)
    assert mailbox.head(0).endswith(b"\n\n")


def test_the_sender_and_time_are_known_from_the_field_and_the_name(folder: Path) -> None:
    (folder / "new/1700000000.M1P1.h").write_bytes(b"Return-Path: <bob@example.org>\nSubject: x\n\n")
    assert box(folder).received(0) == ("bob@example.org", 1_700_000_000)
    assert box(folder).summary(0).date == 1_700_000_000


def test_an_edited_letter_keeps_its_name(folder: Path) -> None:
    put(folder, "cur/1.a:2,S")
    box(folder).commit(Plan(replace={0: b"E: f\n\nnew\n"}))
    assert names(folder) == {"cur/1.a:2,S"}
    assert (folder / "cur/1.a:2,S").read_bytes() == b"E: f\n\nnew\n"


@pytest.mark.parametrize("there", [("tmp",), ("new",), ("tmp", "new")])
def test_a_maildir_that_a_kill_left_half_made_is_made_whole(tmp_path: Path, there: tuple[str, ...]) -> None:
    for part in there:
        (tmp_path / "box" / part).mkdir(parents=True, mode=0o700)
    append_to(str(tmp_path / "box"), [Deposit([b"Subject: s\n\ntext\n"])])
    mailbox = open_mailbox(str(tmp_path / "box"), Settings(""))
    assert len(mailbox) == 1
    mailbox.close()
