"""What waits in the outbox, for the user: the list, and sending it now.

Apart because the options --outbox and --flush, the verbs of the same names and the
banner all ask; the queue itself (transports/outbox, flush) knows no session.
"""

from __future__ import annotations

import time

from pymail import post
from pymail.errors import NOINPUT, TEMPFAIL, UNAVAILABLE, MailError
from pymail.transports import choose, flush
from pymail.transports.outbox import Outbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.session import Session
    from pymail.transports.entry import Entry


def list_all(s: Session) -> int:
    """Print a line or two for each letter that waits; how many there are."""
    entries = _outbox(s).entries()
    for entry in entries:
        for line in _lines(entry):
            s.say(line)
    return len(entries)


def _lines(entry: Entry) -> list[str]:
    age = how_long(time.time() - entry.queued)
    held = " held" if entry.held else ""
    try:
        with entry.read() as letter:
            facts = f"{age}  {letter.size} octets  tries {entry.tries}{held}"
            return [f"{entry.id}  {facts}  {', '.join(letter.waiting)}", f"    {letter.why}"]
    except MailError as error:
        return [f"{entry.id}  {age}  {error.text}"]


def how_long(seconds: float) -> str:
    """An age in its largest unit: 40s, 5m, 3h, 2d."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{max(int(seconds), 0)}s"


def summary(s: Session) -> str:
    """`2 letters wait in the outbox, the oldest for 3h`, "" when none waits."""
    folder = post.outbox_folder(s)
    entries = Outbox(folder).entries() if folder else []
    if not entries:
        return ""
    count = f"{len(entries)} letter{'s wait' if len(entries) > 1 else ' waits'} in the outbox"
    return f"{count}, the oldest for {how_long(time.time() - entries[0].queued)}; flush sends it"


def flush_all(s: Session) -> int:
    """Send what waits, account by account; 75 while something still waits, 69 when something was refused."""
    outbox = _outbox(s)
    status = 0
    for account in outbox.accounts():
        report = _flush(s, outbox, account)
        if report.busy:
            s.complain("the outbox is being sent by another process just now")
        if report.unreachable:
            s.complain(report.unreachable)
        for trouble in report.troubles:
            s.complain(trouble)
        if report.sent:
            s.say(f"Sent {report.sent} letter{'s' * (report.sent != 1)}")
        if report.failed:
            status = UNAVAILABLE
        if report.waiting and not status:
            s.complain(f"{report.waiting} letter{'s wait' if report.waiting > 1 else ' waits'} still")
            status = TEMPFAIL
    return status


def _flush(s: Session, outbox: Outbox, account: str) -> flush.Report:
    variables = s.variables
    environ = s.environ
    if account.startswith("="):
        variables = variables.copy()
        variables.set("mta", account[1:], "user")
        environ = {name: value for name, value in environ.items() if name != "PYMAIL_MTA"}
    chain = choose.chain(variables, environ)
    try:
        return flush.flush(
            outbox, account, chain.send, lambda letter, answers: post.give_up(s, letter, answers), time.time(),
            lifetime=variables.number("outbox-lifetime") or flush.LIFETIME,
        )  # fmt: skip
    finally:
        chain.close()


def _outbox(s: Session) -> Outbox:
    folder = post.outbox_folder(s)
    if not folder:
        raise MailError("outbox: there is none: nooutbox is set, or there is no home directory", NOINPUT)
    return Outbox(folder)
