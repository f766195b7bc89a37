"""The crash promise of the outbox, tried at every system call and at random.

A kill costs at most one duplicate and never a letter; a call that fails is told and leaves
the outbox as it was. The jobs run in queue_job.py under strace(1), which kills or fails them.
"""

from __future__ import annotations

import mailbox
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import queue_job
from queue_job import Text, put, run_flush

from pymail.transports.outbox import Outbox

slow = pytest.mark.slow
needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
CHANGES = "openat,mkdir,write,pwrite64,fsync,fdatasync,rename,unlink,ftruncate,link,fcntl,close"
JOB = (sys.executable, "-I", "-S", queue_job.__file__)


def strace(*options: str) -> tuple[str, ...]:
    return ("strace", "-f", "-qq", "-e", "signal=none", *options)


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, timeout=60)


def calls(folder: Path, *job: str) -> list[tuple[str, int]]:
    """Each changing call of a job from its first on the folder: its name, and which of its name it is."""
    log = folder.parent / "trace"
    done = run(*strace("-o", str(log), "-e", f"trace={CHANGES}"), *JOB, job[0], str(folder), *job[1:])
    assert done.returncode == 0, done.stderr
    seen: Counter[str] = Counter()
    found = []
    begun = False
    for line in log.read_text(errors="replace").splitlines():
        name = re.match(r"\d+ +(\w+)\(", line)
        if name:
            seen[name[1]] += 1
            begun = begun or str(folder) in line
            if begun:
                found.append((name[1], seen[name[1]]))
    return found


def attempts(tmp_path: Path, prepare: object, fault: str, *job: str) -> Iterator[tuple[Path, str]]:
    """Run a job once for each call, with that call killed or failed; the folder and what the job printed."""
    warm = fresh(tmp_path, "warm", prepare)  # so that each later run finds every module compiled
    run(*JOB, job[0], str(warm), *named(warm, job)[1:])
    places = calls(fresh(tmp_path, "dry", prepare), *named(tmp_path / "dry", job))
    assert len(places) > 5
    for name, number in places:
        folder = fresh(tmp_path, f"{name}-{number}", prepare)
        inject = f"inject={name}:{fault}:when={number}"
        words = named(folder, job)
        done = run(*strace("-o", "/dev/null", "-e", inject), *JOB, words[0], str(folder), *words[1:])
        if fault.startswith("signal"):
            assert done.returncode in (-9, 137), (name, number, done)
        assert "Traceback" not in done.stderr or fails_at_stdout(name, number, places), (name, number, done.stderr)
        yield folder, done.stdout
        shutil.rmtree(folder)


def fails_at_stdout(name: str, number: int, places: list[tuple[str, int]]) -> bool:
    """The last write is the job's own line, no concern of the outbox."""
    return (name, number) == [place for place in places if place[0] == "write"][-1]


def fresh(tmp_path: Path, name: str, prepare: object) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    assert callable(prepare)
    prepare(str(folder))
    return folder


def named(folder: Path, job: tuple[str, ...]) -> tuple[str, ...]:
    """The job's words, FIRST being the id of the first letter that waits."""
    first = Outbox(f"{folder}/outbox").entries()
    return tuple(first[0].id if word == "FIRST" else word for word in job)


def three_letters(folder: str) -> None:
    put(folder, 1, ["a@x"])
    put(folder, 2, ["b@x", "later-c@x", "no-d@x", "e@x"])
    put(folder, 3, ["no-f@x"])
    put(folder, 4, ["g@x"])


def drain(folder: Path) -> None:
    """What the next flushes do when nothing kills them."""
    lock = folder / "dead.letter.lock"
    if lock.exists() and not lock.read_bytes():
        lock.unlink()  # it names nobody yet, and would be believed for five minutes
    assert run_flush(str(folder), kind=True) == 0
    assert len(Outbox(f"{folder}/outbox").entries()) == 0


def taken(folder: Path) -> list[str]:
    try:
        return (folder / "log").read_text().splitlines()
    except FileNotFoundError:
        return []


def buried(folder: Path) -> Counter[str]:
    """The letters in dead.letter by their number; what a kill tore off there is no letter."""
    box = mailbox.mbox(folder / "dead.letter", create=False)
    try:
        return Counter(message["Subject"] for message in box if message.as_bytes().count(b"text of") == 2000)
    finally:
        box.close()


@needs_strace
def test_a_put_killed_at_any_call_leaves_all_or_nothing(tmp_path: Path) -> None:
    for folder, said in attempts(tmp_path, lambda folder: None, "signal=KILL", "put", "7", "a@x", "b@x"):
        waiting = Outbox(f"{folder}/outbox").entries()
        assert len(waiting) == 1 if said.startswith("queued") else len(waiting) <= 1
        for entry in waiting:
            with entry.read() as letter:
                assert (letter.waiting, b"".join(letter.pieces())) == (["a@x", "b@x"], Text(7).octets)
        put(str(folder), 8, ["c@x"])
        drain(folder)
        assert taken(folder)[-1] == "8 c@x"


@needs_strace
def test_a_flush_killed_at_any_call_loses_nothing_and_repeats_one_letter_at_most(tmp_path: Path) -> None:
    for folder, _ in attempts(tmp_path, three_letters, "signal=KILL", "flush", "strict"):
        drain(folder)
        count = Counter(taken(folder))
        assert set(count) == {"1 a@x", "2 b@x", "2 e@x", "2 later-c@x", "4 g@x"}
        repeated = {line.split()[0] for line, times in count.items() if times > 1}
        assert len(repeated) <= 1 and max(count.values()) <= 2
        firsts = [line.split()[0] for line in dict.fromkeys(taken(folder)) if "later" not in line]
        assert firsts == sorted(firsts)
        dead = buried(folder)
        assert set(dead) == {"2", "3"} and dead.total() <= 3


