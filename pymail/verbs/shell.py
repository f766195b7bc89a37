"""The verbs that start other programs: shell, pipe, editors."""

from __future__ import annotations

from pymail import process
from pymail.errors import USAGE, MailError
from pymail.session import Session
from pymail.verbs.kinds import NOTHING, Text
from pymail.verbs.selection import MSGLIST, MSGLIST_COMMAND
from pymail.verbs.table import verb


@verb("!", kind=Text("command"), startup=False, sending=True)
def bang(s: Session, text: str) -> None:
    """Run a shell command."""
    command = with_bang(s, text)
    if not command:
        raise MailError("!: a command is wanted", USAGE)
    process.shell(s, command)
    s.say("!")


def with_bang(s: Session, command: str) -> str:
    """The command with each unescaped ! replaced by the one before, when `bang` is set (POSIX bang)."""
    if s.variables.flag("bang"):
        pieces = command.replace("\\!", "\0").split("!")
        command = s.last_shell.join(pieces).replace("\0", "!")
    s.last_shell = command
    return command


@verb("sh[ell]", kind=NOTHING, startup=False)
def shell(s: Session) -> None:
    """Run an interactive shell."""
    process.interactive_shell(s)


@verb("pi[pe]", "Pi[pe]", "|", kind=MSGLIST_COMMAND)
def pipe(s: Session, numbers: list[int], command: str) -> None:
    """Send messages to a shell command.

    Without a command: to that of the variable cmd.
    """
    command = command or s.variables.text("cmd") or ""
    if not command:
        raise MailError("pipe: a command is wanted; or set cmd=COMMAND", USAGE)
    folder = s.open_folder()
    page = [b"\f"] if s.variables.flag("page") else []
    pieces = (piece for number in numbers for piece in [folder.raw(number), *page])
    status = process.feed(s, command, pieces)
    for number in numbers:
        folder.read(number)
    if status:
        raise MailError(f"{command}: ended with status {status}")


@verb("e[dit]", kind=MSGLIST, startup=False)
def edit(s: Session, numbers: list[int]) -> None:
    """Edit messages with EDITOR.

    Changes are kept when confirmed, or with writebackedited.
    """
    _edit(s, numbers, "EDITOR")


@verb("v[isual]", kind=MSGLIST, startup=False)
def visual(s: Session, numbers: list[int]) -> None:
    """Edit messages with VISUAL.

    Changes are kept when confirmed, or with writebackedited.
    """
    _edit(s, numbers, "VISUAL")


def _edit(s: Session, numbers: list[int], variable: str) -> None:
    folder = s.open_folder()
    for number in numbers:
        changed = process.edit(s, folder.raw(number), variable)
        folder.go(number)
        folder.read(number)
        if changed is not None and _may_write_back(s, number):
            folder.changed[folder.place(number)] = changed
            s.say(f"Message {number} is replaced by its edited form at quit")


def _may_write_back(s: Session, number: int) -> bool:
    if s.open_folder().mailbox.readonly or s.variables.strict:
        return False
    if s.variables.flag("writebackedited"):
        return True
    if not s.interactive:
        s.say(f"Message {number}: the changes are not kept; set writebackedited keeps them")
        return False
    answer = s.keyboard.read(f"Keep the changes to message {number}? [n] ")
    return (answer or "").strip().lower().startswith("y")
