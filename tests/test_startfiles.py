"""Start-up files: which are read, in which order, what becomes of errors in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import Home, Run

SENT = ("-S", "mta=test:", "bob@example.org")


def test_order_is_environment_then_files_then_what_the_command_line_says(home: Home, pymail: Run) -> None:
    (home.path / "more").write_text("set toplines=3 screen=3\n")
    home.rc("set MBOX=~/rc toplines=2 prompt=rc mailx-extra-rc=~/more screen=2\n")
    words = ["-S", "prompt=option", "-X", "echo $MBOX $EDITOR $toplines $prompt $screen $DEAD", "-X", "exit"]
    env = {"MBOX": "env", "EDITOR": "ed-env", "DEAD": "grave"}
    assert pymail(*words, env=env).out == "~/rc ed-env 3 option 3 grave\n"


@pytest.mark.parametrize(
    ("words", "env", "out"),
    [
        ([], {}, "mine\n"),
        ([], {"MAILRC": "other"}, "other\n"),
        ([], {"MAILRC": "/dev/null"}, ""),
        (["-:", "/"], {}, ""),
        (["-:", "s"], {}, ""),
        (["-:", "u"], {}, "mine\n"),
        (["-n"], {}, "mine\n"),
    ],
)
def test_users_file_is_mailrc_or_what_mailrc_names(
    home: Home, pymail: Run, words: list[str], env: dict[str, str], out: str
) -> None:
    home.rc("echo mine\n")
    (home.path / "other").write_text("echo other\n")
    assert pymail(*words, "-X", "exit", env=env).out == out


def test_files_of_other_systems_are_read_too(home: Home, pymail: Run) -> None:
    text = "\ufeffset toplines=2\r\nset screen=\\\r\n3\r\necho $toplines $screen\r\n"
    (home.path / ".mailrc").write_bytes(text.encode())
    result = pymail("-X", "exit")
    assert (result.status, result.out, result.err) == (0, "2 3\n", "")


def test_extra_file_need_not_be_there(home: Home, pymail: Run) -> None:
    home.rc("set mailx-extra-rc=~/nothing\n")
    result = pymail("-X", "exit")
    assert (result.status, result.err) == (0, "")


def test_an_error_is_one_warning_with_file_and_line_and_the_rest_goes_on(home: Home, pymail: Run) -> None:
    home.rc("set from=me@example.org\nqwertz\n\nset crt=many\nset from=you@example.org\n")
    result = pymail(*SENT, input="text\n")
    rc = home.path / ".mailrc"
    assert result.status == 0
    assert result.err.splitlines() == [
        f"pymail: {rc}:2: qwertz: unknown command; ? lists the commands",
        f"pymail: {rc}:4: set crt=many: a number is wanted",
    ]
    assert "From: you@example.org" in result.out


def test_posix_skips_the_rest_of_a_file_after_an_error(home: Home, pymail: Run) -> None:
    home.rc("set from=me@example.org\nnonsense\nset from=you@example.org\n")
    result = pymail(*SENT, input="text\n", env={"POSIXLY_CORRECT": "1"})
    assert result.status == 0
    assert "From: me@example.org" in result.out


@pytest.mark.parametrize(
    "line", ["!true", "edit", "hold", "mail bob", "preserve", "reply", "Reply", "Save", "shell", "visual", "Copy",
             "followup", "Followup"],
)  # fmt: skip
def test_what_posix_forbids_in_start_up_files_is_refused_there(home: Home, pymail: Run, line: str) -> None:
    home.rc(line + "\n")
    result = pymail(*SENT, input="text\n")
    assert result.status == 0
    assert ".mailrc:1: " in result.err and "not allowed in a start-up file" in result.err


def test_replyto_of_the_environment_is_where_answers_go(pymail: Run) -> None:
    assert "Reply-To: answers@example.org" in pymail(*SENT, input="x\n", env={"REPLYTO": "answers@example.org"}).out


@pytest.mark.skipif(not Path("/etc/mail.rc").exists(), reason="there is no /etc/mail.rc here")
@pytest.mark.parametrize(("words", "env"), [(["-n"], {}), ([], {"MAILX_NO_SYSTEM_RC": "1"})])
def test_systems_file_is_left_out_when_asked(home: Home, pymail: Run, words: list[str], env: dict[str, str]) -> None:
    home.options.remove("-n")
    shown = ["-X", "echo <$askcc>", "-X", "set", "-X", "exit"]
    assert "askcc" not in pymail(*words, *shown, env=env).out.splitlines()
