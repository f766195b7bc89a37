"""The verbs of mailboxes as a whole, on real files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from letters import letter, mbox
from sessions import Room, room

from pymail import visit


@pytest.fixture
def s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A session in the system mailbox, with two more mailboxes in `mail`."""
    monkeypatch.chdir(tmp_path)
    s = room(home=tmp_path)
    (tmp_path / "mail").mkdir()
    (tmp_path / "spool").mkdir()
    mbox(tmp_path / "spool" / s.user.name, [letter("one"), letter("two"), letter("three")])
    mbox(tmp_path / "mail" / "work", [letter("job")])
    mbox(tmp_path / "mail" / "home", [letter("garden")])
    s.do(f"set folder={tmp_path}/mail spool={tmp_path}/spool")
    visit.enter(s, visit.open_mailbox(s, s.path("%")), s.path("%"))
    return s


def here(s: Room) -> str:
    assert s.folder is not None
    return os.path.basename(s.folder.mailbox.name)


def test_the_open_mailbox_is_told(s: Room) -> None:
    assert s.do("folder").rstrip() == f'"{s.path("%")}": 3 messages 3 new'
    assert s.do("delete 1", "file") == s.do("summary")
    assert "1 deleted" in s.do("file")


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["folder +work"], "work"),
        (["file +work", "file +home", "file #"], "work"),
        (["file +work", "file %"], None),
        (["set MBOX=~/mail/home", "file &"], "home"),
        (["shortcut w +work", "file w"], "work"),
        (["shortcut m ~/mail", "file m/home"], "home"),
        (["File +work"], "work"),
    ],
)
def test_another_mailbox_is_opened_by_its_short_name(s: Room, lines: list[str], name: str | None) -> None:
    s.do(*lines)
    assert here(s) == (name or s.user.name), s.complained


def test_percent_and_my_name_is_my_own_mailbox_wherever_it_lies(s: Room) -> None:
    assert s.path(f"%{s.user.name}") == s.path("%")


def test_leaving_carries_out_what_was_marked_and_the_next_opens_as_it_is_then(s: Room, tmp_path: Path) -> None:
    s.do("set nohold", "delete 1", "print 2", "folder &")
    assert "two" in s.do("from *") and "one" not in s.do("from *")
    s.do("folder %")
    assert "three" in s.do("from *") and "two" not in s.do("from *")


def test_the_same_mailbox_opens_anew(s: Room) -> None:
    assert "one" not in s.do("delete 1", "folder %", "from *")
    assert len(s.open_folder()) == 2


def test_a_mailbox_that_is_missing_leaves_the_open_one(s: Room) -> None:
    s.do("delete 1", "folder nothing")
    assert "nothing: No such file or directory" in s.complained
    assert here(s) == s.user.name and s.open_folder().deleted(1)


def test_a_capital_opens_read_only(s: Room) -> None:
    s.do("Folder +work", "delete 1")
    assert "work is read-only" in s.complained


def test_readonly_opens_all_so(s: Room) -> None:
    assert "[Read only" in s.do("set readonly", "folder +work")


def test_a_macro_runs_when_a_mailbox_opens(s: Room, tmp_path: Path) -> None:
    s.macros.update(any=["echo any"], work=["echo work"])
    s.do("set folder-hook=any folder-hook-+work=work")
    assert "\nwork\n" in s.do("folder +work")
    assert "\nwork\n" in s.do("folder %", f"folder {s.names().directory}/work")
    assert "any\n" in s.do("folder +home")


def test_showlast_begins_with_the_last_message(s: Room) -> None:
    assert s.do("set showlast", "folder %", "=").endswith(f"{len(s.open_folder())}\n")


def test_autosort_numbers_the_messages_of_what_opens(s: Room) -> None:
    assert s.do("set autosort=subject autothread", "folder %", "sort").endswith("sort subject\n")
    assert s.do("from 1").split()[-1] == "one"
    assert s.do("set noautosort", "folder %", "sort").endswith("sort thread\n")


def test_folders_are_listed_by_lister(s: Room) -> None:
    assert s.do("folders").split()[:2] == ["home", "work"]
    assert s.do("set LISTER='echo listed'", "folders").startswith("listed ")
    (Path(s.names().directory) / "\x1b[2Jx").touch()
    assert "^[[2Jx" in s.do("set LISTER=ls", "folders")


def test_without_a_folder_directory_it_is_said(s: Room) -> None:
    s.do("unset folder", "folders")
    assert "folders: no folder directory" in s.complained


def test_a_mailbox_gets_another_name(s: Room, tmp_path: Path) -> None:
    s.do("rename +work +old")
    assert sorted(path.name for path in (tmp_path / "mail").iterdir()) == ["home", "old"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("rename +work +home", "home: is there already"),
        ("rename nothing +x", "nothing: No such file"),
        ("rename % +x", "is open"),
        ("remove %", "is open"),
        ("remove notes", "notes: is not a mailbox"),
    ],
)
def test_only_a_closed_mailbox_is_renamed_or_removed(s: Room, tmp_path: Path, line: str, text: str) -> None:
    (tmp_path / "notes").write_text("no mail\n")
    before = sorted(tmp_path.rglob("*"))
    s.do(line)
    assert text in s.complained
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(("typed", "left"), [("y\n", ["home"]), ("n\n", ["home", "work"]), ("\n", ["home", "work"])])
def test_a_terminal_is_asked_before_a_mailbox_is_removed(s: Room, tmp_path: Path, typed: str, left: list[str]) -> None:
    from sessions import Typist

    s.keyboard = Typist(typed)
    s.do("remove +work")
    assert s.keyboard.asked == [f"Remove {tmp_path}/mail/work with 1 message? [n] "]
    assert sorted(path.name for path in (tmp_path / "mail").iterdir()) == left


def test_inbox_is_what_percent_stands_for(s: Room, tmp_path: Path) -> None:
    s.do("set inbox=+work", "folder %")
    assert here(s) == "work" and s.open_folder().system


def test_an_account_opens_its_own_mailbox_and_takes_its_settings_back(s: Room, tmp_path: Path) -> None:
    s.accounts["job"] = ["localopts on", "set inbox=+work from=job@example.org"]
    s.do("account job")
    assert here(s) == "work" and s.variables.text("from") == "job@example.org"
    s.macros["bye"] = ["echo bye"]
    assert s.do("set on-account-cleanup=bye", "account null").startswith("bye\n")
    assert here(s) == s.user.name and s.variables.text("from") == "me@example.org"
