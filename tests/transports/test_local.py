"""`local:`: mail reaches this machine's users, safely, and nobody else's file."""

from __future__ import annotations

import grp
import os
import pwd
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sink import Text
from users import ORDINARY, as_ordinary, in_child, is_root, own

from pymail.errors import USAGE, MailError
from pymail.transports.local import Local, deliver
from pymail.transports.transport import Answer, Envelope
from pymail.variables.values import Variables

ME = ORDINARY.pw_name
LETTER = b"Subject: s\nStatus: RO\n\nFrom me\nbye"
STORED = b"Return-Path: <a@x>\nDelivered-To: %b\nSubject: s\n\n>From me\nbye\n\n"

needs_root = pytest.mark.skipif(not is_root, reason="only root delivers to others")


@pytest.fixture
def spool() -> Iterator[Path]:
    """A spool that users can reach: root:mail 2775 as Debian's, the ordinary user's own where he runs the tests."""
    with tempfile.TemporaryDirectory(prefix="pymail-spool-", dir="/tmp") as name:
        if is_root:
            os.chown(name, 0, grp.getgrnam("mail").gr_gid)
        os.chmod(name, 0o2775)
        yield Path(name)


def box(spool: Path, octets: bytes = b"", mode: int = 0o600) -> Path:
    """The ordinary user's mailbox."""
    path = spool / ME
    path.write_bytes(octets)
    path.chmod(mode)
    own(path)
    return path


def variables(spool: Path | None, **given: str) -> Variables:
    made = Variables(strict=False)
    for name, value in {"lock-timeout": "0", "spool": str(spool) if spool else "", **given}.items():
        if value:
            made.set(name.replace("_", "-"), value)
    return made


def to(user: str, spool: Path, letter: Text | None = None, sender: str = "a@x") -> Answer:
    return deliver(letter or Text(LETTER, 7), user, sender, variables(spool))


def send(spool: Path, *recipients: str, aliases: str = "", **given: str) -> list[Answer]:
    transport = Local(variables(spool, **given))
    transport.aliases = str(spool / "aliases")
    (spool / "aliases").write_text(aliases)
    return transport.send(Envelope("a@x", list(recipients)), Text(LETTER, 7))


def octets(path: Path) -> bytes:
    """A mailbox without its From_ lines."""
    lines = path.read_bytes().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"From a@x "))


def test_a_user_delivers_to_himself(spool: Path) -> None:
    path = box(spool, b"From b Thu Jan  1 00:00:00 1970\n\nold\n\n", mode=0o660)
    before = os.stat(path)
    as_ordinary(lambda: accepted(to(ME, spool), path))
    assert octets(path) == b"From b Thu Jan  1 00:00:00 1970\n\nold\n\n" + STORED % ME.encode()
    after = os.stat(path)
    assert (before.st_ino, before.st_mode, before.st_gid) == (after.st_ino, after.st_mode, after.st_gid)
    assert not os.path.exists(f"{path}.lock")


def accepted(answer: Answer, path: Path) -> None:
    assert (answer.code, answer.text) == (250, f"2.0.0 delivered to {path}")


def test_a_mailbox_that_is_missing_is_made_private(spool: Path) -> None:
    spool.chmod(0o1777)
    as_ordinary(lambda: accepted(to(ME, spool), spool / ME))
    status = os.stat(spool / ME)
    assert (status.st_uid, status.st_mode & 0o7777) == (ORDINARY.pw_uid, 0o600)


@pytest.mark.skipif(
    os.path.exists(f"/var/mail/{ME}") or (not is_root and os.access("/var/mail", os.W_OK)),
    reason="this user has or can make a mailbox in /var/mail",
)
def test_where_the_spool_is_not_his_the_inbox_is(spool: Path) -> None:
    spool.chmod(0o777)

    def try_it() -> None:
        os.environ["XDG_STATE_HOME"] = f"{spool}/state"
        os.mkdir(spool / "state", 0o700)
        for _ in range(2):
            answer = deliver(Text(LETTER, 7), ME, "a@x", variables(None))
            accepted(answer, spool / "state/pymail/inbox")

    as_ordinary(try_it)
    assert octets(spool / "state/pymail/inbox") == 2 * (STORED % ME.encode())
    assert os.stat(spool / "state/pymail/inbox").st_mode & 0o777 == 0o600


def test_mail_is_never_read_from_the_environment(spool: Path) -> None:
    path, victim = box(spool), spool / "victim"
    victim.touch()
    own(victim)

    def try_it() -> None:
        os.environ["MAIL"] = str(victim)
        accepted(to(ME, spool), path)

    as_ordinary(try_it)
    assert victim.read_bytes() == b""


