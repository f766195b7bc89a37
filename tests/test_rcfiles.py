"""Start-up files of other programs load without a word: Debian's bsd-mailx, s-nail, Heirloom's nail."""

from __future__ import annotations

from pathlib import Path

import pytest
from letters import letter
from program import Home, Run

FILES = sorted((Path(__file__).parent / "rcfiles").glob("*.rc"))


@pytest.mark.parametrize("posix", [False, True], ids=["today", "posix"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_start_up_file_of_another_program_loads_without_a_warning(
    home: Home, pymail: Run, path: Path, posix: bool
) -> None:
    env = {"POSIXLY_CORRECT": "1"} if posix else {}
    home.rc(path.read_text())
    home.receive([letter("first"), letter("second")])
    (home.path / "mail").mkdir()
    read = pymail("-N", input="echo alive\nx\n", env=env)
    assert (read.status, read.err) == (0, "")
    assert "alive" in read.out
    sent = pymail("-S", f"mta=test://{home.path}/out", "-s", "hi", "bob@example.org", input="text\n", env=env)
    assert (sent.status, sent.err, sent.out) == (0, "", "")
    assert (home.path / "out").read_text().startswith("MAIL FROM:")


def test_what_nails_file_sets_is_set(home: Home, pymail: Run) -> None:
    home.rc((Path(__file__).parent / "rcfiles" / "nail.rc").read_text())
    home.receive([letter("first")])
    out = pymail("-N", input="set\nretain\nalias\nshortcut\naccount\nmlist\nsaveignore\nx\n").out
    for line in (
        'folder="mail"', 'from="Me Myself <me@example.org>"', 'prompt="? "', "autoprint", 'screen="20"',
        "cohorts\tbill jkf mark kridle@ucbcory ucbarpa!rigney", "all\tcohorts friends", "shortcut misc +misc",
        "account myisp {", "dev@lists.example.org", "received", "subject",
    ):  # fmt: skip
        assert line in out.splitlines(), line
    assert "nosave" not in out and "\nsave\n" not in out


def test_an_account_of_nails_file_is_chosen_on_the_command_line(home: Home, pymail: Run) -> None:
    home.rc((Path(__file__).parent / "rcfiles" / "nail.rc").read_text())
    out = pymail("-A", "myisp", "-X", "set", "-S", "mta=test:", "bob@example.org", input="x\n").out
    assert 'From: "My Name" <myname@myisp.example>' in out or "From: My Name <myname@myisp.example>" in out
