"""The verbs that put messages into files, and those that leave."""

from __future__ import annotations

from pathlib import Path

import pytest
from boxes import letter
from sessions import Room, room

from pymail.errors import MailError
from pymail.folder import DELETED, SAVED
from pymail.session import Leave
from pymail.summary import SEEN


def subjects(path: Path) -> list[str]:
    """The subjects in an mbox file."""
    text = path.read_text() if path.exists() else ""
    return [line.removeprefix("Subject: ") for line in text.splitlines() if line.startswith("Subject: ")]


@pytest.fixture
def s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.chdir(tmp_path)
    return room(3, home=tmp_path)


@pytest.mark.parametrize(
    ("line", "file", "found"),
    [
        ("save 1 3 out", "out", [1, 3]),
        ("save out", "out", [2]),
        ("save", "mbox", [2]),
        ("save 1 &", "mbox", [1]),
        ("save 3 'a b'", "a b", [3]),
        ("save 3 ~/out", "out", [3]),
        ("save 3 $HOME/out", "out", [3]),
        ("save 3 +out", "+out", [3]),
        ("copy 1-2 out", "out", [1, 2]),
        ("copy", "mbox", [2]),
        ("Save 1 2", "alice", [1, 2]),
        ("Copy 3", "alice", [3]),
        ("move 1 out", "out", [1]),
        ("Move 1", "alice", [1]),
    ],
)
def test_messages_are_appended_to_a_file(s: Room, tmp_path: Path, line: str, file: str, found: list[int]) -> None:
    s.do("from 2", line)
    assert subjects(tmp_path / file) == [f"subject-{number}" for number in found], s.complained
    assert (tmp_path / file).stat().st_mode & 0o777 == 0o600


def marks_of(s: Room) -> list[int]:
    assert s.folder is not None
    return [mark & (SAVED | DELETED) for mark in s.folder.marks]


def test_saving_marks_and_copying_does_not(s: Room) -> None:
    assert s.folder is not None
    s.do("save 1 out", "copy 2 out", "move 3 out")
    assert marks_of(s) == [SAVED, 0, DELETED]
    assert [flag & SEEN for flag in s.folder.flags] == [SEEN, SEEN, 0]


def test_what_is_done_is_told(s: Room) -> None:
    first = s.do("save 1 out")
    assert first.startswith('"out" [New file] 7/') or "[New file] 7/" in first
    assert "[Appended] 7/" in s.do("save 2 out")


def test_a_file_that_cannot_be_written_leaves_the_message_unmarked(s: Room) -> None:
    assert s.folder is not None
    s.do("save 1 no/such/file")
    assert "No such file or directory" in s.complained
    assert not s.folder.marks[0] & SAVED


