"""Sending what waits in the outbox.

Apart from the queue itself because only a flush needs it. Its promises, and why they
hold whenever the process is killed:

- One process flushes at a time: `lock` is an fcntl lock, which ends with its holder.
- Letters go in the order of queueing, and one letter's answers are noted before the next
  is sent: a kill costs at most one duplicate, which has the same Message-ID. A letter
  that everybody took is unlinked; such unlinks are made durable once a second, so that a
  power cut may repeat those.
- What is given up is in dead.letter (`failed` has returned) before the entry forgets it.
- A letter that cannot be sent has its own back-off and never stops the others. One that
  was in hand at three deaths of a flush (`lock` names it) goes last from then on.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time

from pymail.errors import IOERR, MailError, reason
from pymail.ownership import open_private, sync_folder, trusted
from pymail.transports.entry import ACCEPTED, GIVEN_UP, Entry, Letter, mark_of
from pymail.transports.outbox import Outbox, backoff
from pymail.transports.transport import Answer, Envelope, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pymail.transports.transport import Transport

    Failed = Callable[[Letter, list[Answer]], None]

LIFETIME = 5 * 24 * 3600
_DEATHS = 3
_ABANDONED = 36 * 3600


class Report:
    """What a flush did, in letters: `sent` to all, `failed` for some recipient, `waiting` still (not held).

    `busy`: another process is flushing, nothing was done. `unreachable`: why no server
    could be asked, "" when one could. `troubles`: a line for each recipient not served.
    """

    __slots__ = ("sent", "failed", "waiting", "busy", "unreachable", "troubles")

    def __init__(self) -> None:
        self.sent = self.failed = self.waiting = 0
        self.busy = False
        self.unreachable = ""
        self.troubles: list[str] = []


def flush(
    outbox: Outbox,
    account: str,
    way: Transport,
    failed: Failed,
    now: float,
    *,
    early: bool = True,
    seconds: float | None = None,
    lifetime: int = LIFETIME,
) -> Report:
    """Send what waits for `account` by this way; tell `failed` of recipients that are given up.

    `early`: also what is not due yet. `seconds`: begin no letter after so long, and give none
    up untried. `lifetime`: seconds in the queue after which a letter that was put off again is
    given up. Where the way was not ready, it was not the letter's fault, and the others wait too.
    Raises MailError (NOPERM) for an outbox that is not the user's own, (IOERR) when what
    was sent cannot be noted.
    """
    report = Report()
    try:
        trusted(outbox.folder)
        lock = _lock(outbox.folder)
    except FileNotFoundError:
        return report
    if lock is None:
        report.busy = True
    else:
        try:
            _Flush(outbox, account, way, failed, now, lifetime, report, lock).run(early, seconds)
        finally:
            os.close(lock)
    mark = mark_of(account)
    report.waiting = sum(entry.mark == mark and not entry.held for entry in outbox.entries())
    return report


class _Flush:
    """One flush under its lock."""

    def __init__(
        self,
        outbox: Outbox,
        account: str,
        way: Transport,
        failed: Failed,
        now: float,
        lifetime: int,
        report: Report,
        lock: int,
    ) -> None:
        self.outbox = outbox
        self.account = account
        self.way = way
        self.failed = failed
        self.now = now
        self.lifetime = lifetime
        self.report = report
        self.lock = lock
        self.changed, self.synced = False, time.monotonic()

    def run(self, early: bool, seconds: float | None) -> None:
        """Go through the queue once."""
        _clear(self.outbox.folder + "/tmp", self.now)
        mark = mark_of(self.account)
        entries = [entry for entry in self.outbox.entries() if entry.mark == mark and not entry.held]
        suspect, deaths = self._last_words()
        if deaths >= _DEATHS:
            entries.sort(key=lambda entry: entry.id == suspect)
        end = None if seconds is None else time.monotonic() + seconds
        try:
            for entry, letter in self._claimed(entry for entry in entries if early or entry.due <= self.now):
                with letter:
                    if end is not None and time.monotonic() >= end:
                        break
                    self._note(entry.id, deaths if entry.id == suspect else 0)
                    self._send(entry, letter)
                if self.report.unreachable:
                    break
            if self.report.unreachable and seconds is None:
                self._expire(entries)
        finally:
            os.ftruncate(self.lock, 0)
            self._sync()

    def _last_words(self) -> tuple[str, int]:
        words = os.pread(self.lock, 100, 0).decode("ascii", "replace").split()
        return (words[0], int(words[1])) if len(words) == 2 and words[1].isdecimal() else ("", 0)

    def _note(self, identity: str, deaths: int) -> None:
        try:
            os.pwrite(self.lock, f"{identity} {deaths + 1}".ljust(60).encode(), 0)
        except OSError:
            return  # a full disk, which is no reason to keep on it what could go out

    def _claimed(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Letter]]:
        """The letters that can be had, each announced while the one before it is in hand."""
        found = self._open(entries)
        following = next(found, None)
        try:
            while following is not None:
                here, following = following, next(found, None)
                if following is not None:
                    self.way.announce(following[1].envelope, following[1])
                yield here
        finally:
            if following is not None:
                following[1].close()

    def _open(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Letter]]:
        for entry in entries:
            try:
                letter = entry.claim()
            except (MailError, OSError) as error:
                self._put_off(entry, reason(error))
                continue
            if letter is not None and letter.account == self.account:
                yield entry, letter
            elif letter is not None:
                letter.close()

    def _send(self, entry: Entry, letter: Letter) -> None:
        try:
            answers = self.way.send(letter.envelope, letter)
        except Unreachable as error:
            self.report.unreachable = error.text
            letter.settle({}, error.text)
            return
        except (MailError, OSError) as error:
            answers = [Answer(recipient, 451, reason(error)) for recipient in letter.waiting]
        if self.way.ready or not answers:
            self._answered(entry, letter, answers)
        else:
            self.report.unreachable = f"{answers[0].code} {answers[0].text}"
            letter.settle({}, self.report.unreachable)

    def _answered(self, entry: Entry, letter: Letter, answers: list[Answer]) -> None:
        answers = [self._parted(entry, letter, answer) if answer.left else answer for answer in answers]
        accepted = {answer.recipient for answer in answers if answer.accepted}
        refused = [answer for answer in answers if answer.refused]
        deferred = [answer for answer in answers if answer.deferred]
        if deferred and self._over(entry):
            refused += [_expired(answer, self.lifetime) for answer in deferred]
            deferred = []
        if refused and not self._give_up(entry, letter, refused):
            deferred, refused = deferred + refused, []
        done = accepted | {answer.recipient for answer in refused}
        try:
            if done.issuperset(letter.waiting):
                os.unlink(entry.path)
                self._count(refused)
            else:
                self._keep(entry, letter, accepted, refused, deferred)
        except OSError as error:
            raise MailError(f"outbox: {entry.id} was sent, which cannot be noted: {reason(error)}", IOERR) from None

    def _parted(self, entry: Entry, letter: Letter, answer: Answer) -> Answer:
        """Queue the letter anew for those that are left of a recipient who stands for several; he is done then."""
        some = Envelope(letter.sender, list(answer.left), letter.utf8)
        try:
            self.outbox.put(some, letter, self.account, str(answer), now=entry.queued, tries=entry.tries + 1)
        except MailError as error:
            self.report.troubles.append(f"{entry.id}: {error.text}")
            return answer
        return Answer(answer.recipient, 250, answer.text)

    def _give_up(self, entry: Entry, letter: Letter, refused: list[Answer]) -> bool:
        try:
            self.failed(letter, refused)
        except (MailError, OSError) as error:
            self.report.troubles.append(f"{entry.id}: {reason(error)}")
            return False
        self.report.troubles += map(str, refused)
        return True

    def _count(self, refused: list[Answer]) -> None:
        if refused:
            self.report.failed += 1
        else:
            self.report.sent += 1
        self.changed = True
        if time.monotonic() - self.synced >= 1:
            self._sync()

    def _sync(self) -> None:
        if self.changed:
            sync_folder(self.outbox.new)
        self.changed, self.synced = False, time.monotonic()

    def _keep(
        self, entry: Entry, letter: Letter, accepted: set[str], refused: list[Answer], deferred: list[Answer]
    ) -> None:
        states = dict.fromkeys(accepted, ACCEPTED) | {answer.recipient: GIVEN_UP for answer in refused}
        letter.settle(states, str(deferred[0]) if deferred else letter.why)
        self.report.failed += bool(refused)
        self.report.troubles += map(str, deferred)
        entry.rename(self.now + backoff(entry.tries + 1), entry.tries + 1, False)

    def _put_off(self, entry: Entry, why: str) -> None:
        self.report.troubles.append(why)
        try:
            entry.rename(self.now + backoff(entry.tries + 1), entry.tries + 1, False)
        except FileNotFoundError:
            return

    def _over(self, entry: Entry) -> bool:
        return self.now - entry.queued >= self.lifetime

    def _expire(self, entries: list[Entry]) -> None:
        """Give up what is too old although no server could be asked."""
        for entry in entries:
            if not self._over(entry):
                break
            try:
                letter = entry.claim()
            except (MailError, OSError) as error:
                self._put_off(entry, reason(error))
                continue
            if letter is None:
                continue
            with letter:
                why = self.report.unreachable
                self._answered(entry, letter, [Answer(recipient, 451, why) for recipient in letter.waiting])


def _expired(answer: Answer, lifetime: int) -> Answer:
    # RFC 3463 3.5: X.4.7, delivery time expired.
    return Answer(answer.recipient, 554, f"5.4.7 not delivered in {_duration(lifetime)}; last: {answer.text}")


def _duration(seconds: int) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"


def _lock(folder: str) -> int | None:
    descriptor = open_private(folder + "/lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return None
        raise
    return descriptor


def _clear(folder: str, now: float) -> None:
    """Remove what a killed `put` left behind a day and a half ago (the time is Maildir's)."""
    try:
        with os.scandir(folder) as found:
            old = [file.path for file in found if now - file.stat(follow_symlinks=False).st_mtime > _ABANDONED]
        for path in old:
            os.unlink(path)
    except FileNotFoundError:
        return
