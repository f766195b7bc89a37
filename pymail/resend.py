"""A received letter sent on to others as it is (RFC 5322 3.6.6).

Apart from `encode` because nothing of the letter is written anew: fields that say who
resent it stand before its own header, and what belonged to a mailbox is taken out.
"""

from __future__ import annotations

from pymail import encode, headers
from pymail.bodytext import Scan
from pymail.errors import DATA, MailError
from pymail.parts import unix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pymail.addresses import Address
    from pymail.body import Body

# Nobody else's business, or of the mailbox that it lay in; Return-Path is set on delivery.
_LEFT_OUT = (b"bcc", b"resent-bcc", b"status", b"x-status", b"x-keywords", b"x-uid", b"return-path", b"content-length")
_LONGEST_HEAD = 1 << 20  # octets


class Resent:
    """A letter on its way to other recipients; a transport's Source like encode.Message."""

    __slots__ = ("_head", "_letter", "_skip", "eightbit", "message_id", "size", "utf8")

    def __init__(
        self,
        letter: Body,
        *,
        sender: Address,
        to: Sequence[Address],
        cc: Sequence[Address] = (),
        hostname: str,
        now: float,
        told: bool = True,
    ) -> None:
        """Without `told` no field says who resent it.

        MailError(DATA) when its octets cannot travel as they are: lines over 998, a NUL, a lone CR."""
        self._letter = letter
        self._check()
        self.message_id = encode.message_id(hostname, sender, now)
        head, self._skip = self._old_head()
        self._head = head
        if told:
            who = encode.people("Resent-From", [sender])
            who += encode.people("Resent-To", to) + encode.people("Resent-Cc", cc)
            identity = headers.fold("Resent-Message-ID", self.message_id)
            self._head = headers.fold("Resent-Date", encode.date(now)) + who + identity + head
        self.utf8 = not self._head.isascii()
        self.size = len(self._head) + letter.size

    def _check(self) -> None:
        scan = Scan(unix(self._letter.pieces()))
        self.eightbit = scan.charset != "us-ascii"
        if scan.is_long or scan.is_binary:
            raise MailError("resend: the letter has octets that cannot be sent as they are; forward it", DATA)

    def _old_head(self) -> tuple[bytes, int]:
        """The header as it goes on, and how many octets of the letter it was."""
        start = b""
        for piece in unix(self._letter.pieces()):
            start += piece
            if b"\n\n" in start or len(start) > _LONGEST_HEAD:
                break
        head = (b"\n" + start).partition(b"\n\n")[0][1:].removesuffix(b"\n") + b"\n"
        if head == b"\n":
            return b"", 0
        kept, is_kept = [], False
        for line in head.splitlines(keepends=True):
            if line[:1] not in b" \t":
                name, colon, _ = line.partition(b":")
                is_kept = bool(colon) and headers.is_name(name.rstrip()) and name.rstrip().lower() not in _LEFT_OUT
            if is_kept:
                kept.append(line)
        return b"".join(kept), len(head)

    def pieces(self) -> Iterator[bytes]:
        """The octets as they are sent: LF line ends. Each call gives the same."""
        yield self._head
        skip, last = self._skip, b"\n"
        for piece in unix(self._letter.pieces()):
            if skip < len(piece):
                last = piece[-1:]
                yield piece[skip:]
            skip = max(0, skip - len(piece))
        if last != b"\n":
            yield b"\n"

    record = pieces
