"""The outbox from the command line: listing, looking after it, flushing it from cron, root's view of all."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from installation import ROOT
from machine import Machine
from program import PYMAIL, Home, Run
from sink import HANG, Sink, Text

from pymail.transports.outbox import Outbox
from pymail.transports.transport import Envelope

DOWN = "smtp://127.0.0.1:1"


def put(pymail: Run, *people: str, url: str = "") -> None:
    """Queue a letter for each of `people`; by the settings of the start-up file, or by `url`."""
    way = ["-S", f"mta={url}"] if url else []
    for person in people:
        done = pymail(*way, "-s", f"for {person}", person, input=f"text for {person}\n")
        assert done.status == 0 and "queued" in done.err


def ids(pymail: Run) -> list[str]:
    return re.findall(r"^([0-9a-f]{14,})  ", pymail("--outbox").out, re.M)


@pytest.fixture
def down(home: Home) -> Home:
    """A home whose mail server is away."""
    home.rc(f"set mta={DOWN}\n")
    return home


def test_empty_outbox_is_status_1_and_flushing_it_0(pymail: Run) -> None:
    assert (pymail("--outbox").out, pymail("--outbox").status) == ("", 1)
    done = pymail("--flush")
    assert (done.out, done.err, done.status) == ("", "", 0)


def test_list_says_what_waits_for_whom_and_why(pymail: Run, down: Home) -> None:
    put(pymail, "a@x", "b@x")
    done = pymail("--outbox")
    assert done.status == 0
    assert re.fullmatch(
        r"[0-9a-f]+  \d+s  \d+ octets  tries 0  a@x\n    smtp://127.0.0.1:1: Connection refused\n"
        r"[0-9a-f]+  \d+s  \d+ octets  tries 0  b@x\n    smtp://127.0.0.1:1: Connection refused\n",
        done.out,
    )


def test_letter_is_shown_by_the_beginning_of_its_id(pymail: Run, down: Home) -> None:
    put(pymail, "a@x")
    (identity,) = ids(pymail)
    done = pymail("--outbox", "show", identity[:12])
    for line in (f"Letter: {identity}", f"Why: {DOWN}: Connection refused", "Recipient: a@x", "Subject: for a@x"):
        assert line in done.out.splitlines()
    assert done.out.endswith("\n\ntext for a@x\n")


def test_shown_letter_cannot_drive_the_terminal(pymail: Run, down: Home) -> None:
    pymail("a@x", input="\x1b[2J\x07clear\u202e\n")
    (identity,) = ids(pymail)
    assert "\x1b" not in pymail("--outbox", "show", identity).out


def test_letters_are_held_let_go_and_deleted(pymail: Run, down: Home, sink: Sink) -> None:
    put(pymail, "a@x", "b@x", "c@x")
    a, b, c = ids(pymail)
    assert pymail("--outbox", "hold", a, b).status == 0
    assert pymail("--outbox", "delete", c).status == 0
    assert pymail("--outbox").out.count(" held  ") == 2
    down.rc(f"set mta={sink.url}\n")
    assert pymail("--flush").status == 0 and not sink.letters
    assert pymail("--outbox", "retry", b).status == 0
    assert pymail("--flush").status == 0
    assert [letter.recipients for letter in sink.letters] == [["<b@x>"]]
    assert pymail("--outbox", "retry", "*").status == 0 and pymail("--flush").status == 0
    assert [letter.recipients for letter in sink.letters] == [["<b@x>"], ["<a@x>"]] and pymail("--outbox").status == 1


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["show"], 64), (["burn", "6"], 64), (["show", "ffff"], 66), (["delete", ""], 66), (["--all", "show"], 64),
        (["show", "6"], 64), (["list", "6"], 64),
    ],
)  # fmt: skip
def test_wrong_words_are_refused(pymail: Run, down: Home, words: list[str], status: int) -> None:
    put(pymail, "a@x", "b@x")
    done = pymail("--outbox", *words)
    assert done.status == status and len(done.err.splitlines()) == 1 and len(ids(pymail)) == 2


@pytest.mark.parametrize("words", [["--flush", "bob"], ["--all"], ["--flush", "--", "x"]])
def test_options_of_the_outbox_stand_alone(pymail: Run, words: list[str]) -> None:
    assert pymail(*words).status == 64


def test_flush_is_75_while_something_waits_and_then_0(pymail: Run, down: Home, sink: Sink) -> None:
    put(pymail, "a@x", "b@x")
    done = pymail("--flush")
    assert (done.out, done.status) == ("", 75)
    assert done.err.splitlines() == [f"pymail: {DOWN}: Connection refused", "pymail: 2 letters wait still"]
    down.rc(f"set mta={sink.url}\n")
    done = pymail("--flush")
    assert (done.out, done.err, done.status) == ("", "", 0)
    assert len(sink.letters) == 2 and sink.connections == 1


def test_flush_is_69_when_a_letter_is_refused_and_the_others_go(pymail: Run, down: Home) -> None:
    put(pymail, "a@x", "b@x", "c@x")
    with Sink(script={"RCPT b@x": "550 5.1.1 no such user", "RCPT c@x": "451 4.2.0 busy"}) as sink:
        down.rc(f"set mta={sink.url}\n")
        done = pymail("--flush")
    assert done.status == 69 and [letter.recipients for letter in sink.letters] == [["<a@x>"]]
    assert done.err.splitlines() == [
        f"pymail: the letter is in {down.path}/dead.letter",
        "pymail: b@x: 550 5.1.1 no such user",
        "pymail: c@x: 451 4.2.0 busy",
        "pymail: 1 letter waits still",
    ]
    grave = (down.path / "dead.letter").read_text()
    assert "X-Failed-Recipients: b@x\n" in grave and "text for b@x" in grave
    assert "Subject: Undelivered: for b@x" in down.inbox.read_text()


def test_two_flushes_at_once_send_each_letter_once(pymail: Run, down: Home) -> None:
    people = [f"{number}@x" for number in range(20)]
    put(pymail, *people)
    with Sink() as sink:
        down.rc(f"set mta={sink.url}\n")
        command = [*PYMAIL, *down.options, "--flush"]
        both = [subprocess.Popen(command, env=down.env, cwd=down.path, stderr=subprocess.PIPE) for _ in range(4)]
        said = [child.communicate(timeout=30)[1] for child in both]
    assert sorted(child.returncode for child in both)[0] == 0
    assert all(child.returncode in (0, 75) for child in both), said
    assert sorted(letter.recipients[0] for letter in sink.letters) == sorted(f"<{person}>" for person in people)
    assert pymail("--outbox").status == 1


def test_flush_while_another_hangs_says_so_at_once(pymail: Run, down: Home) -> None:
    put(pymail, "a@x")
    with Sink(script={"MAIL": HANG}) as sink:
        down.rc(f"set mta={sink.url}\n")
        command = [*PYMAIL, *down.options, "--flush"]
        with subprocess.Popen(command, env=down.env, cwd=down.path, stderr=subprocess.DEVNULL) as first:
            while not any(line.startswith("MAIL") for line in sink.lines):
                assert first.poll() is None
            done = pymail("--flush")
            first.terminate()
    assert done.status == 75
    assert done.err.splitlines() == [
        "pymail: the outbox is being sent by another process just now", "pymail: 1 letter waits still",
    ]  # fmt: skip
    assert first.returncode == -signal.SIGTERM and len(ids(pymail)) == 1


def test_dry_run_of_a_flush_sends_nothing(pymail: Run, down: Home, sink: Sink) -> None:
    put(pymail, "a@x")
    down.rc(f"set mta={sink.url}\n")
    done = pymail("--dry-run", "--flush")
    assert done.status == 0 and "a@x" in done.out and not sink.connections and len(ids(pymail)) == 1


def test_verbose_flush_tells_the_conversation(pymail: Run, down: Home, sink: Sink) -> None:
    put(pymail, "a@x")
    down.rc(f"set mta={sink.url}\n")
    assert re.search(r"^ +\d\.\d{3} >>> RCPT TO:<a@x>$", pymail("-v", "--flush").err, re.M)


def test_without_an_outbox_there_is_nothing_to_list(pymail: Run) -> None:
    for option in ("--outbox", "--flush"):
        done = pymail("-S", "nooutbox", option)
        assert done.status == 66 and "nooutbox" in done.err


def test_root_sees_what_waits_for_everybody_and_others_do_not() -> None:
    machine = Machine()
    try:
        machine.env["PYMAIL_MTA"] = DOWN
        for user in ("bob", "smith"):
            assert machine.run(user, f"friend-of-{user}@x", input="text\n").status == 0
        done = machine.run("root", "--outbox", "--all")
        found = re.findall(r"^(\w+):\n[0-9a-f]+  .*  (friend-of-\S+)$", done.out, re.M)
        assert done.status == 0 and found == [("bob", "friend-of-bob@x"), ("smith", "friend-of-smith@x")]
        refused = machine.run("bob", "--outbox", "--all")
        assert refused.status == 77 and "smith" not in refused.out + refused.err
    finally:
        machine.close()


def test_outbox_that_is_a_trap_is_left_alone_by_roots_list() -> None:
    machine = Machine()
    try:
        state = machine.home("bob") / ".local/state/pymail"
        state.mkdir(parents=True)
        (state / "outbox").symlink_to("/root")
        for path in (state, *state.parents[:2]):
            os.chown(path, 7001, 7001)
        done = machine.run("root", "--outbox", "--all")
        assert "bob:\n" not in done.out and len(done.err.splitlines()) <= 1
    finally:
        machine.close()


def test_flush_from_cron_ends_when_the_server_says_nothing(pymail: Run, down: Home) -> None:
    put(pymail, "a@x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        down.rc(f"set mta=smtp://127.0.0.1:{server.getsockname()[1]} smtp-timeout=1\n")
        accepted: list[socket.socket] = []
        thread = threading.Thread(target=lambda: accepted.append(server.accept()[0]))
        thread.start()
        done = pymail("--flush")
        thread.join()
        accepted[0].close()
    assert done.status == 75 and "gave no answer in time" in done.err


@pytest.mark.parametrize(
    ("words", "name", "mode"),
    [
        (["--flush", "-s", "x"], "subject", "flush"),
        (["--flush", "--outbox"], "outbox", "flush"),
        (["--outbox", "-H"], "headers", "outbox"),
        (["--smtp", "-a", "/etc/passwd"], "add", "smtp"),
    ],
)
def test_option_that_would_mean_nothing_is_refused(
    pymail: Run, down: Home, words: list[str], name: str, mode: str
) -> None:
    put(pymail, "bob@x")
    done = pymail(*words)
    assert (done.status, done.err) == (64, f"pymail: --{name}: does not go with --{mode}\n")


def test_flush_leaves_nothing_but_the_queue_behind(pymail: Run, down: Home, sink: Sink) -> None:
    put(pymail, "a@x")
    down.rc(f"set mta={sink.url}\n")
    assert pymail("--flush").status == 0
    outbox = down.path / ".local/state/pymail/outbox"
    assert sorted(path.name for path in outbox.iterdir()) == ["lock", "new", "tmp"]
    assert not list(Path(outbox / "new").iterdir()) and not list((outbox / "tmp").iterdir())


def test_units_and_crontab_line_of_the_manual_are_right(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze")
    manual = (ROOT / "man/pymail.1").read_text()
    program = tmp_path / ".local/bin/pymail"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho $*\n")
    program.chmod(0o755)
    for name in ("service", "timer"):
        block = manual.partition(f"pymail-flush.{name}\n")[2].partition(".Bd -literal -offset indent\n")[2]
        unit = block.partition(".Ed\n")[0].replace("%h", str(tmp_path))
        assert "\nExecStart=" in unit or "\nOnUnitActiveSec=" in unit
        (tmp_path / f"pymail-flush.{name}").write_text(unit)
    argv = ["systemd-analyze", "verify", tmp_path / "pymail-flush.timer"]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    line = manual.partition(".Dl */10 * * * * ")[2].partition("\n")[0]
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    assert subprocess.run(["/bin/sh", "-c", line], capture_output=True, env=env).stdout == b"--flush\n"


@pytest.mark.slow
def test_thousand_letters_go_in_order_however_often_the_flush_is_killed(home: Home) -> None:
    """The server is away while they are queued; the last flush sends what is left over one connection."""
    box = Outbox(str(home.path / ".local/state/pymail/outbox"))
    for number in range(1000):
        text = Text(b"Message-ID: <%d@x>\n\ntext\n" % number)
        box.put(Envelope("me@x", [f"user{number}@x"]), text, "", "down", now=time.time())
    with Sink() as sink:
        home.rc(f"set mta={sink.url}\n")
        argv = [*PYMAIL, *home.options, "--flush"]
        for kill in range(10):
            with subprocess.Popen(argv, env=home.env, cwd=home.path) as child:
                while len(sink.letters) < 50 * (kill + 1) and child.poll() is None:
                    time.sleep(0.001)  # the server is a thread that says nothing
                child.kill()
        before = sink.connections
        done = subprocess.run(argv, env=home.env, cwd=home.path, capture_output=True, timeout=120)
        assert (done.returncode, done.stderr, sink.connections) == (0, b"", before + 1)
        numbers = [int(letter.recipients[0][5:-3]) for letter in sink.letters]
    assert list(dict.fromkeys(numbers)) == list(range(1000)) and len(numbers) <= 1010
    assert not box.entries()
