"""Quoting of command lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  a  b\t", ["a", "b"]),
        ('"a b" c', ["a b", "c"]),
        ("'a \"b\"' c", ['a "b"', "c"]),
        ('"it\'s"', ["it's"]),
        ("it's here", ["it's", "here"]),
        ('prompt="a b" x', ["prompt=a b", "x"]),
        ("sign='a\\tb'", ["sign=a\\tb"]),
        ("a\\ b", ["a b"]),
        ('\\"x', ['"x']),
        ('""', [""]),
        ('"open', ['"open']),
        ("x=$'\\ta\\\\b\\'c' $HOME", ["x=\ta\\b'c", "$HOME"]),
        ("$'open", ["$'open"]),
        ("1 $(a b)/c d", ["1", "$(a b)/c", "d"]),
        ("$(a (b c) $(d 'e f'))g h", ["$(a (b c) $(d 'e f'))g", "h"]),
        ("$(a b", ["$(a", "b"]),
        ("$(a\\ b) (c d)", ["$(a b)", "(c", "d)"]),
    ],
)
def test_a_line_is_split_into_words(text: str, expected: list[str]) -> None:
    assert words.texts(text) == expected


def test_a_word_knows_whether_it_was_quoted_and_where_it_stood() -> None:
    first, second = words.split("1-3 'wc -l'")
    assert (first.quoted, second.quoted) == (False, True)
    assert "1-3 'wc -l'"[: second.start] == "1-3 "


def test_quoting_shields_what_is_special_in_names_of_files_and_nothing_else() -> None:
    [half, whole, plain] = words.split('~/a\\*b "+$x" ~/c')
    assert (half.text, whole.text, plain.shielded) == ("~/a*b", "+$x", "~/c")
    assert half.shielded.startswith("~/a") and "*" not in half.shielded
    assert not set("+$") & set(whole.shielded)
    assert words.unshielded(half.shielded) == "~/a*b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$a", ["one"]),
        ("x${a}y $ab", ["xoney", ""]),
        ('"$a b" c', ["one b", "c"]),
        ("'$a' \\$a $'$a'", ["$a", "$a", "$a"]),
        ('name="$a $1" $# $*', ["name=one first", "2", "both"]),
        ("5$ $ $= a$", ["5$", "$", "$=", "a$"]),
        ("${open ${}", ["${open", "${}"]),
    ],
)
def test_names_are_replaced_but_not_in_single_quotes(text: str, expected: list[str]) -> None:
    values = {"a": "one", "1": "first", "#": "2", "*": "both"}
    assert words.texts(text, lambda name: values.get(name, "")) == expected


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("a b; c", "a b", " c"),
        ("a ; c", "a ", " c"),
        ("a;b;c", "a", "b;c"),
        ("';' x", "';' x", ""),
        ("x='a;b' c;d", "x='a;b' c", "d"),
        ("'a b';c", "'a b'", "c"),
        ("a\\; b", "a\\; b", ""),
    ],
)
def test_a_command_ends_at_a_character_that_is_not_quoted(text: str, before: str, after: str) -> None:
    assert words.until(text, ";") == (before, after)


@given(st.text())
def test_a_quoted_text_is_one_word_again(text: str) -> None:
    assert words.texts(words.quoted(text)) == [text]
