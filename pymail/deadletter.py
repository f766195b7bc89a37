"""dead.letter: where a letter ends up that nobody could take.

Apart because it is written when things go wrong: what it needs is a file of the user's own
(ownership), and a journal if there can be one, so that a kill leaves no torn letter behind.
It is an mbox, so that `pymail -f` reads it.
"""

from __future__ import annotations

import os

from pymail.encodedwords import encode
from pymail.errors import MailError, reason, status_of
from pymail.headers import fold
from pymail.mailboxes import deposit
from pymail.mailboxes.lock import Lock
from pymail.mailboxes.mailbox import Deposit
from pymail.mailboxes.rewrite import mend
from pymail.ownership import is_null, open_private, sync_folder, trusted, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    class Failure(Protocol):
        """Why one recipient did not get a letter."""

        recipient: str


_PATIENCE = 10


def marked(pieces: Iterable[bytes], failures: Iterable[Failure]) -> Iterator[bytes]:
    """A letter with fields before its own that say who did not get it, and why (as str() tells a failure)."""
    failures = list(failures)
    yield fold("X-Failed-Recipients", ", ".join(failure.recipient for failure in failures))
    for failure in failures:
        yield fold("X-Failure", encode(str(failure)))
    yield from pieces


def bury(path: str, pieces: Iterable[bytes], sender: str, *, replace: bool, state: str = "") -> str:
    """Append a whole letter (LF line ends) to `path`, durably; answers the path.

    A new file is 0600. `replace` puts the letter in place of all that was there (POSIX
    mailx, DEAD). `state` is the folder for the journal, "" for none: then a kill may leave a
    part of the letter, else the next start takes that away. Nothing is written where
    /dev/null stands for the file. Raises MailError when the letter cannot be kept: then the
    file is as it was.
    """
    if is_null(path):
        return path
    path = os.path.abspath(path)
    letter = Deposit(pieces, 0, sender)
    try:
        if replace:
            _replace(path, letter)
        else:
            _append(path, letter, state)
    except OSError as error:
        why = reason(OSError(error.errno, error.strerror))
        raise MailError(f"{path}: {why}", status_of(error, making=True)) from None
    return path


def _append(path: str, letter: Deposit, state: str) -> None:
    is_new = not os.path.lexists(path)
    os.close(open_private(path, os.O_RDWR | os.O_CREAT))
    if is_new:
        sync_folder(os.path.dirname(path) or ".")
    with Lock(path, _PATIENCE) as lock:
        try:
            mend(lock, state)
            deposit.append(lock, [letter], state)
        except BaseException:
            if is_new and not os.fstat(lock.fd).st_size:
                os.unlink(path)
            raise


def _replace(path: str, letter: Deposit) -> None:
    """A new file takes the old one's name when it is whole: a full disk must not cost both."""
    trusted(path)
    temporary = f"{path}.{os.getpid()}"
    descriptor = open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        for piece in deposit.entries(b"", [letter]):
            write(descriptor, piece)
        os.fsync(descriptor)
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    finally:
        os.close(descriptor)
    sync_folder(os.path.dirname(path) or ".")
