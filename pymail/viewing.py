"""A part of a letter handed to a program of the user's: by `pipe-TYPE` variable, mailcap file or BROWSER.

Apart from the verbs because printing asks here too, and from `mailcap`, which starts nothing.
The program sees the part in a new file of a name made here, or on its standard input; nothing
out of the letter gets into the shell's line. What a program prints that did not ask for the
terminal is shown as safe lines.
"""

from __future__ import annotations

import os

from pymail import attachments, decode, mailcap, mediatypes, process
from pymail.errors import UNAVAILABLE, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.mime import Part
    from pymail.session import Session


class Handler:
    """A command for one part, which lies in the file `path`.

    `terminal`: it wants the terminal; `piped`: the part goes to its standard input; `background`: nobody waits
    for it, and what it prints is lost.
    """

    __slots__ = ("background", "command", "path", "piped", "terminal")

    def __init__(self, command: str, path: str, *, terminal: bool, piped: bool, background: bool) -> None:
        self.command = command
        self.path = path
        self.terminal = terminal
        self.piped = piped
        self.background = background


def chosen(raw: bytes, number: str) -> list[Part]:
    """The parts to view: that of this number; of a whole letter all that printing only names, else its text."""
    root = decode.parse(raw)
    if number:
        return [decode.find(root, number)]
    items = list(decode.items(root))
    others = [item.part for item in items if item.kind == decode.NAMED and not item.part.parts]
    return others or [item.part for item in items][:1]


def view(s: Session, part: Part) -> Iterator[str]:
    """Hand a part to its program; what that printed, as lines that are not yet safe, if it is to be waited for.

    MailError(UNAVAILABLE) when no program is known, or when it fails.
    """
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="pymail-")
    is_needed = False
    try:
        handler = _handler(s, part, os.path.join(folder, "part" + attachments.suffix(part)))
        attachments.write_new(handler.path, part.pieces())
        environ = _environ(s, handler, part)
        if handler.background:
            process.leave(s, handler.command, environ, handler.path if handler.piped else os.devnull, folder)
            is_needed = True
        else:
            yield from _output(s, handler, environ)
    finally:
        if not is_needed:
            shutil.rmtree(folder, ignore_errors=True)


def text_by(s: Session, part: Part) -> list[str] | None:
    """The text that a program makes of a part which is to be printed; None where no variable asks for one.

    That is a `pipe-TYPE/SUBTYPE` that begins with `?*`, or is set for a type that is text (S-nail). A
    program that fails is told of, and the part is printed as if there were none.
    """
    flags, command = _flags(_variable(s, part))
    if "t" in flags or flags == "?" and not command:
        return list(decode.lines(part, 0))
    if not command or not ("*" in flags or part.is_text and not flags):
        return None
    try:
        return list(view(s, part))
    except MailError as error:
        s.complain(error.text)
        return None


def _variable(s: Session, part: Part) -> str:
    extension = attachments.suffix(part).removeprefix(".").lower()
    by_extension = s.variables.get(f"pipe-{extension}") if extension else None
    return by_extension or s.variables.get(f"pipe-{part.type}") or ""


def _flags(value: str) -> tuple[str, str]:
    """S-nail's flags before a command: `?*? command`, `?!= command`; "" without a question mark."""
    if not value.startswith("?"):
        return "", value.strip()
    flags, _, command = value[1:].replace("?", " ", 1).partition(" ")
    return "?" + flags, command.strip()


def _handler(s: Session, part: Part, path: str) -> Handler:
    found = _by_variable(s, part, path) or _by_mailcap(s, part, path) or _by_browser(s, part, path)
    if found is None:
        hint = f"set pipe-{part.type}=COMMAND, or save it by write"
        raise MailError(printable(f"{part.type}: no mailcap entry; {hint}"), UNAVAILABLE)
    return found


def _by_variable(s: Session, part: Part, path: str) -> Handler | None:
    flags, command = _flags(_variable(s, part))
    if not command:
        return None
    return Handler(command, path, terminal="!" in flags, piped="=" not in flags, background="&" in flags)


def _by_mailcap(s: Session, part: Part, path: str) -> Handler | None:
    if s.variables.flag("mailcap-disable"):
        return None

    def passes(command: str) -> bool:
        return process.quietly(s, command) == 0

    kind = part.type
    if kind == "application/octet-stream":
        kind = mediatypes.by_name(path) or kind
    entries = mailcap.entries(s.environ, s.complain)
    # Without a terminal there is nothing to do for a program that needs one.
    usable = (entry for entry in entries if s.keyboard.terminal or not entry.terminal)
    found = mailcap.find(usable, kind, part.params, path, passes=passes)
    if found is None:
        return None
    entry, command = found
    return Handler(command, entry.place(path), terminal=entry.terminal, piped=entry.piped, background=entry.background)


def _by_browser(s: Session, part: Part, path: str) -> Handler | None:
    browser = s.environ.get("BROWSER", "").partition(":")[0]
    if part.type != "text/html" or not browser:
        return None
    command = mailcap.fill(browser if "%s" in browser else f"{browser} %s", part.type, {}, path)
    return Handler(command, path, terminal=True, piped=False, background=False) if command else None


def _environ(s: Session, handler: Handler, part: Part) -> dict[str, str]:
    """Names as S-nail has them; a command that quotes badly finds only harmless characters in them."""
    name = os.path.basename(handler.path)
    return {
        **s.environ,
        "MAILX_CONTENT_TYPE": part.type if mailcap.is_harmless(part.type) else "application/octet-stream",
        "MAILX_FILENAME": name,
        "MAILX_FILENAME_GENERATED": name,
        "MAILX_FILENAME_TEMPORARY": handler.path,
    }


def _output(s: Session, handler: Handler, environ: dict[str, str]) -> Iterator[str]:
    has_terminal = handler.terminal and s.keyboard.terminal
    source = handler.path if handler.piped else "/dev/tty" if has_terminal else os.devnull
    with open(source, "rb") as file, open(handler.path + ".out", "w+b") as output:
        status = process.handle(s, handler.command, environ, file, None if handler.terminal else output)
        if status:
            raise MailError(f"{printable(handler.command)}: failed with status {status}", UNAVAILABLE)
        output.seek(0)
        for line in output:
            yield line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
