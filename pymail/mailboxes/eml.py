"""A single letter in a file of its own (`.eml`), as a mailbox of one message.

Apart because it stores nothing but the letter: no flags, no From_ line, and nothing
that could be appended or removed.
"""

from __future__ import annotations

import os

from pymail.errors import NOPERM, MailError
from pymail.mailboxes import letter
from pymail.mailboxes.mailbox import Mailbox, Outcome
from pymail.summary import Summary, from_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pymail.mailboxes.mailbox import Deposit, Plan


class Eml(Mailbox):
    """An open letter, `fd`, which is this mailbox's own; `begin` octets stand before it."""

    def __init__(self, name: str, path: str | None, fd: int, begin: int = 0) -> None:
        self.name = name
        self.path = path
        self.fd = fd
        self.begin = begin
        self.readonly = "a single letter keeps no flags"
        self.notes = [f"{name}: read as a letter, without {begin} octets that stand before it"] if begin > 3 else []
        self.details = []

    def __len__(self) -> int:
        return 1

    def flags(self, index: int) -> int:
        return 0

    def size(self, index: int) -> int:
        return os.fstat(self.fd).st_size - self.begin

    def lines(self, index: int) -> int:
        return letter.lines(self.fd, self.begin)

    def head(self, index: int) -> bytes:
        return letter.head(self.fd, self.begin)

    def pieces(self, index: int) -> Iterator[bytes]:
        return letter.pieces(self.fd, begin=self.begin)

    def received(self, index: int) -> tuple[str, int]:
        return "", 0

    def summary(self, index: int) -> Summary:
        return from_head(self.head(index), self.size(index), int(os.fstat(self.fd).st_mtime))

    def refresh(self) -> int:
        return 0

    def append(self, deposits: Iterable[Deposit]) -> int:
        raise MailError(f"{self.name}: cannot be appended to: it is a single letter", NOPERM)

    def commit(self, plan: Plan) -> Outcome:
        raise MailError(f"{self.name}: cannot be changed: {self.readonly}", NOPERM)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
