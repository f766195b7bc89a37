"""The header list's line: S-nail's `headline` formats, filled and measured."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.headline import Headline, date_of
from pymail.localdates import LocalDates
from pymail.summary import Rows, Summary
from pymail.width import cells

JUNE = 1780300860


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def summary(name: str = "Alice A", subject: str = "new one", size: int = 177) -> Summary:
    return Summary(name, "alice@a.example", JUNE, 0, subject, size)


def line_of(headline: Headline, number: int, letter: str, shown: Summary, *, dot: bool = False, lines: int = 0) -> str:
    rows = Rows()
    rows.add(shown, lines)
    return headline.lines([number], [letter], rows, dot=number if dot else 0)[0]


def test_a_line_looks_like_s_nails() -> None:
    line = line_of(Headline(width=80, last=9), 1, "N", summary(), dot=True, lines=9)
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
    assert line_of(Headline(width=80, last=9), 1, "N", summary(name, subject), lines=9) == line


@pytest.mark.parametrize(
    ("lines", "size", "shown"),
    [
        (9, 177, "   9/177   s"),
        (9, 1234567, " 9/1234567 s"),
        (12345, 177, "12345/177  s"),
        (123, 1234567, "123/1234567 s"),
    ],
)
def test_a_large_number_takes_the_blanks_beside_it(lines: int | None, size: int, shown: str) -> None:
    line = line_of(Headline("%d %4l/%-5o %s", width=80, last=9), 1, "N", summary(subject="s", size=size), lines=lines)
    assert line == "2026-06-01 08:01 " + shown


@pytest.mark.parametrize(
    ("format", "line"),
    [
        ("%%%q%", "%%q%"),
        ("%m|%q", "    7|%q"),
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
    assert line_of(Headline(format, width=19, last=20000), 7, "N", summary(), dot=True) == line.rstrip()[:19]


def test_the_number_column_holds_the_last_number() -> None:
    headline = Headline("%m|", width=80, last=20000)
    assert line_of(headline, 1, "N", summary()) == "    1|"
    assert line_of(headline, 20000, "N", summary()) == "20000|"


def test_addresses_can_be_shown_in_place_of_names() -> None:
    assert line_of(Headline("%f", width=80, last=1, addresses=True), 1, "N", summary()) == "alice@a.example"


@given(st.text(), st.text(), st.integers(0, 10**12), st.integers(0, 10**8), st.integers(1, 100))
def test_no_line_is_wider_than_the_screen(name: str, subject: str, size: int, lines: int, width: int) -> None:
    line = line_of(Headline(width=width, last=9), 1, "N", summary(name, subject, size), lines=lines)
    assert cells(line) <= width
    assert "\n" not in line and "\x1b" not in line


def test_a_date_out_of_range_is_blank() -> None:
    line = line_of(Headline("%d|", width=80, last=1), 1, "N", Summary("", "", 1 << 62, 0, "", 0))
    assert line == "|"


def test_ascii_and_latin_lists_load_neither_re_nor_wcwidth() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pymail.summary import Rows, from_head\n"
        "from pymail.headline import Headline\n"
        "head = b'From: Alice <a@b>\\nDate: Mon, 1 Jun 2026 08:01:00 +0200\\nSubject: x\\n\\n'\n"
        "rows = Rows(); rows.add(from_head(head, 10, 0), 1); rows.add(from_head(head, 10, 0), 1)\n"
        "rows.subjects[1] = 'Gr\\xfc\\xdfe'\n"
        "Headline(width=80, last=9).lines([1, 2], 'NN', rows)\n"
        "print(*sorted({'re', 'wcwidth', 'enum', 'typing', 'collections', 'email'} & set(sys.modules)))\n"
    )
    root = str(Path(__file__).parent.parent)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program, root], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@given(st.lists(st.integers(-(10**10), 10**11), max_size=80), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"]))
def test_many_dates_are_told_as_one_by_one(dates: list[int], zone: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        for form in ("%Y-%m-%d %H:%M", "%a %b %e %H:%M", "%H:%M:%S", "%s %H:%M", "%d"):
            many = [*dates, *(date + 3600 for date in dates)]
            assert LocalDates(form, date_of).texts(many) == [date_of(form, date) for date in many]


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60), st.integers(0, 10**7), st.integers(0, 10**6))))
def test_many_lines_are_those_of_each(letters: list[tuple[str, str, int, int]]) -> None:
    headline, rows, alone = Headline(width=80, last=9), Rows(), []
    for name, subject, size, lines in letters:
        rows.add(summary(name, subject, size), lines)
        alone.append(line_of(headline, 1, "N", summary(name, subject, size), lines=lines))
    assert headline.lines([1] * len(rows), "N" * len(rows), rows) == alone
