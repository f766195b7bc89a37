"""What a send tells while it goes on (-v): the conversation with the server, and twice (-vv) the letter too.

Apart because few sends are watched. Each line has the seconds since the start before it,
then who speaks: >>> we, <<< the server, --- nobody: what is done in between.
"""

from __future__ import annotations

import time

from pymail.errors import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.session import Session
    from pymail.transports.transport import Letter, Trace


def trace(s: Session) -> Trace:
    """A listener that writes to standard error; that nobody reads there does not end the send."""
    start = time.monotonic()

    def tell(direction: str, line: str) -> None:
        try:
            s.err.write(f"{time.monotonic() - start:7.3f} {direction} {printable(line)}\n")
        except OSError:
            return

    return tell


def letter(s: Session, silent: Letter, tell: Trace) -> Letter:
    """The same letter; with `verbose` above 1 one whose lines are told as they are taken."""
    level = s.variables.text("verbose") or "1"
    return Aloud(silent, tell) if level.isdecimal() and int(level) > 1 else silent


class Aloud:
    """A letter whose lines are told when a transport reads it."""

    def __init__(self, silent: Letter, tell: Trace) -> None:
        self.size, self.eightbit, self.utf8 = silent.size, silent.eightbit, silent.utf8
        self.record = silent.record
        self._silent = silent
        self._tell = tell

    def pieces(self) -> Iterator[bytes]:
        """See Source."""
        rest = b""
        for piece in self._silent.pieces():
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self._say(line)
            yield piece
        if rest:
            self._say(rest)

    def _say(self, line: bytes) -> None:
        self._tell(">>>", line.decode("utf-8", "surrogateescape"))
