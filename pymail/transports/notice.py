"""What the sender is told, in his own mailbox, about a letter that is given up.

Apart because a letter that waited in the outbox fails when nobody is looking: at a
flush by cron or pymaild, days after it was written. The letter itself is in dead.letter.
"""

from __future__ import annotations

import os

from pymail.encode import date
from pymail.encodedwords import decode, encode
from pymail.errors import printable
from pymail.headers import find, fold
from pymail.transports.local import deliver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.transports.transport import Answer, Source
    from pymail.variables.values import Variables

_HEAD = 1 << 16


class Notice:
    """A letter (a Source) that says for whom another was given up, and where that one is."""

    def __init__(self, letter: Source, answers: list[Answer], user: str, dead: str, now: float) -> None:
        self.eightbit = True
        self._text = _text(letter, answers, user, dead, now)
        self.size = len(self._text) + self._text.count(b"\n")

    def pieces(self) -> Iterator[bytes]:
        """The octets, LF line ends."""
        yield self._text


def send(letter: Source, answers: list[Answer], user: str, dead: str, variables: Variables, now: float) -> Answer:
    """Deliver a notice to `user`, who wrote `letter`; `dead` is where the letter is kept, "" for nowhere.

    `answers` are those of the recipients that are given up. Answers as `local.deliver`.
    """
    return deliver(Notice(letter, answers, user, dead, now), user, "", variables)


def _text(letter: Source, answers: list[Answer], user: str, dead: str, now: float) -> bytes:
    head = _head(letter)
    host = os.uname().nodename
    subject = find(head, b"Subject")
    title = "Undelivered" + (": " + decode(subject) if subject else " letter")
    fields = (
        fold("From", f"Mail Delivery <MAILER-DAEMON@{host}>"),
        fold("To", user),
        fold("Subject", encode(title)),
        fold("Date", date(now)),
        fold("Message-ID", f"<{int(now * 1e6):x}.{os.getpid():x}.notice@{host}>"),
        fold("Auto-Submitted", "auto-replied"),
        b"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n",
    )
    return b"".join(fields) + "\n".join(_body(answers, dead, head)).encode("utf-8", "replace")


def _body(answers: list[Answer], dead: str, head: bytes) -> Iterator[str]:
    yield "Your letter was not delivered to"
    yield ""
    for answer in answers:
        yield f"  {printable(answer.recipient)}"
        yield f"    {answer.code} {printable(answer.text)}"
    yield ""
    yield f"The letter is in {dead}; its header was" if dead else "The header of the letter was"
    yield ""
    for line in head.decode("utf-8", "replace").rstrip("\n").split("\n"):
        yield f"  {printable(line)}"
    yield ""


def _head(letter: Source) -> bytes:
    head = b""
    for piece in letter.pieces():
        head += piece
        if b"\n\n" in head or len(head) > _HEAD:
            break
    return head[: head.find(b"\n\n") + 1 or _HEAD]
