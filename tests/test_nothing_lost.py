"""Whatever breaks a letter off, it is in the dead-letter file, the outbox or on its way, and the user hears where."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pexpect
import pytest
from letters import letter
from machine import Machine
from program import PYMAIL, Home, Run, Typist
from sink import HANG, Sink
from waiting import await_that

TEXT = "precious text\n"
DOWN = "smtp://127.0.0.1:1"


def grave(home: Home) -> str:
    path = home.path / "dead.letter"
    return path.read_text() if path.exists() else ""


def ended(child: pexpect.spawn[str]) -> tuple[int | None, int | None]:
    """Status and signal."""
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, child.signalstatus


def typed(child: pexpect.spawn[str]) -> None:
    """Type a line of a letter and wait until the program has it."""
    child.expect_exact("Subject: ")
    child.send("a title\n" + TEXT + "~p\n")
    child.expect_exact(TEXT.strip())
    child.expect_exact(TEXT.strip())


# -- at a terminal -----------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_while_a_letter_is_typed_keeps_it_and_ends_us(typist: Typist, home: Home, number: int) -> None:
    child = typist("bob@x")
    typed(child)
    child.kill(number)
    child.expect_exact(f"the letter is in {home.path}/dead.letter")
    assert ended(child) == (None, number)
    assert TEXT in grave(home) and "\nSubject: a title\n" in grave(home) and "\nTo: bob@x\n" in grave(home)


def test_terminal_that_goes_away_keeps_the_letter(typist: Typist, home: Home) -> None:
    child = typist("bob@x")
    typed(child)
    child.close(force=False)  # hangs up
    await_that(lambda: TEXT in grave(home), "the burial")


def test_two_interrupts_keep_the_letter_and_are_a_failure(typist: Typist, home: Home) -> None:
    child = typist("bob@x")
    typed(child)
    child.sendintr()
    child.expect_exact("one more to kill letter")
    child.sendintr()
    child.expect_exact(f"the letter is in {home.path}/dead.letter")
    assert ended(child) == (1, None) and TEXT in grave(home)


def test_signal_while_a_reply_is_typed_keeps_it_and_leaves_the_mailbox(typist: Typist, home: Home) -> None:
    box = home.receive([letter("one")])
    before = box.read_bytes()
    child = typist("-N")
    child.expect_exact("& ")
    child.send("reply 1\n")
    child.expect_exact("Subject: Re:")
    child.send(TEXT + "~p\n")
    child.expect_exact(TEXT.strip())
    child.expect_exact(TEXT.strip())
    child.kill(signal.SIGTERM)
    child.expect_exact("dead.letter")
    assert ended(child) == (None, signal.SIGTERM)
    assert TEXT in grave(home) and box.read_bytes() == before and not box.with_name(box.name + ".lock").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("step", ["MAIL", "."])
def test_signal_while_a_typed_letter_is_sent_keeps_it(typist: Typist, home: Home, number: int, step: str) -> None:
    with Sink(script={step: HANG}) as sink:
        child = typist("-S", f"mta={sink.url}", "bob@x")
        typed(child)
        child.send(".\n")
        await_step(sink, step)
        child.kill(number)
        child.expect_exact(f"the letter is in {home.path}/dead.letter")
        assert ended(child) == (None, number)
    assert TEXT in grave(home)


def test_interrupt_while_a_reply_is_sent_keeps_it_and_the_session_goes_on(typist: Typist, home: Home) -> None:
    home.receive([letter("one")])
    with Sink(script={"MAIL": HANG}) as sink:
        child = typist("-N", "-S", f"mta={sink.url}")
        child.expect_exact("& ")
        child.send("reply 1\n")
        child.expect_exact("Subject: Re:")
        child.send(TEXT + ".\n")
        await_step(sink, "MAIL")
        child.sendintr()
        child.expect_exact("the letter is in")
        child.expect_exact("& ")
        child.send("echo still here\nx\n")
        child.expect_exact("\nstill here")
        assert ended(child) == (0, None)
    assert TEXT in grave(home)


def test_full_disk_while_a_long_letter_is_typed_keeps_what_there_is(typist: Typist, home: Home) -> None:
    home.env["TMPDIR"] = "/nowhere"
    long = home.path / "long"
    long.write_text("long line\n" * 200_000)
    child = typist("-S", f"mta={DOWN}", "-S", "nooutbox", "bob@x")
    typed(child)
    child.send("~r long\n.\n")
    child.expect_exact("the letter is in")
    assert ended(child) in ((74, None), (75, None)) and TEXT in grave(home)


def await_step(sink: Sink, step: str) -> None:
    """Wait until the server was asked for what it will not answer."""
    sink.await_octets(b"\r\n.\r\n" if step == "." else step.encode())


# -- from a pipe ---------------------------------------------------------------


def start(home: Home, *args: str, **streams: int) -> subprocess.Popen[bytes]:
    kept: dict[str, int] = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.Popen([*PYMAIL, *home.options, *args], env=home.env, cwd=home.path, **kept)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signal_before_the_text_is_complete_keeps_what_there_is(home: Home, sink: Sink, number: int) -> None:
    with start(home, "-S", f"mta={sink.url}", "bob@x") as child:
        assert child.stdin and child.stderr
        child.stdin.write(b"half a let")
        child.stdin.flush()
        await_reading(child.pid)
        child.send_signal(number)
        assert child.wait(10) == -number
        assert child.stderr.read().decode() == f"pymail: the letter is in {home.path}/dead.letter\n"
    assert not sink.letters and "\n\nhalf a let\n" in grave(home)


def await_reading(pid: int) -> None:
    """Wait until the process waits for its standard input."""
    until = time.monotonic() + 10
    while Path(f"/proc/{pid}/wchan").exists() and "pipe" not in Path(f"/proc/{pid}/wchan").read_text():
        if time.monotonic() > until or not Path(f"/proc/{pid}/syscall").exists():
            break
        if Path(f"/proc/{pid}/syscall").read_text().split()[:2] == ["0", "0x0"]:
            break
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("step", ["EHLO", "MAIL", "."])
def test_signal_while_it_is_sent_keeps_the_letter_and_ends_us(home: Home, number: int, step: str) -> None:
    with Sink(script={step: HANG}) as sink, start(home, "-S", f"mta={sink.url}", "bob@x") as child:
        assert child.stdin and child.stderr
        child.stdin.write(TEXT.encode())
        child.stdin.close()
        await_step(sink, step)
        child.send_signal(number)
        assert child.wait(10) == -number
        assert child.stderr.read().decode() == f"pymail: the letter is in {home.path}/dead.letter\n"
    assert grave(home).count(TEXT) == 1


def test_signal_while_a_program_has_the_letter_keeps_it(home: Home, tmp_path: Path) -> None:
    program, started = tmp_path / "sendmail", tmp_path / "started"
    program.write_text(f"#!/bin/sh\ncat >/dev/null\ntouch {started}\nexec sleep 60\n")
    program.chmod(0o755)
    with start(home, "-S", f"mta={program}", "bob@x") as child:
        assert child.stdin
        child.stdin.write(TEXT.encode())
        child.stdin.close()
        await_that(started.exists, "the start of the program")
        child.terminate()
        assert child.wait(10) == -signal.SIGTERM
    assert TEXT in grave(home)


def test_hangup_that_was_ignored_stays_ignored(home: Home) -> None:
    with Sink(script={"MAIL": HANG}) as sink:
        argv = ["nohup", *PYMAIL, *home.options, "-S", f"mta={sink.url}", "-S", "smtp-timeout=1", "bob@x"]
        streams = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(argv, env=home.env, cwd=home.path, **streams) as child:
            assert child.stdin and child.stderr
            child.stdin.write(TEXT.encode())
            child.stdin.close()
            await_step(sink, "MAIL")
            child.send_signal(signal.SIGHUP)
            assert child.wait(10) == 0 and b"queued" in child.stderr.read()


def test_standard_error_that_nobody_reads_does_not_cost_the_letter(home: Home) -> None:
    for closed in (False, True):
        with Sink(script={"RCPT": "550 5.1.1 no"}) as sink:
            reader, writer = os.pipe()
            os.close(reader)
            argv = [*PYMAIL, *home.options, "-S", f"mta={sink.url}", "bob@x"]
            command = ["sh", "-c", 'exec "$@" 2>&-', "sh", *argv] if closed else argv
            done = subprocess.run(command, input=TEXT.encode(), stderr=writer, env=home.env, cwd=home.path, timeout=20)
            os.close(writer)
            assert done.returncode == 69 and TEXT in grave(home)
            (home.path / "dead.letter").unlink()


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(
    ("words", "status"),
    [(["bob@x"], 0), (["-v", "bob@x"], 0), (["|x"], 64), (["--nonsense"], 64), (["-a", "/none", "bob@x"], 66)],
)
def test_status_is_true_where_nobody_hears_the_reason(home: Home, stderr: str, words: list[str], status: int) -> None:
    argv = [*PYMAIL, *home.options, "-S", "mta=smtp://127.0.0.1:1", *words]
    command = ["sh", "-c", f'exec "$@" {stderr}', "sh", *argv]
    assert subprocess.run(command, input=TEXT.encode(), env=home.env, cwd=home.path, timeout=20).returncode == status
    assert len(list((home.path / ".local/state/pymail/outbox/new").glob("*"))) == (status == 0)


@pytest.mark.parametrize("words", [["-d"], ["-S", "mta=test:"]])
def test_standard_output_that_is_full_is_74(home: Home, words: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        argv = [*PYMAIL, *home.options, *words, "bob@x"]
        streams = {"stdout": full, "stderr": subprocess.PIPE}
        done = subprocess.run(argv, input=TEXT.encode(), **streams, env=home.env, cwd=home.path, timeout=20)
    assert done.returncode == 74 and b"No space left on device" in done.stderr
    assert (TEXT in grave(home)) == (words != ["-d"])


def test_input_that_cannot_be_read_sends_nothing(home: Home, sink: Sink) -> None:
    argv = [*PYMAIL, *home.options, "-S", f"mta={sink.url}", "bob@x"]
    done = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", *argv], env=home.env, cwd=home.path, capture_output=True)
    assert done.returncode == 74 and done.stderr == b"pymail: standard input: Bad file descriptor\n"
    assert not sink.letters


# -- homes that are none ---------------------------------------------------------


def shared(folder: Path) -> Path:
    """A folder for temporary files, as /tmp is."""
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


@pytest.mark.parametrize("way", [DOWN, "refused"])
def test_missing_home_leaves_the_letter_among_the_temporary_files(pymail: Run, tmp_path: Path, way: str) -> None:
    temporary = shared(tmp_path / "temporary")
    env = {"HOME": "/nowhere/home", "TMPDIR": str(temporary), "XDG_STATE_HOME": "/proc/none"}
    with Sink(script={"RCPT": "550 5.1.1 no"}) as sink:
        done = pymail("-S", f"mta={sink.url if way == 'refused' else way}", "bob@x", input=TEXT, env=env)
    path = temporary / f"dead.letter.{os.geteuid()}"
    assert done.status == (69 if way == "refused" else 75)
    assert done.err.splitlines()[-1] == f"pymail: the letter is in {path}"
    assert TEXT in path.read_text() and path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("way", [DOWN, "refused"])
def test_missing_home_is_not_made(pymail: Run, tmp_path: Path, way: str) -> None:
    env = {"HOME": str(tmp_path / "none" / "home"), "TMPDIR": str(shared(tmp_path / "temporary"))}
    with Sink(script={"RCPT": "550 5.1.1 no"}) as sink:
        done = pymail("-S", f"mta={sink.url if way == 'refused' else way}", "bob@x", input=TEXT, env=env)
    assert done.status == (69 if way == "refused" else 75) and not (tmp_path / "none").exists()
    assert TEXT in (tmp_path / "temporary" / f"dead.letter.{os.geteuid()}").read_text()


def test_trap_among_the_temporary_files_is_left_alone(pymail: Run, tmp_path: Path) -> None:
    temporary, victim = shared(tmp_path / "temporary"), tmp_path / "victim"
    victim.write_text("mine")
    (temporary / f"dead.letter.{os.geteuid()}").symlink_to(victim)
    env = {"HOME": "/nowhere", "TMPDIR": str(temporary), "XDG_STATE_HOME": "/proc/none"}
    before = set(Path("/var/tmp").glob("dead.letter.*"))
    done = pymail("-S", f"mta={DOWN}", "bob@x", input=TEXT, env=env)
    assert victim.read_text() == "mine" and "it is a symbolic link" in done.err
    kept = Path(done.err.splitlines()[-1].removeprefix("pymail: the letter is in "))
    assert TEXT in kept.read_text()
    if kept not in before:
        kept.unlink()


def sealed(folder: Path, size: str) -> list[str]:
    """A command prefix under which `folder` is read-only (size "") or a full disk of its own (root only)."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("no mount name space can be made here")
    mount = f"mount --bind '{folder}' '{folder}'; mount -o remount,bind,ro '{folder}'"
    if size:
        mount = f"mount -t tmpfs -o size={size} none '{folder}'; dd if=/dev/zero of='{folder}/zeros' 2>/dev/null || :"
    return ["unshare", "-m", "--propagation", "private", "sh", "-ec", f'{mount}; exec "$@"', "sh"]


