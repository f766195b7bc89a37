"""What is told about the permissions of a mailbox."""

from __future__ import annotations

import grp
import os
from pathlib import Path

import pytest
import users
from letters import letter
from program import Home, Run

from pymail.mailboxes.exposure import exposure


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir(0o755)
    path = folder / "box"
    path.touch(0o600)
    return path


def test_a_private_mailbox_is_nothing_to_speak_of(box: Path) -> None:
    assert exposure(str(box)) == []
    assert exposure(str(box.with_name("none"))) == []


@pytest.mark.parametrize(("mode", "word"), [(0o604, "read"), (0o602, "write"), (0o606, "read and write")])
def test_a_mailbox_that_everybody_can_reach_is_told_with_what_mends_it(box: Path, mode: int, word: str) -> None:
    box.chmod(mode)
    assert exposure(str(box)) == [f"{box}: everybody can {word} it: chmod o-rwx {box}"]


def test_a_folder_without_the_sticky_bit_is_told(box: Path) -> None:
    box.parent.chmod(0o777)
    assert "sticky" in exposure(str(box))[0]
    box.parent.chmod(0o1777)
    assert exposure(str(box)) == []


@pytest.mark.skipif(not users.is_root, reason="only root can give files away")
def test_anothers_file_and_folder_are_told(box: Path) -> None:
    os.chown(box, users.ORDINARY.pw_uid, 0)
    os.chown(box.parent, users.ORDINARY.pw_uid, 0)
    box.chmod(0o640)
    name = users.ORDINARY.pw_name
    said = exposure(str(box))
    assert said[0] == f"{box}: belongs to {name}, not to you: if it is yours, root can chown root {box}"
    assert said[1] == f"{box}: group root can read it: chmod g-rwx {box}"
    assert said[2].startswith(f"{box.parent}: belongs to {name}")


@pytest.mark.skipif(not users.is_root, reason="only root can give folders to a group")
def test_a_folder_that_a_group_can_write_is_told_unless_it_is_mails_or_sticky(box: Path) -> None:
    os.chown(box.parent, 0, grp.getgrnam("users").gr_gid)
    box.parent.chmod(0o775)
    assert exposure(str(box)) == [
        f"{box.parent}: group users can write it and it lacks the sticky bit: chmod g-w {box.parent}"
    ]
    box.parent.chmod(0o1775)
    assert exposure(str(box)) == []
    os.chown(box.parent, 0, grp.getgrnam("mail").gr_gid)
    box.parent.chmod(0o2775)
    assert exposure(str(box)) == []


def test_folder_and_verbose_tell_it_once(pymail: Run, home: Home) -> None:
    box = home.receive([letter("one")])
    box.chmod(0o604)
    line = f"pymail: {box}: everybody can read it: chmod o-rwx {box}\n"
    assert pymail("-N", input="folder\nfolder\nfolder %\nx\n").err == line
    assert pymail("-N", "-v", input="folder\nx\n").err == line
    assert pymail("-N", input="x\n").err == ""
    assert pymail("-N", "-v", "-f", str(box), input="x\n").err == line
    home.env["POSIXLY_CORRECT"] = "1"
    assert pymail("-N", input="folder\nx\n").err == ""
    assert pymail("-N", "-v", input="folder\nx\n").err == line
    box.chmod(0o600)
    assert pymail("-N", "-v", input="folder\nx\n").err == ""
