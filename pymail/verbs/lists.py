"""The verbs of mailing lists: which ones are known, and answering them."""

from __future__ import annotations

from pymail import addresses, headers, lists, replies
from pymail.errors import USAGE, MailError
from pymail.session import Session
from pymail.verbs import send
from pymail.verbs.kinds import Words
from pymail.verbs.selection import MSGLIST
from pymail.verbs.table import verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.draft import Draft
    from pymail.headers import Fields


@verb("ml[ist]", kind=Words("[address ...]"), sending=True)
def mlist(s: Session, names: list[str]) -> None:
    """Say which addresses are mailing lists.

    Without addresses the known ones are listed. An address may be a regular expression.
    """
    s.lists.update(names)
    for name in () if names else sorted(s.lists):
        s.say(f"{name} (subscribed)" if name in s.subscribed else name)


@verb("unm[list]", kind=Words("address ...", 1), sending=True)
def unmlist(s: Session, names: list[str]) -> None:
    """Forget mailing lists; * forgets all."""
    gone = set(s.lists) if "*" in names else set(names)
    s.lists -= gone
    s.subscribed -= gone


@verb("mls[ubscribe]", kind=Words("[address ...]"), sending=True)
def mlsubscribe(s: Session, names: list[str]) -> None:
    """Say which mailing lists I am subscribed to."""
    s.lists.update(names)
    s.subscribed.update(names)
    for name in () if names else sorted(s.subscribed):
        s.say(name)


@verb("unmls[ubscribe]", kind=Words("address ...", 1), sending=True)
def unmlsubscribe(s: Session, names: list[str]) -> None:
    """Say which lists I left; * for all."""
    s.subscribed -= set(s.subscribed) if "*" in names else set(names)


@verb("Lr[eply]", kind=MSGLIST, startup=False, composing=False, letter=True)
def lreply(s: Session, numbers: list[int]) -> None:
    """Answer the mailing list alone.

    That are the known lists among the recipients, else the address in List-Post.
    """
    for number in numbers:
        send.send_answer(s, [number], _to_list(s, number), None)


@verb("Lf[ollowup]", "L", kind=MSGLIST, startup=False, composing=False, letter=True)
def lfollowup(s: Session, numbers: list[int]) -> None:
    """As Lreply, with a copy in the list's file."""
    for number in numbers:
        draft = _to_list(s, number)
        send.send_answer(s, [number], draft, s.file_of(draft.to[0].spec))


def _to_list(s: Session, number: int) -> Draft:
    letter = headers.fields(s.open_folder().head(number))
    draft = replies.reply([letter], everyone=False, me=[])
    draft.to = [person for person in _recipients(letter) if lists.is_list(person, s.lists)] or replies.list_post(letter)
    if not draft.to:
        raise MailError(f"{number}: came by no mailing list that is known; mlist ADDRESS makes one known", USAGE)
    return draft


def _recipients(letter: Fields) -> list[addresses.Address]:
    found = [value for name in ("To", "Cc") for value in headers.get_all(letter, name)]
    return addresses.unique(person for value in found for person in addresses.lenient(value))
