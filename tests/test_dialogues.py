"""Whole sessions at a terminal, each a file of `dialogues/` in the form that `dialogue.py` tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from dialogue import Dialogue
from program import Home

DIALOGUES = sorted((Path(__file__).parent / "dialogues").glob("*.txt"))


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_session_goes_as_written(path: Path, home: Home) -> None:
    Dialogue(path, home).play()
