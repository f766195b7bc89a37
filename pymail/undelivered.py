"""What becomes of a letter that was not taken: the outbox, the dead-letter file, and what the user hears.

Apart from `post` because a letter that everybody takes needs none of it. All is safely on
disk before anything is said, and nothing that fails here keeps the rest from
being done.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal costs as much as all the rest
import os
import time

from pymail import deadletter
from pymail.errors import IOERR, TEMPFAIL, UNAVAILABLE, MailError, reason
from pymail.transports.outbox import Outbox
from pymail.transports.transport import Answer, Envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pymail.session import Session
    from pymail.transports.transport import Letter, Source


def deal(s: Session, envelope: Envelope, letter: Letter, answers: list[Answer], account: str) -> int:
    """Keep the letter for whom it was not taken, then tell about each; the exit status (sysexits.h).

    An answer with the code 0 says that nobody could be asked. `account` is by what the letter goes out again.
    Whatever is raised, the letter is in the dead-letter file then.
    """
    try:
        return _deal(s, envelope, letter, answers, account)
    except BaseException:
        for line in bury(s, letter.record, envelope.sender)[1]:
            s.complain(line)
        raise


def _deal(s: Session, envelope: Envelope, letter: Letter, answers: list[Answer], account: str) -> int:
    refused = [answer for answer in answers if answer.refused]
    deferred = [answer for answer in answers if answer.deferred]
    lines = [*map(str, refused), *dict.fromkeys(answer.note for answer in answers if answer.note)]
    lost = list(refused)
    if deferred:
        why_not = _queue(s, envelope, letter, deferred, account)
        lines += [why_not] if why_not else []
        lines += dict.fromkeys(_deferral(answer, why_not is None) for answer in deferred)
        lost += deferred if why_not is not None else []
    told = bury(s, lambda: deadletter.marked(letter.record(), lost), envelope.sender)[1] if lost else []
    for line in [*lines, *told]:
        s.complain(line)
    return UNAVAILABLE if refused else TEMPFAIL if lost else 0


def put_off_signals() -> set[int]:
    """Let what would end us wait while a letter is kept, and a second interrupt too; for `take_signals`."""
    before: set[int] = _signal.pthread_sigmask(_signal.SIG_BLOCK, {_signal.SIGHUP, _signal.SIGINT, _signal.SIGTERM})
    return before


def take_signals(before: set[int]) -> None:
    """Be disturbed again, at once if a signal came meanwhile."""
    _signal.pthread_sigmask(_signal.SIG_SETMASK, before)


def _deferral(answer: Answer, queued: bool) -> str:
    if not answer.code:
        return f"queued: {answer.text}; pymail --flush sends it" if queued else f"not sent: {answer.text}"
    return str(answer) + ("; queued, pymail --flush sends it" if queued else "; not sent")


def _queue(s: Session, envelope: Envelope, letter: Letter, answers: list[Answer], account: str) -> str | None:
    """Put the letter into the outbox for these recipients; None, or why not ("" with nooutbox)."""
    folder = s.outbox()
    if not folder:
        return ""
    people = [name for answer in answers for name in answer.left or (answer.recipient,)]
    some = Envelope(envelope.sender, people, envelope.utf8)
    first = answers[0]
    why, tries = (str(first), 1) if first.code else (first.text, 0)
    try:
        Outbox(folder).put(some, letter, account, why, now=time.time(), tries=tries)
    except MailError as error:
        return error.text
    return None


def bury(
    s: Session, pieces: Callable[[], Iterable[bytes]], sender: str, *, replace: bool = True
) -> tuple[str, list[str]]:
    """Append a letter to the dead-letter file, if `save` is set, else to one where that can be (POSIX save, DEAD).

    Where it is, "" when it was not kept; and what the user should hear. `replace`: as POSIX wants it, in place of
    the one before.
    """
    told: list[str] = []
    if not s.variables.flag("save") or s.variables.flag("debug"):
        return "", told
    replace = replace and not s.variables.flag("appenddeadletter")
    for path, state in _places(s, told):
        try:
            path = deadletter.bury(path, pieces(), sender, state=state, replace=replace)
        except MailError as error:
            told.append(error.text)
        except OSError as error:
            told.append(f"{path}: {reason(error)}")
        else:
            return ("", told) if path == os.devnull else (path, [*told, f"the letter is in {path}"])
    typed, s.unfinished = s.unfinished, None
    if typed is not None and typed.exists:
        return typed.path, [*told, f"what was typed is in {typed.path}"]
    return "", [*told, "the letter could not be kept anywhere"]


def _places(s: Session, told: list[str]) -> Iterator[tuple[str, str]]:
    """The dead-letter file; where it cannot be written, one for this user among the temporary files.

    Each with the folder for its journal, "" for none: what keeps the first from being written may be a full disk.
    """
    try:
        yield s.home_file("DEAD", "dead.letter"), s.state()
    except MailError as error:
        told.append(error.text)
    for folder in dict.fromkeys((s.environ.get("TMPDIR") or "/var/tmp", "/var/tmp", "/tmp")):
        yield f"{folder}/dead.letter.{os.geteuid()}", ""


def give_up(s: Session, letter: Source, answers: list[Answer], quiet: bool = False) -> None:
    """What waited in vain goes to the dead-letter file with the reason, and its sender is told by mail.

    Raises MailError when it could not be kept, though it was to be: then it has to wait on.
    """
    from pymail.transports import notice

    path, told = bury(s, lambda: deadletter.marked(letter.pieces(), answers), "")
    for line in [] if quiet else told:
        s.complain(line)
    if not path and told:
        raise MailError(told[0], IOERR)
    notice.send(letter, answers, s.user.name, path, s.variables, time.time())
