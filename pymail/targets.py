"""Recipients that are files or commands: nothing special, unless the user's `expandaddr` says so (BSD mail, s-nail).

Apart because nearly nobody wants them, and because nothing that a received letter brings ever
comes here: only what the user wrote, as an argument, at a prompt, in an alias, in the head of
a letter.
"""

from __future__ import annotations

import time

from pymail.addresses import Address, check, parse
from pymail.errors import UNAVAILABLE, MailError, reason, status_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.draft import Draft
    from pymail.session import Session
    from pymail.transports.transport import Letter

FILE, PIPE = "file", "pipe"
_NAMES = {"all": {FILE, PIPE}, "file": {FILE}, "fcc": {FILE}, "pipe": {PIPE}}
_STARTS = {"|": PIPE, "/": FILE, "+": FILE, "./": FILE, "../": FILE, "~/": FILE}


class Target(Address):
    """A file or a command among addresses, until the letter is written; `local` is what the user wrote."""

    __slots__ = ()

    def _key(self) -> tuple[str, str]:
        return self.local, "/"


def of_word(s: Session, word: str) -> list[Address]:
    """What one argument, or one member of an alias, stands for: a file, a command, addresses."""
    kind = kind_of(word)
    if kind in _allowed(s) and (kind == PIPE or "," not in word):
        return [Target("", word, "")]
    return split(s, word)


def split(s: Session, text: str) -> list[Address]:
    """As addresses.split, but what stands where an address could may be a file or a command; one with blanks quoted."""
    allowed, found = _allowed(s), []
    for address in parse(text):
        is_target = not address.domain and not address.name and kind_of(address.local) in allowed
        found.append(Target("", address.local, "") if is_target else address)
        if not is_target:
            check(Address("", address.local.removeprefix("\\"), address.domain))
    return found


def parted(people: list[Address]) -> tuple[list[Address], list[str]]:
    """Those who are people, and the files and commands."""
    targets = [person.local for person in people if isinstance(person, Target)]
    return [person for person in people if not isinstance(person, Target)], targets


def take_out(draft: Draft) -> None:
    """Put the files and commands apart: they stand in no field of the letter."""
    for people in (draft.to, draft.cc, draft.bcc):
        people[:], targets = parted(people)
        draft.targets += [target for target in targets if target not in draft.targets]


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


def kind_of(word: str) -> str:
    """What a word would stand for, were it let be; "" for nothing but an address."""
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
    from pymail.mailboxes import opening
    from pymail.mailboxes.mailbox import Deposit

    copy = Deposit(letter.record(), 0, sender, int(time.time()))
    opening.append_to(s.names().expand(target), [copy], settings=s.mailbox_settings())
