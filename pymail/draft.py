"""A letter before it is sent: who, what about, the text, the files that go along.

Apart because options, escapes, replies and `-t` all build one, and only `encode` reads
it. Everything that can be wrong with a letter is found here, before anything is sent.
"""

from __future__ import annotations

from pymail import addresses, headers
from pymail.body import Attachment as Attachment
from pymail.body import Body as Body
from pymail.errors import DATA, USAGE, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pymail.addresses import Address
    from pymail.headers import Fields

_LONGEST_HEAD = 1 << 20  # octets of header that -t reads
_LONGEST_ID = 900  # octets: it must fit on a line


class Draft:
    """A letter to be.

    `sender` is who the envelope names; `authors` stand in From when they are others or more.
    `html` is a second form of the text. `message_id`, `date`, `content_type` and `encoding`
    (Content-Transfer-Encoding of a text that is encoded already) are "" unless given.
    `in_reply_to` and `references` hold message ids, `headers` more fields as (name, text).
    """

    __slots__ = (
        "attachments", "authors", "bcc", "body", "cc", "content_type", "date", "encoding", "flowed", "headers", "html",
        "in_reply_to", "message_id", "references", "reply_to", "sender", "subject", "to",
    )  # fmt: skip

    def __init__(self) -> None:
        self.sender: Address | None = None
        self.authors: list[Address] = []
        self.to: list[Address] = []
        self.cc: list[Address] = []
        self.bcc: list[Address] = []
        self.reply_to: list[Address] = []
        self.subject = ""
        self.body = Body()
        self.html: Body | None = None
        self.attachments: list[Attachment] = []
        self.headers: list[tuple[str, str]] = []
        self.in_reply_to: list[str] = []
        self.references: list[str] = []
        self.message_id = ""
        self.date = ""
        self.content_type = ""
        self.encoding = ""
        self.flowed = False

    def recipients(self) -> list[Address]:
        """Who gets it, each once. MailError(USAGE) names one that must not be a recipient."""
        found = addresses.unique([*self.to, *self.cc, *self.bcc])
        for address in found:
            addresses.check(address)
        return found

    def forgets_attachment(self) -> bool:
        """Whether the text, quotes and signature left out, speaks of an attachment and there is none."""
        if self.attachments:
            return False
        text = b"".join(self.body.pieces()).decode("utf-8", "replace").partition("\n-- \n")[0].lower()
        lines = [line for line in text.split("\n") if not line.lstrip().startswith((">", "|"))]
        return any(word in line for line in lines for word in _ATTACHED)

    def add_header(self, text: str) -> None:
        """Takes a field that the user wrote, `Name: text`. MailError(USAGE) for one that is not the user's to write."""
        name, colon, value = text.partition(":")
        if not colon or not headers.is_name(name.encode("utf-8", "replace")):
            raise MailError(f"{printable(text)}: no header field; write Name: text", USAGE)
        if name.lower() in _NOT_BY_HAND or name.lower().startswith("resent-"):
            instead = _NOT_BY_HAND.get(name.lower(), "nothing to be set by hand")
            raise MailError(f"{printable(name)}: {instead}", USAGE)
        self.take(name, value.strip())

    def take(self, name: str, value: str) -> None:
        """Puts a field, its value as written, where it belongs; for those that come once the first one counts."""
        lowered = name.lower()
        octets = value.encode("utf-8", "surrogateescape")
        if lowered in ("to", "cc", "bcc", "reply-to"):
            getattr(self, lowered.replace("-", "_")).extend(addresses.split(value))
        elif lowered == "from":
            self.authors = self.authors or addresses.split(value)
        elif lowered == "sender":
            self.sender = self.sender or next(iter(addresses.split(value)), None)
        elif lowered == "subject":
            self.subject = self.subject or headers.decode(octets)
        elif lowered == "date":
            self.date = self.date or _date(value)
        elif lowered == "message-id":
            self.message_id = self.message_id or next(iter(message_ids(octets)), "")
        elif lowered in ("in-reply-to", "references"):
            getattr(self, lowered.replace("-", "_")).extend(message_ids(octets))
        elif lowered == "content-type":
            self.content_type = self.content_type or headers.decode(octets)
        elif lowered == "content-transfer-encoding":
            self.encoding = self.encoding or value.lower()
        elif lowered not in _NOT_SENT:
            self.headers.append((name, value))