def test_plus_means_the_folder_directory(s: Room, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    s.do("set folder=mail", "save 1 +out")
    assert subjects(tmp_path / "mail" / "out") == ["subject-1"]


def test_outfolder_puts_files_of_authors_there(s: Room, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    s.do("set folder=mail outfolder", "Save 1")
    assert subjects(tmp_path / "mail" / "alice") == ["subject-1"]


@pytest.mark.parametrize(
    ("how", "file"), [("local", "alice"), ("domain", "example.org"), ("email", "alice@example.org")]
)
def test_outfilename_says_what_of_the_author_names_the_file(s: Room, tmp_path: Path, how: str, file: str) -> None:
    s.do(f"set outfilename={how}", "Save 1")
    assert subjects(tmp_path / file) == ["subject-1"]


@pytest.mark.parametrize(
    ("author", "file"),
    [
        ('"../../x"@evil', "_._.._x"), ("%root@evil", "_root"), ("~root@evil", "_root"), ("$HOME@evil", "_HOME"),
        ("&@evil", "_"), ("+x@evil", "_x"), (".profile@evil", "_profile"), ("-rf@evil", "_rf"), ("*@evil", "_"),
        ("gate!bob", "bob"), ("bob%host@gate", "bob"),
    ],
)  # fmt: skip
def test_an_authors_name_is_no_path_and_no_short_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, author: str, file: str
) -> None:
    monkeypatch.chdir(tmp_path)
    s = room([f"From: {author}\nSubject: evil\n\nx\n".encode()], home=tmp_path)
    s.do("Save 1")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [file]


@pytest.mark.parametrize("verb", ["Save", "Copy", "Move"])
def test_the_first_message_that_is_named_names_the_file(s: Room, tmp_path: Path, verb: str) -> None:
    s = room([letter(1), letter(2, "bob")], home=tmp_path)
    s.do(f"{verb} 2 1")
    assert subjects(tmp_path / "bob") == ["subject-1", "subject-2"]


def test_a_message_without_author_cannot_name_a_file(tmp_path: Path) -> None:
    s = room([b"Subject: x\n\ny\n"], home=tmp_path)
    s.do("Save 1")
    assert "1: names no author" in s.complained


def test_no_file_is_made_with_a_line_end_in_its_name(s: Room, tmp_path: Path) -> None:
    s.do("save 1 $'a\\nb'", "copy 1 $(printf\\ 'a\\\\nb')")
    assert s.complained.count("a line end belongs in no file name") == 2
    assert not [path for path in tmp_path.iterdir() if path.is_file()]


def test_what_is_put_into_dev_null_is_gone(s: Room) -> None:
    assert s.do("save 1 /dev/null").startswith('"/dev/null" [Appended]')
    assert marks_of(s) == [SAVED, 0, 0]


@pytest.mark.parametrize(("strict", "mark"), [(False, 0), (True, SAVED)])
def test_write_keeps_the_message_unless_posix_is_wanted(tmp_path: Path, strict: bool, mark: int) -> None:
    s = room(2, home=tmp_path, strict=strict)
    s.do(f"write 1 {tmp_path}/out", f"write 2 {tmp_path}/out")
    assert (tmp_path / "out").read_text() == "BODY-1\nBODY-2\n"
    assert s.folder is not None
    assert [each & SAVED for each in s.folder.marks] == [mark, mark]


@pytest.mark.parametrize(("line", "status"), [("quit", 0), ("exit", 0), ("x 7", 7), ("quit 300", 44)])
def test_leaving_has_a_status(s: Room, line: str, status: int) -> None:
    with pytest.raises(Leave) as caught:
        s.do(line)
    assert caught.value.status == status


def test_quit_says_where_all_went_and_exit_nothing(tmp_path: Path) -> None:
    s = room(5, home=tmp_path)
    s.do("unset hold keepsave append", "print 1", "delete 2", f"save 3 {tmp_path}/out")
    before = len(s.said)
    with pytest.raises(Leave):
        s.do("quit")
    assert s.said[before:].splitlines() == [
        f"Saved 1 message in {tmp_path}/mbox",
        "Deleted 1 message from list",
        "Removed 1 message from list, saved in another file",
        "Held 2 messages in list",
    ]
    other = room(2, home=tmp_path)
    with pytest.raises(Leave):
        other.do("delete *", "exit")
    assert other.said == ""


@pytest.mark.parametrize(("append", "order"), [("append", "old new"), ("noappend", "new old")])
def test_read_messages_go_to_the_end_or_the_beginning_of_mbox(tmp_path: Path, append: str, order: str) -> None:
    for subject in ("old", "new"):
        s = room([f"From: a@x\nSubject: {subject}\n\ny\n".encode()], home=tmp_path)
        with pytest.raises(Leave):
            s.do(f"set nohold {append}", "print 1", "quit")
    assert subjects(tmp_path / "mbox") == order.split()


def test_an_error_while_leaving_keeps_the_session(tmp_path: Path) -> None:
    s = room(2, home=tmp_path)
    s.do("set nohold MBOX=/nowhere/mbox", "print 1", "quit")
    assert "/nowhere/mbox" in s.complained
    assert s.folder is not None
    with pytest.raises(MailError):
        from pymail import visit

        visit.leave(s)


PARTS = b"""Content-Type: multipart/mixed; boundary=b

--b

text
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename="../../.x\x1b/CON.pdf"

one
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename*=utf-8''%2e%2e%2fGr%C3%BC%C3%9Fe.PDF

two
--b--
"""


def test_a_folder_takes_text_and_attachments_under_safe_names(tmp_path: Path) -> None:
    s = room([PARTS], home=tmp_path)
    said = s.do(f"write 1 {tmp_path}", f"detach 1 {tmp_path}").splitlines()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "message-1.txt": "text", "_CON.pdf": "one", "Gr\u00fc\u00dfe.PDF": "two", "_CON-1.pdf": "one",
        "Gr\u00fc\u00dfe-1.PDF": "two",
    }  # fmt: skip
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())
    assert said[1] == f'"{tmp_path}/_CON.pdf" [New file] 3 octets (application/pdf)'
    assert len(said) == 5


def test_a_part_becomes_a_new_file_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    s = room([PARTS], home=tmp_path)
    s.do(f"write 1.2 {tmp_path}/link", f"write 1.2 {tmp_path}/link")
    assert not (tmp_path / "elsewhere").exists()
    assert [(tmp_path / name).read_text() for name in ("link-1", "link-2")] == ["one", "one"]


@pytest.mark.parametrize("line", ["write 1.2", "write 1.2 /nowhere/all/", "detach 1 /nowhere/at", "write 1 /nowhere/x"])
def test_where_nothing_can_be_written_is_told(tmp_path: Path, line: str) -> None:
    s = room([PARTS], home=tmp_path)
    s.do(line)
    assert s.complained and "Traceback" not in s.complained


def test_without_a_folder_attachments_are_saved_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    room([PARTS], home=tmp_path).do("detach 1.3", "detach 1")
    assert {path.name for path in tmp_path.iterdir()} == {"Gr\u00fc\u00dfe-1.PDF", "Gr\u00fc\u00dfe.PDF", "_CON.pdf"}
