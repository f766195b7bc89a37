"""What is left out on purpose is told to whom it concerns, and is nowhere else."""

from __future__ import annotations

import pytest
from sessions import room

from pymail import absent, interpreter
from pymail.variables.table import TABLE
from pymail.verbs import table

COMMANDS = [word for words in absent.COMMANDS.values() for word in words.split()]
VARIABLES = [name for names in absent.VARIABLES.values() for name in names.split()]


def test_nothing_is_both_here_and_left_out() -> None:
    interpreter.load_all()
    assert [word for word in COMMANDS if table.find(word)] == []
    assert [name for name in VARIABLES if name.rstrip("*") in TABLE] == []
    assert [name for name in TABLE if absent.variable(name)] == []


@pytest.mark.parametrize("word", COMMANDS)
def test_a_command_that_is_left_out_says_so(word: str) -> None:
    s = room()
    s.do(f"{word} x")
    assert s.complained == f"pymail: {word}: pymail leaves out {absent.command(word)}; see DIFFERENCES in pymail(1)\n"


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_that_is_left_out_is_kept_and_explained(name: str) -> None:
    s = room()
    name = name.replace("*", "x")
    said = s.do(f"set {name}=5", f"variables {name}", f"echo ${{{name}}}")
    assert s.complained == "" and said.endswith("\n5\n")
    assert "Left out of pymail:" in " ".join(said.split())