# How people say that something is attached.
_ATTACHED = (
    "attached", "attachment", "enclosed", "anhang", "angehängt", "beigefügt", "anbei", "pièce jointe", "ci-joint",
    "adjunt", "allegat", "bijlage", "bijgevoegd", "bifoga", "vedlagt", "vedhæft", "w załączeniu", "załącznik", "anexo",
    "вложен", "прикреп", "附件", "添付", "첨부",
)  # fmt: skip
_NOT_BY_HAND = {
    "from": "use -r for the sender",
    "sender": "use -r for the sender",
    "to": "name recipients as arguments",
    "cc": "use -c for copies",
    "bcc": "use -b for blind copies",
    "mime-version": "is set by itself",
    "content-transfer-encoding": "is set by itself",
}
# Fields that belong to a mailbox or to a message that was delivered already.
_NOT_SENT = frozenset(
    "mime-version return-path received delivered-to status x-status x-keywords x-uid x-imapbase content-length lines "
    "resent-bcc envelope-to x-original-to".split()
)


def _date(value: str) -> str:
    from pymail.summary import parse_date

    return value if value.isascii() and value.isprintable() and parse_date(value) else ""


def message_ids(value: bytes) -> list[str]:
    """The message ids in a raw value (RFC 5322 3.6.4), each once; what is none is skipped."""
    found = []
    for piece in value.decode("utf-8", "replace").split("<")[1:]:
        inner, closing, _ = piece.partition(">")
        if closing and inner.isascii() and inner.isprintable() and " " not in inner and 0 < len(inner) < _LONGEST_ID:
            found.append(f"<{inner}>")
    return list(dict.fromkeys(found))


def from_letter(letter: Body) -> Draft:
    """A draft from a letter with its header (-t); what follows the header stays in `letter`, which becomes the body.

    MailError(DATA) when it has no header, MailError(USAGE) for a bad address in it.
    """
    head = b""
    for piece in letter.pieces():
        head += piece
        if b"\n\n" in head or b"\n\r\n" in head or len(head) > _LONGEST_HEAD:
            break
    if len(head) > _LONGEST_HEAD and b"\n\n" not in head and b"\n\r\n" not in head:
        raise MailError(f"header: longer than {_LONGEST_HEAD} octets, or no empty line after it", DATA)
    end, length = _end(head)
    found = headers.fields(head[:end])
    _check_lines(head[:end])
    draft = Draft()
    for name, value in found:
        draft.take(name, value.decode("utf-8", "surrogateescape"))
    letter.skip(min(end + length, letter.size))
    draft.body = letter
    return draft


def _end(head: bytes) -> tuple[int, int]:
    """Where a header ends, and how many octets of empty line part it from the body."""
    lines = b"\n" + head
    places = [(lines.find(mark), len(mark) - 1) for mark in (b"\n\n", b"\n\r\n")]
    return min([place for place in places if place[0] >= 0], default=(len(head), 0))


def _check_lines(head: bytes) -> None:
    for number, line in enumerate(head.split(b"\n"), 1):
        name = line.partition(b":")[0].rstrip()
        is_more = line[:1] in b" \t\r" or number == 1 and line.startswith(b"From ")
        if not (is_more or b":" in line and headers.is_name(name)):
            shown = printable(line[:60].decode("utf-8", "surrogateescape"))
            raise MailError(f"header line {number}: {shown!r} is no field; an empty line ends the header", DATA)


