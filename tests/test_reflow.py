"""format=flowed read: RFC 3676."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import reflow
from pymail.width import cells


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a \nb\nc\n", ["a b", "c"]),
        ("a \n\nb", ["a", "", "b"]),
        ("> a \n> b\n>> c \nd", ["> a b", ">> c", "d"]),
        ("> > a \n> > b\n> >> c \n> d", [">> a b", ">>> c", "> d"]),
        (" > a \nb", ["> a b"]),
        (" From x \n y\n  indented", ["From x y", " indented"]),
        ("a \n-- \nAlice \nB", ["a", "-- ", "Alice B"]),
        ("", []),
    ],
)
def test_soft_breaks_are_undone(text: str, lines: list[str]) -> None:
    assert list(reflow.reflow(text, False, 0)) == lines


def test_delsp_drops_the_blank() -> None:
    assert list(reflow.reflow("\u65e5 \n\u672c\n", True, 0)) == ["\u65e5\u672c"]


def test_paragraphs_are_wrapped_to_the_screen_and_fixed_lines_are_not() -> None:
    fixed = "a fixed line that is longer than the screen"
    lines = list(reflow.reflow("> " + "word \n> " * 8 + "end\n" + fixed, False, 24))
    assert lines == ["> word word word word", "> word word word word", "> end", fixed]


def test_a_paragraph_without_end_is_bounded() -> None:
    assert max(map(len, reflow.reflow("word \n" * 200_000, False, 0))) < 200_000


@given(st.text("ab \u65e5", max_size=200), st.integers(1, 30))
def test_wrapping_keeps_the_words(text: str, width: int) -> None:
    lines = list(reflow.wrap(text, width))
    assert " ".join(lines) == text
    assert all(cells(line) <= width or " " not in line.strip() for line in lines)


@given(st.text("a\n", max_size=50))
def test_lines_are_those_of_the_text(text: str) -> None:
    assert "".join(line + "\n" for line in reflow.lines(text)) == (
        text if text.endswith("\n") or not text else text + "\n"
    )
