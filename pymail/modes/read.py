"""Receive Mode (POSIX mailx): open a mailbox, show it, obey commands; or only list it (-H).

Apart from `main` so that sending loads nothing of it.
"""

from __future__ import annotations

from pymail import __version__, interpreter, listing, paths, visit
from pymail.mailboxes.mailbox import Missing
from pymail.modes.exists import mailbox_path
from pymail.session import Leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.options import Options
    from pymail.session import Session


def run(s: Session, options: Options) -> int:
    """Read mail; the exit status."""
    path = mailbox_path(s, options)
    once = [name for name in ("headers", "list", "print") if options.has(name)]
    s.readonly = options.has("read-only") or bool(once)
    if s.keyboard.terminal and paths.isdir(paths.join(s.state(), "drafts")):
        from pymail import unfinished

        unfinished.recover(s)
    if path and not enter(s, path) and (once or not s.variables.flag("emptystart")):
        return 1
    if once:
        return _print_only(s, once[-1], options.last("list") or "")
    _greet(s, options)
    if s.interactive and s.variables.text("history-file"):
        from pymail import history

        history.load(s)
    try:
        for command in options.all("after"):
            interpreter.run_text(s, "-Y", command)
        interpreter.run(s, s.keyboard)
        visit.leave(s)
        return s.status
    except Leave as leave:
        return leave.status
    finally:
        if s.interactive and s.variables.text("history-file"):
            from pymail import history

            history.keep(s)


def enter(s: Session, path: str) -> bool:
    """Enter the mailbox; False when it is a system mailbox without mail, which is said."""
    system = path == s.names().system
    try:
        mailbox = visit.open_mailbox(s, path)
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
    visit.enter(s, mailbox, path)
    interpreter.run_folder_hook(s, path)
    return True


def _print_only(s: Session, how: str, text: str) -> int:
    """-H, -L, -p: print header lines or messages, change nothing."""
    from pymail import printing
    from pymail.verbs.selection import numbers

    folder = s.open_folder()
    if not len(folder):
        return 1
    found = numbers(s, text) if how == "list" else range(1, len(folder) + 1)
    if how == "print":
        printing.print_messages(s, [(number, "") for number in found])
    else:
        listing.print_lines(s, found)
    visit.close(s)
    return 0


def _greet(s: Session, options: Options) -> None:
    if not s.variables.flag("quiet"):
        s.say(f'pymail {__version__}. Type "?" for help.')
    if options.has("no-headers") or s.folder is None:
        return
    visit.announce(s)
    waiting = _outbox_line(s)
    if waiting:
        s.say(waiting)


def _outbox_line(s: Session) -> str:
    """What waits in the outbox; asked for only when there is one."""
    state = s.state()
    if not s.variables.text("outbox") and not paths.isdir(paths.join(state, "outbox", "new")):
        return ""
    from pymail import waiting

    return waiting.summary(s)
