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

    from pymail.decode import Part
    from pymail.session import Session


class Handler:
    """A command for one part: `terminal`: it wants the terminal; `piped`: the part goes to its standard input."""

    __slots__ = ("command", "piped", "terminal")

    def __init__(self, command: str, terminal: bool, piped: bool) -> None:
        self.command = command
        self.terminal = terminal
        self.piped = piped


def chosen(raw: bytes, number: str) -> list[Part]:
    """The parts to view: that of this number; of a whole letter all that printing only names, else its text."""
    root = decode.parse(raw)
    if number:
        return [decode.find(root, number)]
    items = list(decode.items(root))
    others = [item.part for item in items if item.kind == decode.NAMED and not item.part.parts]
    return others or [item.part for item in items][:1]


def view(s: Session, part: Part) -> Iterator[str]:
    """Hand a part to its program and wait for it; what the program printed, as lines that are not yet safe.

    MailError(UNAVAILABLE) when no program is known, or when it fails.
    """
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pymail-") as folder:
        path = os.path.join(folder, _file_name(part))
        handler = _by_variable(s, part) or _by_mailcap(s, part, path) or _by_browser(s, part, path)
        if handler is None:
            hint = f"set pipe-{part.type}=COMMAND, or save it by write"
            raise MailError(printable(f"{part.type}: no mailcap entry; {hint}"), UNAVAILABLE)
        attachments.write_new(path, part.pieces())
        yield from _output(s, handler, part, path)


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


def _by_variable(s: Session, part: Part) -> Handler | None:
    flags, command = _flags(_variable(s, part))
    return Handler(command, "!" in flags, "=" not in flags) if command else None


def _by_mailcap(s: Session, part: Part, path: str) -> Handler | None:
    if s.variables.flag("mailcap-disable"):
        return None

    def passes(command: str) -> bool:
        return process.quietly(s, command) == 0

    kind = part.type
    if kind == "application/octet-stream":
        kind = mediatypes.by_name(path) or kind
    found = mailcap.find(mailcap.entries(s.environ, s.complain), kind, part.params, path, passes=passes)
    return Handler(found[1], found[0].terminal, found[0].piped) if found else None


def _by_browser(s: Session, part: Part, path: str) -> Handler | None:
    browser = s.environ.get("BROWSER", "").partition(":")[0]
    if part.type != "text/html" or not browser:
        return None
    command = mailcap.fill(browser if "%s" in browser else f"{browser} %s", part.type, {}, path)
    return Handler(command, terminal=True, piped=False) if command else None


def _output(s: Session, handler: Handler, part: Part, path: str) -> Iterator[str]:
    # Names as S-nail has them; a command that quotes badly finds only harmless characters in them.
    environ = {
        **s.environ,
        "MAILX_CONTENT_TYPE": part.type if mailcap.is_harmless(part.type) else "application/octet-stream",
        "MAILX_FILENAME": os.path.basename(path),
        "MAILX_FILENAME_GENERATED": os.path.basename(path),
        "MAILX_FILENAME_TEMPORARY": path,
    }
    source = path if handler.piped else "/dev/tty" if handler.terminal and s.keyboard.terminal else os.devnull
    with open(source, "rb") as file, open(path + ".out", "w+b") as output:
        status = process.handle(s, handler.command, environ, file, None if handler.terminal else output)
        if status:
            raise MailError(f"{printable(handler.command)}: failed with status {status}", UNAVAILABLE)
        output.seek(0)
        for line in output:
            yield line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")


def _file_name(part: Part) -> str:
    return "part" + attachments.suffix(part)
