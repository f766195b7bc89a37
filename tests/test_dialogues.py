"""Whole sessions at a terminal, each a file of `dialogues/` in the form that `dialogue.py` tells.

Together they are the language: whatever it has stands in one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dialogue import Dialogue, sections, shown_and_typed
from program import Home

from pymail import interpreter, msglist
from pymail.errors import MailError
from pymail.escapes.every import ESCAPES
from pymail.variables.table import POSIX as VARIABLES
from pymail.verbs import table

DIALOGUES = sorted((Path(__file__).parent / "dialogues").glob("*.txt"))
POSIX = [path for path in DIALOGUES if path.stem.startswith("posix")]


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_session_goes_as_written(path: Path, home: Home) -> None:
    Dialogue(path, home).play()


def typed(paths: list[Path]) -> Iterator[str]:
    """All that is typed in these dialogues, and what their start-up files hold."""
    for path in paths:
        for title, lines in sections(path.read_text()):
            if title == "rc":
                yield from lines
            elif title.startswith("pymail"):
                yield from (keys for _, keys in map(shown_and_typed, lines) if keys)


def verbs(paths: list[Path]) -> set[str]:
    """The names of the verbs that stand in these dialogues, in whichever spelling."""
    found = set()
    for line in typed(paths):
        word = re.match(r"[A-Za-z_]+|[=!?|]", line.lstrip("\\").strip())
        try:
            found |= {interpreter.lookup(word[0]).name} if word else set()
        except MailError:
            continue
    return found


# Those that POSIX names; help and shell are shown without POSIXLY_CORRECT, where they are the same.
POSIX_VERBS = (
    "alias alternates cd copy Copy delete discard dp echo edit exit file folders followup Followup from headers hold "
    "if else endif list mail mbox next pipe Print print quit reply Reply retain save Save set size source top touch "
    "unalias undelete unset visual write z ! ="
).split()


def test_every_verb_stands_in_a_dialogue_of_today() -> None:
    interpreter.load_all()
    assert {row.name for row in table.VERBS} - verbs([path for path in DIALOGUES if path not in POSIX]) == set()


def test_every_verb_of_posix_stands_in_a_dialogue_with_posixly_correct() -> None:
    assert set(POSIX_VERBS) - verbs(POSIX) == set()


def test_every_escape_stands_in_a_dialogue() -> None:
    lines = list(typed(DIALOGUES))
    spellings = [f"~{spelling}" for row in ESCAPES for spelling in row.spellings]
    assert [each for each in spellings if not any(line.startswith(each) for line in lines)] == []
    assert any(line.startswith("~~") for line in lines)


def test_every_form_of_a_message_list_stands_in_a_dialogue() -> None:
    lines = [line for line in typed(DIALOGUES) if line.startswith(("from ", "undelete ", "type "))]
    lists = " ".join(line.partition(" ")[2] for line in lines)
    forms = [" ".join(form for form, _ in msglist.FORMS), *(":" + letter for letter in msglist.STATES)]
    examples = {"5": " 9", "bob": " alice", "@field@text": "@x-tag@hedgehog", "/text": "/tea", "&5": "&2"}
    examples |= {"5.2": " 1.2", "5[2]": " 1[1.2]"}
    examples |= {"@body@text": "@body@wine"}
    missing = [form for form in " ".join(forms).split() if examples.get(form, form) not in f" {lists}"]
    assert missing == []


def test_every_variable_of_posix_stands_in_a_dialogue() -> None:
    settings = " ".join(line for line in typed(DIALOGUES) if line.startswith(("set ", "unset ", "variables ")))
    assert [row.name for row in VARIABLES if not re.search(rf"\b(no)?{row.name}\b", settings)] == []
