"""A letter that is typed is on disk from its first line; what a kill leaves is found at the next start."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pexpect
import pytest
from letters import letter
from program import PYMAIL, Home, Typist
from sink import HANG, Sink
from waiting import await_that

DOWN = "mta=smtp://127.0.0.1:1"


@pytest.fixture(autouse=True)
def no_server(home: Home) -> None:
    """Nothing takes letters."""
    home.options += ["-S", DOWN]


def drafts(home: Home) -> list[str]:
    return [path.read_text() for path in sorted((home.path / ".local/state/pymail/drafts").glob("*"))]


def grave(home: Home) -> str:
    path = home.path / "dead.letter"
    return path.read_text() if path.exists() else ""


def typed(child: pexpect.spawn[str], *lines: str) -> None:
    """Answer the question for a subject, type lines and wait until the program has them."""
    child.expect_exact("Subject: ")
    child.send("title\n" + "".join(line + "\n" for line in (*lines, "~p")))
    child.expect_exact("(continue)")


def ended(child: pexpect.spawn[str]) -> str:
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before)


def test_each_line_is_on_disk_before_the_next_is_waited_for(typist: Typist, home: Home) -> None:
    child = typist("bob@x")
    assert not drafts(home)
    typed(child, "one", "~~ two", "~c carl@y")
    assert drafts(home) == ["To: bob@x\nCc: carl@y\nSubject: title\n\none\n~ two\n"]
    (path,) = (home.path / ".local/state/pymail/drafts").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700


def test_lines_are_synchronized_before_the_program_waits(typist: Typist, tmp_path: Path) -> None:
    if not shutil.which("strace"):
        pytest.skip("no strace")
    log = tmp_path / "log"
    child = typist("bob@x", before=("strace", "-qq", "-o", str(log), "-e", "trace=read,write,fsync,fdatasync,rename"))
    child.expect_exact("Subject: ")
    child.send("title\n")
    for line in ("first\n", "second\n"):
        child.send(line)
        child.expect_exact(line.strip())
    child.send("~x\n")
    ended(child)
    calls = re.sub(r"[^\n]*ENOENT.*\n", "", log.read_text())
    first = calls[calls.index('read(0, "first') :]
    rest = r"[^\n]*\n(?:.*\n)*?"
    assert re.match(rf'read{rest}fsync{rest}rename{rest}fsync{rest}read\(0, "second', first)
    assert re.search(r'read\(0, "second.*\nwrite.*second.*\nfdatasync.*\nread\(0', calls)


@pytest.mark.parametrize("how", ["write", "read"])
def test_letter_that_a_kill_broke_off_is_found_at_the_next_start(typist: Typist, home: Home, how: str) -> None:
    child = typist("-S", "expandaddr", "-b", "blind@z", "bob@x")
    typed(child, "precious text", "grüße", "~c './kept'")
    child.kill(signal.SIGKILL)
    ended(child)
    home.receive([letter("waits")])
    child = typist(*(["carl@y"] if how == "write" else []))
    child.expect_exact(f"a letter that was not finished is in {home.path}/dead.letter; ~d in a new one inserts it")
    child.expect_exact("Subject: " if how == "write" else "& ")
    child.send("\n~x\n" if how == "write" else "x\n")
    ended(child)
    found = grave(home)
    assert "\nTo: bob@x\n" in found and "\nBcc: blind@z\n" in found and "\nSubject: title\n" in found
    assert '\nCc: "./kept"\n' in found and not (home.path / "kept").exists()
    assert "\nprecious text\ngr=C3=BC=C3=9Fe\n" in found and not drafts(home)
    assert "not finished" not in ended(quitting(typist("carl@y")))


def quitting(child: pexpect.spawn[str]) -> pexpect.spawn[str]:
    child.expect_exact("Subject: ")
    child.send("\n~x\n")
    return child


@pytest.mark.parametrize("ending", [".\n", "~x\n", "~q\n", "\x03"])
def test_letter_that_has_an_end_leaves_no_draft(typist: Typist, home: Home, ending: str) -> None:
    child = typist("bob@x")
    typed(child, "text")
    assert drafts(home)
    child.send(ending)
    if ending == "\x03":
        child.expect_exact("one more to kill letter")
        child.send(ending)
    told = ended(child)
    assert not drafts(home) and ("text\n" in grave(home)) == (ending in ("~q\n", "\x03"))
    assert ("queued" in told) == (ending == ".\n")


def test_letter_stays_on_disk_until_it_is_somewhere_else(typist: Typist, home: Home) -> None:
    with Sink(script={".": HANG}) as sink:
        child = typist("-S", f"mta={sink.url}", "bob@x")
        typed(child, "text")
        child.send("~.\n")
        sink.await_octets(b"\r\nDATA\r\n")
        assert drafts(home)
        child.kill(signal.SIGKILL)
        ended(child)
    child = quitting(typist("carl@y"))
    ended(child)
    assert "\ntext\n" in grave(home) and not drafts(home)


def test_letter_that_somebody_is_typing_is_left_to_him(typist: Typist, home: Home) -> None:
    first = typist("bob@x")
    typed(first, "mine")
    ended(quitting(typist("carl@y")))
    assert len(drafts(home)) == 1 and not grave(home)
    first.send(".\n")
    ended(first)
    assert not drafts(home)


def test_every_letter_that_was_broken_off_is_kept_with_posix_too(typist: Typist, home: Home) -> None:
    home.env["POSIXLY_CORRECT"] = "1"
    children = [typist("-s", "s", "bob@x") for _ in range(3)]
    for number, child in enumerate(children):
        child.send(f"text {number}\n~p\n")
        child.expect_exact("(continue)")
        child.kill(signal.SIGKILL)
        ended(child)
    child = typist("-s", "s", "carl@y")
    child.send("~x\n")
    ended(child)
    assert [f"\ntext {number}\n" in grave(home) for number in range(3)] == [True] * 3 and not drafts(home)


@pytest.mark.parametrize("setting", ["nosave", "DEAD=/dev/null"])
def test_who_keeps_no_letters_keeps_no_drafts(typist: Typist, home: Home, setting: str) -> None:
    child = typist("-S", setting, "bob@x")
    typed(child, "text")
    child.kill(signal.SIGKILL)
    ended(child)
    ended(quitting(typist("-S", setting, "carl@y")))
    assert not grave(home) and (setting != "nosave" or not drafts(home))


def test_dry_run_keeps_no_draft_and_leaves_those_of_others(typist: Typist, home: Home) -> None:
    child = typist("bob@x")
    typed(child, "precious")
    child.kill(signal.SIGKILL)
    ended(child)
    child = typist("-d", "carl@y")
    typed(child, "dry")
    assert len(drafts(home)) == 1
    child.send(".\n")
    ended(child)
    assert "precious\n" in drafts(home)[0] and not grave(home)


def test_folder_that_takes_nothing_is_told_once_and_the_letter_goes_on(typist: Typist, home: Home) -> None:
    state = home.path / ".local/state"
    state.mkdir(parents=True)
    (state / "pymail").write_text("in the way")
    with Sink() as sink:
        child = typist("-S", f"mta={sink.url}", "bob@x")
        typed(child, "one", "two")
        assert str(child.before).count("the letter is not kept while it is typed: ") == 1
        child.send(".\n")
        ended(child)
        assert sink.letters[0].data.endswith(b"\r\none\r\ntwo\r\n")


def test_trap_among_the_drafts_is_left_alone(typist: Typist, home: Home, tmp_path: Path) -> None:
    folder, victim = home.path / ".local/state/pymail/drafts", tmp_path / "victim"
    folder.mkdir(parents=True)
    for made in (folder, *list(folder.parents)[:3]):
        made.chmod(0o700)
    victim.write_text("mine")
    (folder / "1.1").symlink_to(victim)
    told = ended(quitting(typist("carl@y")))
    assert "symbolic link" in told or "not used" in told or victim.read_text() == "mine"
    assert victim.read_text() == "mine" and not grave(home)


def test_where_no_dead_letter_can_be_written_the_draft_stays(typist: Typist, home: Home) -> None:
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("no mount name space can be made here")
    # HOME, which is under /tmp, is mounted anew before the temporary folders are made read-only.
    mounts = f"mount --bind '{home.path}' /mnt; mount -t tmpfs -o ro none /var/tmp; mount --bind /tmp /tmp"
    script = f'{mounts}; mount -o remount,bind,ro /tmp; cd /mnt; HOME=/mnt; exec "$@"'
    before = ("unshare", "-m", "--propagation", "private", "sh", "-ec", script, "sh")
    child = typist("-S", "DEAD=/var/tmp/dead", "-S", "nooutbox", "bob@x", before=before)
    child.expect_exact("Subject: ")
    child.send("title\ntext\n.\n")
    told = ended(child)
    assert "what was typed is in /mnt/.local/state/pymail/drafts/" in told and "text\n" in drafts(home)[0]


# -- signals while it is put away --------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_second_signal_does_not_disturb_the_keeping(home: Home, number: int) -> None:
    """The dead-letter file is locked by another: while pymail waits for it a second signal comes."""
    grave_file = home.path / "dead.letter"
    grave_file.touch(0o600)
    with Sink(script={"MAIL": HANG}) as sink, open(grave_file, "r+b") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        argv = [*PYMAIL, *home.options, "-S", f"mta={sink.url}", "bob@x"]
        pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(argv, **pipes, env=home.env, cwd=home.path) as child:  # type: ignore[call-overload]
            assert child.stdin and child.stderr
            child.stdin.write(b"precious text\n")
            child.stdin.close()
            sink.await_octets(b"\r\nMAIL")
            child.send_signal(number)
            if number == signal.SIGINT:
                await_that(lambda: blocks(child.pid), "putting the signal off")
            for _ in range(5):
                child.send_signal(number)
            fcntl.lockf(held, fcntl.LOCK_UN)
            assert child.wait(20) == -number
            assert child.stderr.read().decode() == f"pymail: the letter is in {grave_file}\n"
    assert grave_file.read_text().count("precious text") == 1


def blocks(pid: int) -> bool:
    """Has a process put off signals?"""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"SigBlk:\s*(\w+)", status)[1], 16) != 0  # type: ignore[index]
