"""Lines that are typed with editing, history and Tab, by the readline library that Python has.

Apart from the conversation because what can be completed is a table's business, and how is
not. Where this Python has no readline, or nobody types, lines are read as everywhere.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from pymail.input import Keyboard


class EditLine:
    """The lines of `keyboard`; `complete` gives what a line so far can become, up to its last word."""

    def __init__(self, keyboard: Keyboard, complete: Callable[[str], list[str]]) -> None:
        self._keyboard = keyboard
        self._complete = complete
        self._found: list[str] = []
        self._library = _readline() if keyboard.terminal else None
        if self._library is not None:
            self._library.set_completer(self._nth)
            self._library.set_completer_delims(" ")

    def read(self, prompt: str, *, command: bool = True) -> str | None:
        """The next line, None at the end; only a `command` is completed and remembered. Raises KeyboardInterrupt."""
        if self._library is None:
            return self._keyboard.read(prompt)
        self._library.set_auto_history(command)
        self._library.parse_and_bind("tab: complete" if command else "tab: tab-insert")
        try:
            return input(prompt)
        except EOFError:
            return None

    def _nth(self, word: str, number: int) -> str | None:
        """What readline asks for, again and again: the ways to go on with the last word."""
        assert self._library is not None
        if not number:
            self._found = self._complete(self._library.get_line_buffer()[: self._library.get_endidx()])
        return self._found[number] if number < len(self._found) else None


def _readline() -> ModuleType | None:
    try:
        import readline
    except ImportError:
        return None
    readline.parse_and_bind("set enable-bracketed-paste off")
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    return readline
