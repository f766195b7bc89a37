"""A draft made into RFC 5322 octets, in pieces, as often as a transport asks for them.

Apart from `draft` because a letter is written once it can no more change: date, message
id, charset and encodings are fixed when a Message is made, so that each attempt, the
record and the outbox hold the same octets. Lines end in LF and are never over 998 octets.
"""

from __future__ import annotations

import posix
import time

from pymail import addresses, encodedwords
from pymail.bodytext import Text
from pymail.errors import USAGE, MailError
from pymail.folding import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pymail.addresses import Address
    from pymail.draft import Draft
    from pymail.parts import Part

_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_REFERENCES = 20  # the first message of a thread and the last ones


def date(now: float) -> str:
    """A date as a header has it (RFC 5322 3.3), in local time; `now` in seconds since the epoch."""
    at = time.localtime(now)
    minutes = abs(at.tm_gmtoff) // 60
    zone = f"{'-' if at.tm_gmtoff < 0 else '+'}{minutes // 60:02d}{minutes % 60:02d}"
    clock = f"{at.tm_hour:02d}:{at.tm_min:02d}:{min(at.tm_sec, 59):02d}"
    return f"{_DAYS[at.tm_wday]}, {at.tm_mday:02d} {_MONTHS[at.tm_mon - 1]} {at.tm_year:04d} {clock} {zone}"


def message_id(hostname: str, sender: Address | None, now: float) -> str:
    """A new message id (RFC 5322 3.6.4). Its host is `hostname`, or the sender's domain where that says more."""
    domain = sender.domain if sender else ""
    if hostname.partition(".")[0] in ("", "localhost"):
        hostname = domain or hostname
    host = addresses.ascii_domain(hostname) or "localhost"
    return f"<{int(now * 1000):x}.{posix.urandom(9).hex()}@{host}>"


class Message:
    """A letter as it goes out; a transport's Source.

    `size` is about the octets of its wire form, `eightbit` whether any is above 127, `utf8`
    whether an address in its header needs SMTPUTF8 (RFC 6531).
    """

    __slots__ = ("_after", "_bcc", "_before", "_part", "eightbit", "message_id", "size", "utf8")

    def __init__(self, draft: Draft, *, hostname: str, now: float) -> None:
        """`hostname` names this machine in the message id, `now` is the date, in seconds since the epoch.

        MailError when the draft cannot be a message: no sender, a content type that is none.
        """
        sender = draft.sender or next(iter(draft.authors), None)
        if sender is None:
            raise MailError("sender: nobody to write in From", USAGE)
        authors = draft.authors or [sender]
        self.message_id = message_id(hostname, sender, now) if draft.message_id == "" else draft.message_id
        self._part = _part(draft)
        self._before = fold("Date", draft.date or date(now)) + people("From", authors)
        if authors != [sender]:
            self._before += people("Sender", [sender])
        self._before += people("To", draft.to) or b"To: undisclosed-recipients:;\n"
        self._before += people("Cc", draft.cc)
        self._bcc = people("Bcc", draft.bcc)
        self._after = self._rest(draft)
        everybody = [sender, *authors, *draft.to, *draft.cc, *draft.bcc, *draft.reply_to]
        self.utf8 = not all(address.spec.isascii() for address in everybody)
        self.eightbit = self.utf8 or self._part.eightbit
        self.size = len(self._before) + len(self._after) + self._part.size

    def _rest(self, draft: Draft) -> bytes:
        lines = people("Reply-To", draft.reply_to)
        if draft.subject:
            lines += fold("Subject", encodedwords.encode(draft.subject))
        if self.message_id:
            lines += fold("Message-ID", self.message_id)
        if draft.in_reply_to:
            lines += fold("In-Reply-To", " ".join(draft.in_reply_to[:_REFERENCES]))
        if draft.references:
            lines += fold("References", " ".join(_bounded(draft.references)))
        for name, text in draft.headers:
            lines += fold(name, encodedwords.encode(text))
        return lines + b"MIME-Version: 1.0\n" + self._part.fields() + b"\n"

    def pieces(self) -> Iterator[bytes]:
        """The octets as they are sent: LF line ends, no Bcc. Each call gives the same."""
        return self._octets(b"")

    def record(self) -> Iterator[bytes]:
        """The octets as they are kept by the sender: with Bcc."""
        return self._octets(self._bcc)

    def _octets(self, bcc: bytes) -> Iterator[bytes]:
        yield self._before + bcc + self._after
        yield from self._part.pieces()
        if self._part.ending:
            yield self._part.ending


def _part(draft: Draft) -> Part:
    is_plain = not (draft.attachments or draft.html or draft.flowed or draft.content_type or draft.encoding)
    if is_plain and not (draft.transfer or draft.charsets or draft.octets):
        return Text(draft.body, "text/plain")
    from pymail import parts

    return parts.tree(draft)


def people(name: str, found: Sequence[Address]) -> bytes:
    """A field that lists addresses; nothing when there are none."""
    return fold(name, ", ".join(address.header() for address in found)) if found else b""


def _bounded(references: list[str]) -> list[str]:
    if len(references) <= _REFERENCES:
        return references
    return [references[0], *references[1 - _REFERENCES :]]
