"""The kinds of arguments in whose words quotes and backslashes mean more than that blanks are kept.

Apart from kinds.py because few verbs take them, and what ends a session is not among those.
"""

from __future__ import annotations

from pymail import words
from pymail.verbs.kinds import Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.session import Session


class Names(Words):
    """Words that name files; `Session.filename` knows which."""

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        super().parse(session, text)
        return (words.split(text),)


class Filled(Words):
    """Words in which `$name` is replaced, but for single quotes (s-nail; the others do so for echo)."""

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        return (words.texts(text, session.value),)


class Assignments(Words):
    """The same for those who asked for s-nail's new ways (v15-compat); else plain words."""

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        if session.variables.get("v15-compat") is None:
            return super().parse(session, text)
        return Filled(self.synopsis).parse(session, text)


class Members(Words):
    """Words of which those that begin with an unquoted backslash keep it: it has a meaning in an alias (POSIX)."""

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        found = words.split(text)
        return (["\\" * (text[word.start] == "\\") + word.text for word in found],)
