"""The program as a user runs it: a process in a HOME of its own."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
from installation import ROOT
from letters import mbox

USER = pwd.getpwuid(os.geteuid()).pw_name
# What the launcher starts, bare as it does, with the tree under test in front.
START = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pymail import start
start.run()
"""
PYMAIL = (sys.executable, "-I", "-S", "-c", START)


@dataclass
class Home:
    """A HOME, a spool and a sealed environment; `env` and `options` may be changed by a test."""

    path: Path
    spool: Path
    env: dict[str, str] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)

    @property
    def inbox(self) -> Path:
        """The user's system mailbox (it need not exist)."""
        return self.spool / USER

    def rc(self, text: str) -> None:
        """Write the start-up file."""
        (self.path / ".mailrc").write_text(text)

    def receive(self, letters: Iterable[bytes]) -> Path:
        """Append letters to the system mailbox, as a delivery would."""
        return mbox(self.inbox, letters)


@dataclass
class Result:
    """What one run of the program left."""

    out: str
    err: str
    status: int


Run = Callable[..., Result]
Typist = Callable[..., "pexpect.spawn[str]"]
