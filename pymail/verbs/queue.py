"""The verbs of the outbox: what waits there, and sending it."""

from __future__ import annotations

from pymail import waiting
from pymail.session import Session
from pymail.verbs.kinds import NOTHING
from pymail.verbs.table import verb


@verb("outb[ox]", kind=NOTHING, sending=True)
def outbox(s: Session) -> None:
    """List what waits in the outbox."""
    if not waiting.list_all(s):
        s.say("The outbox is empty")


@verb("flu[sh]", kind=NOTHING, sending=True)
def flush(s: Session) -> None:
    """Send what waits in the outbox."""
    waiting.flush_all(s)
