"""The kinds of arguments that verbs take; each knows its parser and its synopsis.

Apart so that a verb gets finished values: words here, words in which quotes mean more in
quoted.py, messages in selection.py. The gate in the interpreter is the only caller of `parse`.
"""

from __future__ import annotations

from pymail.errors import USAGE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.session import Session


class Kind:
    """`synopsis` is how help and manual show the arguments; `mailbox`: it needs an open one."""

    synopsis = ""
    mailbox = False
    moves = False

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        """The values that the verb's function gets after the session. MailError (64) when they are wrong."""
        raise NotImplementedError


class Nothing(Kind):
    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        if text:
            raise MailError(f"{text}: no argument is wanted here", USAGE)
        return ()


class Text(Kind):
    """The rest of the line as it stands."""

    def __init__(self, synopsis: str) -> None:
        self.synopsis = synopsis

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        return (text,)


class Words(Kind):
    """Between `least` and `most` words, quotes taken off."""

    def __init__(self, synopsis: str, least: int = 0, most: int | None = None) -> None:
        self.synopsis = synopsis
        self.least = least
        self.most = most

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        found = _words(text)
        if len(found) < self.least:
            raise MailError(f"an argument is missing: {self.synopsis}", USAGE)
        if self.most is not None and len(found) > self.most:
            raise MailError(f"{found[self.most]}: too many arguments: {self.synopsis}", USAGE)
        return (found,)


def _words(text: str) -> list[str]:
    if not text:
        return []
    from pymail import words

    return words.texts(text)


NOTHING = Nothing()
