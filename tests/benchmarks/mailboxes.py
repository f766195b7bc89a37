"""What large mailboxes cost: processor time and memory of pymail beside bsd-mailx, and how both grow.

    python tests/benchmarks/mailboxes.py [--pymail .venv/bin/pymail] [--sizes 1000,20000,200000] [--rounds 3] [JOB...]

The mailboxes are made first (`--corpus`, kept there; 200,000 messages are a gigabyte). In each round each program does
the job once: bsd-mailx, pymail without an index, pymail with the one that this run left. A job that changes its mailbox
gets a fresh copy. A cell is the median of the ratios to bsd-mailx round by round; without bsd-mailx it is in seconds.
Texts are searched beside GNU mail, which bsd-mailx cannot do, in mailboxes of up to 20,000 messages. After each job
comes how its costs grew from each size to the next. `bare` is the start of the interpreter that does nothing; its ratio
is that of pymail's to it. `--million` adds two million messages (10 GB of corpus, and as much for each copy).
`!` marks a run that did not end with status 0. No test asserts on these figures.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

JOBS = {
    # name: commands ({n} messages), pymail's own options or None for the commands, does it change the mailbox?
    "list": ("set screen=10000000\nheaders\nexit\n", ["-H"], False),
    "banner": ("exit\n", [], False),
    "print": ("type {three_quarters}\nexit\n", None, False),
    "body": ("from :/zeppelin\nexit\n", None, False),
    "search": ("from /zeppelin\nexit\n", None, False),
    "read": ("type {near_end}\nquit\n", None, True),
    "delete": ("delete {three_quarters}\nquit\n", None, True),
    "last": ("delete {n}\nquit\n", None, True),
}
# What does the job beside pymail, and in how many messages it is asked to.
PEERS = {"body": ("mail.mailutils", 20_000)}
WORDS = "account agenda an answer be buffer careful deadline dataset for header is kernel long may patch the we".split()


def letters(count: int) -> Iterator[bytes]:
    """Letters like those of a real mailbox: long headers, some encoded subjects, many short texts and few long ones."""
    chance = random.Random(1)
    date = 1_420_070_400
    for number in range(count):
        date += chance.randrange(3000)
        stamp = time.gmtime(date)
        name = f"{chance.choice('ABCDEFGH')}. {chance.choice('Wood Hughes Kim Ivanov Roberts'.split())}"
        address = f"user{chance.randrange(5000)}@corp.example.net"
        subject = " ".join(chance.choices(WORDS, k=chance.randrange(2, 9))) + (
            " Zeppelin" if number % 1000 == 0 else ""
        )
        if chance.random() < 0.15:
            subject = "=?utf-8?q?" + subject.replace(" ", "_") + "_=C3=BC?="
        received = "".join(
            f"Received: from relay{hop}.example.net (mx{hop}.example.org [192.0.2.{chance.randrange(255)}])\n"
            f"\tby mx{hop}.example.org (Postfix) with ESMTPS id {chance.getrandbits(44):X}\n"
            f"\tfor <reader@example.org>; {time.strftime('%a, %d %b %Y %H:%M:%S +0000', stamp)}\n"
            for hop in range(chance.randrange(1, 5))
        )
        status = "" if number > count * 0.98 else f"Status: {'RO' if chance.random() < 0.9 else 'O'}\n"
        body = "".join(
            " ".join(chance.choices(WORDS, k=11)) + "\n" for _ in range(int(chance.lognormvariate(3.2, 1.2)))
        )
        body += "A Zeppelin\n" * (number % 1000 == 0)
        yield (
            f"From {address} {time.asctime(stamp)}\n"
            f"Return-Path: <{address}>\nDelivered-To: reader@example.org\n{received}"
            f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', stamp)}\nFrom: {name} <{address}>\n"
            f"To: reader@example.org\nSubject: {subject}\n"
            f"Message-ID: <{number}.{chance.getrandbits(40):x}@example.net>\n"
            f"MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n{status}\n{body}\n"
        ).encode()


def corpus(folder: Path, count: int) -> Path:
    path = folder / f"{count}.mbox"
    if not path.exists():
        part = path.with_suffix(".part")
        with open(part, "wb") as file:
            file.writelines(letters(count))
        part.rename(path)
    return path


def cost(argv: list[str], text: str, folder: Path) -> tuple[float, int, int]:
    """Processor time in seconds, peak memory in MiB, exit status."""
    env = {"HOME": str(folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "MAILRC": "/dev/null"}
    with open(folder / "in", "w+") as commands, open(folder / "out", "w") as out:
        commands.write(text)
        commands.seek(0)
        child = subprocess.Popen(argv, stdin=commands, stdout=out, stderr=out, env=env, cwd=folder)
        status, use = os.wait4(child.pid, 0)[1:]
        child.returncode = os.waitstatus_to_exitcode(status)
    return use.ru_utime + use.ru_stime, use.ru_maxrss >> 10, child.returncode


class Bench:
    """One mailbox, and each program's way of doing the jobs on it."""

    def __init__(self, folder: Path, box: Path, count: int, pymail: list[str]) -> None:
        self.folder = folder
        self.box = box
        self.pymail = [*pymail, "-n"]
        self.count = count
        self.numbers = {"n": count, "three_quarters": count * 3 // 4, "near_end": count - 5}

    def round(self, job: str) -> list[tuple[float, int, int]]:
        """The peer's cost (if it is there), pymail's without and with an index."""
        text, own, changes = JOBS[job]
        text = text.format(**self.numbers)
        quiet = [] if job == "banner" else ["-N"]
        costs = []
        peer, most = PEERS.get(job, ("bsd-mailx", 1 << 62))
        if shutil.which(peer) and self.count <= most:
            # GNU mail writes to what it only reads.
            target = self.target(changes or job in PEERS)
            costs.append(cost([peer, "-n", *quiet, "-f", target], text, self.folder))
        shutil.rmtree(self.folder / ".cache", ignore_errors=True)
        for attempt in range(2):
            target = self.target(changes)
            if changes and attempt:
                cost([*self.pymail, "-N", "-f", target], "exit\n", self.folder)
            options = quiet if own is None else own
            costs.append(cost([*self.pymail, *options, "-f", target], "" if own == ["-H"] else text, self.folder))
        return costs

    def target(self, changes: bool) -> str:
        if not changes:
            return str(self.box)
        return str(shutil.copyfile(self.box, self.folder / "box"))


def growth(job: str, sizes: list[int], seconds: list[list[float]]) -> Iterator[str]:
    """By how much the costs of each size are larger than those of the size before."""
    for at in range(1, len(sizes)):
        before, after = seconds[at - 1][-2:], seconds[at][-2:]
        cells = (f"{now / max(then, 0.001):8.2f} x" for then, now in zip(before, after, strict=True))
        yield f"{job:8}{sizes[at - 1]:9} -> {sizes[at]:9}, without | with index: " + " | ".join(cells)


def bare(folder: Path, rounds: int) -> float:
    """Processor time of an interpreter that does nothing (seconds)."""
    return statistics.median(cost([sys.executable, "-I", "-S", "-c", "pass"], "", folder)[0] for _ in range(rounds))


def show(job: str, count: int, rounds: list[list[tuple[float, int, int]]]) -> str:
    cells = []
    for column in range(len(rounds[0])):
        seconds = statistics.median(costs[column][0] for costs in rounds)
        ratio = statistics.median(costs[column][0] / max(costs[0][0], 0.001) for costs in rounds)
        memory = max(costs[column][1] for costs in rounds)
        failed = "!" if any(costs[column][2] for costs in rounds) else " "
        cells.append(f"{seconds:8.3f} s {ratio:6.2f} x {memory:4} MiB{failed}")
    return f"{job:8}{count:9}  " + " | ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=" ".join(JOBS))
    parser.add_argument("--pymail", help="the installed command; without it this tree, started bare")
    parser.add_argument("--sizes", default="1000,20000,200000")
    parser.add_argument("--million", action="store_true", help="two million messages too")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir()) / "pymail-corpus")
    options = parser.parse_args()
    options.corpus.mkdir(exist_ok=True)
    root = Path(__file__).parents[2]
    packages = [path for path in sys.path if path.endswith("site-packages")]
    start = f"import sys; sys.path[:0] = [{str(root)!r}]; sys.path += {packages!r}\n"
    start += "from pymail import start; start.run()"
    pymail = [options.pymail] if options.pymail else [sys.executable, "-I", "-S", "-c", start]
    print(
        f"{'':19}bsd-mailx | without index | with index" if shutil.which("bsd-mailx") else "without index | with index"
    )
    with tempfile.TemporaryDirectory() as folder:
        nothing = bare(Path(folder), 10 * options.rounds)
        print(f"{'bare':8}{nothing:18.3f} s")
        sizes = [*map(int, options.sizes.split(",")), *[2_000_000] * options.million]
        for job in options.jobs or JOBS:
            seconds = []
            for count in sizes:
                bench = Bench(Path(folder), corpus(options.corpus, count), count, pymail)
                rounds = [bench.round(job) for _ in range(options.rounds)]
                seconds.append([statistics.median(cell[0] for cell in cells) for cells in zip(*rounds, strict=True)])
                starts = f"  = {seconds[-1][-1] / nothing:.1f} bare" if job in ("banner", "print") else ""
                print(show(job, count, rounds) + starts, flush=True)
            print(*growth(job, sizes, seconds), sep="\n", flush=True)


if __name__ == "__main__":
    main()
