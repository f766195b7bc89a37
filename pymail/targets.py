"""Recipients that are files or commands: nothing special, unless the user's `expandaddr` says so (BSD mail, s-nail).

Apart because nearly nobody wants them, and because nothing that a letter brings ever comes
here: only words that the user wrote on the command line or behind `mail`.
"""

from __future__ import annotations

import time

from pymail.errors import UNAVAILABLE, MailError, reason, status_of
from pymail.mailboxes import opening
from pymail.mailboxes.mailbox import Deposit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.session import Session
    from pymail.transports.transport import Letter

FILE, PIPE = "file", "pipe"
_NAMES = {"all": {FILE, PIPE}, "file": {FILE}, "fcc": {FILE}, "pipe": {PIPE}}
_STARTS = {"|": PIPE, "/": FILE, "+": FILE, "./": FILE, "../": FILE, "~/": FILE}


def parted(s: Session, words: list[str]) -> tuple[list[str], list[str]]:
    """Words that are addresses, and those that stand for a file or a command."""
    allowed = _allowed(s)
    special = [word for word in words if _kind(word) in allowed]
    return [word for word in words if word not in special], special


def _allowed(s: Session) -> set[str]:
    """What `expandaddr` lets be: all when it has no value, else what its list names, + adds and - takes away."""
    given = s.variables.text("expandaddr")
    if given is None:
        return set()
    names = given.lower().replace(",", " ").split()
    if "restrict" in names and not (s.interactive or s.escapes):
        return set()
    kinds = [name for name in names if name.lstrip("+-") in _NAMES]
    allowed = set() if any(name[0] != "-" for name in kinds) else {FILE, PIPE}
    for name in kinds:
        if name[0] == "-":
            allowed -= _NAMES[name[1:]]
        else:
            allowed |= _NAMES[name.lstrip("+")]
    return allowed


def _kind(word: str) -> str:
    return next((kind for start, kind in _STARTS.items() if word.startswith(start)), "")


def hand_over(s: Session, targets: list[str], letter: Letter, sender: str) -> int:
    """Append the letter to files and feed it to commands; each failure is told. The worst exit status."""
    worst = 0
    for target in targets:
        try:
            _hand_over(s, target, letter, sender)
        except (MailError, OSError) as error:
            s.complain(f"{target}: {reason(error)}")
            worst = worst or status_of(error)
    return worst


def _hand_over(s: Session, target: str, letter: Letter, sender: str) -> None:
    if target.startswith("|"):
        from pymail import process

        if status := process.feed(s, target[1:], letter.record()):
            raise MailError(f"failed with status {status}", UNAVAILABLE)
        return
    copy = Deposit(letter.record(), 0, sender, int(time.time()))
    opening.append_to(s.names().expand(target), [copy], settings=s.mailbox_settings())
