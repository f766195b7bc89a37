"""The verbs that end the session."""

from __future__ import annotations

import pytest
from letters import letter
from program import Home, Run


@pytest.mark.parametrize(
    ("line", "status"), [("quit", 0), ("quit 3", 3), ("exit", 0), ("x 5", 5), ("q 256", 0), ("nonsense\nexit", 64)]
)
def test_the_exit_status_may_be_given(home: Home, pymail: Run, line: str, status: int) -> None:
    home.receive([letter("first")])
    assert pymail("-N", input=line + "\n").status == status


@pytest.mark.parametrize("verb", ["quit", "exit"])
def test_a_status_that_is_none_leaves_nothing(home: Home, pymail: Run, verb: str) -> None:
    home.receive([letter("first")])
    result = pymail("-N", input=f"delete 1\n{verb} foo\nundelete 1\nx\n")
    assert "foo: a number is wanted" in result.err
    assert "no mailbox is open" not in result.err
    assert home.inbox.read_bytes().count(b"first") >= 1
