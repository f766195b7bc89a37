"""What variables and the session add to every letter: copies, fields, text before and after.

Apart from `post` because few letters need it, and the others should not pay for it.
"""

from __future__ import annotations

from itertools import chain

from pymail import addresses, heading, lists
from pymail.body import Body
from pymail.errors import NOINPUT, MailError
from pymail.recipients import recipients

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.addresses import Address
    from pymail.draft import Draft
    from pymail.session import Session

_ENCODINGS = {
    "7bit": "7bit", "8b": "8bit", "8bit": "8bit", "qp": "quoted-printable", "quoted-printable": "quoted-printable",
    "b64": "base64", "base64": "base64",
}  # fmt: skip


def complete(s: Session, draft: Draft, me: Address) -> None:
    """Add to a finished draft of mine what is set. MailError names a bad address, field or signature file."""
    for people, name in ((draft.cc, "autocc"), (draft.bcc, "autobcc")):
        people += recipients(s, s.variables.text(name) or "")
    draft.reply_to += addresses.split(s.variables.text("replyto") or "")
    for field in [*s.custom, *commas(s.variables.text("customhdr") or "")]:
        heading.add(draft, field)
    _program(s, draft)
    _sender(s, draft)
    _followup_to(s, draft, me)
    head, tail = (escaped(s.variables.text(f"message-inject-{end}") or "") for end in ("head", "tail"))
    tail += _signature(s)
    if head or tail:
        _frame(draft, head, tail)
    _texts(s, draft)


def _followup_to(s: Session, draft: Draft, me: Address) -> None:
    """With `followup-to`, say in a letter to a known list where answers to all should go (Mail-Followup-To).

    That is to all its recipients, and to me unless I am subscribed to one of those lists.
    """
    people = [*filter(addresses.is_fit, (*draft.to, *draft.cc))]
    if not s.variables.flag("followup-to") or not any(lists.is_list(person, s.lists) for person in people):
        return
    if not any(lists.is_list(person, s.subscribed) for person in people):
        people.append(me)
        if s.variables.flag("followup-to-add-cc") and me not in (*draft.to, *draft.cc, *draft.bcc):
            draft.cc.append(me)
    draft.headers.append(("Mail-Followup-To", ", ".join(person.spec for person in addresses.unique(people))))


def _frame(draft: Draft, head: bytes, tail: bytes) -> None:
    """Text before and behind that of a letter; what is no text, or encoded already, stays as it is."""
    kind = draft.content_type.partition(";")[0].strip().lower() or "text/plain"
    if not kind.startswith("text/") or draft.encoding in ("base64", "quoted-printable"):
        return
    if kind == "text/html":
        draft.body = _framed(draft.body, head, tail)
        return
    if head:
        draft.body = Body.of(chain([head], draft.body.pieces()))
    if tail:
        draft.body.end_line()
        draft.body.write(tail)
    if draft.html is not None:
        draft.html = _framed(draft.html, head, tail)


def _framed(page: Body, head: bytes, tail: bytes) -> Body:
    from pymail import pages

    return Body(pages.framed(b"".join(page.pieces()), head, tail))


def _texts(s: Session, draft: Draft) -> None:
    """The charset and the transfer encoding of its texts, and what charset-8bit makes of the fields."""
    from pymail import recoding

    typed = s.charset()
    if typed:
        draft.body = recoding.in_utf8(draft.body, typed)
        draft.subject = recoding.typed(draft.subject, typed)
    wished = s.variables.text("sendcharsets")
    if wished is None and s.variables.flag("sendcharsets-else-ttycharset"):
        wished = typed
    draft.charsets += filter(None, (wished or "").split(","))
    draft.octets = s.variables.text("charset-8bit") or ""
    if draft.octets:
        draft.subject = recoding.typed(draft.subject, draft.octets)
        draft.headers = [(name, recoding.typed(text, draft.octets)) for name, text in draft.headers]
    draft.transfer = draft.transfer or _ENCODINGS.get(s.variables.text("mime-encoding") or "", "")


def _program(s: Session, draft: Draft) -> None:
    """Which program wrote it, if that is wanted (GNU mail useragent, xmailer; s-nail stealthmua)."""
    from pymail import __version__

    stealth = s.variables.text("stealthmua")
    for name, variable in (("User-Agent", "useragent"), ("X-Mailer", "xmailer")):
        if s.variables.flag(variable) and stealth is None:
            heading.add(draft, f"{name}: pymail {__version__}")
    if s.variables.flag("message-id-disable") or stealth == "":
        draft.message_id = draft.message_id or None


def _sender(s: Session, draft: Draft) -> None:
    """The variable `sender` names who sends for the authors in From (RFC 5322 3.6.2)."""
    given = addresses.split(s.variables.text("sender") or "")
    if given and draft.sender is None:
        draft.authors = draft.authors or addresses.split(s.variables.text("from") or "")
        draft.sender = given[0]


def _signature(s: Session) -> bytes:
    path = s.variables.text("signature")
    if not path:
        return b""
    path = s.names().expand(path)
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise MailError(f"signature: {path}: {error.strerror}", NOINPUT) from None


def escaped(text: str) -> bytes:
    r"""A text whose \t and \n mean a tab and the end of a line (POSIX sign)."""
    return text.replace("\\t", "\t").replace("\\n", "\n").encode("utf-8", "surrogateescape")


def commas(text: str) -> list[str]:
    r"""The pieces between commas; `\,` is a comma within one (s-nail customhdr)."""
    pieces = text.replace("\\,", "\0").split(",")
    return [piece.replace("\0", ",").strip() for piece in pieces if piece.strip()]