@pytest.mark.parametrize("size", ["", "64k"], ids=["read-only", "full"])
@pytest.mark.parametrize("way", [DOWN, "refused"])
def test_home_that_takes_nothing_leaves_the_letter_elsewhere(home: Home, tmp_path: Path, way: str, size: str) -> None:
    temporary = shared(tmp_path / "temporary")
    with Sink(script={"RCPT": "550 5.1.1 no"}) as sink:
        url = sink.url if way == "refused" else way
        argv = [*sealed(home.path, size), *PYMAIL, *home.options, "-S", f"mta={url}", "bob@x"]
        env = home.env | {"TMPDIR": str(temporary), "MAILRC": "/dev/null"}
        done = subprocess.run(argv, input=TEXT, text=True, env=env, cwd=home.path, capture_output=True, timeout=30)
    path = temporary / f"dead.letter.{os.geteuid()}"
    assert done.returncode == (69 if way == "refused" else 75), done
    assert f"the letter is in {path}" in done.stderr and TEXT in path.read_text()
    assert ("No space left on device" if size else "Read-only file system") in done.stderr


def test_full_disk_keeps_no_letter_from_leaving_it(home: Home, sink: Sink, tmp_path: Path) -> None:
    for name, url in (("down", DOWN), ("up", sink.url)):
        (tmp_path / name).write_text(f"set mta={url}\n")
    steps = 'cd; rm zeros; MAILRC="$0/down" "$@" bob@x; dd if=/dev/zero of=zeros; MAILRC="$0/up" exec "$@" --flush'
    argv = [*sealed(home.path, "64k"), "sh", "-c", steps, tmp_path, *PYMAIL, *home.options]
    done = subprocess.run(argv, input=TEXT, text=True, env=home.env, cwd=home.path, capture_output=True, timeout=30)
    assert done.returncode == 0 and "No space left" in done.stderr and len(sink.letters) == 1