def reply(
    letters: Sequence[Fields],
    *,
    everyone: bool,
    me: Sequence[Address],
    metoo: bool = False,
    reply_to_honour: bool = True,
    followup_to_honour: bool = True,
    recipients_in_cc: bool = False,
) -> Draft:
    """An answer to received letters, given by their fields (POSIX mailx, Reply to a Message).

    `everyone` answers authors and all recipients, else the authors alone. `me` are all my
    addresses; they are left out unless `metoo`, or when nobody else is left. Reply-To and
    (with `everyone`) Mail-Followup-To count unless told otherwise; `recipients_in_cc` puts
    those of To into Cc. Subject and thread come from the first letter.
    """
    draft = Draft()
    for letter in letters:
        followup = _people(letter, "Mail-Followup-To") if everyone and followup_to_honour else []
        draft.to += followup or (reply_to_honour and _people(letter, "Reply-To")) or _authors(letter)
        if everyone and not followup:
            (draft.cc if recipients_in_cc else draft.to).extend(_people(letter, "To"))
            draft.cc += _people(letter, "Cc")
    everybody = draft.to, draft.cc
    if not metoo:
        draft.to, draft.cc = ([person for person in people if person not in me] for people in everybody)
    if not draft.to and not draft.cc:
        draft.to, draft.cc = everybody
    draft.to = addresses.unique(draft.to)
    draft.cc = [person for person in addresses.unique(draft.cc) if person not in draft.to]
    if not draft.to:
        draft.to, draft.cc = draft.cc, []
    draft.subject = _answered(headers.get(letters[0], "Subject"))
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


def _thread(letter: Fields) -> list[str]:
    """References of an answer: those of the letter, else what it answered itself, and the letter."""
    before = message_ids(b" ".join(headers.get_all(letter, "References")))
    if not before:
        before = message_ids(headers.get(letter, "In-Reply-To") or b"")
        before = before if len(before) == 1 else []
    own = message_ids(headers.get(letter, "Message-ID") or b"")[:1]
    return [each for each in before if each not in own] + own


# What mail programs write for Re: and Fwd: in languages other than English.
_RE = frozenset("re aw antw antwort sv vs odp vá rif res ynt απ σχετ 回复 答复 回覆 答覆 回信 返信 회신".split())
_FORWARD = frozenset("fwd fw wg tr rv vb doorst enc pd 转发 轉寄".split())


def _answered(subject: bytes | None) -> str:
    text = headers.decode(subject or b"")
    return f"Re: {_without(text, _RE)}".strip() if text else ""


def _without(subject: str, marks: frozenset[str]) -> str:
    """A subject without `marks` before it, in any number and also counted (`Re[2]:`, `AW^3:`, `回复：`)."""
    while True:
        mark, colon, rest = subject.replace("\uff1a", ":").partition(":")
        word = mark.strip().lower().rstrip("0123456789[](){}^*")
        if not colon or word.strip() not in marks:
            return subject.strip()
        subject = subject[len(mark) + 1 :].strip() if rest.strip() else ""


def forward(letter: Fields, content: Body | None = None) -> Draft:
    """A draft that passes a letter on to others; with `content`, its octets, it goes along as message/rfc822."""
    draft = Draft()
    draft.subject = f"Fwd: {_without(headers.decode(headers.get(letter, 'Subject') or b''), _FORWARD)}".strip()
    if content is not None:
        draft.attachments.append(Attachment("", "forwarded.eml", "message/rfc822", content))
    return draft


def list_post(letter: Fields) -> list[Address]:
    """Where letters to the mailing list go that brought this one (RFC 2369 3.4), none when it names no address."""
    for piece in (headers.get(letter, "List-Post") or b"").split(b"<")[1:]:
        target = piece.partition(b">")[0].strip()
        if target[:7].lower() == b"mailto:":
            return addresses.lenient(headers.unpercent(target[7:].partition(b"?")[0]))
    return []
