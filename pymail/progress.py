"""How far a long job is, told on a terminal in one line that goes away again.

Apart because most runs never load it: the mailboxes say what they are at, and only a job
that takes longer than a second on a terminal is spoken of.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

# A job is spoken of after so long, and then this often (seconds).
_PATIENCE = 1.0
_PAUSE = 0.1


class Progress:
    """The line on the terminal `err`."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._what = ""
        self._done = 0
        self._begun = 0.0
        self._told = 0.0
        self._shown = 0

    def tell(self, what: str, done: int, total: int) -> None:
        """So much is done of a job, `what` in a word or two; all of it: the line goes."""
        now = time.monotonic()
        if what != self._what or done < self._done:
            self.end()
            self._what, self._begun = what, now
        self._done = done
        if done >= total:
            self.end()
        elif now - self._begun >= _PATIENCE and now - self._told >= _PAUSE:
            self._told = now
            self._write(f"{what}: {100 * done // total}%")

    def end(self) -> None:
        """Leave the line as if nothing had been there."""
        if self._shown:
            self._write("")
            self._write("")
        self._what, self._done, self._shown = "", 0, 0

    def _write(self, text: str) -> None:
        try:
            self._err.write("\r" + text.ljust(self._shown))
            self._err.flush()
        except OSError:
            pass  # nobody looks: the job goes on
        self._shown = len(text)
