"""The dotlock: whole from the first, stale ones broken, made by dotlockfile where we cannot, never left."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import users
from locks import ROOT, dotlock, take

from pymail.errors import MailError
from pymail.mailboxes.lock import Lock


@pytest.fixture
def box(tmp_path: Path) -> Path:
    path = tmp_path / "box"
    path.write_bytes(b"From a Tue Nov 14 22:13:20 2023\n\n")
    return path


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
    # The first run may have to compile the modules, which takes more calls.
    for _ in range(2):
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
