"""The verbs that write letters: mail, Mail, reply, followup and their kin."""

from __future__ import annotations

from pymail import addresses, headers, post, replies, visit
from pymail.draft import Draft
from pymail.errors import USAGE, MailError, printable
from pymail.recipients import recipients, shown
from pymail.session import Session
from pymail.summary import ANSWERED
from pymail.variables.table import OFF
from pymail.verbs.kinds import Text
from pymail.verbs.selection import MSGLIST_TYPED
from pymail.verbs.table import verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.addresses import Address
    from pymail.folder import Folder
    from pymail.headers import Fields


@verb("m[ail]", kind=Text("address ..."), startup=False, composing=False, letter=True)
def mail(s: Session, text: str) -> None:
    """Write a letter to these addresses."""
    draft = _to(s, text)
    compose(s, draft, None)


@verb("M[ail]", kind=Text("address ..."), startup=False, composing=False, letter=True)
def mail_recorded(s: Session, text: str) -> None:
    """As mail, with a copy in the recipient's file."""
    draft = _to(s, text)
    compose(s, draft, s.file_of(draft.to[0].spec) if draft.to else None)


def _to(s: Session, text: str) -> Draft:
    """A letter to these people, who are asked for on a terminal."""
    if not text and s.keyboard.terminal:
        text = s.keyboard.read("To: ") or ""
    draft = Draft()
    draft.to = recipients(s, text)
    if not draft.to:
        raise MailError("mail: to whom? name at least one address", USAGE)
    return draft


@verb("r[eply]", "r[espond]", kind=MSGLIST_TYPED, startup=False, composing=False, letter=True)
def reply(s: Session, numbers: list[int]) -> None:
    """Answer the author and all recipients.

    With flipr: the author alone.
    """
    answer(s, numbers, not s.variables.flag("flipr"), None)


@verb("R[eply]", "R[espond]", kind=MSGLIST_TYPED, startup=False, composing=False, letter=True)
def reply_author(s: Session, numbers: list[int]) -> None:
    """Answer the author alone.

    With flipr: all recipients as well.
    """
    answer(s, numbers, s.variables.flag("flipr"), None)


@verb("fo[llowup]", kind=MSGLIST_TYPED, startup=False, composing=False, letter=True)
def followup(s: Session, numbers: list[int]) -> None:
    """As reply, with a copy in the author's file."""
    answer(s, numbers, not s.variables.flag("flipr"), visit.author_file(s, numbers[0]))


@verb("F[ollowup]", kind=MSGLIST_TYPED, startup=False, composing=False, letter=True)
def followup_author(s: Session, numbers: list[int]) -> None:
    """As Reply, with a copy in the author's file."""
    answer(s, numbers, s.variables.flag("flipr"), visit.author_file(s, numbers[0]))


@verb("replya[ll]", "responda[ll]", kind=MSGLIST_TYPED, startup=False, composing=False, letter=True)
def reply_all(s: Session, numbers: list[int]) -> None:
    """As reply, whatever flipr says."""
    answer(s, numbers, True, None)


@verb("replys[ender]", "responds[ender]", kind=MSGLIST_TYPED, startup=False, composing=False, letter=True)
def reply_sender(s: Session, numbers: list[int]) -> None:
    """As Reply, whatever flipr says."""
    answer(s, numbers, False, None)


@verb("followupa[ll]", kind=MSGLIST_TYPED, startup=False, composing=False, letter=True)
def followup_all(s: Session, numbers: list[int]) -> None:
    """As followup, whatever flipr says."""
    answer(s, numbers, True, visit.author_file(s, numbers[0]))


@verb("followups[ender]", kind=MSGLIST_TYPED, startup=False, composing=False, letter=True)
def followup_sender(s: Session, numbers: list[int]) -> None:
    """As Followup, whatever flipr says."""
    answer(s, numbers, False, visit.author_file(s, numbers[0]))


def answer(s: Session, numbers: list[int], everyone: bool, record: str | None) -> None:
    """Answer a message, or the authors of several (POSIX Reply to a Message or a Message List)."""
    folder = s.open_folder()
    if everyone:
        numbers = numbers[:1]
        folder.go(numbers[0])
    letters = [_fields(folder, number) for number in numbers]
    names = ("metoo", "reply_to_swap_in", "recipients_in_cc")
    wishes = {name: s.variables.flag(name.replace("_", "-")) for name in names}
    wishes["reply_to_honour"] = _honours(s, "reply-to-honour", letters, "Reply-To")
    wishes["followup_to_honour"] = everyone and _honours(s, "followup-to-honour", letters, "Mail-Followup-To")
    draft = replies.reply(
        letters, everyone=everyone, me=_me(s, letters), prefix=s.variables.text("replyprefix") or "",
        marks=_marks(s), pattern=_pattern(s), **wishes,
    )  # fmt: skip
    if s.variables.flag("allnet"):
        draft.to = _one_a_login(draft.to, [])
        draft.cc = _one_a_login(draft.cc, draft.to)
    draft.to, draft.cc = _fit(s, draft.to), _fit(s, draft.cc)
    send_answer(s, numbers, draft, record)


