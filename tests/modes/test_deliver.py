"""--deliver: what mail servers, procmail and .forward hand over is on disk, or they hear that it is not."""

from __future__ import annotations

import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import users
from installation import ROOT
from program import PYMAIL, USER, Home, Run
from servers import SERVICE, Exim

LETTER = b"From: Bob <bob@x.org>\nSubject: hello\n\nFrom me\ntext\n"
STORED = b"Return-Path: <%b>\nDelivered-To: %b\nFrom: Bob <bob@x.org>\nSubject: hello\n\n>From me\ntext\n\n"


def stored(sender: str, user: str = USER) -> bytes:
    return STORED % (sender.encode(), user.encode())


def body_of(path: Path) -> tuple[bytes, bytes]:
    """The From_ line's sender, and what is behind that line."""
    line, _, rest = path.read_bytes().partition(b"\n")
    return line.split()[1], rest


@pytest.mark.parametrize(
    ("before", "options", "sender"),
    [
        ("", [], USER),
        ("", ["-d", USER], USER),
        ("", ["-r", "carl@y"], "carl@y"),
        ("", ["-r", ""], ""),
        ("From carl@y Tue Nov 14 22:13:20 2023\n", [], "carl@y"),
        ("From carl@y Tue Nov 14 22:13:20 2023\n", ["-r", "me@z"], "me@z"),
        ("From MAILER-DAEMON Tue Nov 14 22:13:20 2023\n", [], ""),
        ("From <> Tue Nov 14 22:13:20 2023\n", [], ""),
        ("From no address at all\n", [], ""),
        ("From\n", [], USER),
    ],
)
def test_a_letter_comes_into_the_mailbox_with_its_senders_name(
    pymail: Run, home: Home, before: str, options: list[str], sender: str
) -> None:
    done = pymail("--deliver", *options, input=before.encode() + LETTER)
    assert (done.status, done.out, done.err) == (0, "", "")
    name, rest = body_of(home.inbox)
    assert name == (sender.encode() or b"MAILER-DAEMON")
    assert rest.replace(b"From\n", b"", 1) if before == "From\n" else rest == stored(sender)
    assert home.inbox.stat().st_mode & 0o7777 == 0o600


def test_the_return_path_of_the_letter_is_its_sender(pymail: Run, home: Home) -> None:
    assert pymail("--deliver", input=b"Return-Path: <carl@y>\n" + LETTER).status == 0
    assert body_of(home.inbox) == (b"carl@y", stored("carl@y"))


def test_crlf_becomes_lf(pymail: Run, home: Home) -> None:
    octets = b"From carl@y Tue Nov 14 22:13:20 2023\n" + LETTER
    assert pymail("--deliver", input=octets.replace(b"\n", b"\r\n")).status == 0
    assert body_of(home.inbox)[1] == stored("carl@y")


@pytest.mark.parametrize(
    "octets", [b"", b"\n", b"no header", b"x" * 200_000, b"\0\n\0\n", b"A: b\n\n" + b"y\n" * 900_000]
)
def test_whatever_comes_is_kept(pymail: Run, home: Home, octets: bytes) -> None:
    assert pymail("--deliver", input=octets).status == 0
    assert octets in home.inbox.read_bytes()
    assert pymail("-H").out.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "status", "text"),
    [
        (["-d", "nosuchuser"], 69, "nosuchuser: 550 5.1.1 no such user on this machine"),
        (["-d", "../../etc/passwd"], 69, "no such user"),
        (["-d"], 64, "-d wants the name of one user"),
        (["bob"], 64, "-d wants the name of one user"),
        (["-d", "a", "b"], 64, "-d wants the name of one user"),
        (["-s", "subject"], 64, "--subject does not go with it"),
        (["-f", "box"], 64, "--file does not go with it"),
        (["-r", "x y@z"], 64, "not an address"),
    ],
)
def test_what_cannot_be_delivered_has_a_status_and_one_line(
    pymail: Run, options: list[str], status: int, text: str
) -> None:
    done = pymail("--deliver", *options, input=LETTER)
    assert done.status == status and text in done.err and done.err.count("\n") == 1


def test_a_start_up_file_has_no_say(pymail: Run, home: Home) -> None:
    home.rc("echo hello\nnonsense\nset spool=/nowhere\nquit\n")
    assert pymail("--deliver", input=LETTER).err == ""
    assert home.inbox.exists()


@pytest.mark.parametrize("kind", ["folder", "link", "fifo", "second name", "locked", "full", "gone"])
def test_what_is_not_durable_is_to_be_tried_again(home: Home, kind: str) -> None:
    argv = [*PYMAIL, *home.options, "-S", "lock-timeout=0", "--deliver"]
    if kind == "folder":
        home.inbox.mkdir()
    elif kind == "link":
        (home.path / "target").touch()
        home.inbox.symlink_to(home.path / "target")
    elif kind == "fifo":
        os.mkfifo(home.inbox)
    elif kind == "second name":
        home.inbox.touch()
        (home.spool / "other").hardlink_to(home.inbox)
    elif kind == "locked":
        home.inbox.with_name(USER + ".lock").touch()
    elif kind == "full":
        argv = ["prlimit", "--fsize=5000", *argv]
    else:
        home.spool.rmdir()
    done = subprocess.run(argv, input=LETTER + b"y\n" * 5000, env=home.env, capture_output=True, timeout=30)
    assert done.returncode == 75 and done.stderr.count(b"\n") == 1, done.stderr
    assert kind in ("folder", "fifo", "gone") or not home.inbox.exists() or not home.inbox.stat().st_size


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_before_the_end_of_the_letter_means_later(home: Home, number: int) -> None:
    argv = [*PYMAIL, *home.options, "--deliver"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=home.env) as child:
        assert child.stdin
        # What is written comes back out of the pipe's way only once the program reads: then it hears signals.
        child.stdin.write(LETTER * 4000)
        child.stdin.flush()
        child.send_signal(number)
        assert child.wait(30) == 75
    assert not home.inbox.exists()


