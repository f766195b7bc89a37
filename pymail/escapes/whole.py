"""The escapes about the letter as a whole: showing, editing, filtering, keeping it."""

from __future__ import annotations

import os
from functools import partial

from pymail import heading, words
from pymail.body import Body
from pymail.draft import Draft
from pymail.errors import UNAVAILABLE, USAGE, MailError
from pymail.escapes.table import escape
from pymail.recipients import correspondents, recipients, shown
from pymail.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PEOPLE = ("To", "Cc", "Bcc", "Reply-To")


@escape("p")
def print_(s: Session, draft: Draft, text: str) -> None:
    """Print the letter so far."""
    from pymail import printing

    printing.put(s, ["-------", "Message contains:", *_shown(draft)])
    s.say("(continue)")


def _shown(draft: Draft) -> Iterator[str]:
    from pymail.width import safe

    for line in _head(draft).split("\n")[:-1]:
        yield safe(line)
    for file in draft.attachments:
        yield safe(f"[-- {file.name}, {file.content.size} octets --]")
    yield ""
    for line in _body(draft).decode("utf-8", "replace").split("\n")[:-1]:
        yield safe(line)


def _head(draft: Draft) -> str:
    """The fields that the user can edit, a line each."""
    lines = [(name, shown(getattr(draft, name.lower().replace("-", "_")))) for name in _PEOPLE]
    lines += [("Subject", draft.subject), *draft.headers]
    return "".join(f"{name}: {value}\n" for name, value in lines if value or name in ("To", "Subject"))


def _body(draft: Draft) -> bytes:
    return b"".join(draft.body.pieces())


@escape("e")
def edit(s: Session, draft: Draft, text: str) -> None:
    """Edit the text so far with EDITOR.

    With editheaders its head too.
    """
    _edit(s, draft, "EDITOR")


@escape("v")
def visual(s: Session, draft: Draft, text: str) -> None:
    """Edit the same with VISUAL."""
    _edit(s, draft, "VISUAL")


def _edit(s: Session, draft: Draft, variable: str) -> None:
    from pymail import process

    whole = s.variables.flag("editheaders")
    changed = process.edit(s, _whole(draft) if whole else _body(draft), variable)
    if changed is not None:
        (_take if whole else _replace)(s, draft, changed)
    s.say("(continue)")


@escape("|", "command")
def pipe(s: Session, draft: Draft, text: str) -> None:
    """Replace the text by what a shell command makes of it.

    When the command fails the text stays as it is.
    """
    _replace(s, draft, _filtered(s, text, _body(draft)))


@escape("||", "command")
def pipe_whole(s: Session, draft: Draft, text: str) -> None:
    """The same with the head before the text."""
    _take(s, draft, _filtered(s, text, _whole(draft)))


def _filtered(s: Session, command: str, octets: bytes) -> bytes:
    from pymail import process

    status, octets = process.filter_through(s, command, octets)
    if status:
        raise MailError(f"{command}: failed with status {status}; the text is unchanged", UNAVAILABLE)
    s.say(f'"{command}" {octets.count(10)}/{len(octets)}', "(continue)")
    return octets


def _whole(draft: Draft) -> bytes:
    return _head(draft).encode("utf-8", "surrogateescape") + b"\n" + _body(draft)


def _replace(s: Session, draft: Draft, octets: bytes) -> None:
    draft.body.truncate()
    draft.body.write(octets)


def _take(s: Session, draft: Draft, octets: bytes) -> None:
    """Head and text of a letter that was edited. MailError names what cannot be a head; then nothing has changed."""
    edited = heading.from_letter(Body(octets), partial(recipients, s))
    draft.to, draft.cc, draft.bcc = edited.to, edited.cc, edited.bcc
    draft.reply_to = correspondents(s, shown(edited.reply_to))
    draft.subject, draft.headers = edited.subject, edited.headers
    _replace(s, draft, _body(edited))


@escape("w", "file")
def write(s: Session, draft: Draft, text: str) -> None:
    """Append the text so far to a file."""
    if not text:
        raise MailError("~w: a file is wanted", USAGE)
    path = s.filename(words.split(text)[0])
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOCTTY | os.O_CLOEXEC, 0o600)
    with open(descriptor, "ab") as file:
        lines = sum(piece.count(b"\n") for piece in draft.body.pieces() if file.write(piece))
    s.say(f'"{path}" {lines}/{draft.body.size}')
