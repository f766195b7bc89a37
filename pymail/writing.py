"""Writing messages out of the mailbox: the text to a file, attachments beside it (`write`).

Apart from the verb because of its conversation, and from `attachments`, which knows no
session. Each line says what was written where and how large it is.
"""

from __future__ import annotations

import os

from pymail import attachments, display, mime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.mime import Part
    from pymail.session import Session


def write(s: Session, number: int, path: str) -> None:
    """Append the text of a message to the file `path` and save its attachments in the same folder.

    When `path` is a folder, the text goes to a new file in it. On a terminal each attachment is
    asked for. What was written is on disk when this returns. Raises MailError, OSError.
    """
    root = mime.parse(s.open_folder().raw(number))
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    if os.path.isdir(path):
        _say(s, *attachments.write_new(os.path.join(path, f"message-{number}.txt"), attachments.text_octets(root)))
    else:
        _append(s, root, path)
    for part in attachments.attachments(root):
        if _wanted(s, part):
            _say(s, *attachments.save_attachment(part, folder or "."), f" ({part.type})")


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


def _wanted(s: Session, part: Part) -> bool:
    if not s.keyboard.terminal:
        return True
    answer = s.keyboard.read(f"Save {display.describe(part)}? [y] ") or ""
    return not answer.strip().lower().startswith("n")


def _say(s: Session, path: str, octets: int, kind: str = "") -> None:
    s.say(f'"{path}" [New file] {octets} octets{kind}')
