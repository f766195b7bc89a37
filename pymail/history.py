"""The file of what was typed at the prompt, so that a session knows the lines of those before it (s-nail history-file).

Apart because most sessions keep none. Passwords in a line are not written.
"""

from __future__ import annotations

import posix

from pymail import ownership
from pymail.errors import MailError, reason
from pymail.variables.values import veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.session import Session


def load(s: Session) -> None:
    """Begin with the lines that are kept; what is wrong with the file is told."""
    try:
        descriptor = ownership.open_private(_path(s), posix.O_RDONLY)
        with open(descriptor, encoding="utf-8", errors="surrogateescape") as file:
            s.history[:0] = file.read().splitlines()
    except FileNotFoundError:
        pass
    except (MailError, OSError) as error:
        s.complain(reason(error))


def keep(s: Session) -> None:
    """Keep the last lines, as many as history-size says; that this fails is told."""
    lines = s.history[-(s.variables.number("history-size") or 0) or len(s.history) :]
    try:
        descriptor = ownership.open_private(_path(s), posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC)
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(f"{veiled(line)}\n" for line in lines)
    except (MailError, OSError) as error:
        s.complain(reason(error))


def _path(s: Session) -> str:
    return s.names().expand(s.variables.text("history-file") or "")
