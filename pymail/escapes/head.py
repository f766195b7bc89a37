"""The escapes about a letter's head: its recipients, its subject, what goes along."""

from __future__ import annotations

from pymail import quotation, words
from pymail.draft import Draft
from pymail.enclosure import Attachment
from pymail.errors import USAGE, MailError, printable
from pymail.escapes.table import escape
from pymail.recipients import correspondents, recipients, shown
from pymail.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pymail.addresses import Address


@escape("t", "address ...")
def to(s: Session, draft: Draft, text: str) -> None:
    """Add recipients."""
    draft.to += recipients(s, text)


@escape("c", "address ...")
def cc(s: Session, draft: Draft, text: str) -> None:
    """Add recipients of copies."""
    draft.cc += recipients(s, text)


@escape("b", "address ...")
def bcc(s: Session, draft: Draft, text: str) -> None:
    """Add recipients of blind copies."""
    draft.bcc += recipients(s, text)


@escape("s", "subject")
def subject(s: Session, draft: Draft, text: str) -> None:
    """Set the subject."""
    draft.subject = text


@escape("h")
def header(s: Session, draft: Draft, text: str) -> None:
    """Ask for subject and recipients.

    An empty answer keeps what is there, a blank takes it away.
    """
    draft.subject = _asked(s, "Subject", draft.subject)
    for field, people in (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc)):
        _ask_people(s, field, people, recipients)


@escape("H")
def rare_header(s: Session, draft: Draft, text: str) -> None:
    """Ask for sender and where answers go."""
    authors = draft.authors or ([draft.sender] if draft.sender else [])
    _ask_people(s, "From", authors, correspondents)
    _ask_people(s, "Reply-To", draft.reply_to, correspondents)
    sender = [draft.sender] if draft.authors and draft.sender else []
    _ask_people(s, "Sender", sender, correspondents)
    if sender or len(authors) > 1:
        draft.authors, draft.sender = authors, (sender or authors)[0]
    elif authors:
        draft.authors, draft.sender = [], authors[0]


def _ask_people(s: Session, field: str, people: list[Address], read: Callable[[Session, str], list[Address]]) -> None:
    before = shown(people)
    answer = _asked(s, field, before)
    if answer != before:
        people[:] = read(s, answer)


def _asked(s: Session, field: str, value: str) -> str:
    prompt = f"{field} [{value}]: " if value else f"{field}: "
    answer = s.keyboard.read(printable(prompt))
    return answer.strip() if answer else value


@escape("@ +", "[file ...]")
def attach(s: Session, draft: Draft, text: str) -> None:
    """Attach files; without one they are asked for.

    `#1` is message 1.
    """
    if text:
        draft.attachments += [_file(s, word) for word in words.split(text)]
    else:
        ask_attachments(s, draft)
    attachments(s, draft, "")


def ask_attachments(s: Session, draft: Draft) -> None:
    """Ask for files until the answer is empty; one that is missing is told."""
    while name := (s.keyboard.read("Attach: ") or "").strip():
        try:
            found = words.split(name)
            draft.attachments.append(_file(s, found[0]) if len(found) == 1 else Attachment(s.path(name)))
        except MailError as error:
            s.complain(error.text)


def _file(s: Session, word: words.Word) -> Attachment:
    """A file by its name, or a message by #1. MailError (66) when it is missing."""
    if not word.shielded[1:].isdecimal() or word.shielded[0] != "#":
        return Attachment(s.filename(word))
    from pymail.verbs.selection import numbers

    [number] = numbers(s, word.text[1:])
    return Attachment("", f"message-{number}.eml", "message/rfc822", quotation.whole(s, number))


@escape("l")
def attachments(s: Session, draft: Draft, text: str) -> None:
    """List what is attached."""
    for number, file in enumerate(draft.attachments, 1):
        size = file.content.size
        s.say(f"{number}: {file.name} {size} octet{'s' * (size != 1)}")


@escape("/")
def alternative(s: Session, draft: Draft, text: str) -> None:
    """Make attachments other forms of the text, or undo it."""
    draft.alternative = not draft.alternative
    s.say("multipart/alternative" if draft.alternative else "multipart/mixed")


@escape("^", "number")
def detach(s: Session, draft: Draft, text: str) -> None:
    """Take an attachment off again."""
    if not text.isdecimal() or not 1 <= int(text) <= len(draft.attachments):
        raise MailError(f"~^ {text}: the number of an attachment is wanted; ~l lists them", USAGE)
    del draft.attachments[int(text) - 1]