def _honours(s: Session, variable: str, letters: list[Fields], field: str) -> bool:
    """Is this field to be followed? On a terminal the user is asked where the variable wants that (s-nail)."""
    value = s.variables.text(variable)
    if value is None:
        return False
    is_wanted = value.lower().removeprefix("ask-") not in OFF
    named = next((found for letter in letters if (found := headers.get(letter, field))), b"")
    if not (named and value.lower().startswith("ask-") and s.keyboard.terminal):
        return is_wanted
    question = f"{field} {printable(headers.decode(named))}: follow it? [{'y' if is_wanted else 'n'}] "
    answer = (s.keyboard.read(question) or "").strip().lower()
    return answer.startswith("y") if answer else is_wanted


def _marks(s: Session) -> list[str]:
    """What else marks a subject as an answer's: `Antw:, RIF:` are antw and rif (s-nail reply-strings)."""
    words = (s.variables.text("reply-strings") or "").lower().split(",")
    return [mark for word in words if (mark := word.strip().removesuffix(":"))]


def _pattern(s: Session) -> str:
    """A regular expression for the same (GNU mail replyregex). MailError (64) for what is none."""
    pattern = (s.variables.text("replyregex") or "").removeprefix("^")
    if pattern:
        import re

        try:
            re.compile(pattern)
        except re.error as error:
            raise MailError(f"replyregex={pattern}: {error}", USAGE) from None
    return pattern


def _fit(s: Session, people: list[Address]) -> list[Address]:
    """Those that can be recipients; what else a letter calls an address is told, and the others get their answer."""
    found = []
    for person in people:
        try:
            addresses.check(person)
            found.append(person)
        except MailError as error:
            s.complain(f"left out: {error.text}")
    return found


def _fields(folder: Folder, number: int) -> Fields:
    """The fields of a message; where none names an author, who sent it is told by its From_ line."""
    found = headers.fields(folder.head(number))
    sender = folder.mailbox.received(folder.place(number))[0]
    return [*found, ("Return-Path", sender.encode("utf-8", "replace"))] if sender else found


def _me(s: Session, letters: list[Fields]) -> list[Address]:
    """My addresses; with allnet also those in the letters whose login part is one of mine (POSIX allnet, metoo)."""
    me = s.me()
    if s.variables.flag("allnet"):
        mine = s.mine()
        values = [value for letter in letters for name, value in letter if name.lower() in _PEOPLE]
        me += [person for value in values for person in addresses.lenient(value) if mine(person.spec)]
    return me


_PEOPLE = ("from", "reply-to", "to", "cc", "mail-followup-to")


def _one_a_login(people: list[Address], before: list[Address]) -> list[Address]:
    """The first of those with the same login part, none of those with one that came before."""
    known = {person.local.casefold() for person in before}
    first: dict[str, Address] = {}
    for person in people:
        first.setdefault(person.local.casefold(), person)
    return [person for login, person in first.items() if login not in known]


def send_answer(s: Session, numbers: list[int], draft: Draft, record: str | None) -> None:
    """Let the user write an answer to messages and send it; with `quote` they stand in it."""
    if s.variables.flag("reply-in-same-charset"):
        from pymail import quotation

        draft.charsets = [quotation.charset(s, numbers[0])]
    if not s.variables.flag("fullnames"):
        for person in (*draft.to, *draft.cc):
            person.name = ""
    announce(s, draft)
    if s.variables.flag("quote") or s.variables.flag("quote-as-attachment"):
        _repeat(s, numbers, draft)
    if compose(s, draft, record) and s.variables.flag("markanswered"):
        s.open_folder().flag(numbers, ANSWERED)


def _repeat(s: Session, numbers: list[int], draft: Draft) -> None:
    """Messages within their answer, or attached to it."""
    from pymail import quotation

    for number in numbers:
        if s.variables.flag("quote-as-attachment"):
            draft.attachments.append(replies.whole(quotation.whole(s, number)))
        else:
            draft.body.extend(quotation.answered(s, number))


def announce(s: Session, draft: Draft) -> None:
    """On a terminal, say to whom a letter goes that is not written from nothing, and what about."""
    if s.keyboard.terminal:
        fields = (("To", shown(draft.to)), ("Cc", shown(draft.cc)), ("Subject", draft.subject))
        s.say(*[f"{name}: {text}" for name, text in fields if text], "")


def compose(s: Session, draft: Draft, record: str | None) -> bool:
    """Read the letter and post it with a copy in the file `record`; False when it was given up or refused."""
    if not post.collected(s, draft, s.escapes):
        return False
    status = post.finish(s, draft, record)
    if status and not s.interactive:
        s.status = status
    return not status
