"""What carries a letter away, and what it says about each recipient.

Apart because the sending side, the outbox and every kind of transport agree on just
these: an envelope and a source go in, one answer a recipient comes out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from pymail.errors import TEMPFAIL, USAGE, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    # A line of the conversation: its direction, >>> or <<< (or --- for what is done between), and the text,
    # printable and without secrets.
    Trace = Callable[[str, str], None]

    class Source(Protocol):
        """The letter, which can be read again for each attempt.

        `size` is about how many octets it has on the wire, 0 when unknown; `eightbit`
        says whether any octet is above 127; `pieces()` gives the octets with LF line ends.
        """

        @property
        def size(self) -> int: ...
        @property
        def eightbit(self) -> bool: ...
        def pieces(self) -> Iterator[bytes]: ...

    class Letter(Source, Protocol):
        """A letter that is written: what is kept of it (`record`) may hold more than what is sent."""

        @property
        def utf8(self) -> bool: ...
        def record(self) -> Iterator[bytes]: ...


# 64 + @ + 255 octets (RFC 5321 4.5.3.1): a line that is too long could be read as two commands by a bad server.
ADDRESS_LIMIT = 320


class Envelope:
    """Who sends to whom, as SMTP means it (RFC 5321 2.3.1).

    `sender` and `recipients` are bare addresses, "" being the null sender; `utf8` says that
    the letter's header holds raw UTF-8 (RFC 6532), so that it can travel by SMTPUTF8 only.
    """

    __slots__ = ("sender", "recipients", "utf8")

    def __init__(self, sender: str, recipients: list[str], utf8: bool = False) -> None:
        self.sender = sender
        self.recipients = recipients
        self.utf8 = utf8


class Answer:
    """What became of one recipient.

    `code` is an SMTP reply code (RFC 5321 4.2), 0 where nobody could be asked; `text` is
    the server's own words, enhanced code first, in one printable line. `note` is what the
    user should hear although the letter was taken: what a sendmail program complained of.
    `left` are those of whom the recipient stands for that have yet to get it, where others have
    it already; () for the recipient himself.
    """

    __slots__ = ("recipient", "code", "text", "note", "left")

    def __init__(self, recipient: str, code: int, text: str, note: str = "", left: tuple[str, ...] = ()) -> None:
        self.recipient = recipient
        self.code = code
        self.text = text
        self.note = note
        self.left = left

    def __repr__(self) -> str:
        return f"Answer({self.recipient!r}, {self.code}, {self.text!r})"

    def __str__(self) -> str:
        """The line that the user sees."""
        return f"{self.recipient}: {self.code} {self.text}" if self.code else f"{self.recipient}: {self.text}"

    @property
    def accepted(self) -> bool:
        """The next hop has taken the letter for this recipient."""
        return 200 <= self.code < 300

    @property
    def refused(self) -> bool:
        """Trying again would give the same: the letter goes to dead.letter."""
        return 500 <= self.code < 600

    @property
    def deferred(self) -> bool:
        """Not now: the letter waits in the outbox."""
        return not self.accepted and not self.refused


class Unreachable(MailError):
    """It could not be started or connected to: the chain's next may be tried.

    Nothing of the letter has been taken by anyone.
    """

    def __init__(self, text: str, status: int = TEMPFAIL) -> None:
        super().__init__(text, status)


class Transport(ABC):
    """One way out. `name` is how the user sees it: `smtp://localhost:25`; `trace` is told the conversation.

    `ready`: the last letter found somebody who takes letters. If not, another would fare no better.
    """

    name: str
    trace: Trace | None = None
    ready = True

    @abstractmethod
    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        """Carry `source` to each recipient; one answer each, in the envelope's order.

        Raises Unreachable when there is nobody to ask, MailError (USAGE) for an address that
        cannot be an argument or a part of a command; then nothing was sent.
        """

    def announce(self, envelope: Envelope, source: Source) -> None:  # noqa: B027
        """Say which letter will be sent after the next one: a server that takes commands together is told early.

        Nothing of it goes out before the next letter's answers are here.
        """

    def hurry(self, seconds: float) -> None:  # noqa: B027
        """Break off what takes longer from now on, but never between the end of a letter and its answer.

        There a break could make two letters of one.
        """

    def close(self) -> None:  # noqa: B027
        """Let go of what several sends share: a connection."""


def checked(address: str) -> str:
    """`address`, if it can stand in a command as it is; "" is the null sender.

    Blanks and angle brackets are right within a quoted local part only. Raises MailError
    (USAGE) for what could become a second command, parameter or option.
    """
    local, at, domain = address.rpartition("@")
    bare = domain if at and _is_quoted(local) else address
    if not address.isprintable() or address.startswith("-") or any(char in " <>" for char in bare):
        raise MailError(f"{printable(address)}: not an address that mail can be sent to", USAGE)
    if len(address.encode()) > ADDRESS_LIMIT:
        raise MailError(f"{address[:40]}...: longer than an address can be ({ADDRESS_LIMIT} octets)", USAGE)
    return address


def _is_quoted(local: str) -> bool:
    inner = local[1:-1].replace("\\\\", "").replace('\\"', "")
    return len(local) > 1 and local[0] == local[-1] == '"' and '"' not in inner and not inner.endswith("\\")
