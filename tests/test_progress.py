"""Long jobs are told of on a terminal, and leave nothing behind."""

from __future__ import annotations

import io

import pytest

from pymail import progress
from pymail.progress import Progress


@pytest.fixture
def err(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    monkeypatch.setattr(progress, "_PAUSE", 0.0)
    return io.StringIO()


def test_a_short_job_is_not_told_of(err: io.StringIO) -> None:
    line = Progress(err)
    for done in range(100):
        line.tell("Reading", done, 99)
    assert err.getvalue() == ""


def test_a_long_job_is_told_of_and_its_line_goes_away(err: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    line = Progress(err)
    line.tell("Reading", 1, 4)
    line.tell("Reading", 2, 4)
    line.tell("Reading", 4, 4)
    assert err.getvalue() == "\rReading: 25%\rReading: 50%\r            \r"
    line.end()
    assert err.getvalue().endswith("50%\r            \r")


def test_each_job_has_its_own_second(err: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    line = Progress(err)
    line.tell("Reading", 1, 4)
    clock[0] = 0.9
    line.tell("Searching", 1, 4)
    clock[0] = 1.8
    line.tell("Searching", 2, 4)
    assert err.getvalue() == ""
    clock[0] = 2.0
    line.tell("Searching", 3, 4)
    assert err.getvalue() == "\rSearching: 75%"
