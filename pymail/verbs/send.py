"""The verbs that write letters: mail, reply, Reply, followup, Followup."""

from __future__ import annotations

from pymail import addresses, headers, post, visit
from pymail import draft as drafts
from pymail.draft import Draft
from pymail.escapes import recipients
from pymail.session import Session
from pymail.summary import ANSWERED
from pymail.verbs.kinds import MSGLIST, Text
from pymail.verbs.table import verb


@verb("m[ail]", kind=Text("address ..."), startup=False, composing=False)
def mail(s: Session, text: str) -> None:
    """Write a letter to these addresses."""
    draft = Draft()
    draft.to = recipients(s, text)
    compose(s, draft, None)


@verb("r[eply]", "r[espond]", kind=MSGLIST, startup=False, composing=False)
def reply(s: Session, numbers: list[int]) -> None:
    """Answer the author and all recipients.

    With flipr: the author alone.
    """
    _reply(s, numbers, not s.variables.flag("flipr"), None)


@verb("R[eply]", "R[espond]", kind=MSGLIST, startup=False, composing=False)
def reply_author(s: Session, numbers: list[int]) -> None:
    """Answer the author alone.

    With flipr: all recipients as well.
    """
    _reply(s, numbers, s.variables.flag("flipr"), None)


@verb("fo[llowup]", kind=MSGLIST, startup=False, composing=False)
def followup(s: Session, numbers: list[int]) -> None:
    """As reply, with a copy in the author's file."""
    _reply(s, numbers, not s.variables.flag("flipr"), visit.author_file(s, numbers[0]))


@verb("F[ollowup]", kind=MSGLIST, startup=False, composing=False)
def followup_author(s: Session, numbers: list[int]) -> None:
    """As Reply, with a copy in the author's file."""
    _reply(s, numbers, s.variables.flag("flipr"), visit.author_file(s, numbers[0]))


def _reply(s: Session, numbers: list[int], everyone: bool, record: str | None) -> None:
    """Answer a message, or the authors of several (POSIX Reply to a Message or a Message List)."""
    folder = s.open_folder()
    if everyone:
        numbers = numbers[:1]
        folder.go(numbers[0])
    fields = [headers.fields(folder.head(number)) for number in numbers]
    me = [address for name in s.my_names() for address in addresses.lenient(name)]
    names = ("metoo", "reply_to_honour", "followup_to_honour", "recipients_in_cc")
    wishes = {name: s.variables.flag(name.replace("_", "-")) for name in names}
    draft = drafts.reply(fields, everyone=everyone, me=me, **wishes)
    if s.keyboard.terminal:
        for field, people in (("To", draft.to), ("Cc", draft.cc)):
            if people:
                s.say(f"{field}: {', '.join(address.header() for address in people)}")
        s.say(f"Subject: {draft.subject}", "")
    if compose(s, draft, record):
        folder.flag(numbers, ANSWERED)


def compose(s: Session, draft: Draft, record: str | None) -> bool:
    """Read the letter and post it with a copy in the file `record`; False when it was given up or refused."""
    if not post.collected(s, draft):
        return False
    status = post.finish(s, draft, record)
    if status and not s.interactive:
        s.status = status
    return not status
