"""format=flowed: what a reader that knows RFC 3676 puts together again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.body import Body
from pymail.flowed import flowed


def flow(text: str) -> str:
    return b"".join(flowed(Body(text.encode())).pieces()).decode()


def unflow(text: str) -> str:
    """RFC 3676 4.1 to 4.5, without quotes."""
    done, paragraph = [], ""
    for line in text.split("\n"):
        line = line.removeprefix(" ")
        paragraph += line
        if line.endswith(" ") and line != "-- ":
            continue
        done.append(paragraph)
        paragraph = ""
    return "\n".join(done) + paragraph


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("short\n", "short\n"),
        ("blanks   \n", "blanks\n"),
        ("-- \nBob\n", "-- \nBob\n"),
        (" indented\n", "  indented\n"),
        ("From here\n", " From here\n"),
        ("> quoted\n>> twice\n>tight\n", "> quoted\n>> twice\n> tight\n"),
        (">\n", ">\n"),
        ("word " * 20 + "end\n", "word " * 14 + "\n" + "word " * 6 + "end\n"),
        ("> " + "word " * 20 + "end\n", "> " + "word " * 14 + "\n> " + "word " * 6 + "end\n"),
        ("x" * 100 + "\n", "x" * 100 + "\n"),
        ("no end", "no end"),
    ],
)
def test_lines_are_parted_stuffed_and_trimmed(text: str, expected: str) -> None:
    assert flow(text) == expected


@given(st.lists(st.text(st.sampled_from("ab Fromü-."), max_size=200).filter(lambda line: line.strip(" ") != "--")))
def test_a_reader_gets_the_paragraphs_back(lines: list[str]) -> None:
    text = "\n".join(line.rstrip(" ") for line in lines)
    assert unflow(flow(text)) == text
    assert all(len(line) <= 78 or " " not in line.strip() for line in flow(text).split("\n"))
