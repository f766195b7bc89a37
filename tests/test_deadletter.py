"""dead.letter: a letter that could not be sent is kept, whole, safely, and for the user alone."""

from __future__ import annotations

import email
import email.policy
import errno
import fcntl
import mailbox
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from users import in_child

from pymail import deadletter
from pymail.deadletter import bury, marked
from pymail.errors import CANTCREAT, IOERR, NOPERM, TEMPFAIL, MailError
from pymail.mailboxes.mailbox import Settings
from pymail.mailboxes.opening import open_mailbox
from pymail.transports.transport import Answer

FAILURES = [Answer("b@x", 550, "5.1.1 no such \u00fcser"), Answer("c@x", 0, "smtp://x: Connection refused")]
LETTER = b"Subject: caf\xc3\xa9\n\nFrom me to you\n>From the past\n.\nlast"


def test_it_is_a_whole_mbox_message_for_the_user_alone(tmp_path: Path) -> None:
    path = str(tmp_path / "dead.letter")
    assert bury(path, [LETTER[:20], LETTER[20:]], "me@here", replace=False) == path
    octets = Path(path).read_bytes()
    assert octets.startswith(b"From me@here ")
    assert octets.endswith(b"\nSubject: caf\xc3\xa9\n\n>From me to you\n>>From the past\n.\nlast\n\n")
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_it_can_tell_who_did_not_get_it() -> None:
    octets = b"".join(marked([LETTER[:20], LETTER[20:]], FAILURES))
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert message["X-Failed-Recipients"] == "b@x, c@x"
    assert message.get_all("X-Failure") == ["b@x: 550 5.1.1 no such \u00fcser", "c@x: smtp://x: Connection refused"]
    assert octets.endswith(LETTER)


def test_two_failures_leave_two_letters(tmp_path: Path) -> None:
    path = str(tmp_path / "dead.letter")
    for text in (b"Subject: one\n\na\n", b"Subject: two\n\nb"):
        bury(path, [text], "", replace=False)
    box = mailbox.mbox(path, create=False)
    try:
        assert [message["Subject"] for message in box] == ["one", "two"]
        assert box[0].get_from().startswith("MAILER-DAEMON ")
    finally:
        box.close()


@pytest.mark.parametrize(("old", "gap"), [(b"torn", b"\n\n"), (b"torn\n", b"\n"), (b"torn\n\n", b""), (b"", b"")])
def test_an_old_torn_end_does_not_swallow_the_letter(tmp_path: Path, old: bytes, gap: bytes) -> None:
    path = tmp_path / "dead.letter"
    path.write_bytes(old)
    bury(str(path), [LETTER], "me", replace=False)
    assert path.read_bytes().startswith(old + gap + b"From me ")


def test_it_is_replaced_where_posix_says_so(tmp_path: Path) -> None:
    path = tmp_path / "dead.letter"
    path.write_text("old")
    path.chmod(0o600)
    bury(str(path), [b"Subject: new\n\n"], "me", replace=True)
    assert b"old" not in path.read_bytes() and b"Subject: new\n\n\n" in path.read_bytes()
    assert os.stat(path).st_mode & 0o777 == 0o600 and os.listdir(tmp_path) == ["dead.letter"]


@pytest.mark.parametrize("replace", [False, True])
def test_the_null_device_means_nowhere(tmp_path: Path, replace: bool) -> None:
    link = tmp_path / "dead.letter"
    link.symlink_to("/dev/null")
    for path in ("/dev/null", str(link)):
        assert bury(path, [LETTER], "me", replace=replace) == path
    assert link.is_symlink()


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("trap", ["symlink", "dangling", "hardlink", "fifo", "writable", "folder"])
def test_a_trap_in_its_place_is_left_alone(tmp_path: Path, trap: str, replace: bool) -> None:
    victim, path = tmp_path / "victim", tmp_path / "dead.letter"
    victim.write_text("precious")
    {
        "symlink": lambda: path.symlink_to(victim),
        "dangling": lambda: path.symlink_to(tmp_path / "nothing"),
        "hardlink": lambda: path.hardlink_to(victim),
        "fifo": lambda: os.mkfifo(path),
        "writable": lambda: (path.touch(), path.chmod(0o666)),
        "folder": lambda: tmp_path.chmod(0o777),
    }[trap]()
    with pytest.raises(MailError, match="not used") as caught:
        bury(str(path), [LETTER], "me", replace=replace)
    assert caught.value.status == NOPERM
    assert victim.read_text() == "precious" and not (tmp_path / "nothing").exists()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(MailError, match="/none/dead.letter: No such file or directory") as caught:
        bury(f"{tmp_path}/none/dead.letter", [LETTER], "me", replace=False)
    assert caught.value.status == CANTCREAT


