"""The verbs that start other programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessions import Room, Typist, room

from pymail.summary import SEEN


@pytest.fixture
def s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.chdir(tmp_path)
    return room(3, home=tmp_path)


@pytest.mark.parametrize(
    ("lines", "out"),
    [
        (["!echo one"], "one\n"),
        (["set bang", "!echo one", "!! two"], "one\none two\n"),
        (["set bang", "!echo one", "!echo a\\!b"], "one\na!b\n"),
        (["!echo one", "!echo '!'"], "one\n!\n"),
    ],
)
def test_shell_commands_are_run(s: Room, capfd: pytest.CaptureFixture[str], lines: list[str], out: str) -> None:
    assert s.do(*lines) == "!\n" * sum(line.startswith("!") for line in lines)
    assert capfd.readouterr().out == out


def test_the_shell_gets_posix_arguments(s: Room, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shell = tmp_path / "shell"
    shell.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    shell.chmod(0o755)
    s.do(f"set SHELL={shell}", "!a b", "pipe 1 'c d'", "shell")
    assert capfd.readouterr().out == "-c|--|a b|-c|--|c d||"


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("pipe 2 'grep BODY'", "BODY-2"),
        ("pipe 1 3 'grep BODY'", "BODY-1 BODY-3"),
        ("pipe 2 grep BODY", "BODY-2"),
        ("|2 grep BODY", "BODY-2"),
        ("pipe grep BODY", "BODY-1"),
        ("| 'grep BODY'", "BODY-1"),
        ("pipe", "BODY-1"),
    ],
)
def test_messages_are_piped(s: Room, capfd: pytest.CaptureFixture[str], line: str, texts: str) -> None:
    s.do("set cmd='grep BODY'", line)
    assert capfd.readouterr().out.split() == texts.split()


@pytest.mark.parametrize(("setting", "count"), [("page", 2), ("nopage", 0)])
def test_page_puts_a_form_feed_after_each(s: Room, tmp_path: Path, setting: str, count: int) -> None:
    s.do(f"set {setting}", "pipe 1-2 'cat >out'")
    assert (tmp_path / "out").read_bytes().count(b"\f") == count


def test_a_pipe_without_a_command_says_what_is_missing(s: Room) -> None:
    s.do("pipe 1-2")
    assert "1-2" in s.complained
    s.do("pipe")
    assert "pipe: a command is wanted" in s.complained


def test_a_command_that_fails_is_told(s: Room) -> None:
    s.do("pipe 1 'exit 3'")
    assert "exit 3: ended with status 3" in s.complained


def editor(tmp_path: Path) -> str:
    path = tmp_path / "editor"
    path.write_text(f'#!/bin/sh\ngrep -h BODY "$1" >>{path.parent}/seen\nsed -i s/BODY/EDITED/ "$1"\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(("verb", "variable"), [("edit", "EDITOR"), ("visual", "VISUAL")])
def test_each_message_is_edited_and_the_change_is_not_kept_by_itself(
    s: Room, tmp_path: Path, verb: str, variable: str
) -> None:
    s.do(f"set {variable}={editor(tmp_path)}", f"{verb} 1 3")
    assert (tmp_path / "seen").read_text() == "BODY-1\nBODY-3\n"
    assert "BODY-1" in s.do("print 1")


@pytest.mark.parametrize(
    ("setting", "typed", "text"),
    [("writebackedited", "", "EDITED-1"), ("", "y\n", "EDITED-1"), ("", "n\n", "BODY-1"), ("posix", "y\n", "BODY-1")],
)
def test_a_change_is_kept_when_that_is_wanted(s: Room, tmp_path: Path, setting: str, typed: str, text: str) -> None:
    s.keyboard, s.interactive = Typist(typed), True
    s.do(f"set EDITOR={editor(tmp_path)} {setting}", "edit 1")
    assert text in s.do("print 1")


@pytest.mark.parametrize(("posix", "flag"), [(True, 0), (False, SEEN)])
def test_an_edited_message_is_read_but_posix_does_not_say_so(tmp_path: Path, posix: bool, flag: int) -> None:
    s = room(1, home=tmp_path, strict=posix)
    s.do(f"set EDITOR={editor(tmp_path)}", "edit")
    assert s.folder is not None and s.folder.flags[0] & SEEN == flag


def test_an_editor_that_fails_changes_nothing(s: Room) -> None:
    s.do("set EDITOR=false writebackedited", "edit 1")
    assert "false: failed with status 1; nothing was changed" in s.complained
