"""Memory does not grow with what is sent: a gigabyte goes out in as much as a line does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from program import PYMAIL, Home

# Between this process, whose size a child would begin with, and the program.
MEASURE = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
GROWTH = 8 << 10  # KiB that a letter of any size may need more than a short one
STRETCH = 80 << 10  # KiB for the texts that are at work on at a time
SCAN = 32 << 10  # KiB of a mailbox that are looked through at a time


def peak(home: Home, *words: str, text: Path | None = None) -> int:
    """How many KiB the program needed to send a letter."""
    program = home.path / "sendmail"
    program.write_text("#!/bin/sh\nexec cat >/dev/null\n")
    program.chmod(0o755)
    argv = [sys.executable, "-I", "-S", "-c", MEASURE, *PYMAIL, *home.options, "-S", f"mta={program}", *words]
    with open(text or "/dev/null", "rb") as file:
        done = subprocess.run(argv, stdin=file, env=home.env, cwd=home.path, capture_output=True, check=True)
    return int(done.stdout.split()[-1])


def file_of(home: Home, name: str, size: int) -> Path:
    path = home.path / name
    with open(path, "wb") as file:
        file.truncate(size)
    return path


@pytest.mark.parametrize("size", [25 << 20, pytest.param(1 << 30, marks=pytest.mark.slow)], ids=["25 MB", "1 GB"])
def test_attachment_of_any_size_needs_no_memory(home: Home, size: int) -> None:
    few = peak(home, "-a", str(file_of(home, "small.bin", 100)), "bob@x")
    assert peak(home, "-a", str(file_of(home, "large.bin", size)), "bob@x") < few + GROWTH


@pytest.mark.parametrize("octets", [b"text of a line\n", "Größe\n".encode(), b"a line with CR at its end\r\n"])
def test_text_of_any_size_needs_no_memory(home: Home, octets: bytes) -> None:
    path = home.path / "text"
    path.write_bytes(octets)
    few = peak(home, "bob@x", text=path)
    path.write_bytes(octets * ((25 << 20) // len(octets)))
    assert peak(home, "bob@x", text=path) < few + GROWTH


@pytest.mark.parametrize("words", [["-S", "format-flowed"], ["-S", "sendcharsets=iso-8859-1"], ["-S", "encoding=8bit"]])
def test_text_that_is_changed_needs_no_memory_either(home: Home, words: list[str]) -> None:
    path = home.path / "text"
    path.write_bytes("Größe\n".encode())
    few = peak(home, *words, "bob@x", text=path)
    path.write_bytes("Größe, und noch mehr davon\n".encode() * 500_000)
    assert peak(home, *words, "bob@x", text=path) < few + GROWTH


def test_letter_that_is_attached_needs_no_memory(home: Home) -> None:
    path = home.path / "letter.eml"
    path.write_bytes(b"Subject: large\n\n" + b"text of a line\n" * (25 << 16))
    few = peak(home, "-a", str(file_of(home, "small.bin", 100)), "bob@x")
    assert peak(home, "-a", str(path), "bob@x") < few + GROWTH


@pytest.mark.parametrize("lines", ["resend 1 bob@x\n", "set forward-as-attachment\nforward 1 bob@x\ntext\n"])
def test_letter_that_is_passed_on_needs_no_more_memory_than_the_scan(home: Home, lines: str) -> None:
    commands = home.path / "commands"
    commands.write_text(lines)
    peaks = []
    for count in (10, 75 << 16):
        box = home.path / f"box-{count}"
        letter = b"From: a@x\nSubject: large\n\n" + b"text of a line\n" * count
        box.write_bytes(b"From a@x Mon Jun  1 08:01:00 2026\n" + letter + b"\n")
        peaks.append(peak(home, "-N", "-f", str(box), text=commands))
    assert peaks[1] < peaks[0] + GROWTH + SCAN


@pytest.mark.parametrize("where", ["append", "noappend"], ids=["after", "before"])
def test_letter_that_moves_to_mbox_needs_no_more_memory_than_the_blocks_of_its_move(home: Home, where: str) -> None:
    commands = home.path / "commands"
    commands.write_text(f"set nohold {where}\nmbox 1\nq\n")
    peaks = []
    for count in (10, 75 << 16):
        (home.path / "mbox").write_bytes(b"From a@x Mon Jun  1 08:01:00 2026\nSubject: old\n\nx\n\n")
        home.receive([b"From: a@x\nSubject: large\n\n" + b"text of a line\n" * count])
        peaks.append(peak(home, "-N", text=commands))
        assert (home.path / "mbox").stat().st_size > count * 15 and not home.inbox.stat().st_size
    assert peaks[1] < peaks[0] + GROWTH + SCAN


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ([], "set quote\nreply 1\ntext\n"),
        ([], "forward 1 bob@x\ntext\n"),
        ([], "from @body@line :/Größe/\n"),
        (["--json"], ""),
    ],
    ids=["quote", "forward", "search", "json"],
)
def test_letter_that_is_repeated_or_searched_stands_in_memory_once(home: Home, words: list[str], lines: str) -> None:
    commands = home.path / "commands"
    commands.write_text(lines)
    letter = b"From: a@x\nSubject: large\n\n" + "text of a line, Größe\n".encode() * (2 << 20)
    box = home.path / "box"
    box.write_bytes(b"From a@x Mon Jun  1 08:01:00 2026\n" + letter + b"\n")
    few = peak(home, "-a", str(file_of(home, "small.bin", 100)), "bob@x")
    assert peak(home, "-N", *words, "-f", str(box), text=commands) < few + (len(letter) >> 10) + STRETCH
