"""What options and variables do that no other test looks at."""

from __future__ import annotations

import os
from email import message_from_string

import pytest
from letters import letter, mbox
from program import USER, Home, Run

TEST = ("-S", "mta=test:", "-S", "from=me@example.org")


def test_an_open_descriptor_is_attached_under_the_name_given(home: Home, pymail: Run) -> None:
    (home.path / "notes").write_text("notes\n")
    (home.path / "empty").touch()
    words = ["--attach-name=first.txt", "--attach=notes", "--attach-fd=0", "--attach=empty", "bob@x"]
    sent = pymail(*TEST, "-m", "notes", *words, input="from a descriptor\n").out
    parts = message_from_string(sent.partition("DATA\n")[2]).get_payload()
    files = [(part.get_filename(), part.get_payload(decode=True)) for part in parts[1:]]
    assert files == [("first.txt", b"notes\n"), ("attachment-0", b"from a descriptor\n"), ("empty", b"")]


def test_empty_files_are_left_out_when_that_is_wanted(home: Home, pymail: Run) -> None:
    (home.path / "empty").touch()
    sent = pymail(*TEST, "--skip-empty-attachments", "--attach=empty", "bob@x", input="text\n").out
    assert "empty" not in sent and "Content-Type: text/plain" in sent


@pytest.mark.parametrize("option", ["-D", "--disconnected", "--mime", "-B", "--no-config"])
def test_what_other_programs_need_changes_nothing(pymail: Run, option: str) -> None:
    result = pymail(*TEST, option, "bob@x", input="text\n")
    assert (result.status, result.err) == (0, "")
    assert "To: bob@x" in result.out


def test_batch_mode_opens_no_mailbox_and_obeys_commands(home: Home, pymail: Run) -> None:
    home.receive([letter("first")])
    result = pymail("-#", "-S", "mta=test:", input="echo on\nmail bob@x\n~s subject\ntext\n~.\necho after\nprint\n")
    assert result.out.startswith("on\n") and "Subject: subject" in result.out and result.out.endswith("after\n")
    assert "no mailbox is open" in result.err and "first" not in result.out


@pytest.mark.parametrize(("words", "status"), [([], 1), (["-S", "emptystart"], 0), (["-#"], 0)])
def test_without_mail_a_session_ends_or_begins_even_so(pymail: Run, words: list[str], status: int) -> None:
    result = pymail(*words, input="echo here\n")
    assert result.status == status
    assert ("here" in result.out) == (status == 0)


def test_newmail_by_its_other_name_looks_before_each_prompt(home: Home, pymail: Run) -> None:
    home.receive([letter("first")])
    more = f"!printf 'From b@x Mon Jan  5 10:00:00 2015\\nFrom: b@x\\nSubject: second\\n\\nB\\n\\n' >>{home.inbox}\n"
    typed = f"{more}echo next\nx\n"
    assert "New mail has arrived" not in pymail("-N", "-I", input=typed).out
    assert "New mail has arrived: 1 message" in pymail("-N", "-I", "-S", "autoinc", input=typed).out


def test_return_address_is_another_name_of_from(pymail: Run) -> None:
    out = pymail("-S", "mta=test:", "-S", "return-address=You <you@x>", "bob@x", input="text\n").out
    assert "MAIL FROM:<you@x>" in out and "From: You <you@x>" in out


@pytest.mark.parametrize(("setting", "count"), [("mbox-content-length", 1), ("nombox-content-length", 2)])
def test_content_length_is_believed_when_that_is_set(home: Home, pymail: Run, setting: str, count: int) -> None:
    body = b"one\n\nFrom b@x Mon Jan  5 10:00:00 2015\nFrom: b@x\n\ntwo\n"
    head = f"From: a@x\nSubject: first\nContent-Length: {len(body)}\n\n".encode()
    (home.path / "box").write_bytes(b"From a@x Mon Jan  5 10:00:00 2015\n" + head + body + b"\n")
    out = pymail("-S", setting, "-f", "box", input="=\nfrom *\nx\n").out
    assert f": {count} message" in out


def test_local_domains_are_delivered_here(home: Home, pymail: Run) -> None:
    words = ["-S", "mta=local:", "-S", f"spool={home.spool}", "-S", "nooutbox"]
    assert pymail(*words, f"{USER}@lab.example", input="text\n").status != 0
    assert pymail(*words, "-S", "local-domains=lab.example", f"{USER}@lab.example", input="text\n").status == 0
    assert b"text" in home.inbox.read_bytes()


def test_after_runs_when_the_mailbox_is_open(home: Home, pymail: Run) -> None:
    mbox(home.path / "box", [letter("first")])
    out = pymail("-N", "-X", "echo before", "-Y", "=", "-Y", "echo $mailbox-display", "-f", "box", input="x\n").out
    assert out.splitlines() == ["before", out.splitlines()[1], "1", "box"]
    assert os.path.exists(home.path / "box")
