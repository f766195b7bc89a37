"""The verbs that print messages, and help."""

from __future__ import annotations

from pathlib import Path

import pytest
from boxes import letter
from sessions import room

from pymail import interpreter

LONG = letter(1, body="\n".join(f"LINE-{number:02}" for number in range(1, 31)))


def bodies(text: str) -> list[int]:
    """The numbers of the messages whose texts were printed."""
    return [int(line.removeprefix("BODY-")) for line in text.splitlines() if line.startswith("BODY-")]


@pytest.mark.parametrize(
    ("lines", "printed"),
    [
        (["next", "next", "next"], [1, 2, 3]),
        (["", "", ""], [1, 2, 3]),
        (["3", "$", "^", "+", "-"], [3, 4, 1, 2, 1]),
        (["print 2", "."], [2, 2]),
        (["next 3", "delete 3", "next"], [3, 4]),
        (["next 3 1", "next"], [3, 4]),
        (["print 1", "from 3", "next"], [1, 3]),
        (["top 2", "next"], [2, 3]),
        (["print 4", "next"], [4]),
        (["print 1", "delete 2", "print 1", "next"], [1, 1, 3]),
        (["print 3", "previous"], [3, 2]),
        (["dotmove +", "="], []),
        (["type 1 3", "t4", "p2-3"], [1, 3, 4, 2, 3]),
        (["+2", "-2"], [3, 1]),
    ],
)
def test_messages_are_printed_in_turn(lines: list[str], printed: list[int]) -> None:
    from pymail.input import Script

    s = room(4)
    # An empty line means something at the keyboard only.
    keyboard = Script("", lines)
    s.keyboard = keyboard  # type: ignore[assignment]
    interpreter.run(s, keyboard)
    assert bodies(s.said) == printed


def test_at_the_end_next_says_so() -> None:
    assert room(1).do("print 1", "next").endswith("At EOF\n")


@pytest.mark.parametrize(
    ("strict", "lines", "last"),
    [(False, [], "LINE-05"), (False, ["set toplines=2"], "LINE-02"), (True, ["set toplines=8"], "LINE-02")],
)
def test_top_prints_the_first_lines(strict: bool, lines: list[str], last: str) -> None:
    assert room([LONG], strict=strict).do(*lines, "top 1").splitlines()[-1] == last


def test_topsqueeze_makes_one_empty_line_of_several() -> None:
    s = room([letter(1, body="a\n\n\n\nb")])
    assert s.do("set topsqueeze", "top 1").endswith("\n\na\n\nb\n")


def test_showenvelope_shows_nothing_where_nobody_is_known() -> None:
    assert room(1).do("set showenvelope", "print 1").splitlines()[1].startswith("From: ")


def test_show_decodes_nothing_and_prints_nothing_dangerous() -> None:
    raw = b"Subject: =?utf-8?q?gr=C3=BC=C3=9F?=\nContent-Transfer-Encoding: quoted-printable\n\n=41 \x1b[31m\n"
    text = room([raw]).do("show 1")
    assert "=?utf-8?q?gr=C3=BC=C3=9F?=" in text and "=41" in text and "\x1b" not in text


def test_struct_lists_the_parts() -> None:
    raw = (
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\n"
        b"Content-Type: application/pdf; name=x.pdf\n\nabc\n--b--\n"
    )
    lines = room([raw]).do("struct 1").splitlines()
    assert [line.split() for line in lines] == [["1.1", "text/plain", "4"], ["1.2", "application/pdf", "3", "x.pdf"]]


@pytest.mark.parametrize("verb", ["more", "More", "page"])
def test_the_pager_is_used_when_asked_for(verb: str, tmp_path: Path) -> None:
    s = room(1, home=tmp_path)
    s.do(f"set PAGER='cat >{tmp_path}/paged'", f"{verb} 1")
    assert "BODY-1" in (tmp_path / "paged").read_text()
