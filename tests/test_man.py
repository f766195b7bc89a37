"""The manual pages and the tables say the same."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from pymail import interpreter, msglist, options
from pymail.escapes.every import ESCAPES
from pymail.variables.table import TABLE
from pymail.verbs import table

MAN = Path(__file__).parent.parent / "man"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make", MAN / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = loaded()


@pytest.mark.parametrize("name", make.PAGES)
def test_lists_are_those_of_the_tables(name: str) -> None:
    text = (MAN / name).read_text()
    assert make.made(text) == text, "run python man/make.py"


@pytest.mark.parametrize(
    ("page", "listed"),
    [
        ("pymail.1", ["options", "forms", "json", "verbs", "escapes", "absent"]),
        ("pymailrc.5", ["variables", "letters"]),
    ],
)
def test_every_list_stands_in_its_page_once(page: str, listed: list[str]) -> None:
    text = (MAN / page).read_text()
    assert re.findall(r'(?m)^\.\\" begin (\w+)$', text) == listed == re.findall(r'(?m)^\.\\" end (\w+)$', text)


def spelled(text: str) -> str:
    """What a reader sees of a line of roff."""
    for name, char in (("\\(ti", "~"), ("\\(ha", "^"), ("\\(ga", "`"), ("\\(aq", "'"), ("\\(dq", '"'), ("\\e", "\\")):
        text = text.replace(name, char)
    return text.replace("\\-", "-").replace("\\&", "")


def rows(page: str, name: str) -> list[str]:
    """The heads of the items in one list of a page."""
    text = (MAN / page).read_text().partition(f'.\\" begin {name}\n')[2].partition(f'.\\" end {name}\n')[0]
    return [spelled(line.removeprefix(".It ")) for line in text.splitlines() if line.startswith(".It ")]


def test_pages_name_each_row_and_nothing_else() -> None:
    interpreter.load_all()
    assert len(rows("pymail.1", "options")) == len(options.TABLE)
    assert len(rows("pymail.1", "verbs")) == len(table.VERBS)
    assert len(rows("pymail.1", "escapes")) == len(ESCAPES) + 1
    assert len(rows("pymail.1", "forms")) == len(msglist.FORMS) + len(msglist.STATES)
    assert [head.removeprefix('Va "').removesuffix('"') for head in rows("pymailrc.5", "variables")] == list(TABLE)
    heads = " ".join(rows("pymail.1", "verbs"))
    assert all(spelling in heads for row in table.VERBS for spelling in row.spellings if spelling.isalpha())


def test_help_fits_on_a_line_of_80_columns() -> None:
    interpreter.load_all()
    for row in table.VERBS:
        assert len(row.help) <= 48 and len(f"{row.name} {row.kind.synopsis}") <= 29, row.name
        assert row.help[0].isupper() and row.help.endswith(".")


def test_the_pages_say_how_pymail_differs_and_help_whoever_comes_from_elsewhere() -> None:
    text = (MAN / "pymail.1").read_text()
    differences, coming = text.partition(".Sh DIFFERENCES")[2].partition(".Sh COMING FROM ELSEWHERE")[::2]
    assert all(f".Ss From {name}" in differences for name in ("POSIX", "bsd-mailx", "s-nail", "GNU mail"))
    assert all(f".Ss {name}" in coming for name in ("bsd-mailx", "s-nail and Heirloom mailx", "GNU mail", "mutt"))


@pytest.mark.parametrize("name", make.PAGES)
def test_pages_are_formatted_without_a_warning(name: str) -> None:
    if not shutil.which("man") or not shutil.which("groff"):
        pytest.skip("man and groff are not installed")
    done = subprocess.run(["man", "--warnings=w", "-l", str(MAN / name)], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