def test_mail_to_another_user_needs_a_server_and_says_so(spool: Path) -> None:
    spool.chmod(0o1777)
    other = next(user.pw_name for user in pwd.getpwall() if user.pw_uid not in (0, ORDINARY.pw_uid))

    def try_it() -> None:
        answer = to(other, spool)
        assert answer.deferred and "no mail server is running here (pymaild, run by root" in answer.text

    as_ordinary(try_it)
    assert os.listdir(spool) == []


@pytest.mark.parametrize("user", ["no-such-user", "", "../../etc/passwd", "a\0b", "\udcff", "x" * 5000, "\u202etoor"])
def test_an_unknown_user_is_refused_by_name(spool: Path, user: str) -> None:
    answer = to(user, spool)
    assert (answer.recipient, answer.code) == (user, 550)
    assert answer.text.startswith("5.1.1 ") and answer.text.isprintable()
    assert os.listdir(spool) == []


def test_a_user_is_found_in_any_case(spool: Path) -> None:
    path = box(spool)
    as_ordinary(lambda: accepted(to(ME.upper(), spool), path))


@pytest.mark.parametrize(
    ("trap", "why"),
    [
        (lambda path: path.symlink_to(path.parent / "victim"), "is not a regular file"),
        (lambda path: path.symlink_to(path.parent / "nothing"), "is not a regular file"),
        (lambda path: path.hardlink_to(path.parent / "victim"), "has a second name"),
        (lambda path: os.mkfifo(path), "is not a regular file"),
        (lambda path: path.mkdir(), "is not a regular file"),
    ],
)
def test_a_trap_in_place_of_a_mailbox_is_left_alone(spool: Path, trap: Callable[[Path], None], why: str) -> None:
    spool.chmod(0o1777)
    victim = spool / "victim"
    victim.write_text("precious")
    own(victim)

    def try_it() -> None:
        trap(spool / ME)
        answer = to(ME, spool)
        assert answer.deferred and why in answer.text, answer

    as_ordinary(try_it)
    if is_root:
        answer = to(ME, spool)
        assert answer.deferred and why in answer.text
    assert victim.read_text() == "precious" and not (spool / "nothing").exists()


def test_a_locked_mailbox_is_left_alone(spool: Path) -> None:
    path = box(spool)
    (spool / f"{ME}.lock").write_text(str(os.getpid()))

    def try_it() -> None:
        answer = to(ME, spool)
        assert answer.deferred and f"locked by process {os.getppid()}" in answer.text

    as_ordinary(try_it)
    assert path.read_bytes() == b""


def test_a_letter_that_does_not_fit_leaves_the_mailbox_as_it_was(spool: Path) -> None:
    path = box(spool, b"From b Thu Jan  1 00:00:00 1970\n\nold\n\n")

    def try_it() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        answer = to(ME, spool, Text(b"\n" + b"x" * 9000, 100))
        assert answer.deferred and "File too large" in answer.text

    as_ordinary(try_it)
    assert path.read_bytes() == b"From b Thu Jan  1 00:00:00 1970\n\nold\n\n"
    if is_root:
        in_child(try_it)
        assert path.read_bytes() == b"From b Thu Jan  1 00:00:00 1970\n\nold\n\n"


@pytest.mark.parametrize("sender", ["a@x>\nBcc: b@x", "a b@x", "\x1b[2J@x"])
def test_a_sender_cannot_become_a_field(spool: Path, sender: str) -> None:
    box(spool)
    with pytest.raises(MailError) as caught:
        to(ME, spool, sender=sender)
    assert caught.value.status == USAGE


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (b"X: 1\nstatus : RO\n more\n\tmore\nX-Keywords: a\nY: 2\n\nStatus: text\n", b"X: 1\nY: 2\n\nStatus: text\n"),
        (b"Content-Length: 3\nReturn-Path: <evil@x>\nX-UID: 1\nX-IMAPbase: 1 2\n\nx\n", b"\nx\n"),
        (b"\nStatus: text\n", b"\nStatus: text\n"),
        (b"X: 1\rStatus: kept\n\n\n", b"X: 1\rStatus: kept\n\n\n"),
        (b"Delivered-To: earlier\n\nx\n", b"Delivered-To: earlier\n\nx\n"),
        (b"X-Status: A\nno header end", b"no header end\n\n"),
    ],
)
@pytest.mark.parametrize("cut", [1, 5, 1000])
def test_the_sender_does_not_set_flags(spool: Path, given: bytes, kept: bytes, cut: int) -> None:
    path = box(spool)
    as_ordinary(lambda: accepted(to(ME, spool, Text(given, cut)), path))
    assert octets(path) == b"Return-Path: <a@x>\nDelivered-To: %b\n" % ME.encode() + kept + b"\n"


def test_the_null_sender_is_the_mailer_daemon(spool: Path) -> None:
    path = box(spool)
    as_ordinary(lambda: accepted(to(ME, spool, sender=""), path))
    assert path.read_bytes().startswith(b"From MAILER-DAEMON ") and b"Return-Path: <>\n" in path.read_bytes()


