"""README's tour, typed into a shell: the program still says what is printed there."""

from __future__ import annotations

import difflib
import io
import re
import shlex
import socket
from pathlib import Path

import pexpect
from installation import ROOT
from program import PYMAIL, USER, Home

README = ROOT / "README.md"
PROMPTS = ("$ ", "& ")
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def tour() -> list[str]:
    """The lines of the console blocks."""
    blocks = re.findall(r"(?ms)^```console\n(.*?)^```$", README.read_text())
    return "".join(blocks).splitlines()


def typed(line: str) -> str | None:
    """What the user types in a line of the tour: what stands after a prompt."""
    return next((line[len(prompt) :] for prompt in PROMPTS if line.startswith(prompt)), None)


def shell(home: Home, lines: list[str]) -> list[str]:
    """What a terminal shows when the tour is typed, each line after the prompt it stands after."""
    commands = home.path / "bin"
    commands.mkdir()
    (commands / "pymail").write_text(f'#!/bin/sh\nexec {shlex.join([*PYMAIL, *home.options])} "$@"\n')
    (commands / "pymail").chmod(0o755)
    env = home.env | {"PATH": f"{commands}:{home.env['PATH']}", "PS1": "$ ", "ENV": ""}
    screen = io.StringIO()
    child = pexpect.spawn("/bin/sh", ["-i"], env=env, cwd=str(home.path), encoding="utf-8", timeout=15, use_poll=True)
    child.delaybeforesend = None
    child.logfile_read = screen
    for line in lines:
        words = typed(line)
        if words is not None:
            child.expect(rf"(?:\A|\n){re.escape(line[:2])}\Z")
            child.send(f"{words}\n")
    child.expect(r"\n\$ \Z")
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    shown = screen.getvalue().replace("\r\n", "\n")
    return shown[: shown.rindex("$ ")].splitlines()


def alike(line: str, home: Home) -> str:
    """A line without what differs from run to run: numbers, days, names of places, the width of columns."""
    line = re.sub(rf"@{re.escape(socket.gethostname())}\b", "@lab", line)
    names = {str(home.path): "~", "/home/alice": "~", str(home.spool): "/var/mail", USER: "alice"}
    for name, known in names.items():
        line = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", known, line)
    line = re.sub(rf"\b(?:{'|'.join([*DAYS, *MONTHS])}),? ", "", line)
    return re.sub(r"\s+", " ", re.sub(r"[0-9a-f]*\d[0-9a-f]*", "0", line)).rstrip()


def test_tour_goes_as_printed(home: Home) -> None:
    lines = tour()
    (home.path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    expected = [alike(line, home) for line in lines]
    seen = [alike(line, home) for line in shell(home, lines)]
    assert expected == seen, "\n".join(difflib.unified_diff(expected, seen, "README", "seen", lineterm=""))


def test_commands_of_the_readme_need_one_line_each() -> None:
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```$", README.read_text())
    assert [block.count("\n") for block in blocks[:2]] == [1, 1]
    assert "Welcome to Computer Systems" in blocks[0] and "pytest" in blocks[1]


def test_manual_is_named() -> None:
    assert Path(ROOT / "man" / "pymail.1").exists() and "man pymail" in README.read_text()
