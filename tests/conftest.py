"""What every test may ask for: a HOME of its own and the program as a user runs it.

`home` is an empty HOME with a private spool, `pymail` runs the program there as a process of its own, `letter`
and `mbox` (in `letters.py`) make mail to read. Nothing here replaces a piece of pymail: servers are real or
speak the protocol over a socket (`servers.py`).
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pexpect
import pytest
from certificates import Authority
from dovecot import Dovecot
from hypothesis import settings
from installation import install
from program import PYMAIL, USER, Home, Result, Run, Typist
from servers import Exim, Postfix
from sink import Sink

# A machine with other work takes its time. The same examples each time, so that a failure belongs to a change;
# new ones are looked for with --hypothesis-profile=search.
settings.register_profile("pymail", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("pymail")

# A shell ignores them for what it starts with &, nohup the last one, and every program that a test starts would too.
for _signal in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, signal.default_int_handler if _signal == signal.SIGINT else signal.SIG_DFL)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty HOME with an empty private spool."""
    path, spool = tmp_path / "home", tmp_path / "spool"
    path.mkdir(0o700)
    spool.mkdir(0o700)
    (path / ".mailrc").touch(0o600)
    env = {
        "HOME": str(path),
        "LC_ALL": "C.UTF-8",
        "LOGNAME": USER,
        "PATH": os.environ["PATH"],
        "TERM": "dumb",
        "TZ": "UTC",
        "USER": USER,
    }
    return Home(path, spool, env, ["-n", "-S", f"spool={spool}"])


@pytest.fixture
def pymail(home: Home) -> Run:
    """Runs the program: `pymail("-s", "hi", "bob", input="text", env={...}) -> Result`; 30 s are its limit."""

    def run(*args: str, input: str | bytes = b"", env: Mapping[str, str] | None = None) -> Result:
        octets = input.encode() if isinstance(input, str) else input
        done = subprocess.run(
            [*PYMAIL, *home.options, *args],
            input=octets,
            capture_output=True,
            env=home.env | dict(env or {}),
            cwd=home.path,
            timeout=30,
        )
        return Result(
            done.stdout.decode("utf-8", "surrogateescape"),
            done.stderr.decode("utf-8", "surrogateescape"),
            done.returncode,
        )

    return run


@pytest.fixture
def typist(home: Home) -> Iterator[Typist]:
    """Starts the program at a terminal: `typist("-s", "hi", "bob")`, under the command `before` if there is one."""
    children = []

    def start(*args: str, before: tuple[str, ...] = ()) -> pexpect.spawn[str]:
        argv = [*before, *PYMAIL, *home.options, *args]
        child = pexpect.spawn(
            argv[0], argv[1:], env=home.env, cwd=str(home.path), encoding="utf-8", timeout=20, use_poll=True
        )
        child.delaybeforesend = None
        children.append(child)
        return child

    yield start
    for child in children:
        child.close(force=True)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs certificates in the tests; `authority.file` is its own."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def right(authority: Authority) -> Path:
    """A certificate as it should be."""
    return authority.sign("right")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment in which the wheel of this tree is installed: `installed / "bin" / "pymail"`."""
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def sink() -> Iterator[Sink]:
    """An SMTP server that takes all mail and keeps it, octet by octet."""
    with Sink() as server:
        yield server


@pytest.fixture(scope="module")
def exim() -> Iterator[Exim]:
    """Exim on a port of its own, delivering to `exim.mail / name` for bob, smith and root."""
    with Exim() as server:
        yield server


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    """Postfix on a port of its own, delivering to `postfix.mail / name` for the machine's users."""
    with Postfix() as server:
        yield server


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """Dovecot on ports of its own: POP3, IMAP and LMTP for any user."""
    with Dovecot() as server:
        yield server