@pytest.mark.skipif(not shutil.which("procmail"), reason="procmail is not installed")
def test_procmail_hands_its_letters_over(home: Home) -> None:
    (home.path / "start.py").write_text(PYMAIL[-1])
    command = shlex.join([*PYMAIL[:-2], str(home.path / "start.py"), *home.options, "--deliver"])
    (home.path / "rc").write_text(f"SHELL=/bin/sh\nDEFAULT={home.path}/default\n:0 w\n| {command}\n")
    argv = ["procmail", "-m", str(home.path / "rc")]
    letter = b"From carl@y Tue Nov 14 22:13:20 2023\n" + LETTER
    done = subprocess.run(argv, input=letter, env=home.env, capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    # procmail ends a letter with an empty line, as an mbox does.
    assert body_of(home.inbox) == (b"carl@y", stored("carl@y") + b"\n")
    assert not (home.path / "default").exists()


class Piping(Exim):
    """Exim that hands each letter to pymail's --deliver, run by Debian's Python as the account that Exim has."""

    def prepare(self) -> None:
        super().prepare()
        shutil.copytree(ROOT / "pymail", self.folder / "pymail", ignore=shutil.ignore_patterns("__pycache__"))
        start = f"import sys; sys.path.insert(0, '{self.folder}'); from pymail.main import main; sys.exit(main())"
        command = f'/usr/bin/python3 -I -S -c "{start}" --deliver -S spool={self.mail} -S lock-timeout=1 "$@"'
        (self.folder / "deliver").write_text(f"#!/bin/sh\nexec {command}\n")
        (self.folder / "deliver").chmod(0o755)
        text = self.configuration.read_text()
        # Not the account's own HOME: that is the machine's.
        pipe = f"  driver = pipe\n  command = {self.folder}/deliver -d {SERVICE}\n"
        pipe += f"  home_directory = {self.folder}/spool\n  return_path_add\n"
        text = re.sub(r"(?s)  driver = appendfile.*?delivery_date_add\n", pipe, text)
        self.configuration.write_text(text)


@pytest.fixture(scope="module")
def piping() -> Iterator[Piping]:
    if sys.version_info[:2] < (3, 11) or not Path("/usr/bin/python3.11").exists():
        pytest.skip("no Python that every user can run")
    with Piping() as server:
        yield server


def hand_in(server: Exim) -> None:
    argv = [str(server.sendmail), "-odi", "-oi", "-f", "carl@y.example", "bob@test.example"]
    subprocess.run(argv, input=LETTER, check=True, capture_output=True, timeout=30)


def test_exim_hands_its_letters_over(piping: Piping) -> None:
    hand_in(piping)
    owner = pwd.getpwnam(SERVICE)
    box = piping.mail / SERVICE
    assert box.exists(), piping.log()
    name, rest = body_of(box)
    assert name == b"carl@y.example" and rest.startswith(b"Return-Path: <carl@y.example>\nDelivered-To: ")
    assert rest.count(b"Return-Path:") == 1 and rest.endswith(b"\n\n>From me\ntext\n\n\n")
    assert (box.stat().st_uid, box.stat().st_mode & 0o7777) == (owner.pw_uid, 0o600)


def test_exim_keeps_a_letter_that_is_not_durable_and_tries_again(piping: Piping) -> None:
    box, lock = piping.mail / SERVICE, piping.mail / f"{SERVICE}.lock"
    before = box.read_bytes() if box.exists() else b""
    lock.write_text("1\n")
    hand_in(piping)
    waiting = subprocess.run([str(piping.sendmail), "-bpc"], capture_output=True, timeout=30).stdout
    assert waiting.strip() == b"1", piping.log()
    lock.unlink()
    subprocess.run([str(piping.sendmail), "-qff"], check=True, capture_output=True, timeout=30)
    assert subprocess.run([str(piping.sendmail), "-bpc"], capture_output=True, timeout=30).stdout.strip() == b"0"
    assert box.read_bytes().count(b"Subject: hello") == before.count(b"Subject: hello") + 1


@pytest.mark.skipif(not users.is_root, reason="only root delivers to others")
def test_root_delivers_to_another_user(home: Home) -> None:
    with tempfile.TemporaryDirectory(prefix="pymail-spool-", dir="/tmp") as spool:
        os.chmod(spool, 0o1777)
        argv = [*PYMAIL, "-S", f"spool={spool}", "--deliver", "-d", users.ORDINARY.pw_name]
        assert subprocess.run(argv, input=LETTER, env=home.env, timeout=30).returncode == 0
        box = Path(spool) / users.ORDINARY.pw_name
        assert body_of(box)[1] == stored(USER, users.ORDINARY.pw_name)
        assert box.stat().st_uid == users.ORDINARY.pw_uid
