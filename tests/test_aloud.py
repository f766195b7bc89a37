"""-v tells the conversation, -vv the letter too; no secret is ever told."""

from __future__ import annotations

import base64
import os
import re
import subprocess

import pytest
from program import PYMAIL, Home, Run
from sink import OFFERS, Conversation, Sink

TEXT = "precious text\n"
LINE = re.compile(r" *\d+\.\d{3} (>>>|<<<|---) ")


def test_conversation_is_told_in_order_with_times(pymail: Run, sink: Sink) -> None:
    done = pymail("-v", "-S", f"mta={sink.url}", "-S", "smtp-hostname=me.example", "bob@x", "-r", "me@x", input=TEXT)
    assert done.status == 0 and done.out == ""
    lines = done.err.splitlines()
    assert all(LINE.match(line) for line in lines)
    told = [LINE.sub(r"\1 ", line) for line in lines]
    assert told[:4] == [f"--- {sink.url}", "<<< 220 sink ESMTP", ">>> EHLO me.example", "<<< 250-sink"]
    octets = sum(map(len, sink.chunks)) - sum(len(line) + 2 for line in sink.lines)
    assert told[-5:] == [
        "<<< 354 go on", f">>> ({octets} octets of the letter)", "<<< 250 2.0.0 taken", ">>> QUIT", "<<< 221 2.0.0 bye",
    ]  # fmt: skip
    assert TEXT not in done.err and ">>> RCPT TO:<bob@x>" in told


def test_twice_tells_the_letter_too(pymail: Run, sink: Sink) -> None:
    done = pymail("-vv", "-S", f"mta={sink.url}", "-s", "hello", "bob@x", input=TEXT)
    assert ">>> Subject: hello\n" in done.err and f">>> {TEXT}" in done.err
    assert len(sink.letters) == 1 and sink.letters[0].data.endswith(b"precious text\r\n")


@pytest.mark.parametrize("how", ["plain", "login", "cram-md5", "xoauth2"])
def test_secrets_are_stars_however_loud(pymail: Run, home: Home, how: str) -> None:
    challenges = {"login": [b"Username:", b"Password:"], "cram-md5": [b"<1@x>"]}.get(how, [])

    def login(conversation: Conversation, words: list[str]) -> str:
        for challenge in challenges:
            conversation.ask(base64.b64encode(challenge).decode())
        return "235 2.7.0 sesame is right"

    secret = home.path / "secret"
    secret.write_text("sesame\n")
    secret.chmod(0o600)
    with Sink((*OFFERS, f"AUTH {how.upper()}"), login=login) as sink:
        words = ["-S", f"mta=smtp://me@127.0.0.1:{sink.port}", "-S", f"smtp-auth={how}"]
        done = pymail("-vv", *words, "-S", f"password-file={secret}", "bob@x", input=TEXT)
    assert done.status == 0 and len(sink.letters) == 1, done.err
    told = [line.split()[-1] for line in sink.lines if any(b"sesame" in decoded(word) for word in line.split())]
    assert bool(told) == (how != "cram-md5")
    assert "***" in done.err and "sesame" not in done.err and not any(word in done.err for word in told)


def decoded(word: str) -> bytes:
    try:
        return base64.b64decode(word, validate=True)
    except ValueError:
        return b""


def test_each_way_that_was_tried_is_told(pymail: Run, sink: Sink) -> None:
    done = pymail("-v", "-S", f"mta=smtp://127.0.0.1:1 {sink.url}", "bob@x", input=TEXT)
    assert "--- smtp://127.0.0.1:1: Connection refused\n" in done.err and f"--- {sink.url}\n" in done.err


def test_program_is_told_with_its_arguments(pymail: Run) -> None:
    done = pymail("-v", "-S", "mta=/bin/true", "-r", "me@x", "bob@x", input=TEXT)
    assert "--- /bin/true -oi -f me@x -- bob@x\n" in done.err


def test_nobody_listening_does_not_stop_the_letter(home: Home, sink: Sink) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    argv = [*PYMAIL, *home.options, "-vv", "-S", f"mta={sink.url}", "bob@x"]
    streams = {"stdout": writer, "stderr": writer}
    done = subprocess.run(argv, input=TEXT.encode(), **streams, env=home.env, cwd=home.path, timeout=30)
    os.close(writer)
    assert len(sink.letters) == 1 and done.returncode in (0, 74)


def test_hostile_server_cannot_drive_the_terminal(pymail: Run) -> None:
    with Sink(script={"connect": "220 \x1b]52;c;aGk=\x07 \x9b2J ready"}) as sink:
        done = pymail("-v", "-S", f"mta={sink.url}", "bob@x", input=TEXT)
    assert "\x1b" not in done.err and "\x9b" not in done.err and "220 ^[]52" in done.err


def test_dry_run_with_it_says_which_way_it_would_go(pymail: Run, home: Home) -> None:
    home.rc("set mta='smtp://me:sesame@mail.example smtp://[::1]:26 lmtp:///run/lmtp'\n")
    done = pymail("-v", "--dry-run", "bob@x", input=TEXT)
    assert "--- would go by smtp://me@mail.example:25, else smtp://[::1]:26, else lmtp:///run/lmtp\n" in done.err
    assert "sesame" not in done.err
