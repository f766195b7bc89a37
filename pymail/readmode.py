"""Receive Mode (POSIX mailx): open a mailbox, show it, obey commands; or only answer -e, -H.

Apart from `main` so that sending loads nothing of it.
"""

from __future__ import annotations

import os

from pymail import __version__, interpreter, listing, visit
from pymail.errors import NOINPUT, USAGE, MailError
from pymail.mailboxes.mailbox import Missing
from pymail.session import Leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.options import Options
    from pymail.session import Session


def run(s: Session, options: Options) -> int:
    """Read mail; the exit status."""
    path = _path(s, options)
    if options.has("exists"):
        return 0 if _has_mail(path) else 1
    s.readonly = options.has("read-only") or options.has("headers") or options.has("list")
    if not _open(s, path):
        return 1
    if options.has("headers"):
        return _list_only(s, "*")
    if options.has("list"):
        return _list_only(s, options.last("list") or "*")
    _greet(s, options)
    try:
        for command in options.all("after"):
            interpreter.run_text(s, "-Y", command)
        interpreter.run(s, s.keyboard)
        visit.leave(s)
        return s.status
    except Leave as leave:
        return leave.status


def _path(s: Session, options: Options) -> str:
    """The mailbox that the command line names."""
    if s.mailbox_user and not _is_user(s.mailbox_user):
        raise MailError(f"-u {s.mailbox_user}: no such user", NOINPUT)
    if options.has("file"):
        if len(options.operands) > 1:
            raise MailError(f"-f: {options.operands[1]}: one mailbox at a time", USAGE)
        return visit.path_of(s, options.operands[0] if options.operands else "&")
    return s.names().system


def _is_user(name: str) -> bool:
    import pwd

    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def _has_mail(path: str) -> bool:
    """Is there mail? Told by stat and listing alone: nothing is opened, no time stamp changes (DESIGN 2.1)."""
    try:
        if os.path.isdir(path):
            return any(os.listdir(os.path.join(path, part)) for part in ("new", "cur"))
        return os.stat(path).st_size > 0
    except OSError:
        return False


def _open(s: Session, path: str) -> bool:
    """Enter the mailbox; False when it is a system mailbox without mail, which is said."""
    system = path == s.names().system
    try:
        mailbox, system = visit.open_mailbox(s, path)
    except Missing:
        if not system:
            raise
        mailbox = None
    if mailbox is None or (system and not len(mailbox)):
        waiting = _outbox_line(s)
        s.complain(f"No mail for {s.mailbox_user or s.user.name}")
        if waiting:
            s.complain(waiting)
        return False
    visit.enter(s, mailbox, system)
    return True


def _list_only(s: Session, text: str) -> int:
    from pymail import msglist

    folder = s.open_folder()
    if not len(folder):
        return 1
    listing.print_lines(s, range(1, len(folder) + 1) if text == "*" else msglist.parse(text, folder))
    return 0


def _greet(s: Session, options: Options) -> None:
    if not s.variables.flag("quiet"):
        s.say(f"pymail {__version__}. Type ? for help.")
    if options.has("no-headers"):
        return
    visit.announce(s)
    waiting = _outbox_line(s)
    if waiting:
        s.say(waiting)


def _outbox_line(s: Session) -> str:
    """What waits in the outbox; asked for only when there is one."""
    state = s.state()
    if not s.variables.text("outbox") and not os.path.isdir(os.path.join(state, "outbox", "new")):
        return ""
    from pymail import waiting

    return waiting.summary(s)
