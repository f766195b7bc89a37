"""Writing messages out of the mailbox: the text to a file, attachments beside it, parts alone.

Apart from the verbs because of its conversation, and from `attachments`, which knows no
session. Each line says what was written where and how large it is.
"""

from __future__ import annotations

import os

from pymail import attachments, decode, display
from pymail.errors import CANTCREAT, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pymail.mime import Part
    from pymail.session import Session


def write(s: Session, number: int, part: str, path: str) -> None:
    """Write a message, or the one part of it with this number.

    Of a message the text is appended to the file `path` and its attachments are saved in the same folder,
    on a terminal each after a question; a folder takes it all as new files. A part becomes a new file.
    What was appended is on disk when this returns. Raises MailError, OSError.
    """
    root = decode.parse(s.open_folder().raw(number))
    if part:
        root = decode.find(root, part)
    if part and not (root.is_multipart and root.parts):
        _say(s, attachments.save_attachment(root, path), root)
    elif os.path.isdir(path):
        write_all(s, number, root, path)
    else:
        _folder_of(path)
        _append(s, root, path)
        _save(s, [each for each in attachments.attachments(root) if _wanted(s, number, each)], os.path.dirname(path))


def write_all(s: Session, number: int, root: Part, folder: str) -> None:
    """Write the text and the attachments of a message to new files in a folder."""
    text = os.path.join(folder, f"message-{number}.txt")
    _say(s, attachments.write_new(text, attachments.text_octets(root)))
    _save(s, attachments.attachments(root), folder)


def detach(s: Session, number: int, part: str, folder: str) -> None:
    """Save the attachments of a message, or one part of it, in a folder."""
    if not os.path.isdir(folder):
        raise MailError(f"{printable(folder)}: no such folder", CANTCREAT)
    root = decode.parse(s.open_folder().raw(number))
    _save(s, [decode.find(root, part)] if part else attachments.attachments(root), folder)


def _folder_of(path: str) -> None:
    folder = os.path.dirname(path)
    if path.endswith("/") or folder and not os.path.isdir(folder):
        raise MailError(f"{printable(path)}: its folder does not exist; mkdir makes one", CANTCREAT)


def _save(s: Session, parts: Iterable[Part], folder: str) -> None:
    for part in parts:
        _say(s, attachments.save_attachment(part, folder or "."), part)


def _append(s: Session, root: Part, path: str) -> None:
    made = not os.path.lexists(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOCTTY | os.O_CLOEXEC, 0o600)
    octets = lines = 0
    with open(descriptor, "ab") as file:
        for piece in attachments.text_octets(root):
            octets += file.write(piece)
            lines += piece.count(b"\n")
        file.flush()
        if path != os.devnull:
            os.fsync(descriptor)
    s.say(f'"{path}" {"[New file]" if made else "[Appended]"} {lines}/{octets}')


def _wanted(s: Session, number: int, part: Part) -> bool:
    if not s.keyboard.terminal:
        return True
    answer = s.keyboard.read(f"Save {display.describe(part, number)}? [y] ") or ""
    return not answer.strip().lower().startswith("n")


def _say(s: Session, written: tuple[str, int], part: Part | None = None) -> None:
    path, octets = written
    kind = f" ({part.type})" if part else ""
    s.say(f'"{path}" [New file] {octets} octet{"s" * (octets != 1)}{kind}')
