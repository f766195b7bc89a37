"""Never lost: every system call of every change of a mailbox is killed and made to fail.

After the next start each file is just what it was or just what it was to become; what was
delivered in between is there too. Each test prints how many calls it tried.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from program import USER

from pymail.mailboxes import journal
from pymail.mailboxes.mailbox import Settings
from pymail.mailboxes.opening import append_to, open_mailbox

from . import commit_job

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")

JOB = (sys.executable, "-I", "-S", commit_job.__file__)
# Of the calls on a job's files (all of them are killed, and fail with EIO), those that may have to wait, and be
# interrupted, and those that may need room on a disk.
WAITING = {
    "openat", "close", "read", "write", "pread64", "preadv2", "pwrite64", "fsync", "fcntl", "flock", "ftruncate",
    "fallocate",
}  # fmt: skip
GROWING = {"openat", "mkdir", "write", "pwrite64", "fsync", "close", "ftruncate", "fallocate", "rename", "linkat"}
ERRORS = {"EIO": None, "EINTR": WAITING, "ENOSPC": GROWING, "EDQUOT": GROWING}
# The files of a job: a mailbox that is changed by a plan, mbox, a new file, and the system mailbox.
NAMES = ("box", "mbox", "new", USER)
LETTERS = [b"Subject: s%d\nMessage-ID: <%d@x>\n\n" % (n, n) + b"line %d\n" % n * (n * 150 + 3) for n in range(8)]
ARRIVED = b"From late@example.org Tue Nov 14 22:13:20 2023\nSubject: late\n\nFresh.\n\n"


def fresh(folder: Path) -> Path:
    """A folder with a mailbox of eight letters, of some pages."""
    folder.mkdir()
    (folder / "state" / "pymail" / "journal").mkdir(parents=True, mode=0o700)
    for each in (folder / "state", folder / "state" / "pymail"):
        each.chmod(0o700)
    octets = b"".join(
        b"From bob@example.org Tue Nov 14 22:13:%02d 2023\n" % n + letter + b"\n" for n, letter in enumerate(LETTERS)
    )
    for name in ("box", "mbox", USER):
        (folder / name).write_bytes(octets)
        (folder / name).chmod(0o600)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """The mailboxes in a folder, with what a killed run began brought to its end by the next start."""
    settings = Settings(str(folder / "state" / "pymail"), "", lock_timeout=2)
    for name in NAMES:
        path = folder / name
        (folder / f"{name}.lock").unlink(missing_ok=True)
        if path.exists():
            open_mailbox(str(path), settings).close()
    left = journal.pending(str(folder / "state" / "pymail"))
    assert not left, left
    assert not list(folder.glob("*.lock"))
    return {name: (folder / name).read_bytes() for name in NAMES if (folder / name).exists()}


def run(folder: Path, job: str, *options: str) -> subprocess.CompletedProcess[str]:
    argv = ("strace", "-f", "-qq", "-y", "-e", "signal=none", *options, *JOB, job, str(folder))
    env = os.environ | {"TMPDIR": str(folder)}
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, env=env)


def outcomes(tmp_path: Path, job: str) -> tuple[dict[str, bytes], dict[str, bytes], list[tuple[str, int]]]:
    """The files before and after a job that nothing disturbs, and its calls on them: name, which of its name."""
    before = files(fresh(tmp_path / "before"))
    # Once for Python, which may have modules to compile: calls are counted from the start of the process.
    subprocess.run([*JOB, job, str(fresh(tmp_path / "warm"))], capture_output=True)
    folder = fresh(tmp_path / "after")
    log = tmp_path / "trace"
    done = run(folder, job, "-o", str(log))
    assert done.returncode == 0, done.stdout + done.stderr
    after = files(folder)
    seen: Counter[str] = Counter()
    calls = []
    for name, rest in re.findall(r"(?m)^\d+ +(\w+)\((.*)", log.read_text(errors="replace")):
        seen[name] += 1
        if f"{folder}/" in rest or f"{folder}>" in rest or f'"{folder}"' in rest:
            calls.append((name, seen[name]))
    assert len(calls) > 5
    return before, after, calls


def failing(calls: list[tuple[str, int]], error: str) -> list[tuple[str, int]]:
    """The calls that may fail with this error."""
    names = ERRORS[error]
    return [call for call in calls if names is None or call[0] in names]


def attempts(tmp_path: Path, job: str, fault: str, calls: list[tuple[str, int]]) -> Iterator[tuple[str, Path, int]]:
    """The job with each call killed or failed: which, where, the job's status."""
    log = tmp_path / "trace"
    for name, number in calls:
        folder = fresh(tmp_path / f"{name}-{number}")
        done = run(folder, job, "-o", str(log), "-e", f"trace={name}", "-e", f"inject={name}:{fault}:when={number}")
        if fault == "signal=KILL":
            assert done.returncode in (-9, 137), (name, number, done)
        else:
            hit = next(line for line in log.read_text(errors="replace").splitlines() if line.endswith("(INJECTED)"))
            assert str(folder) in hit
        assert "Traceback" not in done.stderr, (name, number, done.stderr)
        yield f"{name} {number} {fault}", folder, done.returncode
        shutil.rmtree(folder)


