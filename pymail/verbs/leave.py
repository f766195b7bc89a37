"""The verbs that end the session: quit, exit."""

from __future__ import annotations

from pymail import visit
from pymail.errors import USAGE, MailError
from pymail.session import Leave, Session
from pymail.verbs.kinds import Words
from pymail.verbs.table import verb


@verb("q[uit]", kind=Words("[status]", 0, 1), startup=False, composing=False)
def quit_(s: Session, words: list[str]) -> None:
    """Leave and do what was asked for.

    Deleted messages go, the others are where marks and variables want them.
    """
    _status(s, words)
    visit.leave(s)
    raise Leave(_status(s, words))


@verb("ex[it]", "x[it]", kind=Words("[status]", 0, 1), sending=True, composing=False)
def exit_(s: Session, words: list[str]) -> None:
    """Leave and change nothing."""
    status = _status(s, words)
    visit.close(s)
    raise Leave(status)


def _status(s: Session, words: list[str]) -> int:
    if words and not words[0].isdecimal():
        raise MailError(f"{words[0]}: a number is wanted for the exit status", USAGE)
    return int(words[0]) % 256 if words else s.status
