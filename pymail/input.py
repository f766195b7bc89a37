"""Where lines come from: a terminal or pipe, a start-up file, a macro.

Apart from the interpreter because a letter is read from the same place as the
commands around it, and because `source` just puts another place on top.
"""

from __future__ import annotations

import posix
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.variables.values import Variables


class If:
    """An open if: `holds` is whether its present branch counts, `done` whether none that follows can any more.

    `is_last`: this branch is its else. At first all is passed over, as it is when the condition cannot be understood.
    """

    __slots__ = ("done", "holds", "is_last")

    def __init__(self) -> None:
        self.holds = False
        self.done = True
        self.is_last = False


class Source:
    """A place that lines come from.

    `name` and `number` tell where an error is; `startup` is true for start-up files,
    in which some verbs are forbidden; `conditions` is the stack of open ifs, `arguments` are
    those of a macro.
    """

    def __init__(self, name: str, startup: bool = False) -> None:
        self.name = name
        self.number = 0
        self.startup = startup
        self.conditions: list[If] = []
        self.arguments: list[str] | None = None

    def read(self, prompt: str) -> str | None:
        """The next line without its line end, None at the end."""
        raise NotImplementedError


class Script(Source):
    """Lines that are there already: an rc file, a sourced file, -X, a macro.

    `saved` are the variables from before what is to be taken back at the end (localopts).
    """

    def __init__(self, name: str, lines: list[str], startup: bool = False) -> None:
        super().__init__(name, startup)
        self._lines = lines
        self.saved: Variables | None = None

    def read(self, prompt: str) -> str | None:
        if self.number >= len(self._lines):
            return None
        self.number += 1
        return self._lines[self.number - 1]

    def stop(self) -> None:
        """Leave the rest of the lines, and what ifs are open, alone."""
        self.number = len(self._lines)
        self.conditions.clear()


class Keyboard(Source):
    """Standard input, a terminal or a pipe; read by octets so that nothing is lost between readers.

    `terminal` says that a person types there: only then are prompts written. `ends` counts the
    ends of file that were ignored.
    """

    def __init__(self, terminal: bool) -> None:
        super().__init__("standard input")
        self.terminal = terminal
        self.ends = 0
        self._buffer = b""
        self._woken = -1

    def read(self, prompt: str) -> str | None:
        if self.terminal and prompt:
            sys.stdout.write(prompt)
        if self.terminal:
            sys.stdout.flush()
        line = self.read_octets()
        return None if line is None else line.decode("utf-8", "surrogateescape").rstrip("\n")

    @property
    def ahead(self) -> bool:
        """Is there a line that came with the one before it?"""
        return b"\n" in self._buffer

    def read_octets(self) -> bytes | None:
        """The next line with its line end, None at the end; raises KeyboardInterrupt at ^C."""
        while b"\n" not in self._buffer:
            piece = self._read()
            if not piece:
                line, self._buffer = self._buffer, b""
                return line or None
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\n")
        self.number += 1
        return line + b"\n"

    def pieces(self) -> Iterator[bytes]:
        """The rest in blocks, what has been read ahead first."""
        while piece := self._buffer or self._read():
            self._buffer = b""
            yield piece

    def _wait(self) -> None:
        """Wait until something is typed, or raise KeyboardInterrupt.

        Python looks for signals before a call and behind it: one that came just as read(2) began would be overlooked
        until the next line. Here it also writes into a pipe.
        """
        from _signal import set_wakeup_fd  # type: ignore[import-not-found]
        from select import select

        if self._woken < 0:
            self._woken, wake = posix.pipe()
            posix.set_blocking(wake, False)
            set_wakeup_fd(wake, warn_on_full_buffer=False)
        while 0 not in (ready := select([0, self._woken], [], [])[0]):
            posix.read(ready[0], 512)

    def forget(self) -> None:
        """Drop a line that is half typed (after ^C)."""
        if self.terminal:
            self._buffer = b""

    def _read(self) -> bytes:
        try:
            if self.terminal:
                self._wait()
            return posix.read(0, 65536)
        except OSError as error:
            # A terminal that has gone away (EIO) is an end of input like any other; a letter must not end like that.
            if self.terminal:
                return b""
            raise OSError(error.errno, error.strerror, self.name) from None


def lines_of(text: str) -> list[str]:
    """The lines of a file, which may begin with a mark that it is UTF-8."""
    return text.removeprefix("\ufeff").split("\n")
