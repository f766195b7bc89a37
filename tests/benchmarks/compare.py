"""Processor time of pymail beside that of its peers and of Python itself, as ratios.

    python tests/benchmarks/compare.py [--pymail .venv/bin/pymail] [--rounds 15] [JOB...]

In each round each program does the job once, in turning order, so that a slow spell of the machine hits all of them;
a cell is the median of the ratios to `python -I -S -c pass` round by round. Programs that are not installed, or
cannot do a job, have no cell; one whose run did not end with status 0 shows `!`. No test asserts on these figures.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "transports"), str(TESTS.parent)]

from letters import letter, mbox  # noqa: E402
from sink import Sink  # noqa: E402

SENDMAIL = "#!/bin/sh\nexec cat > /dev/null\n"


class Program:
    """How one program is called: its words, and the options that choose the way out (None: it cannot)."""

    def __init__(self, argv: list[str], smtp: list[str] | None, sendmail: list[str], attach: list[str] | None) -> None:
        self.argv = argv
        self.smtp = smtp
        self.sendmail = sendmail
        self.attach = attach


def programs(folder: Path, pymail: str, port: int) -> dict[str, Program]:
    url, mta = f"smtp://127.0.0.1:{port}", str(folder / "sendmail")
    python = [str(Path(pymail).with_name("python")), "-I", "-S", f"{pymail}-python", "-n"]
    known = {
        "pymail": Program([pymail, "-n"], ["-S", f"mta={url}"], ["-S", f"mta={mta}"], ["-a"]),
        "no launcher": Program(python, ["-S", f"mta={url}"], ["-S", f"mta={mta}"], ["-a"]),
        "s-nail": Program(
            ["s-nail", "-:/", "-S", "line-editor-disable"],
            ["-S", "v15-compat", "-S", f"mta={url}", "-S", "smtp-auth=none", "-S", "from=a@localhost"],
            ["-S", f"mta={mta}"],
            ["-a"],
        ),
        "bsd-mailx": Program(["bsd-mailx", "-n"], None, [], None),
        "mailutils": Program(
            ["mail.mailutils", "--no-config", "-n"],
            ["-E", f"set sendmail={url}", "-r", "a@localhost"],
            ["-E", f"set sendmail=sendmail:{mta}"],
            ["--content-type=application/octet-stream", "--encoding=base64", "-A"],
        ),
    }
    return {name: program for name, program in known.items() if shutil.which(program.argv[0])}


Call = tuple[list[str], bytes] | None
TO = ["-s", "a subject", "bob@localhost"]
SMALL = b"Hello,\n\nthis is a small text.\n\nBye\n"


def start(program: Program, folder: Path) -> Call:
    return [*program.argv, "-f", str(folder / "one")], b"x\n"


def smtp(program: Program, folder: Path) -> Call:
    return None if program.smtp is None else ([*program.argv, *program.smtp, *TO], SMALL)


def sendmail(program: Program, folder: Path) -> Call:
    return [*program.argv, *program.sendmail, *TO], SMALL


def attach(program: Program, folder: Path) -> Call:
    if program.smtp is None or program.attach is None:
        return None
    return [*program.argv, *program.smtp, *program.attach, str(folder / "large"), *TO], SMALL


def headers(program: Program, folder: Path) -> Call:
    return [*program.argv, "-N", "-f", str(folder / "many")], b"set screen=100000\nh\nx\n"


def show(program: Program, folder: Path) -> Call:
    return [*program.argv, "-N", "-f", str(folder / "many")], b"p 15000\nx\n"


JOBS: dict[str, Callable[[Program, Path], Call]] = {
    "start": start,
    "smtp": smtp,
    "sendmail": sendmail,
    "attach": attach,
    "headers": headers,
    "show": show,
}
MEANING = {
    "start": "banner of one letter, exit",
    "smtp": "a small letter by SMTP",
    "sendmail": "a small letter by a sendmail program",
    "attach": "25 MB attached, by SMTP",
    "headers": "list 20,000 letters (100 MB)",
    "show": "show number 15,000 of them",
}


def prepare(folder: Path) -> None:
    mbox(folder / "one", [letter("one")])
    mbox(folder / "many", (letter(f"letter {i}", "some words of text\n" * 250) for i in range(20_000)))
    (folder / "large").write_bytes(os.urandom(25_000_000))
    (folder / "sendmail").write_text(SENDMAIL)
    (folder / "sendmail").chmod(0o755)
    (folder / "bsd.rc").write_text(f"set sendmail={folder / 'sendmail'}\n")


def seconds(folder: Path, argv: list[str], text: bytes) -> tuple[float, bool]:
    """User and system time of one run and of what it waited for, and whether it ended well.

    None reads a start-up file but bsd-mailx, which is told its sendmail program in no other way.
    """
    environment = {
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "MAIL": "/dev/null",
        "MAILRC": str(folder / "bsd.rc") if argv[0] == "bsd-mailx" else os.devnull,
        "PATH": os.environ["PATH"],
        "TERM": "dumb",
        "TZ": "UTC",
    }
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, env=environment, cwd=folder)
    assert child.stdin
    try:
        child.stdin.write(text)
        child.stdin.close()
    except BrokenPipeError:
        pass
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return usage.ru_utime + usage.ru_stime, status == 0


def measure(folder: Path, job: str, known: dict[str, Program], bare: list[str], rounds: int) -> dict[str, str]:
    """The ratios of one job, a text for each program that can do it."""
    calls = {name: call for name, program in known.items() if (call := JOBS[job](program, folder))}
    ratios: dict[str, list[float]] = {name: [] for name in calls}
    failed = set()
    for turn in range(rounds + 1):
        base = seconds(folder, bare, b"")[0]
        order = list(calls)[turn % len(calls) :] + list(calls)[: turn % len(calls)]
        for name in order:
            taken, well = seconds(folder, *calls[name])
            if turn:  # the first round fills the caches
                ratios[name].append(taken / base)
            if not well:
                failed.add(name)
    return {name: f"{statistics.median(ratios[name]):.2f}{'!' if name in failed else ''}" for name in calls}


def main() -> None:
    parser = argparse.ArgumentParser(description="Processor time as ratios to python -I -S -c pass.")
    parser.add_argument("--pymail", default=str(Path(sys.executable).with_name("pymail")))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("job", nargs="*", choices=[[], *JOBS], default=[])
    asked = parser.parse_args()
    bare = [str(Path(asked.pymail).with_name("python")), "-I", "-S", "-c", "pass"]
    with tempfile.TemporaryDirectory(prefix="pymail-bench-", dir="/tmp") as name, Sink() as sink:
        folder = Path(name)
        prepare(folder)
        known = programs(folder, asked.pymail, sink.port)
        print(f"{'':38}" + "".join(f"{name:>12}" for name in known))
        for job in asked.job or JOBS:
            cells = measure(folder, job, known, bare, asked.rounds)
            print(f"{MEANING[job]:38}" + "".join(f"{cells.get(name, ''):>12}" for name in known), flush=True)
            sink.letters.clear()
            sink.chunks.clear()


if __name__ == "__main__":
    main()
