"""Mail for scripts: messages as JSON, attachments into a folder.

Apart from `read` because here nobody types: what the command line names is given, and the
program ends. No mailbox changes.
"""

from __future__ import annotations

import os

from pymail import msglist, outline
from pymail.errors import CANTCREAT, USAGE, MailError, printable, reason
from pymail.modes import exists, read
from pymail.verbs import selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pymail.options import Options
    from pymail.outline import Value
    from pymail.session import Session


def run(s: Session, options: Options) -> int:
    """--json, --extract; the exit status: 1 where there is no message."""
    if options.has("json") and options.has("extract"):
        raise MailError("--extract: not together with --json", USAGE)
    path = exists.mailbox_path(s, options)
    s.readonly = True
    is_open = bool(path) and read.enter(s, path) and len(s.open_folder()) > 0
    text = " ".join(filter(None, [options.last("list"), _named(options)])) or "*"
    if options.has("extract"):
        return _extract(s, text, options.last("extract") or "") if is_open else 1
    numbers = _numbers(s, text) if is_open else []
    brief = options.has("headers") or options.has("list")
    _print(s, _summaries(s, numbers) if brief else _messages(s, numbers))
    return 0 if numbers else 1


def _named(options: Options) -> str:
    """The message list that the operands are; the mailbox of -f is the first of them."""
    mailbox = options.has("file") and not any(options.all("file"))
    return " ".join(options.operands[mailbox:])


def _numbers(s: Session, text: str) -> list[int]:
    try:
        return selection.numbers(s, text)
    except msglist.Nothing as error:
        s.complain(error.text)
        return []


def _print(s: Session, values: Iterable[dict[str, Value]]) -> None:
    """One JSON array, a message a line."""
    before = "["
    for value in values:
        s.out.write(before + "\n")
        s.out.writelines(outline.written(value))
        before = ","
    s.out.write("[]\n" if before == "[" else "\n]\n")


def _summaries(s: Session, numbers: list[int]) -> Iterator[dict[str, Value]]:
    if not numbers:
        return
    folder = s.open_folder()
    places = list(map(folder.place, numbers))
    ids = dict(folder.mailbox.values(b"Message-ID", places))
    for place, line, lines in folder.mailbox.listing(places):
        number = folder.number(place)
        yield outline.summary(number, folder.letter(number), folder.flags[place], line, ids.get(place, ""), lines)


def _messages(s: Session, numbers: list[int]) -> Iterator[dict[str, Value]]:
    for number in numbers:
        folder = s.open_folder()
        flags = folder.flags[folder.place(number)]
        yield outline.message(number, folder.letter(number), flags, folder.summary(number), folder.raw(number))


def _extract(s: Session, text: str, folder: str) -> int:
    from pymail import writing

    if not folder:
        raise MailError("--extract: into which folder?", USAGE)
    try:
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o700)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else f"{folder}: no folder can be called that"
        raise MailError(printable(f"--extract: {why}"), CANTCREAT) from None
    for number, part in selection.parts(s, text):
        writing.write(s, number, part, folder)
    return 0
