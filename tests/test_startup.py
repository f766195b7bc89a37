"""What a run loads: sending a letter needs little of Python, reading ASCII mail not much more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from installation import PACKAGES
from letters import letter
from program import START, Home
from sink import Sink
from test_layers import FOLDERS

SLOW = """
    re typing dataclasses enum subprocess argparse logging pathlib tempfile email smtplib asyncio ssl
    prompt_toolkit wcwidth
""".split()
# What costs less, but more than a letter or a banner is worth: see pymail/paths.py.
DEAR = [*SLOW, "os", "stat", "signal", "socket", "collections", "functools"]
# Modules of its own that a usual run may load: each costs about a hundredth of what Python takes to start.
MOST_TO_SEND = 28
MOST_TO_READ = 32

# Instead of leaving, tell what was loaded: what is in a bundle comes by no import that Python would tell of.
TELLS = """
import posix, sys
leave = posix._exit
def tell(status):
    posix.write(2, b"MODULES " + " ".join(sys.modules).encode())
    leave(status)
posix._exit = tell
"""


def loaded(program: str, home: Home, *args: str, input: bytes = b"") -> set[str]:
    """The modules that one run has loaded at its end; it makes no bundles."""
    command = [sys.executable, "-B", "-I", "-S", "-c", TELLS + program, *home.options, *args]
    done = subprocess.run(command, input=input, env=home.env, cwd=home.path, capture_output=True, timeout=60)
    said, _, modules = done.stderr.decode(errors="replace").partition("MODULES ")
    assert (done.returncode, said) == (0, "")
    return set(modules.split())


@pytest.fixture(params=["tree", "installed"])
def program(request: pytest.FixtureRequest) -> str:
    """What is started bare: this tree, and what the installed launcher starts."""
    if request.param == "tree":
        return START
    return started(request.getfixturevalue("installed") / "bin" / "pymail-python")


def started(script: Path) -> str:
    return f"__file__ = {str(script)!r}\n{script.read_text()}"


def own(modules: set[str]) -> set[str]:
    """Those of this package, but for its folders and what the launcher starts."""
    others = ("start", *FOLDERS)
    return {name for name in modules if name.startswith("pymail.") and name.partition(".")[2] not in others}


def slow(modules: set[str], names: list[str] = SLOW) -> set[str]:
    return {name for name in modules if name.partition(".")[0] in names}


def test_sending_a_letter_loads_no_dear_module(program: str, home: Home, sink: Sink) -> None:
    modules = loaded(program, home, "-S", f"mta={sink.url}", "-s", "Hello", "bob@test.example", input=b"text\n")
    assert len(sink.letters) == 1
    assert "pymail.main" in modules and not slow(modules, DEAR)
    assert len(own(modules)) <= MOST_TO_SEND


def test_sending_by_a_program_loads_no_dear_module(home: Home) -> None:
    modules = loaded(START, home, "-S", "mta=/bin/true", "-s", "Hello", "bob@test.example", input=b"text\n")
    assert "pymail.transports.sendmail" in modules and not slow(modules, DEAR)
    assert len(own(modules)) <= MOST_TO_SEND


def test_sending_a_file_to_several_loads_no_slow_module(home: Home, sink: Sink) -> None:
    (home.path / "notes.txt").write_text("notes\n")
    words = ["-s", "Grüße", "-a", "notes.txt"]
    words += ["-c", "smith@test.example", "-b", "root@test.example", "bob@test.example"]
    modules = loaded(START, home, "-S", f"mta={sink.url}", *words, input="schön\n".encode())
    assert len(sink.letters[0].recipients) == 3
    assert not slow(modules)


def test_banner_loads_no_dear_module(program: str, home: Home) -> None:
    home.receive([letter("one"), letter("two")])
    modules = loaded(program, home, input=b"x\n")
    assert not slow(modules, DEAR)
    assert len(own(modules)) <= MOST_TO_READ


@pytest.mark.parametrize("args", [(), ("-E", "bob@test.example")], ids=["reading", "sending"])
def test_bundles_bring_what_single_modules_would(home: Home, installed: Path, args: tuple[str, ...]) -> None:
    home.receive([letter("one")])
    script = installed / "bin" / "pymail-python"
    for bundle in (installed / PACKAGES / "pymail").rglob("*.opt-bundle.pyc"):
        bundle.unlink()
    single = loaded(started(script), home, *args, input=b"x\n" * (not args))
    subprocess.run([script, *home.options, *args], input=b"x\n" * (not args), env=home.env, timeout=60, check=True)
    assert list((installed / PACKAGES / "pymail" / "__pycache__").glob("main.*.opt-bundle.pyc"))
    bundled = loaded(started(script), home, *args, input=b"x\n" * (not args))
    assert own(bundled) == own(single)
    assert "__future__" in single - bundled


def test_listing_mail_in_ascii_loads_no_slow_module(home: Home) -> None:
    home.receive([letter("one"), letter("two")])
    assert not slow(loaded(START, home, "-H"))
