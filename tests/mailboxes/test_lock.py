"""Locks: all or none, bounded waits, nothing left behind, and foreign lockers are respected."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from locks import ROOT, dotlock, take

from pymail.errors import TEMPFAIL, MailError
from pymail.mailboxes.lock import Lock
from pymail.mailboxes.mailbox import Plan, Settings
from pymail.mailboxes.opening import open_mailbox

# Holds a lock of pymail's until it is told to end.
HOLDER = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pymail.mailboxes.lock import Lock
with Lock(sys.argv[1], 5):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def box(tmp_path: Path) -> Path:
    path = tmp_path / "box"
    path.write_bytes(b"From a Tue Nov 14 22:13:20 2023\n\n")
    return path


@contextmanager
def holding(*argv: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that says one line when it holds its lock, and ends when its input does."""
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin and child.stdout
        assert child.stdout.readline()
        yield child
        child.stdin.close()


def seconds(action: Callable[[], object]) -> float:
    begin = time.monotonic()
    action()
    return time.monotonic() - begin


def test_while_held_there_is_a_dotlock_that_names_us_and_then_none(box: Path) -> None:
    with Lock(str(box)) as lock:
        words = dotlock(box).read_text().split()
        assert words[:2] == [str(os.getpid()), os.uname().nodename]
        assert os.pread(lock.fd, 4, 0) == b"From"
    assert not dotlock(box).exists()
    assert not lock.notes


def test_no_lock_is_left_when_the_work_fails(box: Path) -> None:
    with pytest.raises(ZeroDivisionError), Lock(str(box)):
        _ = 1 // 0
    assert not dotlock(box).exists()
    take(box)


def test_a_held_lock_is_an_error_that_names_its_holder_after_a_bounded_wait(box: Path) -> None:
    with holding(sys.executable, "-c", HOLDER, str(box)) as child:
        with pytest.raises(MailError, match=f"process {child.pid} on") as caught:
            take(box, 0.3)
        assert caught.value.status == TEMPFAIL
        assert dotlock(box).exists()


def test_a_mailbox_that_is_being_written_opens_but_cannot_be_changed_for_now(box: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    with holding(sys.executable, "-c", HOLDER, str(box)):
        mailbox = open_mailbox(str(box), Settings(str(tmp_path / "state"), "", 0.2))
        assert "may be half written" in mailbox.notes[0]
        with pytest.raises(MailError, match="another program holds its lock") as caught:
            mailbox.commit(Plan(remove=[0]))
        assert caught.value.status == TEMPFAIL
        mailbox.close()


def test_all_locks_are_dropped_when_one_is_missing(box: Path) -> None:
    dotlock(box).write_text("")
    with pytest.raises(MailError):
        take(box, 0.1)
    fd = os.open(box, os.O_RDWR)
    fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(fd)


@pytest.mark.parametrize("call", ["lockf", "flock"])
def test_locks_of_the_kernel_are_waited_for(box: Path, call: str) -> None:
    script = f"""
import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.{call}(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.readline()
"""
    with holding(sys.executable, "-c", script, str(box)) as child:
        with pytest.raises(MailError, match="locked by another program"):
            take(box, 0.2)
        assert not dotlock(box).exists()
        timer = threading.Timer(0.3, lambda: child.stdin and child.stdin.close())
        timer.start()
        take(box)
        timer.join()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_no_signal_leaves_a_dotlock(box: Path, number: signal.Signals) -> None:
    with holding(sys.executable, "-c", HOLDER, str(box)) as child:
        child.send_signal(number)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.2)
        assert dotlock(box).exists()
    # What an interrupt would stop is done by then.
    assert (child.wait() == 0) == (number == signal.SIGINT)
    assert not dotlock(box).exists()


def test_a_file_that_was_put_in_the_place_of_the_locked_one_is_not_taken_for_it(box: Path) -> None:
    with holding(sys.executable, "-c", HOLDER, str(box)) as child:

        def replace() -> None:
            other = box.with_name("other")
            other.write_bytes(b"new")
            other.rename(box)
            assert child.stdin
            child.stdin.close()

        timer = threading.Timer(0.2, replace)
        timer.start()
        with Lock(str(box), 10) as lock:
            assert os.pread(lock.fd, 3, 0) == b"new"
        timer.join()


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_only_regular_files_are_locked(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "it"
    if kind == "link":
        path.symlink_to(tmp_path / "target")
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises((OSError, MailError)):
        take(path, 0)
    assert not dotlock(path).exists()


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        take(tmp_path / "none", 0)
    assert list(tmp_path.iterdir()) == []


def held_by(*argv: str, box: Path) -> None:
    """Another program takes its lock, sleeps, and gives it back: we get ours after that."""
    with subprocess.Popen(["sh", "-c", "; ".join(argv)], stdout=subprocess.PIPE) as child:
        assert child.stdout and child.stdout.readline() == b"held\n"
        assert seconds(lambda: take(box)) > 0.3
        assert child.wait() == 0


def test_dotlockfile_holds_us_up_and_we_it(box: Path) -> None:
    if not shutil.which("dotlockfile"):
        pytest.skip("dotlockfile is not installed")
    lock = f"{box}.lock"
    held_by(f"dotlockfile -l -p {lock}", "echo held", "sleep 0.5", f"dotlockfile -u {lock}", box=box)
    with holding(sys.executable, "-c", HOLDER, str(box)):
        assert subprocess.run(["dotlockfile", "-l", "-p", "-r", "0", lock]).returncode != 0


def test_procmails_lockfile_holds_us_up_and_we_it(box: Path) -> None:
    if not shutil.which("lockfile"):
        pytest.skip("procmail is not installed")
    lock = f"{box}.lock"
    held_by(f"lockfile {lock}", "echo held", "sleep 0.5", f"rm -f {lock}", box=box)
    with holding(sys.executable, "-c", HOLDER, str(box)):
        assert subprocess.run(["lockfile", "-1", "-r", "0", lock], capture_output=True).returncode != 0


def test_flock_holds_us_up_and_we_it(box: Path) -> None:
    held_by(f"flock {box} sh -c 'echo held; sleep 0.5'", box=box)
    with holding(sys.executable, "-c", HOLDER, str(box)):
        assert subprocess.run(["flock", "-n", str(box), "true"]).returncode != 0


def test_many_processes_take_turns(box: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pymail.mailboxes.lock import Lock
import os
for _ in range(20):
    with Lock(sys.argv[1], 60) as lock:
        number = int(os.pread(lock.fd, 20, 0) or b"0")
        os.pwrite(lock.fd, b"%d" % (number + 1), 0)
"""
    box.write_bytes(b"0")
    children = [subprocess.Popen([sys.executable, "-I", "-S", "-c", script, str(box)]) for _ in range(6)]
    assert [child.wait() for child in children] == [0] * 6
    assert box.read_bytes() == b"120"
    assert not dotlock(box).exists()
