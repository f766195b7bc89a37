"""The escapes that end a letter, explain, or do something else for a moment."""

from __future__ import annotations

from pymail import interpreter, words
from pymail.draft import Draft
from pymail.escapes.table import ESCAPES, Abandon, End, escape, perform
from pymail.session import Session


@escape(".")
def dot(s: Session, draft: Draft, text: str) -> None:
    """End the letter and send it."""
    raise End


@escape("q")
def abandon(s: Session, draft: Draft, text: str) -> None:
    """Abandon the letter; keep it in the dead-letter file."""
    raise Abandon(save=True)


@escape("x")
def forget(s: Session, draft: Draft, text: str) -> None:
    """Abandon the letter and keep nothing."""
    raise Abandon(save=False)


@escape("?")
def help_(s: Session, draft: Draft, text: str) -> None:
    """Explain the tilde escapes."""
    for row in ESCAPES:
        spelled = " ".join("~" + spelling for spelling in row.spellings)
        s.say(f"{f'{spelled} {row.synopsis}':<24} {row.help}")
    s.say(f"{'~~text':<24} Begin a line with a tilde.")


@escape("!", "command")
def bang(s: Session, draft: Draft, text: str) -> None:
    """Run a shell command."""
    interpreter.execute(s, "!" + text)


@escape(": _ -", "command")
def command(s: Session, draft: Draft, text: str) -> None:
    """Carry out a command of pymail."""
    interpreter.execute(s, text)


@escape("$", "escape")
def filled(s: Session, draft: Draft, text: str) -> None:
    """Do another escape, $name replaced as in echo.

    `~$r $HOME/sig` inserts that file.
    """
    perform(s, draft, words.filled(text.lstrip("$ \t"), s.value))
