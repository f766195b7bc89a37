"""The outbox: letters that no transport could take for now (pymail(1), The outbox).

Apart because it is a queue and no transport: what sends it is flush.py, and only that
needs more than a listing. A folder like a Maildir: `tmp/` for what is being written,
`new/` for what waits (entry.py says in what form). `put` returns when file and name are
on disk; before that nobody was told, and a kill leaves nothing in `new/`.
"""

from __future__ import annotations

import errno
import os
import time

from pymail.errors import CANTCREAT, IOERR, NOINPUT, TEMPFAIL, USAGE, MailError, printable
from pymail.ownership import make_folder, open_private, sync_folder, trusted
from pymail.transports.entry import Entry, Letter, mark_of, name_of, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.transports.transport import Envelope, Source

_NO_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class Outbox:
    """The queue in `folder`, which is made (0700) when the first letter is put there."""

    __slots__ = ("folder", "new")

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.new = folder + "/new"

    def put(self, envelope: Envelope, source: Source, account: str, why: str, *, now: float, tries: int = 0) -> str:
        """Keep a letter until `account` can take it; its id, when it is safely on disk.

        `now` is in seconds since the epoch; `tries` is 1 when a server put the letter off,
        which then is not due before some minutes. Raises MailError (CANTCREAT, IOERR, NOPERM)
        when it cannot be kept; then nothing is left behind.
        """
        try:
            return self._put(envelope, source, account, why, now, tries)
        except OSError as error:
            status = CANTCREAT if error.errno in _NO_PLACE else IOERR
            raise MailError(f"outbox {self.folder}: {error.strerror}", status) from None

    def _put(self, envelope: Envelope, source: Source, account: str, why: str, now: float, tries: int) -> str:
        temporary, descriptor = self._temporary()
        kept = ""
        try:
            try:
                write(descriptor, envelope, source, account, why)
                identity = f"{int(now * 1e6):013x}{os.fstat(descriptor).st_ino:x}"
            finally:
                os.close(descriptor)
            kept = f"{self.new}/{name_of(identity, now + backoff(tries), tries, False, mark_of(account))}"
            os.rename(temporary, kept)
            sync_folder(self.new)
        except BaseException:
            for path in (temporary, kept):
                _remove(path)
            raise
        return identity

    def _temporary(self) -> tuple[str, int]:
        path = f"{self.folder}/tmp/{os.getpid()}.{time.time_ns()}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            trusted(self.folder)
            return path, open_private(path, flags)
        except FileNotFoundError:
            for folder in (self.folder, self.new, self.folder + "/tmp"):
                make_folder(folder)
            return path, open_private(path, flags)

    def entries(self) -> list[Entry]:
        """All that wait, the oldest first, from one listing of the folder."""
        try:
            names = os.listdir(self.new)
        except FileNotFoundError:
            return []
        return [entry for name in sorted(names) if (entry := _entry(self.new, name))]

    def due(self, account: str, now: float) -> bool:
        """Is there anything for this account to be sent now?"""
        mark = mark_of(account)
        return any(entry.mark == mark and not entry.held and entry.due <= now for entry in self.entries())

    def accounts(self) -> list[str]:
        """The accounts that letters wait for, in the order of their oldest letter; damaged letters have none."""
        seen: dict[str, str] = {}
        for entry in self.entries():
            if entry.mark not in seen and (account := _account(entry)) is not None:
                seen[entry.mark] = account
        return list(seen.values())

    def find(self, identity: str) -> Entry:
        """The entry with this id or the only one that begins so. Raises MailError (NOINPUT) when there is none."""
        found = [entry for entry in self.entries() if identity and entry.id.startswith(identity)]
        if not found:
            raise MailError(f"{printable(identity)}: no such letter in the outbox", NOINPUT)
        if len(found) > 1:
            raise MailError(f"{identity}: {len(found)} letters begin so; write more of it", USAGE)
        return found[0]

    def delete(self, identity: str) -> None:
        """Remove a letter for good. Raises MailError when there is none or it is being sent."""
        entry, letter = self._claimed(identity)
        with letter:
            os.unlink(entry.path)
            sync_folder(self.new)

    def hold(self, identity: str) -> None:
        """Keep a letter until `retry` lets it go. Raises MailError as `delete`."""
        entry, letter = self._claimed(identity)
        with letter:
            entry.rename(entry.due, entry.tries, True)
            sync_folder(self.new)

    def retry(self, identity: str, now: float) -> None:
        """Let a letter, held or not, be due now. Raises MailError as `delete`."""
        entry, letter = self._claimed(identity)
        with letter:
            entry.rename(now, entry.tries, False)
            sync_folder(self.new)

    def _claimed(self, identity: str) -> tuple[Entry, Letter]:
        entry = self.find(identity)
        letter = entry.claim()
        if letter is None:
            raise MailError(f"{identity}: it is being sent just now", TEMPFAIL)
        return entry, letter


def backoff(tries: int) -> int:
    """Seconds to wait after so many tries: none, 5 minutes, then doubled up to 4 hours."""
    return min(300 << (tries - 1), 4 * 3600) if tries else 0


def _entry(folder: str, name: str) -> Entry | None:
    try:
        return Entry(folder, name)
    except ValueError:
        return None


def _account(entry: Entry) -> str | None:
    try:
        with entry.read() as letter:
            return letter.account
    except (MailError, FileNotFoundError):
        return None


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        # What cannot be removed was never there, or stays in tmp/ until a flush clears it.
        return
