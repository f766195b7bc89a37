"""The verbs that pass messages on: forward, resend."""

from __future__ import annotations

import time

from pymail import display, headers, post
from pymail import draft as drafts
from pymail.body import Body
from pymail.escapes import recipients
from pymail.resend import Resent
from pymail.session import Session
from pymail.verbs import send
from pymail.verbs.kinds import MSGLIST_ADDRESSES
from pymail.verbs.table import verb


@verb("forw[ard]", "fw[d]", kind=MSGLIST_ADDRESSES, startup=False, composing=False)
def forward(s: Session, numbers: list[int], text: str) -> None:
    """Pass messages on in a letter of mine.

    With forward-as-attachment they go along whole, as message/rfc822, else their text is quoted.
    """
    _forward(s, numbers, text, None)


@verb("Forw[ard]", "Fw[d]", kind=MSGLIST_ADDRESSES, startup=False, composing=False)
def forward_recorded(s: Session, numbers: list[int], text: str) -> None:
    """As forward, with a copy in the recipient's file."""
    _forward(s, numbers, text, s.file_of(recipients(s, text)[0].spec))


def _forward(s: Session, numbers: list[int], text: str, record: str | None) -> None:
    people = recipients(s, text)
    for number in numbers:
        raw = s.open_folder().raw(number)
        whole = Body(raw) if s.variables.flag("forward-as-attachment") else None
        draft = drafts.forward(headers.fields(s.open_folder().head(number)), whole)
        draft.to = list(people)
        if whole is None:
            draft.body.write(_quoted(s, raw))
        send.compose(s, draft, record)
        s.open_folder().read(number)


def _quoted(s: Session, raw: bytes) -> bytes:
    """The message as it stands in a letter of mine, between two marks."""
    lines = display.message(raw, shown=s.filters["forward"].shows)
    text = "\n".join(["-------- Original Message --------", *lines, ""])
    return text.encode("utf-8", "surrogateescape")


@verb("rese[nd]", "bo[unce]", kind=MSGLIST_ADDRESSES, startup=False, composing=False)
def resend(s: Session, numbers: list[int], text: str) -> None:
    """Send messages on as they are.

    Resent- fields say who did it (RFC 5322 3.6.6).
    """
    people = recipients(s, text)
    sender = post.my_address(s)
    for number in numbers:
        letter = Resent(
            Body(s.open_folder().raw(number)), sender=sender, to=people, hostname=post.domain(s), now=time.time()
        )
        status = post.carry(s, sender, people, letter, "")
        if status and not s.interactive:
            s.status = status