def test_user_without_an_entry_and_without_a_home_is_served() -> None:
    machine = Machine()
    try:
        with Sink() as sink, Sink(script={"RCPT": "550 5.1.1 no"}) as refusing:
            temporary = shared(machine.folder / "temporary")
            for url, status in ((sink.url, 0), (refusing.url, 69), (DOWN, 75)):
                argv = machine.command("root", "-S", f"mta={url}", "-r", "me@x", "bob@x")
                become = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]
                argv[len(machine.prefix) : len(machine.prefix)] = become
                env = {"PATH": machine.env["PATH"], "TMPDIR": str(temporary)}
                done = subprocess.run(argv, input=TEXT, text=True, env=env, cwd="/", capture_output=True, timeout=30)
                assert done.returncode == status, done
                if status:
                    assert f"the letter is in {temporary}/dead.letter.54321" in done.stderr
            assert len(sink.letters) == 1
            assert (temporary / "dead.letter.54321").read_text().count(TEXT) == 2
    finally:
        machine.close()


def test_nothing_is_left_over_that_nobody_asked_for(pymail: Run, home: Home, sink: Sink) -> None:
    pymail("-S", f"mta={sink.url}", "bob@x", input=TEXT)
    assert sorted(path.name for path in home.path.iterdir()) == [".mailrc"]
    shutil.rmtree(home.spool)
