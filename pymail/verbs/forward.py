"""The verbs that pass messages on: forward, Forward, resend, Resend."""

from __future__ import annotations

import time

from pymail import headers, interpreter, post, quotation, replies, targets
from pymail.body import Body
from pymail.recipients import recipients
from pymail.resend import Resent
from pymail.session import Session
from pymail.verbs import send
from pymail.verbs.selection import MSGLIST_ADDRESSES
from pymail.verbs.table import verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.addresses import Address


@verb("for[ward]", "fw[d]", kind=MSGLIST_ADDRESSES, startup=False, composing=False, letter=True)
def forward(s: Session, numbers: list[int], text: str) -> None:
    """Pass messages on in a letter of mine.

    With forward-as-attachment they go along whole, as message/rfc822, else their text and what is attached to them.
    """
    _forward(s, numbers, text, None)


@verb("For[ward]", "Fw[d]", kind=MSGLIST_ADDRESSES, startup=False, composing=False, letter=True)
def forward_recorded(s: Session, numbers: list[int], text: str) -> None:
    """As forward, with a copy in the recipient's file."""
    _forward(s, numbers, text, s.file_of(recipients(s, text)[0].spec))


def _forward(s: Session, numbers: list[int], text: str, record: str | None) -> None:
    people = recipients(s, text)
    for number in numbers:
        whole = quotation.whole(s, number) if s.variables.flag("forward-as-attachment") else None
        draft = replies.forward(headers.fields(s.open_folder().head(number)), whole)
        draft.to = list(people)
        if whole is None:
            draft.body.extend(quotation.forwarded(s, number))
            draft.attachments = quotation.enclosed(s, number)
        send.announce(s, draft)
        send.compose(s, draft, record)
        s.open_folder().read(number)


@verb("rese[nd]", "bo[unce]", kind=MSGLIST_ADDRESSES, startup=False, composing=False)
def resend(s: Session, numbers: list[int], text: str) -> None:
    """Send messages on as they are.

    Resent- fields say who did it (RFC 5322 3.6.6).
    """
    _resend(s, numbers, recipients(s, text), True)


@verb("Rese[nd]", kind=MSGLIST_ADDRESSES, startup=False, composing=False)
def resend_untold(s: Session, numbers: list[int], text: str) -> None:
    """As resend; no Resent- field tells of it."""
    _resend(s, numbers, recipients(s, text), False)


def _resend(s: Session, numbers: list[int], people: list[Address], told: bool) -> None:
    sender, given = post.my_address(s), s.variables.text("record")
    record = s.outgoing_file(given) if given and s.variables.flag("record-resent") else ""
    interpreter.run_hook(s, "on-resend-enter")
    people, files = targets.parted(people)
    for number in numbers:
        letter = Resent(
            Body.of(s.open_folder().pieces(number)), sender=sender, to=people, hostname=post.domain(s), now=time.time(),
            told=told,
        )  # fmt: skip
        status = post.carry(s, sender, people, letter, record) if people else 0
        status = post.hand_over(s, files, letter, sender.spec) or status if files else status
        if status and not s.interactive:
            s.status = status
    interpreter.run_hook(s, "on-resend-cleanup")
