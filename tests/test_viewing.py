"""Parts handed to other programs: by variable, by mailcap, and nothing of the letter in the shell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sessions import Room, room

from pymail import viewing
from pymail.mime import parse

EVIL = "$(touch owned)`touch owned`;touch owned\nx.pdf"


def letter(type: str, name: str = "x.pdf", text: str = "content") -> bytes:
    quoted = name.replace("\n", "\n ")
    return f'Content-Type: {type}\nContent-Disposition: attachment; filename="{quoted}"\n\n{text}\n'.encode()


def session(tmp_path: Path, raw: bytes, caps: str = "") -> Room:
    s = room([raw], home=tmp_path)
    (tmp_path / "caps").write_text(caps)
    s.environ["MAILCAPS"] = str(tmp_path / "caps")
    return s


@pytest.mark.parametrize(
    ("caps", "seen"),
    [
        ("application/pdf; cat %s", "content"),
        ("application/pdf; cat", "content"),
        ("application/*; echo %t '%s' | sed 's|/.*/||'", "application"),
        ("application/pdf; echo no; test=false\napplication/pdf; echo yes", "yes"),
        ("application/pdf; printf '\\033[31m'", "^[[31m"),
    ],
)
def test_a_mailcap_entry_shows_a_part(tmp_path: Path, caps: str, seen: str) -> None:
    assert session(tmp_path, letter("application/pdf"), caps).do("mimeview 1.1").startswith(seen)


def test_octets_without_a_type_have_that_of_their_name(tmp_path: Path) -> None:
    raw = letter("application/octet-stream", "x.pdf")
    assert session(tmp_path, raw, "application/pdf; cat %s").do("mimeview").startswith("content")


@pytest.mark.parametrize("name", ["pipe-application/pdf", "pipe-pdf"])
def test_a_variable_comes_before_mailcap(tmp_path: Path, name: str) -> None:
    s = session(tmp_path, letter("application/pdf"), "application/pdf; echo no")
    assert s.do(f"set {name}='sed s/^/+/'", "view").splitlines() == ["+content"]


def test_the_program_finds_the_part_in_a_file_of_a_harmless_name(tmp_path: Path) -> None:
    s = session(tmp_path, letter("application/pdf", EVIL))
    command = '?=? echo $MAILX_FILENAME $MAILX_CONTENT_TYPE; cat "$MAILX_FILENAME_TEMPORARY"'
    assert s.do(f"set pipe-application/pdf='{command}'", "view").splitlines() == ["part.pdf application/pdf", "content"]


@pytest.mark.parametrize("type", ["application/x-$(touch owned)", "application/x'y", "application/pdf"])
def test_nothing_of_a_letter_is_obeyed_by_the_shell(tmp_path: Path, type: str) -> None:
    raw = letter(f'{type}; x="$(touch owned)"', EVIL)
    s = session(tmp_path, raw, "application/*; echo %t '%s' %{x} \"%{name}\"\ntext/*; echo %t %s")
    s.do(f"cd {tmp_path}", "mimeview", "set pipe-application/pdf='echo $MAILX_FILENAME'", "mimeview", "type")
    assert not (tmp_path / "owned").exists()


def test_a_page_without_another_program_goes_to_the_browser(tmp_path: Path) -> None:
    s = session(tmp_path, letter("text/html", "x.html"))
    s.environ["BROWSER"] = f"cat %s >{tmp_path}/seen:other"
    s.do("mimeview 1.1")
    assert (tmp_path / "seen").read_text() == "content\n"


@pytest.mark.parametrize(
    ("caps", "setting"),
    [
        ("application/pdf; cat %s >$PIPE; x-mailx-async", ""),
        ("application/pdf; cat >$PIPE &", ""),
        ("", "set pipe-application/pdf='?&= cat \"$MAILX_FILENAME_TEMPORARY\" >$PIPE'"),
    ],
    ids=["x-mailx-async", "ampersand", "variable"],
)
def test_a_program_in_the_background_keeps_nobody_waiting_and_finds_its_file(
    tmp_path: Path, caps: str, setting: str
) -> None:
    s = session(tmp_path, letter("application/pdf"), caps)
    os.mkfifo(tmp_path / "pipe")
    s.environ |= {"PIPE": str(tmp_path / "pipe")}
    # Nobody reads yet, so the program cannot end before this does.
    assert s.do(setting, "mimeview") == ""
    assert (tmp_path / "pipe").read_text() == "content\n"


def test_a_program_that_needs_a_terminal_is_passed_over_where_there_is_none(tmp_path: Path) -> None:
    s = session(tmp_path, letter("application/pdf"), "application/pdf; less; needsterminal\napplication/pdf; cat")
    assert s.do("mimeview") == "content\n"


def test_no_program_and_a_failing_one_are_told(tmp_path: Path) -> None:
    s = session(tmp_path, letter("application/pdf"))
    s.do("mimeview", "set pipe-application/pdf=false", "mimeview")
    assert "no mailcap entry; set pipe-application/pdf=COMMAND" in s.complained
    assert "false: failed with status 1" in s.complained


@pytest.mark.parametrize(
    ("setting", "type", "shown"),
    [
        ("pipe-text/html='sed s/^/+/'", "text/html", "+content"),
        ("pipe-application/pdf='?* sed s/^/+/'", "application/pdf", "+content"),
        ("pipe-application/pdf='?*#? sed s/^/+/'", "application/pdf", "+content"),
        ("pipe-application/pdf=?", "application/pdf", "content"),
        ("pipe-application/pdf=?t?", "application/pdf", "content"),
        ("pipe-application/pdf='sed s/^/+/'", "application/pdf", "[-- #1.1 application/pdf, 8 octets, x.pdf --]"),
        ("pipe-text/html=false", "text/html", "content"),
    ],
)
def test_printing_shows_what_the_users_filter_makes_of_a_part(
    tmp_path: Path, setting: str, type: str, shown: str
) -> None:
    assert session(tmp_path, letter(type)).do(f"set {setting}", "type").splitlines()[-1] == shown


def test_one_part_without_a_program_does_not_keep_the_others_from_theirs(tmp_path: Path) -> None:
    parts = "".join(f"--b\nContent-Type: {kind}\n\nx\n" for kind in ("image/png", "image/gif", "image/x"))
    raw = f"Content-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n".encode()
    s = session(tmp_path, raw, "image/gif; echo seen")
    assert s.do("mimeview") == "seen\n"
    assert s.complained.count("no mailcap entry") == 2


def test_of_a_letter_what_is_only_named_is_viewed() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: image/png\n\nx\n--b--\n"
    assert [part.number for part in viewing.chosen(raw, "")] == ["2"]
    assert [part.number for part in viewing.chosen(raw, "1")] == ["1"]
    assert [part.number for part in viewing.chosen(b"\nhi\n", "")] == [parse(b"\nhi\n").number]
