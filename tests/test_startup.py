"""What a run loads: sending a letter needs little of Python, reading ASCII mail not much more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from letters import letter
from program import PYMAIL, Home
from sink import Sink

SLOW = """
    re typing dataclasses enum subprocess argparse logging pathlib tempfile email smtplib asyncio ssl
    prompt_toolkit wcwidth
""".split()
# What costs less, but more than a letter or a banner is worth: see pymail/paths.py.
DEAR = [*SLOW, "os", "stat", "signal", "socket", "collections", "functools"]


def loaded(argv: list[str], home: Home, *args: str, input: bytes = b"") -> set[str]:
    """The modules that one run imports, as Python itself tells them."""
    assert argv[0] == sys.executable
    command = [argv[0], "-X", "importtime", *argv[1:], *home.options, *args]
    done = subprocess.run(command, input=input, env=home.env, cwd=home.path, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    lines = done.stderr.decode(errors="replace").splitlines()
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}


@pytest.fixture(params=["tree", "installed"])
def program(request: pytest.FixtureRequest) -> list[str]:
    """The program started bare: this tree, and what the installed launcher starts."""
    if request.param == "tree":
        return list(PYMAIL)
    installed: Path = request.getfixturevalue("installed")
    return [sys.executable, "-I", "-S", str(installed / "bin" / "pymail-python")]


def slow(modules: set[str], names: list[str] = SLOW) -> set[str]:
    return {name for name in modules if name.partition(".")[0] in names}


def test_sending_a_letter_loads_no_dear_module(program: list[str], home: Home, sink: Sink) -> None:
    modules = loaded(program, home, "-S", f"mta={sink.url}", "-s", "Hello", "bob@test.example", input=b"text\n")
    assert len(sink.letters) == 1
    assert "pymail.main" in modules and not slow(modules, DEAR)


def test_sending_a_file_to_several_loads_no_slow_module(home: Home, sink: Sink) -> None:
    (home.path / "notes.txt").write_text("notes\n")
    words = ["-s", "Grüße", "-a", "notes.txt"]
    words += ["-c", "smith@test.example", "-b", "root@test.example", "bob@test.example"]
    modules = loaded(list(PYMAIL), home, "-S", f"mta={sink.url}", *words, input="schön\n".encode())
    assert len(sink.letters[0].recipients) == 3
    assert not slow(modules)


def test_banner_loads_no_dear_module(program: list[str], home: Home) -> None:
    home.receive([letter("one"), letter("two")])
    assert not slow(loaded(program, home, input=b"x\n"), DEAR)


def test_listing_mail_in_ascii_loads_no_slow_module(home: Home) -> None:
    home.receive([letter("one"), letter("two")])
    assert not slow(loaded(list(PYMAIL), home, "-H"))