def test_an_address_of_this_machine_is_local(spool: Path) -> None:
    box(spool)
    host = os.uname().nodename

    def try_it() -> None:
        names = [ME, f"{ME}@localhost", f"{ME}@LocalHost.", f"{ME}@{host}", f"{ME}@mine.example", f"{ME}@other.example"]
        answers = send(spool, *names, local_domains="mine.example, other.example")
        assert [answer.code for answer in answers] == [250] * 6
        assert [answer.recipient for answer in answers] == names

    spool.chmod(0o777)
    as_ordinary(try_it)
    assert octets(spool / ME) == STORED % ME.encode()


def test_another_machine_needs_a_server_and_stops_no_other(spool: Path) -> None:
    box(spool)
    spool.chmod(0o777)

    def try_it() -> None:
        far, near, nobody = send(spool, "bob@example.com", ME, "no-such-user")
        assert far.deferred and "example.com is another machine: that needs a mail server" in far.text
        assert near.accepted and nobody.refused

    as_ordinary(try_it)


@needs_root
def test_root_delivers_to_everybody_as_the_recipient(spool: Path) -> None:
    for name in (ME, "daemon", "root"):
        accepted(to(name, spool), spool / name)
        status = os.stat(spool / name)
        assert status.st_uid == pwd.getpwnam(name).pw_uid
        assert (grp.getgrgid(status.st_gid).gr_name, status.st_mode & 0o7777) == ("mail", 0o600)
        assert octets(spool / name) == STORED % name.encode()
    assert os.geteuid() == 0 and sorted(os.listdir(spool)) == sorted([ME, "daemon", "root"])


@needs_root
def test_root_delivers_where_only_root_can_go_for_nobody(spool: Path) -> None:
    spool.chmod(0o700)
    answer = to(ME, spool)
    assert answer.deferred and "Permission denied" in answer.text


@needs_root
def test_a_mailbox_of_another_is_left_alone(spool: Path) -> None:
    (spool / ME).touch()
    answer = to(ME, spool)
    assert answer.deferred and f"does not belong to {ME}" in answer.text
    assert (spool / ME).read_bytes() == b""


@needs_root
def test_aliases_of_plain_users_are_followed_and_each_gets_one_copy(spool: Path) -> None:
    answers = send(spool, "team", "postmaster", "daemon", aliases="team: daemon, root\npostmaster: root\n")
    assert [(answer.recipient, answer.code) for answer in answers] == [
        ("team", 250),
        ("postmaster", 250),
        ("daemon", 250),
    ]
    assert [octets(spool / name).count(b"Subject") for name in ("daemon", "root")] == [1, 1]


@needs_root
def test_an_alias_of_whom_some_cannot_have_it_now_leaves_just_these(spool: Path) -> None:
    (spool / "root").mkdir()
    (answer,) = send(spool, "team", aliases="team: daemon, root\n")
    assert answer.deferred and answer.left == ("root",) and octets(spool / "daemon").count(b"Subject") == 1
    (spool / "daemon").unlink()
    (spool / "daemon").mkdir()
    (answer,) = send(spool, "team", aliases="team: daemon, root\n")
    assert answer.deferred and answer.left == ()


@needs_root
def test_an_alias_for_a_program_a_file_or_nobody_is_not_followed(spool: Path) -> None:
    text = f'prog: "|touch {spool}/ran"\nfile: {spool}/written\nold: daemon, no-such-user\nnone:\n'
    prog, file, old, none = send(spool, "prog", "file", "old", "none", aliases=text)
    assert prog.deferred and file.deferred and "needs a mail server" in prog.text
    assert old.refused and "no-such-user" in old.text and octets(spool / "daemon").count(b"Subject") == 1
    assert none.refused
    assert sorted(os.listdir(spool)) == ["aliases", "daemon"]


def test_a_run_loads_nothing_that_a_recipient_could_not_read() -> None:
    """Root's Python may lie in /root: a module that is first needed by the child could not be loaded there."""
    program = (
        "import sys, os; sys.path[:0] = sys.argv[1:4]\n"
        "from test_local import *\n"
        "from pymail.transports.local import _Delivery\n"
        "delivery = _Delivery(Text(LETTER, 7), pwd.getpwuid(os.geteuid()), 'a@x', variables(Path(sys.argv[4])))\n"
        "before = set(sys.modules); delivery.run()\n"
        "print(*[name for name in set(sys.modules) - before if name not in sys.builtin_module_names])"
    )
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        argv = [sys.executable, "-c", program, str(here.parents[1]), str(here.parent), str(here), folder]
        assert subprocess.run(argv, capture_output=True, check=True, text=True).stdout == "\n"
