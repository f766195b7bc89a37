"""The header list's line: S-nail's `headline` formats, filled and measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.headline import Headline
from pymail.summary import Summary
from pymail.width import cells

JUNE = 1780300860


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def summary(name: str = "Alice A", subject: str = "new one", size: int = 177) -> Summary:
    return Summary(name, "alice@a.example", JUNE, 0, subject, size)


def test_a_line_looks_like_s_nails() -> None:
    line = Headline(width=80, last=9).line(1, "N", summary(), dot=True, lines=9)
    assert line == ">N  1 Alice A            2026-06-01 08:01    9/177   new one"


@pytest.mark.parametrize(
    ("name", "subject", "line"),
    [
        ("Gr\u00fc\u00dfe", "\u00e4", " N  1 Gr\u00fc\u00dfe              2026-06-01 08:01    9/177   \u00e4"),
        ("\u65e5\u672c", "x", " N  1 \u65e5\u672c               2026-06-01 08:01    9/177   x"),
        ("\u65e5" * 20, "x", " N  1 " + "\u65e5" * 9 + " 2026-06-01 08:01    9/177   x"),
        ("", "", " N  1 alice@a.example    2026-06-01 08:01    9/177"),
        ("a\x1bb", "x\ty", " N  1 a^[b               2026-06-01 08:01    9/177   x y"),
    ],
)
def test_columns_are_aligned_by_cells(name: str, subject: str, line: str) -> None:
    assert Headline(width=80, last=9).line(1, "N", summary(name, subject), lines=9) == line


@pytest.mark.parametrize(
    ("lines", "size", "shown"),
    [
        (9, 177, "   9/177   s"),
        (9, 1234567, " 9/1234567 s"),
        (12345, 177, "12345/177  s"),
        (123, 1234567, "123/1234567 s"),
        (None, 177, "    /177   s"),
    ],
)
def test_a_large_number_takes_the_blanks_beside_it(lines: int | None, size: int, shown: str) -> None:
    line = Headline("%d %4l/%-5o %s", width=80, last=9).line(1, "N", summary(subject="s", size=size), lines=lines)
    assert line == "2026-06-01 08:01 " + shown


@pytest.mark.parametrize(
    ("format", "line"),
    [
        ("%%%q%", "%%q%"),
        ("%m|%t", "    7|%t"),
        ("%-5m|", "7    |"),
        ("%10-f|%f", "Alice A   |Alice A"),
        ("%10f|", "   Alice A|"),
        ("%3f|", "Ali|"),
        ("%S|", '"new one"         |'),
        ("%s%m", "new one           7"),
        ("%>%<%a", "><N"),
        ("100%% %s", "100% new one"),
        ("%99999999999s", ""),
    ],
)
def test_formats_are_read_as_s_nail_reads_them(format: str, line: str) -> None:
    assert Headline(format, width=19, last=20000).line(7, "N", summary(), dot=True) == line.rstrip()[:19]


def test_the_number_column_holds_the_last_number() -> None:
    headline = Headline("%m|", width=80, last=20000)
    assert headline.line(1, "N", summary()) == "    1|"
    assert headline.line(20000, "N", summary()) == "20000|"


def test_addresses_can_be_shown_in_place_of_names() -> None:
    assert Headline("%f", width=80, last=1, addresses=True).line(1, "N", summary()) == "alice@a.example"


@given(st.text(), st.text(), st.integers(0, 10**12), st.integers(0, 10**8), st.integers(1, 100))
def test_no_line_is_wider_than_the_screen(name: str, subject: str, size: int, lines: int, width: int) -> None:
    line = Headline(width=width, last=9).line(1, "N", summary(name, subject, size), lines=lines)
    assert cells(line) <= width
    assert "\n" not in line and "\x1b" not in line


def test_a_date_out_of_range_is_blank() -> None:
    line = Headline("%d|", width=80, last=1).line(1, "N", Summary("", "", 1 << 62, 0, "", 0))
    assert line == "|"


def test_ascii_and_latin_lists_load_neither_re_nor_wcwidth() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pymail.summary import from_head\n"
        "from pymail.headline import Headline\n"
        "head = b'From: Alice <a@b>\\nDate: Mon, 1 Jun 2026 08:01:00 +0200\\nSubject: x\\n\\n'\n"
        "Headline(width=80, last=9).line(1, 'N', from_head(head, 10, 0), lines=1)\n"
        "summary = from_head(head, 10, 0); summary.subject = 'Gr\\xfc\\xdfe'\n"
        "Headline(width=80, last=9).line(1, 'N', summary, lines=1)\n"
        "print(*sorted({'re', 'wcwidth', 'enum', 'typing', 'collections', 'email'} & set(sys.modules)))\n"
    )
    root = str(Path(__file__).parent.parent)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program, root], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
