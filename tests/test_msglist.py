"""Message lists: terms and what they name, on a folder that is a list."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import msglist
from pymail.errors import MailError


class Box:
    """A view with a few messages: author, subject and state letters of each."""

    def __init__(self, rows: list[tuple[str, str, str]], dot: int = 1) -> None:
        self.rows = rows
        self.dot = dot
        self.before = 2
        self.named = [1, 3]
        self.sought: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def deleted(self, number: int) -> bool:
        return "d" in self.rows[number - 1][2]

    def state(self, letter: str) -> Iterable[int]:
        return [n for n, row in enumerate(self.rows, 1) if letter in row[2]]

    def subject(self, text: str) -> Iterable[int]:
        return [n for n, row in enumerate(self.rows, 1) if text.lower() in row[1].lower()]

    def author(self, text: str, allnet: bool, mine: object = None) -> Iterable[int]:
        return [n for n, row in enumerate(self.rows, 1) if text.lower() in row[0].lower()]

    def addressed(self, lists: Collection[str]) -> Iterable[int]:
        return [2, 3] if "dev@lists" in lists else []

    def sizes(self) -> Iterable[tuple[int, int]]:
        return ((number, number * 100) for number in range(1, len(self) + 1))

    def days(self, sent: bool) -> Iterable[tuple[int, str]]:
        return ((number, f"2026-{6 if sent else 7:02}-{number:02}") for number in range(1, len(self) + 1))

    def field(self, names: list[str], text: str, plain: bool = False) -> Iterable[int]:
        return self.author(text, False) if names == ["from"] else self.subject(text)

    def body(self, text: str) -> Iterable[int]:
        return [3] if text == "inside" else []

    def parent(self, number: int) -> int | None:
        return 1 if number == 3 else None

    def thread(self, number: int) -> Iterable[int]:
        return [1, 3] if number in (1, 3) else [number]


def box(dot: int = 1) -> Box:
    return Box(
        [
            ("alice", "tea", "n"),
            ("bob", "coffee", "u"),
            ("carol", "tea time", "r"),
            ("dave", "gone", "d"),
            ("alice@b", "Last", "n"),
        ],
        dot,
    )


@pytest.mark.parametrize(
    ("text", "dot", "numbers"),
    [
        ("", 2, [2]),
        (".", 3, [3]),
        ("1", 1, [1]),
        ("1 3", 1, [1, 3]),
        ("3 1 3", 1, [1, 3]),
        ("1,3", 1, [1, 3]),
        ("1-2,5", 1, [1, 2, 5]),
        ("3-$,1", 1, [1, 3, 5]),
        ("1-3", 1, [1, 2, 3]),
        ("3-1", 1, [1, 2, 3]),
        ("3-$", 1, [3, 5]),
        ("^-2", 1, [1, 2]),
        (".-3", 2, [2, 3]),
        ("2-*", 1, [2, 3, 5]),
        ("^", 3, [1]),
        ("$", 1, [5]),
        ("*", 1, [1, 2, 3, 5]),
        ("+", 3, [5]),
        ("+2", 1, [3]),
        ("-2", 5, [2]),
        ("+0", 2, [2]),
        ("-", 5, [3]),
        (":n", 1, [1, 5]),
        (":nu", 1, [1, 2, 5]),
        (":n :r", 1, [1, 3, 5]),
        ("/tea", 1, [1, 3]),
        ("/TEA", 1, [1, 3]),
        ('"/tea time"', 1, [3]),
        ("alice", 1, [1, 5]),
        ("alice :r", 1, [1, 3, 5]),
        ("zoe 2", 1, [2]),
        ("/nothing :r", 1, [3]),
        ("it's 2", 1, [2]),
        ("/tea\\ time", 1, [3]),
        ("@tea", 1, [1, 3]),
        ("@f@bob", 1, [2]),
        ("@body@inside", 1, [3]),
        (":/inside/", 1, [3]),
        ("subject:/tea/", 1, [1, 3]),
        (";", 1, [2]),
        (",", 3, [1]),
        ("`", 1, [1, 3]),
        ("&3", 1, [1, 3]),
        ("&", 2, [2]),
        ("2-+", 2, [2, 3]),
        ("1--", 3, [1, 2]),
        ("1-;", 1, [1, 2]),
        ("(from alice)", 1, [1, 5]),
        ("(from alice) 2 (subject coffee)", 1, [1, 2, 5]),
        ('"(from alice)"', 1, [1, 5]),
        ("!1", 1, [2, 3, 5]),
        ("!:n", 1, [2, 3]),
        (":!n", 1, [2, 3]),
        ("!alice 1", 1, [1, 2, 3]),
        ("{1 3}", 1, [1, 3]),
        ("!{1-2 $}", 1, [3]),
        ("!{/tea !:n} 1", 1, [1, 5]),
        ("!!2", 1, [2]),
        ("{1 {2 !{alice 2}}}", 1, [1, 2, 3]),
        ("{(from bob) 1}", 1, [1, 2]),
    ],
)
def test_a_list_names_these_messages(text: str, dot: int, numbers: list[int]) -> None:
    assert msglist.parse(text, box(dot)) == numbers


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0", "0"), ("6", "6"), ("1-20", "20"), ("1-", "1-"), ("4", "4"), ("/nothing", "/nothing"),
        ("zoe", "zoe"), (":x", ":x"), (":", ":"), ('"open', '"open'), ("1 9", "9"), (":d", ":d"), ("+7", "+7"),
        ("{1 2", "{1 2: a } is missing"), ("{" * 60 + "1" + "}" * 60, "{{"), ("!9", "9"),
        ("!*", "!*: no applicable"), (":!x", ":x"),
    ],
)  # fmt: skip
def test_an_error_names_the_term(text: str, names: str) -> None:
    with pytest.raises(MailError, match="^" + re.escape(names)):
        msglist.parse(text, box())


def test_a_slash_or_parentheses_alone_look_for_the_same_again() -> None:
    view = box()
    assert msglist.parse("/tea", view) == msglist.parse("/", view) == [1, 3]
    assert msglist.parse("(from bob)", view) == msglist.parse("()", view) == msglist.parse("( )", view) == [2]


def test_colon_l_names_messages_to_known_lists() -> None:
    known = {"l": {"dev@lists"}, "L": set[str]()}
    assert msglist.parse(":l", box(), lists=known) == [2, 3]
    with pytest.raises(msglist.Nothing, match=":L"):
        msglist.parse(":L", box(), lists=known)


def test_before_the_first_message_there_is_none() -> None:
    with pytest.raises(MailError, match="before"):
        msglist.parse("-", box(1))


def test_undelete_names_deleted_messages_only() -> None:
    assert msglist.parse("*", box(), deleted=True) == [4]
    assert msglist.parse("1-5", box(), deleted=True) == [4]
    assert msglist.parse(":d", box(), deleted=True) == [4]
    assert msglist.parse("^", box(), deleted=True) == msglist.parse("$", box(), deleted=True) == [4]


def test_a_message_that_is_not_deleted_has_no_deleted_parent() -> None:
    with pytest.raises(MailError, match="applicable"):
        msglist.parse(",", box(3), deleted=True)


def test_hold_takes_a_deleted_message_by_its_number_alone() -> None:
    assert msglist.parse("4", box(), deleted=None) == [4]
    assert msglist.parse("3 4", box(), deleted=None) == [3, 4]
    assert msglist.parse("1-5", box(), deleted=None) == [1, 2, 3, 5]


def test_the_last_message_is_the_last_one_that_is_left() -> None:
    last = Box([("alice", "a", "n"), ("bob", "b", "n"), ("carol", "c", "d")])
    assert msglist.parse("$", last) == [2]
    assert msglist.parse("1-$", last) == [1, 2]


@pytest.mark.parametrize(("text", "numbers"), [("/from:bob", [2]), ("/:tea", [1, 3]), ("/subject:Last", [5])])
def test_searchheaders_looks_into_the_field_before_the_colon(text: str, numbers: list[int]) -> None:
    assert msglist.parse(text, box(), fields=True) == numbers


@pytest.mark.parametrize(("text", "sought"), [("/^tea$", "^tea$"), ("/^tea$/", "^tea$"), ("/tea", "tea")])
def test_with_regex_a_slash_begins_a_regular_expression(text: str, sought: str) -> None:
    asked: list[tuple[list[str], str]] = []
    view = box()
    view.field = lambda names, text, plain=False: asked.append((names, text)) or [1]  # type: ignore[method-assign, func-returns-value]
    assert msglist.parse(text, view, regex=True) == [1]
    assert asked == [(["subject"], sought)]


def test_an_empty_folder_has_no_current_message() -> None:
    with pytest.raises(MailError, match="No applicable messages"):
        msglist.parse("", Box([], 0))


@given(st.text(alphabet="0123456789.^$*+-:nurod/ea@&;,` ()\"'!{}", max_size=20))
def test_any_text_gives_ascending_live_numbers_or_an_error(text: str) -> None:
    try:
        found = msglist.parse(text, box(2))
    except MailError:
        return
    assert found == sorted(set(found))
    assert set(found) <= {1, 2, 3, 4, 5}
