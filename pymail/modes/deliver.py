"""--deliver: a letter from standard input into a user's mailbox, for .forward, procmail, a server's pipe.

Apart from the transport `local:`, whose code puts the letter there, because a mail server
asks: it wants one status for one user, and whatever could not be made durable tried again
(75). No start-up files are read: they are for people.
"""

from __future__ import annotations

import posix

from pymail import headers
from pymail.body import BLOCK, Body
from pymail.errors import TEMPFAIL, UNAVAILABLE, USAGE, Killed, MailError, reason
from pymail.mailboxes import fromline
from pymail.mailboxes.letter import lf
from pymail.transports import local
from pymail.transports.transport import checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.options import Options
    from pymail.session import Session

_TAKEN = {"deliver", "debug", "from", "set", "verbose", "no-system-rc", "resource-files"}


class _Letter(Body):
    """What came in; it is stored as it is, whatever its octets are."""

    __slots__ = ()
    eightbit = True


def run(s: Session, options: Options) -> int:
    """Deliver; 0 when the letter is on disk. MailError (UNAVAILABLE) for an unknown user, else (TEMPFAIL)."""
    user = _user(s, options)
    try:
        letter = _Letter()
        for piece in lf(iter(lambda: posix.read(0, BLOCK), b"")):
            letter.write(piece)
        sender = _sender(letter, options.last("from"), s.user.name)
        answer = local.deliver(letter, user, sender, s.variables)
    except (MailError, OSError) as error:
        raise MailError(f"not delivered: {reason(error)}", TEMPFAIL) from error
    except (Killed, KeyboardInterrupt):
        raise MailError("not delivered: ended by a signal", TEMPFAIL) from None
    if not answer.accepted:
        raise MailError(str(answer), UNAVAILABLE if answer.refused else TEMPFAIL)
    if s.variables.flag("verbose"):
        s.complain(str(answer))
    return 0


def _user(s: Session, options: Options) -> str:
    """The user that -d names, else who runs this. Raises MailError (USAGE)."""
    users = [*options.operands, *options.literal]
    for name, _ in options.order:
        if name not in _TAKEN:
            raise MailError(f"--deliver: --{name} does not go with it", USAGE)
    if len(users) > 1 or options.count("debug") != len(users):
        raise MailError("--deliver: -d wants the name of one user", USAGE)
    if options.has("from"):
        checked(options.last("from") or "")
    return users[0] if users else s.user.name


def _sender(letter: _Letter, given: str | None, user: str) -> str:
    """Whose letter it is: -r, its From_ line (which is taken off), its Return-Path:, else who runs this.

    "" for the null sender, and for what is no address: the letter counts, not who is told when it fails.
    """
    begin = next(letter.pieces(), b"")
    line, end, rest = begin.partition(b"\n")
    path = headers.find(rest if line.startswith(b"From ") else begin, b"Return-Path")
    found = user if path is None else path.decode("utf-8", "replace").strip(" \t<>")
    if line.startswith(b"From ") and not line[5:].lstrip().startswith(b":"):
        letter.skip(len(line + end))
        found = fromline.parse(line)[0].strip("<>")
    try:
        return checked("" if found.upper() == "MAILER-DAEMON" else found) if given is None else given
    except MailError:
        return ""
