"""Drafts that come of received letters: answers, and letters passed on.

Apart from `draft` because who gets an answer is decided here, purely from fields, and a new letter
needs none of it.
"""

from __future__ import annotations

from pymail import addresses, headers, subjects
from pymail.body import Body
from pymail.draft import Draft
from pymail.enclosure import Attachment
from pymail.headers import message_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pymail.addresses import Address
    from pymail.headers import Fields


def reply(
    letters: Sequence[Fields],
    *,
    everyone: bool,
    me: Sequence[Address],
    metoo: bool = False,
    reply_to_honour: bool = True,
    followup_to_honour: bool = True,
    recipients_in_cc: bool = False,
    reply_to_swap_in: bool = False,
    prefix: str = "Re: ",
    marks: Iterable[str] = (),
    pattern: str = "",
) -> Draft:
    """An answer to received letters, given by their fields (POSIX mailx, Reply to a Message).

    `everyone` answers authors and all recipients, else the authors alone. `me` are all my
    addresses; they are left out unless `metoo`, or when nobody else is left. Reply-To and
    (with `everyone`) Mail-Followup-To count unless told otherwise, a Reply-To of one address
    also with `reply_to_swap_in`; `recipients_in_cc` puts those of To into Cc. Subject and
    thread come from the first letter; `prefix` stands before the subject, in place of what
    marks an answer there already: Re and its like, `marks`, and what `pattern` matches.
    """
    draft = Draft()
    for letter in letters:
        followup = _people(letter, "Mail-Followup-To") if everyone and followup_to_honour else []
        answers = _people(letter, "Reply-To")
        honoured = reply_to_honour or reply_to_swap_in and len(answers) == 1
        draft.to += followup or (honoured and answers) or _authors(letter)
        if everyone and not followup:
            (draft.cc if recipients_in_cc else draft.to).extend(_people(letter, "To"))
            draft.cc += _people(letter, "Cc")
    everybody = draft.to, draft.cc
    if not metoo:
        draft.to, draft.cc = ([person for person in people if person not in me] for people in everybody)
    if not draft.to and not draft.cc:
        draft.to, draft.cc = everybody
    draft.name_once()
    if not draft.to:
        draft.to, draft.cc = draft.cc, []
    draft.subject = subjects.answered(_subject(letters[0]), prefix, marks, pattern)
    draft.in_reply_to = [
        each for letter in letters for each in message_ids(headers.get(letter, "Message-ID") or b"")[:1]
    ]
    # RFC 5322 3.6.4: an answer to several letters should have no References.
    draft.references = _thread(letters[0]) if len(letters) == 1 else []
    return draft


def _people(letter: Fields, name: str) -> list[Address]:
    return [person for value in headers.get_all(letter, name) for person in addresses.lenient(value)]


def _authors(letter: Fields) -> list[Address]:
    return _people(letter, "From") or _people(letter, "Sender") or _people(letter, "Return-Path")


def _subject(letter: Fields) -> str:
    return headers.decode(headers.get(letter, "Subject") or b"")


def _thread(letter: Fields) -> list[str]:
    """References of an answer: those of the letter, else what it answered itself, and the letter."""
    before = message_ids(b" ".join(headers.get_all(letter, "References")))
    if not before:
        before = message_ids(headers.get(letter, "In-Reply-To") or b"")
        before = before if len(before) == 1 else []
    own = message_ids(headers.get(letter, "Message-ID") or b"")[:1]
    return [each for each in before if each not in own] + own


def forward(letter: Fields, content: Body | None = None) -> Draft:
    """A draft that passes a letter on to others; with `content`, its octets, it goes along as message/rfc822."""
    draft = Draft()
    draft.subject = subjects.forwarded(_subject(letter))
    if content is not None:
        draft.attachments.append(whole(content))
    return draft


def whole(content: Body) -> Attachment:
    """A letter that goes along as it is, message/rfc822."""
    return Attachment("", "forwarded.eml", "message/rfc822", content)


def list_post(letter: Fields) -> list[Address]:
    """Where letters to the mailing list go that brought this one (RFC 2369 3.4), none when it names no address."""
    for piece in (headers.get(letter, "List-Post") or b"").split(b"<")[1:]:
        target = piece.partition(b">")[0].strip()
        if target[:7].lower() == b"mailto:":
            return addresses.lenient(headers.unpercent(target[7:].partition(b"?")[0]))
    return []
