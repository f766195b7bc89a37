"""The verbs that mark messages."""

from __future__ import annotations

import pytest
from sessions import Room, room

from pymail.folder import DELETED, MBOX, PRESERVED, SAVED, TAGGED, TOUCHED
from pymail.summary import ANSWERED, DRAFT, FLAGGED, OLD, SEEN


def marks(s: Room) -> list[int]:
    assert s.folder is not None
    return list(s.folder.marks)


def flags(s: Room) -> list[int]:
    assert s.folder is not None
    return list(s.folder.flags)


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["delete 2"], DELETED),
        (["hold 2"], PRESERVED),
        (["preserve 2"], PRESERVED),
        (["mbox 2"], MBOX | TOUCHED),
        (["touch 2"], TOUCHED),
        (["tag 2"], TAGGED),
        (["tag 2", "untag 2"], 0),
        (["delete 2", "undelete 2"], TOUCHED),
        (["delete 2", "hold 2"], PRESERVED),
        (["hold 2", "delete 2"], DELETED),
        (["save 2 /dev/null", "delete 2", "undelete 2"], TOUCHED),
        (["save 2 /dev/null", "unread 2"], 0),
        (["mbox 2", "save 2 /dev/null"], MBOX | SAVED | TOUCHED),
        (["hold 2", "mbox 2"], MBOX | TOUCHED),
        (["mbox 2", "hold 2"], PRESERVED | TOUCHED),
        (["hold 2", "touch 2"], TOUCHED),
        (["print 2", "unread 2"], 0),
    ],
)
def test_marks_follow_each_other_as_posix_says(lines: list[str], mark: int) -> None:
    s = room(3)
    s.do(*lines)
    assert marks(s) == [0, mark, 0]


@pytest.mark.parametrize(
    ("line", "flag", "undo"),
    [
        ("flag 2", FLAGGED, "unflag 2"),
        ("answered 2", ANSWERED, "unanswered 2"),
        ("draft 2", DRAFT, "undraft 2"),
        ("seen 2", SEEN, "unread 2"),
        ("Seen 2", SEEN, "Unread 2"),
        ("mbox 2", SEEN, "new 2"),
        ("delete 2\nundelete 2", SEEN, "New 2"),
    ],
)
def test_flags_are_set_and_taken_back(line: str, flag: int, undo: str) -> None:
    s = room(3)
    s.do(*line.split("\n"))
    assert flags(s) == [0, flag, 0]
    s.do(undo)
    assert flags(s) == [0, 0, 0]


@pytest.mark.parametrize("word", ["hold", "mbox", "touch"])
def test_outside_the_system_mailbox_nothing_is_held_or_moved(word: str) -> None:
    s = room(2, system=False)
    s.do(f"{word} 1")
    assert f"{word}: only in the system mailbox" in s.complained
    assert marks(s) == [0, 0]


@pytest.mark.parametrize(
    ("lines", "dot"),
    [
        (["delete 2"], 3),
        (["delete 2-3"], 4),
        (["delete 4-5"], 3),
        (["delete 1 5"], 4),
        (["delete 3", "delete 2"], 4),
        (["delete *"], 5),
        (["delete 2", "undelete 2"], 2),
        (["delete 2 4", "print 3", "undelete"], 4),
        (["delete 2", "print 3", "undelete"], 2),
        (["delete 1 2", "print 3", "undelete"], 2),
        (["delete *", "undelete"], 5),
    ],
)
def test_the_dot_goes_where_posix_says(lines: list[str], dot: int) -> None:
    s = room(5)
    s.do(*lines)
    assert s.folder is not None and s.folder.dot == dot


def test_undelete_says_when_nothing_is_deleted() -> None:
    s = room(2)
    s.do("undelete")
    assert "no message is deleted" in s.complained


@pytest.mark.parametrize("word", ["hold", "preserve", "mbox", "touch"])
def test_next_goes_on_after_a_message_was_put_aside(word: str) -> None:
    s = room(3)
    s.do(f"{word} 1")
    assert "BODY-2" in s.do("next")


@pytest.mark.parametrize("line", ["dp 1", "dt 1"])
def test_dp_prints_the_next_message_and_at_the_end_only_says_so(line: str) -> None:
    s = room(2)
    assert "BODY-2" in s.do(line)
    assert s.do(line.replace("1", "2")) == "At EOF\n"


def test_autoprint_prints_what_delete_and_undelete_come_to() -> None:
    s = room(4)
    s.do("set autoprint")
    assert "BODY-3" in s.do("delete 2")
    assert s.do("dp 3").count("BODY-4") == 1
    printed = s.do("undelete 2 3")
    assert "BODY-3" in printed and "BODY-2" not in printed


def test_a_new_message_that_was_not_touched_is_left_unread_and_old() -> None:
    s = room(2, flags=[0, OLD])
    assert s.folder is not None
    assert [s.folder.letter(number) for number in (1, 2)] == ["N", "U"]
    s.do("from *", "headers", "size *")
    assert flags(s) == [0, OLD]


@pytest.mark.parametrize(
    "line", ["print 2", "Print 2", "top 2", "next 2", "pipe 2 'cat >/dev/null'", "more 2", "show 2"]
)
def test_what_posix_calls_reading_marks_read(line: str) -> None:
    s = room(3)
    s.do("set PAGER='cat >/dev/null'", line)
    assert flags(s) == [0, SEEN, 0]
