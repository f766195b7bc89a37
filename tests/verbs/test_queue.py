"""The verbs of the outbox within a session."""

from __future__ import annotations

import re

import pytest
from letters import letter
from program import Home, Run
from sink import Sink


@pytest.fixture
def waiting(pymail: Run, home: Home) -> Home:
    """A home with mail to read and two letters that wait."""
    home.receive([letter("one")])
    home.rc("set mta=smtp://127.0.0.1:1\n")
    for person in ("a@x", "b@x"):
        pymail(person, input=f"for {person}\n")
    return home


def test_outbox_lists_shows_holds_frees_and_deletes(pymail: Run, waiting: Home) -> None:
    first, second = re.findall(r"^([0-9a-f]{14,})  ", pymail("--outbox").out, re.M)
    lines = [f"outbox hold {first}", "outb", f"outbox show {second}", f"outbox delete {second}", "outbox retry *", "x"]
    done = pymail("-N", input="\n".join(lines) + "\n")
    assert done.out.count(" held  ") == 1 and "for b@x\n" in done.out and "Recipient: b@x\n" in done.out
    assert pymail("--outbox").out.count(" held ") == 0 and len(pymail("--outbox").out.splitlines()) == 2


def test_flush_sends_and_says_so(pymail: Run, waiting: Home, sink: Sink) -> None:
    done = pymail("-N", input=f"flush\nset mta={sink.url}\nflush\noutbox\nx\n")
    assert "Sent 0 letters\nSent 2 letters\nThe outbox is empty\n" in done.out
    assert "2 letters wait still" in done.err and len(sink.letters) == 2


def test_wrong_word_is_an_error_of_that_line_only(pymail: Run, waiting: Home) -> None:
    done = pymail("-N", input="outbox burn 1\noutbox show nothing\necho on\nx\n")
    assert done.out.endswith("on\n") and len(done.err.splitlines()) == 2


def test_a_start_up_file_may_flush(pymail: Run, waiting: Home, sink: Sink) -> None:
    waiting.rc(f"set mta={sink.url}\nflush\n")
    assert pymail("-H").status == 0 and len(sink.letters) == 2