@pytest.mark.parametrize("old", [b"", b"From me Thu Jan  1 00:00:00 1970\n\nold\n\n"])
@pytest.mark.parametrize("replace", [False, True])
def test_a_letter_that_does_not_fit_leaves_the_file_as_it_was(tmp_path: Path, old: bytes, replace: bool) -> None:
    path = tmp_path / "dead.letter"
    if old:
        path.write_bytes(old)

    def attempt() -> None:
        with pytest.raises(MailError, match="dead.letter: (nothing was appended: )?File too large") as caught:
            bury(str(path), [b"x" * 900] * 100, "me", replace=replace)
        assert caught.value.status == IOERR

    in_child(lambda: limited(5000, attempt))
    assert os.listdir(tmp_path) == (["dead.letter"] if old else [])
    assert not old or path.read_bytes() == old


def test_a_letter_that_cannot_be_read_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"Subject: x\n\n"
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(MailError):
        bury(str(tmp_path / "dead.letter"), pieces(), "me", replace=False)
    assert os.listdir(tmp_path) == []


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    path = str(tmp_path / "dead.letter")
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            for _ in range(25):
                bury(path, [b"Subject: %d\n\n" % number, b"%d\n" % number * 2000], "me", replace=False)
            os._exit(0)
        children.append(child)
    assert all(os.waitpid(child, 0)[1] == 0 for child in children)
    box = mailbox.mbox(path, create=False)
    try:
        assert len(box) == 100
        for message in box:
            assert message.get_payload() == f"{message['Subject']}\n" * 2000
    finally:
        box.close()


def test_a_lock_that_never_ends_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "dead.letter"
    path.touch(0o600)
    monkeypatch.setattr(deadletter, "_PATIENCE", 0.1)
    with open(path, "r+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        in_child(lambda: locked_out(path))


def locked_out(path: Path) -> None:
    with pytest.raises(MailError, match="locked by another program") as caught:
        bury(str(path), [LETTER], "me", replace=False)
    assert caught.value.status == TEMPFAIL


def limited(octets: int, action: Callable[[], None]) -> None:
    """No file may grow longer than this: a disk that fills up in the middle of a write."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))
    action()


LONG = [b"%d\n" % number * 30_000 for number in range(40)]


def killed_at(step: int, path: str, state: str) -> bool:
    """Bury a long letter in a child that is killed, in the middle of it, at its step-th write to a disk; was it?"""
    child = os.fork()
    if child == 0:
        Killer(step)
        bury(path, [b"Subject: new\n\n", *LONG], "me", replace=False, state=state)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


class Killer:
    """Kills this process at a number of calls of those that change a file; a long write is done by half."""

    def __init__(self, step: int) -> None:
        self.left = step
        for name in ("pwrite", "write", "fsync", "fdatasync", "ftruncate", "rename", "unlink"):
            setattr(os, name, self.counting(getattr(os, name)))

    def counting(self, call: Callable[..., object]) -> Callable[..., object]:
        def counted(descriptor: object, *rest: object) -> object:
            self.left -= 1
            if self.left == 0:
                if rest and isinstance(rest[0], (bytes, bytearray, memoryview)) and len(rest[0]) > 4096:
                    call(descriptor, memoryview(rest[0])[: len(rest[0]) // 2], *rest[1:])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(descriptor, *rest)

        return counted


@pytest.mark.parametrize("old", [b"", b"From me Thu Jan  1 00:00:00 1970\n\nold\n\n"], ids=["new", "old"])
def test_a_kill_at_any_moment_leaves_no_torn_letter_after_the_next_start(tmp_path: Path, old: bytes) -> None:
    state = tmp_path / "state"
    state.mkdir(0o700)
    for step in range(1, 100):
        path = tmp_path / "dead.letter"
        path.write_bytes(old)
        path.chmod(0o600)
        died = killed_at(step, str(path), str(state))
        lock = tmp_path / "dead.letter.lock"
        if lock.exists() and not lock.read_bytes():
            lock.unlink()  # it names nobody yet, and would be believed for five minutes
        if path.exists():
            open_mailbox(str(path), Settings(str(state), lock_timeout=5)).close()
        octets = path.read_bytes()
        assert octets.startswith(old)
        rest = octets[len(old) :]
        assert not rest or rest.endswith(b"".join(LONG) + b"\n") and rest.startswith(b"From me "), step
        bury(str(path), [LETTER], "me", replace=False, state=str(state))
        assert path.read_bytes().startswith(octets) and path.read_bytes().endswith(b".\nlast\n\n")
        path.unlink()
        if not died:
            assert step > 5
            return
    pytest.fail("the child never came to its end")
