"""Putting letters at the beginning of an mbox file: what quit does with mbox unless `append` is set.

Apart from deposit.py, whose letters move nothing: here all that is in the file moves, by
way of the journal (rewrite.py), and a kill leaves the old file or, after the next start,
the new one.
"""

from __future__ import annotations

import os

from pymail.body import Body
from pymail.mailboxes import journal
from pymail.mailboxes.deposit import append_to, check, entries
from pymail.mailboxes.job import Kept
from pymail.mailboxes.layout import Layout
from pymail.mailboxes.lock import Lock
from pymail.mailboxes.rewrite import carry_out, mend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pymail.mailboxes.mailbox import Deposit, Settings


def prepend_to(path: str, deposits: Iterable[Deposit], settings: Settings) -> list[str]:
    """Put letters, in their order, before those that the mbox at `path` holds; what the user should hear.

    A missing or empty file is appended to, and so is any where no journal can be kept. All letters are there, on
    disk, or none. Raises MailError, OSError.
    """
    name, path = path, os.path.realpath(path)
    if not (journal.usable(settings.state) and os.path.exists(path) and os.path.getsize(path)):
        return append_to(path, deposits, settings)[2]
    letters = Body(name=path)
    for piece in entries(b"", deposits):
        letters.write(piece)
    with Lock(path, settings.lock_timeout) as lock:
        check(lock, name)
        notes = [*lock.notes, *mend(lock, settings.state)]
        found = Kept(letters)
        # One change: at the beginning no octet goes, and all these come.
        found.at, found.cut, found.ends = [0], [0], [letters.size]
        carry_out(lock, Layout(found, os.fstat(lock.fd).st_size), settings.state, settings.watch)
        return notes
