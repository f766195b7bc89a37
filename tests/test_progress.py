"""Long jobs are told of on a terminal, and leave nothing behind."""

from __future__ import annotations

import io
import shutil

import pexpect
import pytest
from letters import mbox
from program import Home, Typist

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


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_an_interrupt_while_a_mailbox_is_written_comes_too_late_and_leaves_it_whole(home: Home, typist: Typist) -> None:
    box = home.path / "box"
    mbox(box, [b"From: a@example.org\nSubject: s%d\n\n" % number + b"line\n" * 200_000 for number in range(20)])
    octets = box.read_bytes()
    without = octets[octets.index(b"\nFrom ") + 1 :]
    # A slow disk.
    slowly = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=400000")
    child = typist("-N", "-f", str(box), before=slowly)
    child.expect_exact("& ")
    child.send("delete 1\n")
    child.expect_exact("& ")
    child.send("quit\n")
    child.expect("Writing: [0-9]+%")
    child.sendintr()
    child.expect_exact("Held 19 messages")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert box.read_bytes().replace(b"Status: O\n", b"") == without
    assert not list(home.path.glob("*.lock"))
