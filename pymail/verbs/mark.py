"""The verbs that mark messages: what quit will do with them."""

from __future__ import annotations

from pymail import printing
from pymail.errors import USAGE, MailError
from pymail.folder import DELETED, MBOX, PRESERVED, SAVED, TAGGED, TOUCHED, Folder
from pymail.session import Session
from pymail.summary import ANSWERED, DRAFT, FLAGGED, SEEN
from pymail.verbs import selection
from pymail.verbs.selection import MSGLIST, MSGLIST_EITHER
from pymail.verbs.table import verb


@verb("d[elete]", kind=MSGLIST, changes=True)
def delete(s: Session, numbers: list[int]) -> None:
    """Delete messages, when the mailbox is left."""
    folder = s.open_folder()
    folder.delete(numbers)
    if s.variables.flag("autoprint") and not folder.deleted(folder.dot):
        printing.print_message(s, folder.dot)


@verb("dp", "dt", kind=MSGLIST, changes=True)
def dp(s: Session, numbers: list[int]) -> None:
    """Delete messages and print the next one."""
    folder = s.open_folder()
    if folder.delete(numbers):
        printing.print_message(s, folder.dot)
    else:
        s.say("At EOF")


@verb("u[ndelete]", kind=selection.DELETED, changes=True)
def undelete(s: Session, numbers: list[int]) -> None:
    """Take deleted messages back.

    They count as read.
    """
    folder = s.open_folder()
    folder.mark(numbers, TOUCHED, instead_of=DELETED)
    folder.flag(numbers, SEEN)
    folder.go(numbers[-1])
    if s.variables.flag("autoprint"):
        printing.print_message(s, numbers[-1])


@verb("ho[ld]", "pre[serve]", kind=MSGLIST_EITHER, startup=False, changes=True)
def hold(s: Session, numbers: list[int]) -> None:
    """Keep messages in the system mailbox at quit.

    A deleted message, named by its number, is kept as well.
    """
    _in_system_mailbox(s, "hold").mark(numbers, PRESERVED, instead_of=MBOX | DELETED)


@verb("mb[ox]", kind=MSGLIST, changes=True)
def mbox(s: Session, numbers: list[int]) -> None:
    """Move messages to mbox at quit.

    Also when hold is set.
    """
    folder = _in_system_mailbox(s, "mbox")
    folder.mark(numbers, MBOX | TOUCHED, instead_of=PRESERVED | SAVED)
    folder.flag(numbers, SEEN)


@verb("tou[ch]", kind=MSGLIST, changes=True)
def touch(s: Session, numbers: list[int]) -> None:
    """Move messages to mbox at quit, but for hold."""
    _in_system_mailbox(s, "touch").mark(numbers, TOUCHED, instead_of=PRESERVED)


def _in_system_mailbox(s: Session, word: str) -> Folder:
    folder = s.open_folder()
    if not folder.system:
        raise MailError(f"{word}: only in the system mailbox; messages stay in this one anyway", USAGE)
    # POSIX next: after these the current message counts as printed.
    folder.shown = True
    return folder


@verb("unr[ead]", "U[nread]", "new", "N[ew]", kind=MSGLIST, changes=True)
def unread(s: Session, numbers: list[int]) -> None:
    """Mark messages as not read."""
    folder = s.open_folder()
    folder.flag(numbers, SEEN, on=False)
    folder.mark(numbers, 0, instead_of=TOUCHED | SAVED)
    folder.shown = True


@verb("see[n]", "Se[en]", "mk[read]", kind=MSGLIST, changes=True)
def seen(s: Session, numbers: list[int]) -> None:
    """Mark messages as read."""
    for number in numbers:
        s.open_folder().read(number)


@verb("fl[ag]", kind=MSGLIST, changes=True)
def flag(s: Session, numbers: list[int]) -> None:
    """Mark messages as flagged; the mark is stored."""
    s.open_folder().flag(numbers, FLAGGED)


@verb("unfl[ag]", kind=MSGLIST, changes=True)
def unflag(s: Session, numbers: list[int]) -> None:
    """Take the flag off messages."""
    s.open_folder().flag(numbers, FLAGGED, on=False)


@verb("an[swered]", kind=MSGLIST, changes=True)
def answered(s: Session, numbers: list[int]) -> None:
    """Mark messages as answered."""
    s.open_folder().flag(numbers, ANSWERED)


@verb("unan[swered]", kind=MSGLIST, changes=True)
def unanswered(s: Session, numbers: list[int]) -> None:
    """Mark messages as not answered."""
    s.open_folder().flag(numbers, ANSWERED, on=False)


@verb("dr[aft]", kind=MSGLIST, changes=True)
def draft(s: Session, numbers: list[int]) -> None:
    """Mark messages as drafts."""
    s.open_folder().flag(numbers, DRAFT)


@verb("undr[aft]", kind=MSGLIST, changes=True)
def undraft(s: Session, numbers: list[int]) -> None:
    """Take the draft mark off messages."""
    s.open_folder().flag(numbers, DRAFT, on=False)


@verb("ta[g]", kind=MSGLIST)
def tag(s: Session, numbers: list[int]) -> None:
    """Tag messages for this session, see :t."""
    s.open_folder().mark(numbers, TAGGED)


@verb("unt[ag]", kind=MSGLIST)
def untag(s: Session, numbers: list[int]) -> None:
    """Take the tag off messages."""
    s.open_folder().mark(numbers, 0, instead_of=TAGGED)
