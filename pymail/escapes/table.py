"""The table of tilde escapes: what a line that begins with ~ does to the letter being typed.

Apart from `collect`, which reads the lines, so that help and manual can read the rows.
An escape is declared once, above its function; its docstring's first line is its help
(POSIX mailx, Command Escapes).
"""

from __future__ import annotations

from pymail.errors import USAGE, MailError
from pymail.verbs.table import Explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pymail.draft import Draft
    from pymail.session import Session

    Function = Callable[[Session, Draft, str], None]


class End(Exception):
    """The letter is complete (~.)."""


class Abandon(Exception):
    """The letter is not to be sent; `save` keeps it in the dead-letter file (~q, ~x)."""

    def __init__(self, save: bool) -> None:
        super().__init__()
        self.save = save


class Escape(Explained):
    """One row: the spellings after the escape character that mean it, its arguments, its function."""

    __slots__ = ("spellings", "synopsis")

    def __init__(self, spellings: tuple[str, ...], synopsis: str, function: Function) -> None:
        super().__init__(function)
        self.spellings = spellings
        self.synopsis = synopsis


ESCAPES: list[Escape] = []


def escape(spellings: str, synopsis: str = "") -> Callable[[Function], Function]:
    """Declare an escape above its function; each of the spellings, which blanks part, means it."""

    def declare(function: Function) -> Function:
        ESCAPES.append(Escape(tuple(spellings.split()), synopsis, function))
        return function

    return declare


def perform(s: Session, draft: Draft, line: str) -> None:
    """Do what a line says, the escape character taken off. MailError when it can't; End or Abandon at the end."""
    found = [(spelling, row) for row in ESCAPES for spelling in row.spellings if line.startswith(spelling)]
    if not found:
        raise MailError(f"~{line[:1]}: unknown tilde escape; ~? lists them, ~~ begins a line with ~", USAGE)
    spelling, row = max(found, key=lambda each: len(each[0]))
    row.function(s, draft, line[len(spelling) :].strip(" \t"))
