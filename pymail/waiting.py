"""What waits in the outbox, for the user: the list, changing it, sending it, each letter by its own account.

Apart because options, verbs, the banner and the end of a send all ask; the queue itself
(transports/outbox, flush) knows no session. A letter's account is a name that `account`
has defined, "" for the settings without one, or `=`, the way and the settings of servers
that were given for the one run that wrote it, parted by tabs.
"""

from __future__ import annotations

import time

from pymail import undelivered
from pymail.errors import CONFIG, NOINPUT, TEMPFAIL, UNAVAILABLE, MailError, reason
from pymail.transports import choose, flush
from pymail.transports.outbox import Outbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymail.session import Session
    from pymail.transports.choose import Chain
    from pymail.transports.entry import Entry
    from pymail.variables.values import Variables

# How long a run that reached a server may spend on what waits, in seconds.
_SPARE = 2.0
# What a letter that goes another way for once needs when it is tried again.
_FOR_SERVERS = ("dsn", "hostname", "mta-arguments", "password-command", "password-file", "sendmail-timeout")


def folder(s: Session) -> Outbox:
    """The user's outbox. MailError (NOINPUT) when there can be none."""
    path = s.outbox()
    if not path:
        raise MailError("outbox: there is none: nooutbox is set, or there is no home directory", NOINPUT)
    return Outbox(path)


def lines(entry: Entry) -> list[str]:
    """What the list says of a letter: id, age, size, tries, whom it is for, and why it waits."""
    age = how_long(time.time() - entry.queued)
    held = " held" if entry.held else ""
    try:
        with entry.read() as letter:
            facts = f"{age}  {letter.size} octets  tries {entry.tries}{held}"
            return [f"{entry.id}  {facts}  {', '.join(letter.waiting)}", f"    {letter.why}"]
    except (MailError, OSError) as error:
        return [f"{entry.id}  {age}", f"    {reason(error)}"]


def how_long(seconds: float) -> str:
    """An age in its largest unit: 40s, 5m, 3h, 2d."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{max(int(seconds), 0)}s"


def summary(s: Session) -> str:
    """`2 letters wait in the outbox, the oldest for 3h`, "" when none waits."""
    path = s.outbox()
    entries = Outbox(path).entries() if path else []
    if not entries:
        return ""
    count = f"{len(entries)} letter{'s wait' if len(entries) > 1 else ' waits'} in the outbox"
    return f"{count}, the oldest for {how_long(time.time() - entries[0].queued)}; flush sends it"


def flush_all(s: Session) -> tuple[int, int]:
    """Send what waits, account by account; the exit status (75 while something waits) and how many letters went."""
    outbox = folder(s)
    if s.variables.flag("debug"):
        for entry in outbox.entries():
            s.say(*lines(entry))
        return 0, 0
    status = sent = waits = 0
    for account in outbox.accounts():
        try:
            report = _flush(s, outbox, account)
        except MailError as error:
            s.complain(error.text)
            status = status or error.status
            continue
        for line in _told(report):
            s.complain(line)
        status = UNAVAILABLE if report.failed else status
        sent, waits = sent + report.sent, waits + report.waiting
    if waits:
        s.complain(f"{waits} letter{'s wait' if waits > 1 else ' waits'} still")
    return status or (TEMPFAIL if waits else 0), sent


def _told(report: flush.Report) -> list[str]:
    busy = ["the outbox is being sent by another process just now"] if report.busy else []
    return [*busy, *filter(None, [report.unreachable]), *report.troubles]


def _flush(s: Session, outbox: Outbox, account: str) -> flush.Report:
    variables, environ = _settings(s, account)
    chain = choose.chain(variables, environ)
    if variables.flag("verbose"):
        from pymail import aloud

        chain.trace = aloud.trace(s)
    try:
        return flush.flush(
            outbox, account, chain, lambda letter, answers: undelivered.give_up(s, letter, answers), time.time(),
            lifetime=variables.number("outbox-lifetime") or flush.LIFETIME,
        )  # fmt: skip
    finally:
        chain.close()


def flush_quietly(s: Session, path: str, account: str, chain: Chain) -> None:
    """Send by an open way what is due for its account, for a short time; nobody hears of it."""
    outbox, now = Outbox(path), time.time()
    try:
        if outbox.due(account, now):
            chain.hurry(_SPARE)
            flush.flush(
                outbox, account, chain, lambda letter, answers: undelivered.give_up(s, letter, answers, quiet=True),
                now, early=False, seconds=_SPARE,
            )  # fmt: skip
    except (MailError, OSError):
        return  # this run's own letter is on its way; the next --flush will say what is wrong


def account(s: Session, chain: Chain) -> str:
    """By what a letter that took this way goes out again."""
    if not chain.fleeting:
        return s.account
    given = [f"{row.name}={value}" for row, value in s.variables.items() if _goes_along(s, row.name)]
    return "\t".join(["=" + " ".join(chain.ways), *given])


def _goes_along(s: Session, name: str) -> bool:
    if s.variables.origin(name) != "option" or name.startswith("smtp-auth-password"):
        return False
    return name in _FOR_SERVERS or name.startswith(("smtp-", "tls-"))


def _settings(s: Session, account: str) -> tuple[Variables, Mapping[str, str]]:
    """The variables and the environment by which an account's letters go. MailError (CONFIG) when it is gone."""
    if account.startswith("="):
        way, *given = account[1:].split("\t")
        variables = s.variables.copy()
        variables.unset("smtp")
        variables.set("mta", way)
        for setting in given:
            name, _, value = setting.partition("=")
            variables.set(name, value)
        return variables, {name: value for name, value in s.environ.items() if name != "PYMAIL_MTA"}
    if account == s.account:
        return s.variables, s.environ
    if account and account not in s.accounts:
        raise MailError(f"account {account}: not defined, and letters wait for it", CONFIG)
    return _of_account(s, account), s.environ


def _of_account(s: Session, account: str) -> Variables:
    """What the variables would be after `account NAME`."""
    from pymail import interpreter

    before = s.variables, s.account
    s.variables, s.account = s.variables.copy(), account
    for changes in (s.folder_changes, s.account_changes):
        s.variables.take_back(changes)
    try:
        interpreter.run_macro(s, account, s.accounts.get(account, []))
        return s.variables
    finally:
        s.variables, s.account = before