@needs_strace
@pytest.mark.parametrize(("job", "left"), [("hold", 4), ("retry", 4), ("delete", 3)])
def test_a_change_killed_at_any_call_is_made_or_not(tmp_path: Path, job: str, left: int) -> None:
    for folder, _ in attempts(tmp_path, three_letters, "signal=KILL", job, "FIRST"):
        outbox = Outbox(f"{folder}/outbox")
        assert len(outbox.entries()) in (left, 4)
        for entry in outbox.entries():
            with entry.read() as letter:
                assert letter.waiting
            outbox.retry(entry.id, queue_job.NOW)
        drain(folder)


@needs_strace
@pytest.mark.parametrize("error", ["ENOSPC", pytest.param("EIO", marks=slow), pytest.param("EDQUOT", marks=slow)])
def test_a_put_whose_call_fails_tells_it_and_leaves_nothing(tmp_path: Path, error: str) -> None:
    for folder, said in attempts(tmp_path, lambda folder: None, f"error={error}", "put", "7", "a@x"):
        outbox = Outbox(f"{folder}/outbox")
        if said.startswith("queued"):
            assert len(outbox.entries()) == 1
        elif said:
            assert re.match(r"failed (74|73|77) outbox \S+: (No space|Input/output|Disk quota)", said), said
            assert len(outbox.entries()) == 0
        drain(folder)


@needs_strace
@pytest.mark.parametrize("error", ["ENOSPC", pytest.param("EIO", marks=slow)])
def test_a_flush_whose_call_fails_loses_nothing(tmp_path: Path, error: str) -> None:
    for folder, _ in attempts(tmp_path, three_letters, f"error={error}", "flush", "strict"):
        drain(folder)
        count = Counter(taken(folder))
        assert set(count) == {"1 a@x", "2 b@x", "2 e@x", "2 later-c@x", "4 g@x"}
        assert set(buried(folder)) == {"2", "3"}


@needs_strace
def test_a_letter_and_its_name_are_on_disk_before_it_is_called_queued(tmp_path: Path) -> None:
    assert order(fresh(tmp_path, "box", lambda folder: None), "put", "7", "a@x")[-4:] == [
        "fsync tmp", "rename tmp", "fsync new", "write 1",
    ]  # fmt: skip


@needs_strace
def test_what_is_given_up_is_buried_on_disk_before_it_leaves_the_outbox(tmp_path: Path) -> None:
    def refused(folder: str) -> None:
        put(folder, 1, ["no-a@x", "later-b@x"])
        put(folder, 2, ["no-c@x"])

    done = order(fresh(tmp_path, "box", refused), "flush", "strict")
    assert [call for call in done if ("dead" in call or "new" in call) and "write" not in call] == [
        "fsync dead.letter", "fdatasync new", "rename new", "fsync dead.letter", "unlink new", "fsync new",
    ]  # fmt: skip


def order(folder: Path, *job: str) -> list[str]:
    """The calls that make a change durable or visible, each with the part of the outbox that it is about."""
    log = folder.parent / "trace"
    done = run(*strace("-y", "-o", str(log), "-e", "trace=fsync,fdatasync,rename,unlink,write"), *JOB, job[0],
               str(folder), *job[1:])  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = []
    for line in log.read_text(errors="replace").splitlines():
        call = re.match(r"\d+ +(\w+)\((?:\"|\d+<|1<)([^\">]*)", line)
        where = call and re.search(r"/(tmp|new|dead\.letter)(/|$)", call[2].removeprefix(str(folder)))
        if call and where:
            found.append(f"{call[1]} {where[1]}")
        elif call and call[1] == "write" and "queued" in line:
            found.append("write 1")
    return found


def test_two_flushes_at_once_send_each_letter_once(tmp_path: Path) -> None:
    for number in range(100):
        put(str(tmp_path), number, ["a@x"])
    gate, opener = os.pipe()
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            os.read(gate, 1)
            os._exit(run_flush(str(tmp_path), kind=True) + 1)
        children.append(child)
    os.write(opener, b"...")
    statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    os.close(gate)
    os.close(opener)
    drain(tmp_path)
    assert set(statuses) <= {0, 1} and 1 in statuses
    assert taken(tmp_path) == [f"{number} a@x" for number in range(100)]


@slow
def test_a_thousand_random_kills_lose_nothing_and_repeat_one_letter_each_at_most(tmp_path: Path) -> None:
    dice = random.Random(5)
    kills = queued = 0
    promised: list[int] = []
    while kills < 1000:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            work(str(tmp_path), queued, writer)
        os.close(writer)
        time.sleep(dice.random() * 0.03)
        os.kill(child, signal.SIGKILL)
        kills += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        with open(reader) as pipe:
            promised += [int(line) for line in pipe.read().split("\n")[:-1]]
        queued += 4
    drain(tmp_path)
    lines = [line.split() for line in taken(tmp_path)]
    sent = Counter(int(number) for number, _ in lines)
    assert set(promised) <= set(sent)
    assert len(promised) > 200  # a machine with other work gets less done between two kills
    assert sum(times - 1 for times in sent.values()) <= kills


def work(folder: str, start: int, writer: int) -> None:
    """Queue some letters, saying each that is promised, and flush; until the kill."""
    for number in range(start, start + 4):
        put(folder, number, ["a@x"])
        os.write(writer, b"%d\n" % number)
    run_flush(folder, kind=True)
    signal.pause()
