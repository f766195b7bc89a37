"""The verbs of mailboxes as a whole: which one is open, which there are, renaming and removing them."""

from __future__ import annotations

import os

from pymail import interpreter, listing, visit
from pymail.errors import USAGE, MailError, printable
from pymail.mailboxes.mailbox import Missing
from pymail.session import Session
from pymail.verbs.kinds import NOTHING
from pymail.verbs.quoted import Names
from pymail.verbs.table import verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.mailboxes.mailbox import Mailbox
    from pymail.words import Word


@verb("fi[le]", "fold[er]", kind=Names("[file]", 0, 1))
def folder_(s: Session, names: list[Word]) -> None:
    """Show which mailbox is open, or open another.

    The open one is left as quit leaves it. % is the system mailbox, %user that of a user, # the mailbox before,
    & mbox, +name one in the folder directory.
    """
    _change(s, names, False)


@verb("Fi[le]", "Fold[er]", kind=Names("[file]", 0, 1))
def folder_readonly(s: Session, names: list[Word]) -> None:
    """As folder; the mailbox cannot be changed."""
    _change(s, names, True)


def _change(s: Session, names: list[Word], readonly: bool) -> None:
    if not names:
        s.say(listing.status_line(s.open_folder()))
        visit.warn(s)
        return
    path = s.filename(names[0])
    # Leaving may change these: they are opened when it is done.
    mailbox = None if _is_touched(s, path) else _opened(s, path, readonly)
    try:
        visit.leave(s)
    except (MailError, OSError):
        if mailbox is not None:
            mailbox.close()
        raise
    visit.enter(s, mailbox or _opened(s, path, readonly), path)
    interpreter.run_folder_hook(s, names[0].text)
    visit.announce(s)
    visit.warn(s)


def _opened(s: Session, path: str, readonly: bool) -> Mailbox:
    try:
        return visit.open_mailbox(s, path, readonly)
    except Missing:
        if path != s.names().system:
            raise
        raise MailError(f"No mail for {s.user.name}") from None


def _is_touched(s: Session, path: str) -> bool:
    """Is this the mailbox that is open, or mbox?"""
    here = s.folder.mailbox.path if s.folder is not None else None
    return os.path.realpath(path) in {os.path.realpath(place) for place in (here, s.names().mbox) if place}


@verb("folders", kind=Names("[directory]", 0, 1))
def folders(s: Session, names: list[Word]) -> None:
    """List the folder directory."""
    from shlex import quote

    from pymail import printing, process
    from pymail.width import safe

    folder = s.filename(names[0]) if names else s.names().directory
    if not folder:
        raise MailError("folders: no folder directory; set folder=DIRECTORY", USAGE)
    # Not to the terminal itself: others may have named what lies there.
    _, listed = process.filter_through(s, f"{s.variables.text('LISTER') or 'ls'} {quote(folder)}", b"")
    printing.put(s, map(safe, listed.decode("utf-8", "surrogateescape").splitlines()))


@verb("ren[ame]", kind=Names("old new", 2, 2))
def rename(s: Session, names: list[Word]) -> None:
    """Give a mailbox another name."""
    old, new = (_closed(s, name) for name in names)
    visit.open_mailbox(s, old, True).close()
    if os.path.lexists(new):
        raise MailError(f"{new}: is there already", USAGE)
    os.rename(old, new)


@verb("rem[ove]", kind=Names("name ...", 1))
def remove(s: Session, names: list[Word]) -> None:
    """Remove mailboxes; a terminal is asked first."""
    for path in [_closed(s, name) for name in names]:
        mailbox = visit.open_mailbox(s, path, True)
        count = len(mailbox)
        mailbox.close()
        if _is_sure(s, path, count):
            _remove(path)


def _closed(s: Session, name: Word) -> str:
    """The path of a mailbox that is not the open one."""
    path = s.filename(name)
    if s.folder is not None and s.folder.mailbox.path == os.path.realpath(path):
        raise MailError(f"{path}: is open", USAGE)
    return path


def _is_sure(s: Session, path: str, count: int) -> bool:
    if not s.keyboard.terminal:
        return True
    answer = s.keyboard.read(f"Remove {printable(path)} with {count} message{'s' * (count != 1)}? [n] ") or ""
    return answer.strip().lower().startswith("y")


def _remove(path: str) -> None:
    if not os.path.isdir(path):
        os.unlink(path)
        return
    import shutil

    shutil.rmtree(path)


@verb("su[mmary]", kind=NOTHING)
def summary(s: Session) -> None:
    """Print which mailbox is open and what it holds."""
    s.say(listing.status_line(s.open_folder()))
