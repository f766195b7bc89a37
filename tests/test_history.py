"""The file of what was typed: whose it must be, and that nothing depends on it."""

from __future__ import annotations

from pathlib import Path

from sessions import room

from pymail import history


def test_a_missing_file_is_made_for_its_owner_only(tmp_path: Path) -> None:
    s = room(home=tmp_path)
    s.variables.set("history-file", "~/.typed")
    history.load(s)
    s.history.append("echo caf\u00e9")
    history.keep(s)
    path = tmp_path / ".typed"
    assert (s.complained, path.read_text(), path.stat().st_mode & 0o777) == ("", "echo caf\u00e9\n", 0o600)


def test_a_file_that_others_can_write_is_left_alone_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / ".typed"
    path.write_text("echo evil\n")
    path.chmod(0o666)
    s = room(home=tmp_path)
    s.variables.set("history-file", str(path))
    history.load(s)
    history.keep(s)
    assert s.history == [] and path.read_text() == "echo evil\n"
    assert s.complained.count("others can write it") == 2


def test_without_a_size_no_line_is_kept(tmp_path: Path) -> None:
    s = room(home=tmp_path)
    s.variables.set("history-file", "~/.typed")
    s.variables.set("history-size", "0")
    s.history += ["one", "two"]
    history.keep(s)
    assert (tmp_path / ".typed").read_text() == ""
