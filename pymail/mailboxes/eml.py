"""A single letter in a file of its own (`.eml`), as a mailbox of one message.

Apart because it stores nothing but the letter: no flags, no From_ line, and nothing
that could be appended or removed.
"""

from __future__ import annotations

import os

from pymail.errors import NOPERM, MailError
from pymail.summary import Summary, from_head

from .mailbox import Mailbox, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .mailbox import Deposit, Plan

_PIECE = 1 << 18
_LONGEST_HEADER = 1 << 20


class Eml(Mailbox):
    """An open letter; CRLF line ends become LF when its first line has one."""

    def __init__(self, name: str, path: str | None, fd: int) -> None:
        self.name = name
        self.path = path
        self.fd = fd
        self.readonly = "a single letter keeps no flags and cannot be changed"
        self.notes = []
        self.details = []

    def __len__(self) -> int:
        return 1

    def flags(self, index: int) -> int:
        return 0

    def size(self, index: int) -> int:
        return os.fstat(self.fd).st_size

    def lines(self, index: int) -> int:
        return sum(piece.count(b"\n") for piece in self.pieces(index))

    def head(self, index: int) -> bytes:
        begin = b""
        for piece in self.pieces(index):
            begin += piece
            end = 0 if begin.startswith(b"\n") else begin.find(b"\n\n") + 1
            if end or begin.startswith(b"\n") or len(begin) > _LONGEST_HEADER:
                return begin[: end + 1]
        return begin

    def pieces(self, index: int) -> Iterator[bytes]:
        at, held, crlf = 0, b"", None
        while piece := os.pread(self.fd, _PIECE, at):
            at += len(piece)
            if crlf is None:
                crlf = piece[piece.find(b"\n") - 1 :][:2] == b"\r\n"
            if crlf:
                piece, held = held + piece, b""
                if piece.endswith(b"\r"):
                    piece, held = piece[:-1], b"\r"
                piece = piece.replace(b"\r\n", b"\n")
            yield piece
        if held:
            yield held

    def received(self, index: int) -> tuple[str, int]:
        return "", 0

    def summary(self, index: int) -> Summary:
        return from_head(self.head(index), self.size(index), int(os.fstat(self.fd).st_mtime))

    def refresh(self) -> int:
        return 0

    def append(self, deposits: Iterable[Deposit]) -> int:
        raise MailError(f"{self.name}: a single letter cannot be appended to", NOPERM)

    def commit(self, plan: Plan) -> Outcome:
        if plan.remove or plan.replace or plan.flags:
            raise MailError(f"{self.name}: {self.readonly}", NOPERM)
        return Outcome(1)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
