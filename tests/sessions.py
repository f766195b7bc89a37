"""A session in this process: a folder that is a list, a keyboard that types what it is told, output in strings."""

from __future__ import annotations

import io
from pathlib import Path

from boxes import ListMailbox, letter

from pymail import interpreter
from pymail.folder import Folder
from pymail.input import Keyboard, Script
from pymail.session import Session
from pymail.variables.values import Variables


class Typist(Keyboard):
    """A keyboard at which `text` is typed, line by line; it keeps what was asked."""

    def __init__(self, text: str = "", terminal: bool = True) -> None:
        super().__init__(terminal)
        self.lines = text.encode().splitlines(keepends=True)
        self.asked: list[str] = []

    def read(self, prompt: str) -> str | None:
        if prompt:
            self.asked.append(prompt)
        return super().read("")

    def _read(self) -> bytes:
        return self.lines.pop(0) if self.lines else b""


class Room(Session):
    """A session whose output can be looked at: `said` and `complained`."""

    __slots__ = ("home",)

    @property
    def said(self) -> str:
        assert isinstance(self.out, io.StringIO)
        return self.out.getvalue()

    @property
    def complained(self) -> str:
        assert isinstance(self.err, io.StringIO)
        return self.err.getvalue()

    def do(self, *lines: str) -> str:
        """Carry out commands as if typed; what they print."""
        before = len(self.said)
        interpreter.run(self, Script("", list(lines)))
        return self.said[before:]

    def sent(self) -> str:
        """All that was sent so far."""
        path = self.home / "sent"
        return path.read_text() if path.exists() else ""


def room(
    letters: int | list[bytes] = 0,
    *,
    home: Path | None = None,
    flags: list[int] | None = None,
    strict: bool = False,
    typed: str = "",
    terminal: bool = False,
    system: bool = True,
) -> Room:
    """A session with so many letters, or these, in its folder; none when there are none.

    `home` is where files lie that commands make, and `home/sent` where letters go.
    """
    where = home or Path("/nowhere")
    environ = {"HOME": str(where), "PATH": "/usr/bin:/bin", "TERM": "dumb"}
    s = Room(Variables(strict), environ, Typist(typed, terminal), io.StringIO(), io.StringIO())
    s.home = where
    s.user.home = str(where)
    for setting in ("from=me@example.org", "hostname=example.org", f"mta=test://{where}/sent"):
        name, _, value = setting.partition("=")
        s.variables.set(name, value)
    if isinstance(letters, int):
        letters = [letter(number) for number in range(1, letters + 1)]
    if letters:
        s.folder = Folder(ListMailbox(letters, flags), system)
    return s
