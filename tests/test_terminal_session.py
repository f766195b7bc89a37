"""The program at a terminal: what it asks for, how a typed letter ends, how a session does."""

from __future__ import annotations

import pexpect
import pytest
from letters import letter
from program import Home, Typist
from sink import Sink

BODY = "Welcome to Computer Systems"


@pytest.fixture(autouse=True)
def way_out(home: Home, sink: Sink) -> None:
    """Letters go to the sink."""
    home.options += ["-S", f"mta={sink.url}"]


def ended(child: pexpect.spawn[str]) -> int | None:
    """The exit status, once everything was shown."""
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


@pytest.mark.parametrize("end", [".\n", "\x04"], ids=["dot", "end of input"])
def test_typed_letter_is_sent_with_the_subject_asked_for(typist: Typist, sink: Sink, end: str) -> None:
    child = typist("bob@test.example")
    child.expect_exact("Subject: ")
    child.send("Hello world\n")
    child.send(f"{BODY}\n")
    child.send(end)
    assert ended(child) == 0
    (sent,) = sink.letters
    assert b"\r\nSubject: Hello world\r\n" in sent.data
    assert sent.data.endswith(f"\r\n\r\n{BODY}\r\n".encode())


def test_subject_on_the_command_line_is_not_asked_for(typist: Typist, sink: Sink) -> None:
    child = typist("-s", "given", "bob@test.example")
    child.send(f"{BODY}\n.\n")
    assert ended(child) == 0
    assert "Subject: " not in child.before
    assert b"\r\nSubject: given\r\n" in sink.letters[0].data


def test_second_interrupt_keeps_the_letter_in_dead_letter(typist: Typist, home: Home, sink: Sink) -> None:
    child = typist("-s", "half", "bob@test.example")
    child.send(f"{BODY}\n~p\n")
    child.expect_exact("continue")  # all was read: an interrupt throws away what was not
    child.send("\x03")
    child.expect("(?i)interrupt")
    child.send("\x03")
    assert ended(child) != 0
    assert not sink.letters
    assert BODY in (home.path / "dead.letter").read_text()


def test_session_prompts_reads_deletes_and_quits(typist: Typist, home: Home) -> None:
    home.receive([letter("first", f"{BODY}\n"), letter("second")])
    child = typist()
    child.expect_exact("second")
    child.expect_exact("\n& ")
    child.send("1\n")
    child.expect_exact(BODY)
    child.expect_exact("\n& ")
    child.send("d\n")
    child.expect_exact("\n& ")
    child.send("q\n")
    assert ended(child) == 0
    left = home.inbox.read_text()
    assert "Subject: second" in left and "Subject: first" not in left


def test_exit_changes_nothing(typist: Typist, home: Home) -> None:
    before = home.receive([letter("first"), letter("second")]).read_bytes()
    child = typist()
    child.expect_exact("\n& ")
    child.send("delete *\n")
    child.expect_exact("\n& ")
    child.send("x\n")
    assert ended(child) == 0
    assert home.inbox.read_bytes() == before
