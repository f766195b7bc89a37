"""Locks: all or none, bounded waits, stale ones broken, nothing left behind, and foreign lockers are respected."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import users

from pymail.errors import TEMPFAIL, MailError
from pymail.mailboxes.lock import Lock

ROOT = Path(__file__).parents[2]
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


def dotlock(box: Path) -> Path:
    return box.with_name(box.name + ".lock")


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


def take(box: Path, timeout: float = 10) -> None:
    with Lock(str(box), timeout):
        pass


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


def test_a_lock_untouched_for_five_minutes_is_broken_and_told(box: Path) -> None:
    dotlock(box).write_text("x\n")
    os.utime(dotlock(box), (time.time() - 400,) * 2)
    with Lock(str(box), 0.1) as lock:
        assert "untouched for 6 minutes" in lock.notes[0]
    assert not dotlock(box).exists()


def dead_process() -> int:
    child = subprocess.Popen(["true"])
    child.wait()
    return child.pid


@pytest.mark.parametrize(
    ("text", "age", "stale"),
    [
        ("{pid} {host} {space}\n", 0, True),
        ("{pid} elsewhere {space}\n", 0, False),
        ("{pid} {host} 4026530000\n", 0, False),
        ("{me} {host} {space}\n", 60, False),
        ("{pid}\n", 0, False),
        ("{pid}\n", 10, True),
        ("{me}\n", 60, False),
        ("0", 60, False),
        ("", 60, False),
        ("-1 \x00 nonsense 99999999999999999999", 60, False),
    ],
)
def test_a_lock_is_stale_when_it_names_a_dead_process_of_this_host_and_namespace(
    box: Path, text: str, age: int, stale: bool
) -> None:
    space = os.stat("/proc/self/ns/pid").st_ino
    dotlock(box).write_text(text.format(pid=dead_process(), me=os.getpid(), host=os.uname().nodename, space=space))
    os.utime(dotlock(box), (time.time() - age,) * 2)
    if stale:
        with Lock(str(box), 0) as lock:
            assert "is gone" in lock.notes[0]
    else:
        with pytest.raises(MailError):
            take(box, 0)
        assert dotlock(box).exists()


def test_a_lock_that_is_held_long_is_touched(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pymail.mailboxes.dotlock._TOUCH", 0)
    with Lock(str(box)) as lock:
        os.utime(dotlock(box), (0, 0))
        lock.touch()
        assert time.time() - dotlock(box).stat().st_mtime < 60


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


# As an ordinary user in a spool like Debian's, which only this process sees.
IN_SPOOL = f"""
import os, pwd, sys
sys.path.insert(0, {str(ROOT)!r})
from pymail.mailboxes.lock import Lock
user = pwd.getpwnam("nobody")
box = "/var/mail/nobody"
os.close(os.open(box, os.O_CREAT | os.O_WRONLY, 0o600))
os.chown(box, user.pw_uid, user.pw_gid)
os.setgroups([])
os.setgid(user.pw_gid)
os.setuid(user.pw_uid)
with Lock(box, 1) as lock:
    print(open(box + ".lock").read().split()[0] == str(os.getpid()), lock.details)
print(os.path.exists(box + ".lock"))
"""


@pytest.mark.skipif(not users.is_root, reason="only root can make a spool")
def test_in_a_folder_that_we_cannot_write_dotlockfile_makes_the_dotlock() -> None:
    if not shutil.which("dotlockfile"):
        pytest.skip("dotlockfile is not installed")
    mount = "mount -t tmpfs -o mode=2775,gid=mail none /var/mail"
    argv = ["unshare", "-m", "sh", "-c", f'{mount} && exec "$@"', "-", sys.executable, "-c", IN_SPOOL]
    done = subprocess.run(argv, capture_output=True, text=True)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("no mounts here")
    assert done.stdout == "True []\nFalse\n", done.stderr


@pytest.mark.skipif(not users.is_root, reason="only root can make a spool")
def test_without_dotlockfile_the_kernels_lock_must_do_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pymail.mailboxes.dotlock._DOTLOCKFILE", "/nonexistent")
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    folder = tmp_path / "spool"
    folder.mkdir(0o755)
    box = folder / "box"
    box.touch(0o600)
    users.own(box)

    def work() -> None:
        details: list[str] = []
        with Lock(str(box), 1, details=details):
            assert "fcntl alone" in details[0]

    users.as_ordinary(work)


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


@pytest.mark.parametrize("call", ["write", "link"])
def test_a_kill_while_the_dotlock_is_made_leaves_none(box: Path, call: str) -> None:
    child = os.fork()
    if child == 0:
        setattr(os, call, lambda *_, **__: os._exit(9))
        take(box, 0)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert os.listdir(box.parent) == [box.name]
    take(box, 0)


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EISDIR])
def test_where_files_without_a_name_are_unknown_there_is_a_dotlock_too(
    box: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    open_ = os.open

    def without(path: str, flags: int, *mode: int) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(number, os.strerror(number), path)
        return open_(path, flags, *mode)

    monkeypatch.setattr(os, "open", without)
    with Lock(str(box)):
        assert dotlock(box).read_text().split()[0] == str(os.getpid())
        assert stat.S_IMODE(dotlock(box).stat().st_mode) == 0o444
    assert not dotlock(box).exists()


TAKE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pymail.mailboxes.lock import Lock
with Lock(sys.argv[1], 0):
    print("held")
"""


def traced(box: Path, *options: str) -> subprocess.CompletedProcess[str]:
    argv = ["strace", "-f", "-qq", "-e", "signal=none", *options, sys.executable, "-I", "-S", "-c", TAKE, str(box)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("fault", ["signal=KILL", "error=EIO", "error=EPERM", "error=EINTR"])
def test_a_fault_at_any_call_where_files_without_a_name_are_unknown_leaves_no_empty_dotlock(
    box: Path, fault: str
) -> None:
    log = box.with_name("log")
    assert traced(box, "-o", str(log), "-e", "trace=openat").stdout == "held\n"
    opens = [line for line in log.read_text().splitlines() if "openat(" in line]
    nameless = next(number for number, line in enumerate(opens, 1) if "O_TMPFILE" in line)
    refused = ["-e", f"inject=openat:error=EOPNOTSUPP:when={nameless}"]
    trace = "trace=openat,write,link,linkat,unlink,fstat,newfstatat,close"
    assert traced(box, "-o", str(log), "-e", trace, *refused).stdout == "held\n"
    seen: Counter[str] = Counter()
    tried = 0
    for name in re.findall(r"(?m)^\d+ +(\w+)\(", log.read_text()):
        seen[name] += 1
        if name == "openat" or seen["openat"] < nameless:
            continue
        traced(box, "-o", "/dev/null", *refused, "-e", f"inject={name}:{fault}:when={seen[name]}")
        if dotlock(box).exists():
            # Whole, and so it names a process that is gone.
            assert fault == "signal=KILL" and dotlock(box).read_text().split()[0].isdecimal(), name
        take(box, 0)
        assert not dotlock(box).exists()
        tried += 1
    print(f"a lock by another name: {fault} at each of {tried} calls")
    assert tried > 5


def test_a_dotlock_that_cannot_be_written_is_not_left(box: Path) -> None:
    def work() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        with pytest.raises(MailError, match=os.strerror(errno.EFBIG)):
            take(box, 0)

    users.in_child(work)
    assert not dotlock(box).exists()
    assert stat.S_ISREG(box.stat().st_mode)
