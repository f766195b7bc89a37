"""The synopsis of POSIX.1-2024's mailx, line by line, and the examples that its page gives in passing."""

from __future__ import annotations

import pytest
from letters import letter, mbox
from program import USER, Home, Run

STRICT = {"POSIXLY_CORRECT": "1"}


@pytest.mark.parametrize(
    ("words", "text", "sent"),
    [
        (["bob@x"], "text\n", ["To: bob@x", "text"]),
        (["-s", "a subject", "bob@x"], "text\n", ["Subject: a subject", "To: bob@x"]),
        (["-s", "a subject", "bob@x", "joe@x"], "text\n", ["To: bob@x, joe@x"]),
        (["-E", "-s", "a subject", "bob@x"], "text\n", ["Subject: a subject"]),
        (["-E", "bob@x"], "", []),
        (["-Es", "a subject", "bob@x"], "", []),
        (["-Fins", "a subject", "bob@x"], "text\n", ["Subject: a subject"]),
        (["-s", "", "--", "bob@x"], "text\n", ["To: bob@x"]),
    ],
)
def test_each_form_sends_a_letter(home: Home, pymail: Run, words: list[str], text: str, sent: list[str]) -> None:
    """mailx [-E] [-s subject] address..., and -F, -i, -n."""
    result = pymail("-S", "mta=test:", *words, input=text, env=STRICT)
    assert (result.status, result.err) == (0, "")
    assert bool(result.out) == bool(sent)
    assert all(line in result.out.splitlines() for line in sent)
    assert (home.path / "bob").exists() == any(word.startswith("-F") for word in words)


@pytest.mark.parametrize("status", [0, 1])
def test_e_tests_for_mail(home: Home, pymail: Run, status: int) -> None:
    """mailx -e."""
    if not status:
        home.receive([letter("first")])
    result = pymail("-e", env=STRICT)
    assert (result.status, result.out, result.err) == (status, "", "")


@pytest.mark.parametrize(
    "options", [[], ["-H"], ["-i"], ["-N"], ["-n"], ["-HiNn"], ["-F"], ["-u", USER], ["-inFu", USER]]
)
@pytest.mark.parametrize("box", ["system", "mbox", "file"])
def test_each_form_reads_mail(home: Home, pymail: Run, options: list[str], box: str) -> None:
    """mailx [-HiNn] [-F] [-u user]; mailx -f [-HiNn] [-F] [file]."""
    if box == "system":
        home.receive([letter("first")])
        words = options
    else:
        mbox(home.path / ("mbox" if box == "mbox" else "file"), [letter("first")])
        options = [word for word in options if word != USER and not word.endswith("u")]
        words = ["-f", *options, *(["file"] if box == "file" else [])]
    result = pymail(*words, input="print\nexit\n", env=STRICT)
    assert (result.status, result.err) == (0, "")
    cluster = "".join(options)
    assert result.out.count("first") == ("N" not in cluster or "H" in cluster) + ("H" not in cluster)


def test_next_goes_on_behind_a_message_that_was_deleted(home: Home, pymail: Run) -> None:
    """The example of the rationale: after `next 3`, `delete 3`, the next message is 4, not 5."""
    home.receive([letter(word) for word in ("one", "two", "three", "four", "five")])
    out = pymail("-N", input="next 3\ndelete 3\nnext\nexit\n", env=STRICT).out
    assert [word for word in ("three", "four", "five") if word in out] == ["three", "four"]


@pytest.mark.parametrize(("words", "said"), [(["-N"], "receiving"), (["-S", "mta=test:", "bob@x"], "sending")])
def test_if_else_endif_in_a_start_up_file(home: Home, pymail: Run, words: list[str], said: str) -> None:
    home.receive([letter("first")])
    home.rc("if s\necho sending\nelse\necho receiving\nendif\nif r\necho again receiving\nen\n")
    out = pymail(*words, input="x\n", env=STRICT).out.splitlines()
    assert [line for line in out if line in ("sending", "receiving", "again receiving")] == [
        said, *(["again receiving"] if said == "receiving" else []),
    ]  # fmt: skip


def test_aliases_stand_for_aliases_and_a_backslash_stops_that(pymail: Run, home: Home) -> None:
    home.rc("alias bob team\nalias team bob@x joe@x\nalias joe \\joe\n")
    out = pymail("-S", "mta=test:", "bob", "joe", input="text\n", env=STRICT).out.splitlines()
    assert [line for line in out if line.startswith("RCPT")] == ["RCPT TO:<bob@x>", "RCPT TO:<joe@x>", "RCPT TO:<joe>"]