def old_or_new(found: dict[str, bytes], before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    return all(
        found.get(name, b"") in (before.get(name, b""), after.get(name, b"")) for name in {*before, *after, *found}
    )


def same(found: dict[str, bytes], wanted: dict[str, bytes]) -> bool:
    """The same octets; a file that is not there is like an empty one."""
    return all(found.get(name, b"") == wanted.get(name, b"") for name in {*found, *wanted})


def letters_of(octets: bytes) -> list[bytes]:
    """The letters of an mbox without its Status lines."""
    octets = re.sub(rb"(?m)^(X-)?Status:.*\n", b"", octets)
    return [letter.partition(b"\n")[2] for letter in re.split(rb"(?m)^(?=From )", octets)[1:]]


def all_letters(found: dict[str, bytes]) -> Counter[bytes]:
    """How often each letter is in the files."""
    return Counter(letter for octets in found.values() for letter in letters_of(octets))


slow = pytest.mark.slow
SINGLE = ("delete", "grow", "mixed", "cut", "empty", "vanish", "append", "save")


@pytest.mark.parametrize(
    "job", ["delete", "append", *(pytest.param(job, marks=slow) for job in SINGLE[1:] if job != "append")]
)
def test_a_kill_at_any_call_leaves_the_mailbox_old_or_new(tmp_path: Path, job: str) -> None:
    before, after, calls = outcomes(tmp_path, job)
    assert before != after
    for which, folder, _ in attempts(tmp_path, job, "signal=KILL", calls):
        assert old_or_new(files(folder), before, after), which
    print(f"{job}: killed at each of {len(calls)} calls")


@pytest.mark.parametrize("job", ["grow", *(pytest.param(job, marks=slow) for job in ("delete", "mixed", "append"))])
def test_mail_that_arrives_after_the_kill_stays(tmp_path: Path, job: str) -> None:
    before, after, calls = outcomes(tmp_path, job)
    for which, folder, _ in attempts(tmp_path, job, "signal=KILL", calls):
        with open(folder / "box", "ab") as box:
            box.write(ARRIVED)
        found = files(folder)["box"]
        assert found in (before["box"] + ARRIVED, after["box"] + ARRIVED), which
    print(f"{job}: mail delivered after a kill at each of {len(calls)} calls")


# What the whole program does, in the system mailbox: where its letters are then.
MOVES = {"move": ("box", "mbox"), "quit": (USER, "mbox"), "quit-before": (USER, "mbox"), "mbox": (USER, "mbox")}
PROGRAM = ("quit", "quit-before", "mbox", "save-quit", "copy", "deliver")


@pytest.mark.parametrize("job", ["move", *(pytest.param(job, marks=slow) for job in MOVES if job != "move")])
def test_a_kill_at_any_call_of_moving_leaves_each_letter_somewhere(tmp_path: Path, job: str) -> None:
    before, after, calls = outcomes(tmp_path, job)
    source, target = MOVES[job]
    whole = set(letters_of(before[source]))
    for which, folder, _ in attempts(tmp_path, job, "signal=KILL", calls):
        found = files(folder)
        counts = Counter([*letters_of(found[source]), *letters_of(found[target])])
        assert set(counts) == whole, which
        assert old_or_new(found, before, after), which
        assert sum(counts.values()) - len(letters_of(before[target])) in (8, 10), which
    print(f"{job}: killed at each of {len(calls)} calls")


@slow
@pytest.mark.parametrize("job", PROGRAM)
def test_a_kill_at_any_call_of_the_program_leaves_each_file_old_or_new(tmp_path: Path, job: str) -> None:
    before, after, calls = outcomes(tmp_path, job)
    assert before != after
    for which, folder, _ in attempts(tmp_path, job, "signal=KILL", calls):
        found = files(folder)
        if job == "deliver":
            # Its From_ line tells the time of its arrival.
            assert all_letters(found) in (all_letters(before), all_letters(after)), which
            continue
        assert old_or_new(found, before, after), which
        if job == "save-quit" and found[USER] != before[USER]:
            assert found["new"] == after["new"], which
    print(f"{job}: killed at each of {len(calls)} calls")


@slow
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("job", PROGRAM)
def test_an_error_at_any_call_of_the_program_is_told_and_costs_no_letter(tmp_path: Path, job: str, error: str) -> None:
    before, after, calls = outcomes(tmp_path, job)
    tried = failing(calls, error)
    expected = [all_letters(before), all_letters(after)]
    for which, folder, status in attempts(tmp_path, job, f"error={error}", tried):
        found = files(folder)
        counts = all_letters(found)
        # A command that failed did nothing, those after it did what they could: a letter is where it was, or was to be.
        for letter, count in counts.items():
            assert min(each[letter] for each in expected) <= count <= 1 + max(each[letter] for each in expected), which
        assert set(counts) >= set(expected[0]) & set(expected[1]), which
        assert status or counts == expected[1], which
    print(f"{job}: {error} at each of {len(tried)} calls")


@pytest.mark.parametrize("fault", ["signal=KILL", *(pytest.param(f"error={error}", marks=slow) for error in ERRORS)])
def test_incorporating_new_mail_changes_nothing_whatever_fails(tmp_path: Path, fault: str) -> None:
    before, after, calls = outcomes(tmp_path, "inc")
    assert before == after
    tried = calls if fault == "signal=KILL" else failing(calls, fault.removeprefix("error="))
    for which, folder, _ in attempts(tmp_path, "inc", fault, tried):
        assert files(folder) == before, which
    print(f"inc: {fault} at each of {len(tried)} calls")


@slow
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("job", [*SINGLE, "move"])
def test_an_error_at_any_call_leaves_the_mailbox_old_or_new_and_is_told(tmp_path: Path, job: str, error: str) -> None:
    before, after, calls = outcomes(tmp_path, job)
    tried = failing(calls, error)
    for which, folder, status in attempts(tmp_path, job, f"error={error}", tried):
        found = files(folder)
        assert old_or_new(found, before, after), which
        if status == 0:
            assert same(found, after), which
        else:
            assert status in (73, 74, 75, 77), (which, status)
    print(f"{job}: {error} at each of {len(tried)} calls")


@slow
@pytest.mark.parametrize("job", ["delete", "grow", "mixed"])
def test_a_kill_at_any_call_of_the_repair_leaves_the_mailbox_old_or_new(tmp_path: Path, job: str) -> None:
    before, after, calls = outcomes(tmp_path, job)
    writes = [call for call in calls if call[0] == "pwrite64"]
    tried = 0
    for name, number in writes[:: max(len(writes) // 4, 1)]:
        folder = fresh(tmp_path / "broken")
        run(folder, job, "-o", "/dev/null", "-e", f"inject={name}:signal=KILL:when={number}")
        with open(folder / "box", "ab") as box:
            box.write(ARRIVED)
        for call, count in [
            (call, count) for call in ("pwrite64", "fsync", "ftruncate", "unlink") for count in range(1, 12)
        ]:
            copy = tmp_path / "copy"
            shutil.copytree(folder, copy)
            tried += repair_killed_at(folder, copy, call, count, before, after)
            shutil.rmtree(copy)
        shutil.rmtree(folder)
    print(f"{job}: {tried} kills of a repair")
    assert tried


def repair_killed_at(
    folder: Path, copy: Path, call: str, count: int, before: dict[str, bytes], after: dict[str, bytes]
) -> bool:
    """Repair a broken mailbox in its place (its inode is what the journal knows), killed at a call; was it?"""
    saved = (folder / "box").read_bytes()
    script = "import sys; from pathlib import Path; import commit_job; commit_job.blocks(4096)\n"
    script += "from pymail.mailboxes.mailbox import Settings; from pymail.mailboxes.opening import open_mailbox\n"
    script += f"open_mailbox({str(folder / 'box')!r}, Settings({str(folder / 'state' / 'pymail')!r}, '', 2))"
    argv = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); {script}"]
    journals = [path for path in (folder / "state" / "pymail" / "journal").iterdir()]
    kept = {path: path.read_bytes() for path in journals}
    (folder / "box.lock").unlink(missing_ok=True)
    options = ("-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={count}")
    done = subprocess.run(["strace", "-f", "-qq", *options, *argv], capture_output=True, timeout=60)
    found = files(folder)["box"]
    assert found in (before["box"] + ARRIVED, after["box"] + ARRIVED), (call, count)
    with open(folder / "box", "r+b") as box:
        box.truncate(0)
        box.write(saved)
    for path, octets in kept.items():
        path.write_bytes(octets)
        path.chmod(0o600)
    return done.returncode in (-9, 137)


def is_fair(job: str, found: dict[str, bytes], status: int, before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """Is each file old or new, and is what could not be done told? Delivered letters tell the time in their From_."""
    if job == "deliver":
        return all_letters(found) in (all_letters(before), all_letters(after)) and (
            status == 75 or not status and all_letters(found) == all_letters(after)
        )
    return old_or_new(found, before, after) and (same(found, after) if status == 0 else status in (73, 74))


@slow
@pytest.mark.parametrize("job", ["delete", "grow", "mixed", "append", "save", *PROGRAM])
def test_a_real_short_write_leaves_the_mailbox_old_or_new(tmp_path: Path, job: str) -> None:
    before, after, _ = outcomes(tmp_path, job)
    results: Counter[int] = Counter()
    for limit in range(0, 60_000, 1_999):
        folder = fresh(tmp_path / str(limit))
        done = subprocess.run(["prlimit", f"--fsize={limit}", *JOB, job, str(folder)], capture_output=True, text=True)
        assert "Traceback" not in done.stderr, done.stderr
        assert is_fair(job, files(folder), done.returncode, before, after), (limit, done.returncode, done.stderr)
        results[done.returncode] += 1
        shutil.rmtree(folder)
    print(f"{job}: statuses with files that may not grow: {dict(results)}")


@slow
@pytest.mark.skipif(
    subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0, reason="no mounts here"
)
@pytest.mark.parametrize("job", ["delete", "grow", "mixed", "append", "save", *PROGRAM])
@pytest.mark.parametrize("full", [".", "state"])
def test_a_full_disk_leaves_the_mailbox_old_or_new(tmp_path: Path, job: str, full: str) -> None:
    before, after, _ = outcomes(tmp_path, job)
    results = Counter()
    for pages in [*range(1, 12), *range(12, 70, 4)]:
        folder, result = fresh(tmp_path / "fresh"), tmp_path / "result"
        disk = folder / full
        there = [path.stat().st_size for path in disk.rglob("*") if path.is_file()]
        size = 4096 * (pages + sum(-(-octets // 4096) for octets in there))
        script = f"""cp -a {disk} {tmp_path}/copy; mount -t tmpfs -o mode=0700,size={size} none {disk}
            cp -a {tmp_path}/copy/. {disk}; {" ".join(JOB)} {job} {folder}; echo $? > {tmp_path}/status
            {" ".join(JOB)} start {folder} && cp -a {folder} {result}"""
        done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=60)
        assert "Traceback" not in done.stderr, done.stderr
        found = {name: (result / name).read_bytes() for name in NAMES if (result / name).exists()}
        status = int((tmp_path / "status").read_text())
        assert is_fair(job, found, status, before, after), (pages, status, done.stderr)
        results[status] += 1
        for name in ("fresh", "result", "copy"):
            shutil.rmtree(tmp_path / name)
    print(f"{job}: statuses on a full disk: {dict(results)}")


def test_what_another_program_changed_after_a_kill_is_left_alone_and_told(tmp_path: Path) -> None:
    _, _, calls = outcomes(tmp_path, "delete")
    place = [number for name, number in calls if name == "pwrite64"][4]
    folder = fresh(tmp_path / "changed")
    run(folder, "delete", "-o", "/dev/null", "-e", f"inject=pwrite64:signal=KILL:when={place}")
    octets = bytearray((folder / "box").read_bytes())
    octets[-20] ^= 1
    with open(folder / "box", "r+b") as box:
        box.write(octets)
    (folder / "box.lock").unlink(missing_ok=True)
    mailbox = open_mailbox(str(folder / "box"), Settings(str(folder / "state" / "pymail"), "", 2))
    assert "left alone" in "".join(mailbox.notes)
    assert (folder / "box").read_bytes() == octets
    assert list((folder / "state" / "pymail" / "journal").glob("*.kept"))


def test_an_append_works_without_a_state_folder(tmp_path: Path) -> None:
    path = tmp_path / "box"
    commit_job.append(path, Settings(""))
    assert append_to(str(path), [], settings=Settings("/proc/none"))[0] is False
    assert len(letters_of(path.read_bytes())) == 3
