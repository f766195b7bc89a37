"""The verbs of the outbox: what waits there, looking after it, and sending it."""

from __future__ import annotations

import time

from pymail import waiting
from pymail.errors import USAGE, MailError
from pymail.session import Session
from pymail.transports.entry import ACCEPTED, GIVEN_UP, Entry, Letter
from pymail.transports.outbox import Outbox
from pymail.verbs.kinds import NOTHING, Words
from pymail.verbs.table import verb

_STATES = {ACCEPTED: "sent", GIVEN_UP: "given up"}


@verb("outb[ox]", kind=Words("[what [id ...]]"), sending=True)
def outbox(s: Session, words: list[str]) -> None:
    """List what waits in the outbox, or look after it.

    show prints letters, delete removes them, hold keeps them there, retry lets them go again. An id may be shortened; *
    means all.
    """
    if not manage(s, words):
        s.say("The outbox is empty")


@verb("flu[sh]", kind=NOTHING, sending=True)
def flush(s: Session) -> None:
    """Send what waits in the outbox."""
    status, sent = waiting.flush_all(s)
    s.say(f"Sent {sent} letter{'s' * (sent != 1)}")
    if status and not s.interactive:
        s.status = status


def manage(s: Session, words: list[str]) -> int:
    """List the outbox or do with letters what the first word says; how many letters that were.

    Raises MailError (64) for another word or without a letter, (66) for one that is not there.
    """
    box = waiting.folder(s)
    task, *ids = words or ["list"]
    if task == "list" and not ids:
        return _list(s, box)
    if task not in _TASKS or not ids:
        raise MailError("outbox: write list, or show, delete, retry or hold with the ids of letters", USAGE)
    if "*" in ids:
        ids = [entry.id for entry in box.entries()]
    for identity in ids:
        if task == "show" or not s.variables.flag("debug"):
            _TASKS[task](s, box, identity)
        else:
            s.say(f"{task} {box.find(identity).id}")
    return len(ids)


def _list(s: Session, box: Outbox) -> int:
    entries = box.entries()
    for entry in entries:
        s.say(*waiting.lines(entry))
    return len(entries)


def _show(s: Session, box: Outbox, identity: str) -> None:
    entry = box.find(identity)
    with entry.read() as letter:
        s.say(*_facts(entry, letter), "")
        for line in b"".join(letter.pieces()).decode("utf-8", "surrogateescape").removesuffix("\n").split("\n"):
            s.say(line)


def _facts(entry: Entry, letter: Letter) -> list[str]:
    """The envelope and the history of a letter that waits."""
    due = f"after {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(entry.due))}"
    people = [
        f"Recipient: {name}{f' ({_STATES[state]})' if state in _STATES else ''}"
        for name, state in zip(letter.recipients, letter.states, strict=True)
    ]
    return [
        f"Letter: {entry.id}",
        f"Queued: {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(entry.queued))}",
        f"Next try: {'held' if entry.held else due}, {entry.tries} so far",
        f"Why: {letter.why}",
        f"Account: {letter.account or 'none'}",
        f"Sender: {letter.sender}",
        *people,
    ]


def _delete(s: Session, box: Outbox, identity: str) -> None:
    box.delete(identity)


def _retry(s: Session, box: Outbox, identity: str) -> None:
    box.retry(identity, time.time())


def _hold(s: Session, box: Outbox, identity: str) -> None:
    box.hold(identity)


_TASKS = {"show": _show, "delete": _delete, "retry": _retry, "hold": _hold}
