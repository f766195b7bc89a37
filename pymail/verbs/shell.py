"""The verbs that start other programs: shell, pipe, editors."""

from __future__ import annotations

from pymail import process
from pymail.errors import USAGE, MailError
from pymail.session import Session
from pymail.verbs.kinds import Text
from pymail.verbs.selection import MSGLIST, PARTS, PARTS_COMMAND
from pymail.verbs.table import verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.folder import Folder


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


@verb("sh[ell]", kind=Text("[command]"), startup=False, sending=True)
def shell(s: Session, text: str) -> None:
    """Run an interactive shell, or one command."""
    if text:
        bang(s, text)
    else:
        process.interactive_shell(s)


@verb("pi[pe]", "Pi[pe]", "|", kind=PARTS_COMMAND)
def pipe(s: Session, places: list[tuple[int, str]], command: str) -> None:
    """Send messages to a shell command.

    Without a command: to that of the variable cmd. A part of a message is sent decoded.
    """
    command = command or s.variables.text("cmd") or ""
    if not command:
        raise MailError("pipe: a command is wanted; or set cmd=COMMAND", USAGE)
    folder = s.open_folder()
    page = [b"\f"] if s.variables.flag("page") else []
    pieces = (piece for place in places for piece in [*_octets(folder, *place), *page])
    status = process.feed(s, command, pieces)
    for number, _ in places:
        folder.read(number)
    if status:
        raise MailError(f"{command}: ended with status {status}")


@verb("mimev[iew]", "view", kind=PARTS, startup=False)
def mimeview(s: Session, places: list[tuple[int, str]]) -> None:
    """Show parts of messages by other programs.

    The variable pipe-TYPE/SUBTYPE or a mailcap file names the program. Without a part: those that are no text.
    """
    from pymail import printing, viewing
    from pymail.width import safe

    folder = s.open_folder()
    failures: list[MailError] = []
    for number, part in places:
        for each in viewing.chosen(folder.raw(number), part):
            try:
                printing.put(s, map(safe, viewing.view(s, each)))
            except MailError as error:
                failures.append(error)
        folder.read(number)
    for failure in failures[:-1]:
        s.complain(failure.text)
    if failures:
        raise failures[-1]


def _octets(folder: Folder, number: int, part: str) -> Iterator[bytes]:
    """A message as it is stored, or one of its parts decoded."""
    raw = folder.raw(number)
    if not part:
        yield raw
        return
    from pymail import decode

    yield from decode.find(decode.parse(raw), part).pieces()


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
        if not s.variables.strict:
            folder.read(number)  # POSIX does not name edit among the commands that read
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
