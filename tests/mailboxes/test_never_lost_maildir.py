"""Never lost, in a Maildir: every system call of its changes is killed and made to fail.

What comes before the change is the interpreter's: calls count from a mark on, a look for a file that is nowhere.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from pymail.mailboxes.mailbox import Deposit, Settings
from pymail.mailboxes.opening import append_to, open_mailbox

from . import commit_job
from .test_never_lost import JOB, LETTERS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed"),
]
CALLS = "openat,mkdir,write,fsync,rename,unlink,fchmod,close,getdents64,read,fstat,newfstatat"
FALLIBLE = ("openat", "write", "fsync", "rename", "unlink", "fchmod", "getdents64")
EDITED = b"Subject: edited\n\nnew\n"


def fresh(folder: Path) -> Path:
    """A folder with a Maildir of eight letters, and an empty state folder."""
    (folder / "state" / "pymail").mkdir(parents=True, mode=0o700)
    for number, octets in enumerate(LETTERS):
        append_to(f"maildir://{folder}/dir", [Deposit([octets])], newkind="maildir", settings=Settings(""))
        # They are known by their order.
        for path in (folder / "dir" / "new").glob("[1-9]*"):
            if not path.name.startswith("100"):
                path.rename(path.with_name(f"100{number}.M1P1.x"))
    return folder


def letters(folder: Path) -> Counter[bytes]:
    mailbox = open_mailbox(str(folder / "dir"), Settings(""))
    try:
        return Counter(b"".join(mailbox.pieces(number)) for number in range(len(mailbox)))
    finally:
        mailbox.close()


def run(folder: Path, job: str, *options: str) -> subprocess.CompletedProcess[str]:
    argv = ["strace", "-f", "-qq", "-e", "signal=none", *options, *JOB, job, str(folder)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60)


def calls_of(tmp_path: Path, job: str) -> list[tuple[str, int]]:
    """The calls of a job from its mark on: name, which of its name."""
    log = tmp_path / "trace"
    done = run(fresh(tmp_path / "traced"), job, "-o", str(log), "-e", f"trace={CALLS}")
    assert done.returncode == 0, done.stdout + done.stderr
    seen: Counter[str] = Counter()
    calls, begun = [], False
    for line in log.read_text(errors="replace").splitlines():
        name = re.match(r"\d+ +(\w+)\(", line)
        if name:
            seen[name[1]] += 1
            if begun:
                calls.append((name[1], seen[name[1]]))
        begun = begun or "/pymail-begins" in line
    assert len(calls) > 10
    return calls


REMOVED = {LETTERS[1]: 1, LETTERS[4]: 1}


@pytest.mark.parametrize("fault", ["signal=KILL", "error=ENOSPC", "error=EIO", "error=EDQUOT", "error=EINTR"])
def test_a_fault_at_any_call_of_leaving_a_maildir_costs_no_letter(tmp_path: Path, fault: str) -> None:
    before = Counter(LETTERS)
    after = before - Counter(REMOVED) - Counter([LETTERS[5]]) + Counter([EDITED])
    tried = [call for call in calls_of(tmp_path, "maildir-leave") if fault == "signal=KILL" or call[0] in FALLIBLE]
    for name, number in tried:
        folder = fresh(tmp_path / "box")
        done = run(folder, "maildir-leave", "-o", "/dev/null", "-e", f"inject={name}:{fault}:when={number}")
        assert "Traceback" not in done.stderr, (name, number, done.stderr)
        found = letters(folder)
        for octets in before:
            assert found[octets] == 1 or octets not in after, (name, number)
        assert found[LETTERS[5]] + found[EDITED] == 1, (name, number)
        assert set(found) <= {*before, *after}, (name, number)
        assert done.returncode or found == after, (name, number)
        shutil.rmtree(folder)
    print(f"maildir-leave: {fault} at each of {len(tried)} calls")


@pytest.mark.parametrize("fault", ["signal=KILL", "error=ENOSPC", "error=EIO", "error=EDQUOT", "error=EINTR"])
def test_a_fault_at_any_call_of_saving_to_a_maildir_leaves_whole_letters(tmp_path: Path, fault: str) -> None:
    before, added = Counter(LETTERS), Counter(commit_job.ADDED)
    tried = [call for call in calls_of(tmp_path, "maildir-save") if fault == "signal=KILL" or call[0] in FALLIBLE]
    for name, number in tried:
        folder = fresh(tmp_path / "box")
        done = run(folder, "maildir-save", "-o", "/dev/null", "-e", f"inject={name}:{fault}:when={number}")
        assert "Traceback" not in done.stderr, (name, number, done.stderr)
        found = letters(folder)
        assert found - before <= added and not before - found, (name, number)
        if done.returncode == 0:
            assert found == before + added, (name, number)
        elif fault != "signal=KILL":
            assert found == before, (name, number, done.stdout)
            assert not list((folder / "dir" / "tmp").iterdir()) or name == "unlink", (name, number)
        shutil.rmtree(folder)
    print(f"maildir-save: {fault} at each of {len(tried)} calls")
