"""A sendmail program: what it is started with, and what its end means."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import Exim, Postfix
from sink import Text
from waiting import await_that

from pymail.errors import CONFIG, USAGE, MailError
from pymail.transports import sendmail
from pymail.transports.sendmail import open_transport
from pymail.transports.transport import Answer, Envelope, Unreachable
from pymail.variables.values import Variables

BOB = "bob@test.example"


def program(folder: Path, text: str) -> str:
    path = folder / "mta"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


def keeping(folder: Path) -> str:
    """A program that keeps its arguments, a line each, and its input."""
    return program(folder, f"printf '%s\\n' \"$@\" > '{folder}/words'\nexec cat > '{folder}/letter'\n")


def deliver(
    path: str,
    source: Text | None = None,
    *to: str,
    sender: str = "me@test.example",
    arguments: str = "",
    timeout: str = "600",
) -> list[Answer]:
    variables = Variables(strict=False)
    variables.set("sendmail-timeout", timeout)
    if arguments:
        variables.set("mta-arguments", arguments)
    return open_transport(path, variables).send(Envelope(sender, list(to or [BOB])), source or Text())


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (("mta-argv0", "wrapper"), ["wrapper", "-oi", "-f", "me@test.example", "--", BOB]),
        (("mta-no-default-arguments", ""), ["PATH", "--", BOB]),
    ],
)
def test_variables_choose_the_first_words_of_the_program(
    tmp_path: Path, setting: tuple[str, str], words: list[str]
) -> None:
    variables = Variables(strict=False)
    variables.set(*setting)
    # A script is given its path, whatever it is called: this asks the system.
    path = program(tmp_path, "")
    trace: list[str] = []
    mta = open_transport(path, variables)
    mta.trace = lambda _, text: trace.append(text)
    mta.send(Envelope("me@test.example", [BOB]), Text())
    assert trace == [" ".join(words).replace("PATH", path)]


def test_the_program_gets_the_recipients_behind_the_options_and_the_letter_as_input(tmp_path: Path) -> None:
    answers = deliver(keeping(tmp_path), Text(b"Subject: s\n\n.\n"), BOB, "smith")
    assert [(a.recipient, a.code) for a in answers] == [(BOB, 250), ("smith", 250)]
    assert (tmp_path / "words").read_text().split("\n") == ["-oi", "-f", "me@test.example", "--", BOB, "smith", ""]
    assert (tmp_path / "letter").read_bytes() == b"Subject: s\n\n.\n"


@pytest.mark.parametrize("url", ["{}", "file://{}", "sendmail:{}", "sendmail://{}"])
def test_a_program_is_named_by_its_path_or_a_url(url: str, tmp_path: Path) -> None:
    assert deliver(url.format(keeping(tmp_path)))[0].accepted


@pytest.mark.parametrize("url", ["sendmail:bin/mta", "file://mta", "file:mta"])
def test_a_program_without_a_full_path_is_refused(url: str) -> None:
    with pytest.raises(MailError) as caught:
        deliver(url)
    assert caught.value.status == CONFIG


def test_a_letter_in_many_small_pieces_arrives_whole(tmp_path: Path) -> None:
    class Crumbs(Text):
        def pieces(self) -> Iterator[bytes]:
            return (b"%05d\n" % number for number in range(100_000))

    assert deliver(keeping(tmp_path), Crumbs())[0].accepted
    assert (tmp_path / "letter").read_bytes() == b"".join(Crumbs().pieces())


@pytest.mark.parametrize("size", [0, None, 1 << 21])
def test_a_large_letter_arrives_whole(size: int | None, tmp_path: Path) -> None:
    octets = os.urandom(3 << 20)
    assert deliver(keeping(tmp_path), Text(octets, size=size))[0].accepted
    assert (tmp_path / "letter").read_bytes() == octets


def test_where_files_need_names_the_letter_arrives_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_TMPFILE")
    monkeypatch.delattr(os, "memfd_create")
    assert deliver(keeping(tmp_path))[0].accepted
    assert (tmp_path / "letter").read_bytes() == b"Subject: s\n\nbody\n"


def test_more_arguments_stand_before_the_recipients(tmp_path: Path) -> None:
    deliver(keeping(tmp_path), arguments="-odq '-C a b'")
    assert (tmp_path / "words").read_text().split("\n")[3:] == ["-odq", "-C a b", "--", BOB, ""]


def test_the_trace_tells_what_is_started(tmp_path: Path) -> None:
    said: list[str] = []
    transport = open_transport(keeping(tmp_path), Variables(strict=False))
    transport.trace = lambda direction, line: said.append(f"{direction} {line}")
    transport.send(Envelope("me", [BOB]), Text())
    assert said == [f"--- {tmp_path}/mta -oi -f me -- {BOB}"]


def test_the_null_sender_is_told(tmp_path: Path) -> None:
    deliver(keeping(tmp_path), sender="")
    assert (tmp_path / "words").read_text().split("\n")[1:3] == ["-f", "<>"]


@pytest.mark.parametrize("address", ["-oQ/tmp", "a b@x", "a@x\nb@y", "a@x\0"])
def test_a_hostile_address_starts_no_program(address: str, tmp_path: Path) -> None:
    path = keeping(tmp_path)
    for sender, recipient in ((address, BOB), ("me", address)):
        with pytest.raises(MailError) as caught:
            deliver(path, Text(), recipient, sender=sender)
        assert caught.value.status == USAGE
    assert not (tmp_path / "words").exists()


def test_no_shell_reads_an_address(tmp_path: Path) -> None:
    recipient = f"$(touch${{IFS}}{tmp_path}/x);`id`|cat&@x"
    assert deliver(keeping(tmp_path), Text(), recipient)[0].accepted
    assert (tmp_path / "words").read_text().split("\n")[-2] == recipient
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [
        (0, 250, "2.0.0 taken by {}"),
        (1, 554, "5.0.0 {}: it failed (status 1)"),
        (64, 554, "5.0.0 {}: bad usage (status 64)"),
        (67, 550, "5.1.1 {}: no such user (status 67)"),
        (68, 550, "5.1.2 {}: no such host (status 68)"),
        (69, 554, "5.0.0 {}: service unavailable (status 69)"),
        (74, 451, "4.3.0 {}: input/output error (status 74)"),
        (75, 451, "4.3.0 {}: temporary failure (status 75)"),
        (77, 550, "5.7.1 {}: permission denied (status 77)"),
        (78, 451, "4.3.0 {}: bad configuration (status 78)"),
    ],
)
def test_a_status_is_understood_and_the_programs_words_passed_on(
    status: int, code: int, text: str, tmp_path: Path
) -> None:
    path = program(tmp_path, f"cat >/dev/null; printf 'queue \\033[2J\\nfull\\n' >&2; exit {status}\n")
    (answer,) = deliver(path)
    words = answer.note.removeprefix(str(path)) if answer.accepted else answer.text.removeprefix(text.format(path))
    assert (answer.code, words) == (code, ": queue ^[[2J full")


def test_a_program_that_was_killed_defers_the_letter(tmp_path: Path) -> None:
    (answer,) = deliver(program(tmp_path, "kill -9 $$\n"))
    assert answer.code == 451 and "was killed by signal 9 (Killed)" in answer.text


def test_a_program_that_reads_nothing_is_no_error(tmp_path: Path) -> None:
    assert deliver(program(tmp_path, "exit 0\n"), Text(b"x\n" * 500000))[0].accepted


@pytest.mark.parametrize("text", ["exec /no/such/program\n", "exit 126\n"])
def test_what_a_script_cannot_start_is_unreachable(text: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="could not be started"):
        deliver(program(tmp_path, text))


def test_a_missing_program_or_one_that_is_none_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program\n")
    for path in (tmp_path / "none", tmp_path / "text", tmp_path):
        with pytest.raises(Unreachable, match=f"^{path}: "):
            deliver(str(path))


def test_a_program_that_leaves_a_child_behind_is_not_waited_for(tmp_path: Path) -> None:
    began = time.monotonic()
    (answer,) = deliver(program(tmp_path, f"sleep 20 & echo $! > '{tmp_path}/pid'; exit 0\n"))
    assert answer.accepted and time.monotonic() - began < 10
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)


@pytest.mark.parametrize(
    "text", ["exec sleep 600", "trap '' TERM\nwhile :; do sleep 1; done", "cat >/dev/null; exec sleep 600"]
)
def test_a_program_without_a_sign_of_life_is_ended_and_defers_the_letter(text: str, tmp_path: Path) -> None:
    (answer,) = deliver(program(tmp_path, f"echo waiting\n{text}\n"), timeout="1")
    told = f"4.4.2 {tmp_path}/mta: no sign of life for 1 seconds, so it was ended: waiting"
    assert (answer.code, answer.text) == (451, told)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.parametrize("work", ["head -c 1000 >/dev/null", "echo at work"])
def test_a_slow_program_that_reads_or_talks_is_not_cut_off(work: str, tmp_path: Path) -> None:
    steps = f"for i in 1 2 3 4 5 6 7 8; do {work}; sleep 0.3; done\n"
    assert deliver(program(tmp_path, steps), Text(b"x" * 999 + b"\n" * 100_000), timeout="2")[0].accepted


def test_a_program_has_the_usual_signals(tmp_path: Path) -> None:
    look = f"exec {sys.executable} -S -c 'import _signal; print(_signal.getsignal(13))'"
    script = program(tmp_path, f"grep SigIgn /proc/self/status > '{tmp_path}/ignored'\n{look}\n")
    deliver(script)
    ignored = int((tmp_path / "ignored").read_text().split()[1], 16)
    assert not ignored & 1 << signal.SIGPIPE - 1
    assert not ignored & 1 << signal.SIGXFSZ - 1


class Torn(Text):
    def pieces(self) -> Iterator[bytes]:
        yield b"first half\n"
        raise OSError(5, "Input/output error", "/disk/file")


def test_a_letter_that_cannot_be_read_to_its_end_starts_no_program(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        deliver(keeping(tmp_path), Torn())
    assert not (tmp_path / "words").exists()


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sendmail, "_file", lambda size: os.open("/dev/full", os.O_RDWR))
    with pytest.raises(MailError, match="^temporary file: No space left on device$"):
        deliver(keeping(tmp_path))


def test_exims_program_takes_a_letter(exim: Exim) -> None:
    assert deliver(str(exim.sendmail), Text(b"Subject: program\n\n.\nend\n"), BOB)[0].accepted
    await_that((exim.mail / "bob").exists, "the delivery")
    assert b"\n.\nend\n" in (exim.mail / "bob").read_bytes()


def test_postfix_program_takes_a_letter(postfix: Postfix) -> None:
    assert deliver(str(postfix.sendmail), Text(b"Subject: program\n\n.\nend\n"), "nobody@test.example")[0].accepted
