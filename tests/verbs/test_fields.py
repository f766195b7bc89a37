"""The verbs that choose header fields, context by context."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessions import room

LETTER = b"Received: by x\nX-One: 1\nX-Two: 2\nFrom: bob@example.org\nTo: me@example.org\nSubject: hi\n\ntext\n"


def shown(*lines: str) -> list[str]:
    """The names of the header fields that `print` shows after these commands."""
    s = room([LETTER], strict=True)
    s.do(*lines)
    head = s.do("print 1").partition("\n\n")[0]
    return [line.partition(":")[0] for line in head.splitlines()[1:]]


ALL = ["Received", "X-One", "X-Two", "From", "To", "Subject"]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([], ALL),
        (["ignore RECEIVED to"], ["X-One", "X-Two", "From", "Subject"]),
        (["discard received", "ignore x-one"], ["X-Two", "From", "To", "Subject"]),
        (["ignore received", "unignore received"], ALL),
        (["ignore received to", "unignore *"], ALL),
        (["ignore ^x-"], ["Received", "From", "To", "Subject"]),
        (["retain from subject"], ["From", "Subject"]),
        (["retain from", "retain to"], ["From", "To"]),
        (["retain subject", "ignore subject"], ["Subject"]),
        (["retain from to", "unretain to"], ["From"]),
        (["headerpick type retain subject"], ["Subject"]),
        (["headerpick type ignore from to subject"], ["Received", "X-One", "X-Two"]),
        (["headerpick type retain subject", "unheaderpick type retain *"], ALL),
    ],
)
def test_fields_are_hidden_and_shown(lines: list[str], names: list[str]) -> None:
    assert shown(*lines) == names


def test_print_with_a_capital_shows_all_of_them() -> None:
    s = room([LETTER], strict=True)
    assert "Received" in s.do("retain subject", "Print 1")


@pytest.mark.parametrize(
    ("verb", "undo"),
    [
        ("ignore", "unignore"), ("retain", "unretain"), ("saveignore", "unsaveignore"),
        ("saveretain", "unsaveretain"), ("fwdignore", "unfwdignore"), ("fwdretain", "unfwdretain"),
    ],
)  # fmt: skip
def test_without_fields_the_chosen_ones_are_listed(verb: str, undo: str) -> None:
    s = room(strict=True)
    assert s.do(f"{verb} Subject DATE", verb) == "date\nsubject\n"
    assert s.do(f"{undo} date", verb) == "subject\n"
    assert s.do(f"{undo} *", verb) == ""


def test_headerpick_lists_what_is_chosen_where() -> None:
    s = room(strict=True)
    s.do("ignore received", "saveretain from", "headerpick top retain subject")
    assert s.do("headerpick").splitlines() == [
        "headerpick type ignore received",
        "headerpick top retain subject",
        "headerpick save retain from",
    ]
    assert s.do("headerpick save") == "headerpick save retain from\n"
    s.do("headerpick paint ignore x")
    assert "the contexts are type, top, save, forward" in s.complained


def test_top_has_its_own_choice() -> None:
    s = room([LETTER])
    assert s.do("headerpick top retain subject", "top 1").splitlines()[1:] == ["Subject: hi", "", "text"]


@pytest.mark.parametrize(
    ("line", "head"),
    [
        ("saveignore received x-one x-two", "From: bob@example.org\nTo: me@example.org\nSubject: hi\n"),
        ("saveretain subject", "Subject: hi\n"),
    ],
)
def test_saved_copies_lack_what_was_chosen(tmp_path: Path, line: str, head: str) -> None:
    s = room([LETTER], home=tmp_path)
    s.do(line, f"save 1 {tmp_path}/out")
    assert (tmp_path / "out").read_text().partition("\n")[2].startswith(head)


def test_ignored_fields_are_in_saved_copies_all_the_same(tmp_path: Path) -> None:
    s = room([LETTER], home=tmp_path)
    s.do("ignore subject", f"save 1 {tmp_path}/out")
    assert "Subject: hi" in (tmp_path / "out").read_text()


def test_fields_for_every_letter_are_kept_and_taken_back() -> None:
    s = room()
    assert s.do("sendheader X-A: b", "sendheader X-B: c", "sendheader") == "X-A: b\nX-B: c\n"
    assert s.do("sendheader x-a", "sendheader") == "X-B: c\n"
    s.do("sendheader From: me")
    assert "From: use -r for the sender" in s.complained
