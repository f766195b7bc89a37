"""An interrupt at whichever step: it ends no session, and the first one ends no letter."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

import pytest
from sessions import Room, room

from pymail import collect, interpreter
from pymail.draft import Draft


def interrupted(code: CodeType, step: int, what: Callable[[], None]) -> bool:
    """Do something with a ^C at the so many-th line that is carried out of a function; False when it has fewer."""
    left = step

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal left
        if frame.f_code is not code:
            return trace if event == "call" else None
        left -= event == "line"
        if event == "line" and left == 0:
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        what()
    finally:
        sys.settrace(before)
    return left <= 0


def typist(home: Path, text: str) -> Room:
    return room(home=home, typed=text, terminal=True)


@pytest.mark.parametrize("step", range(1, 12))
def test_interrupt_between_commands_is_told_and_the_session_goes_on(tmp_path: Path, step: int) -> None:
    s = typist(tmp_path, "echo one\necho two\necho three\n")
    came = interrupted(interpreter._run.__code__, step, lambda: interpreter.run(s, s.keyboard))
    assert ("Interrupt" in s.complained) == came


@pytest.mark.parametrize("step", range(1, 30))
def test_interrupt_between_lines_of_a_letter_is_told_and_the_letter_goes_on(tmp_path: Path, step: int) -> None:
    s = typist(tmp_path, "Subject\none\ntwo\nthree\n")
    draft = Draft()
    came = interrupted(collect._Typing._lines.__code__, step, lambda: collect.collect(s, draft))
    assert ("(Interrupt -- one more to kill letter)" in s.said) == came
    assert sum(word in b"".join(draft.body.pieces()) for word in (b"one", b"two", b"three")) >= 2
