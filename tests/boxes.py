"""A mailbox that is a list: what Mailbox asks of every kind, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pymail.mailboxes.mailbox import Deposit, Mailbox, Outcome, Plan
from pymail.summary import Summary, from_head


class ListMailbox(Mailbox):
    """Letters in memory, with their stored flags."""

    def __init__(self, letters: list[bytes], flags: list[int] | None = None, name: str = "list") -> None:
        self.letters = list(letters)
        self.columns = list(flags or [0] * len(letters))
        self.name = name
        self.path = None
        self.readonly = ""
        self.notes = []
        self.details = []
        self.coming: list[bytes] = []

    def __len__(self) -> int:
        return len(self.letters)

    def flags(self, index: int) -> int:
        return self.columns[index]

    def size(self, index: int) -> int:
        return len(self.letters[index])

    def lines(self, index: int) -> int:
        return self.letters[index].count(b"\n")

    def head(self, index: int) -> bytes:
        head, empty, _ = self.letters[index].partition(b"\n\n")
        return head + empty

    def pieces(self, index: int) -> Iterator[bytes]:
        yield self.letters[index]

    def received(self, index: int) -> tuple[str, int]:
        return "", 0

    def summary(self, index: int) -> Summary:
        return from_head(self.head(index), self.size(index), 0)

    def refresh(self) -> int:
        coming, self.coming = self.coming, []
        self.append(Deposit([letter]) for letter in coming)
        return len(coming)

    def append(self, deposits: Iterable[Deposit]) -> int:
        before = sum(map(len, self.letters))
        for deposit in deposits:
            self.letters.append(b"".join(deposit.pieces))
            self.columns.append(deposit.flags)
        return sum(map(len, self.letters)) - before

    def commit(self, plan: Plan) -> Outcome:
        for index, flags in plan.flags.items():
            self.columns[index] = flags
        kept = [index for index in range(len(self)) if index not in plan.remove]
        self.letters = [self.letters[index] for index in kept]
        self.columns = [self.columns[index] for index in kept]
        return Outcome(len(kept), len(plan.remove))


def letter(number: int, author: str = "alice", subject: str = "", body: str = "") -> bytes:
    """A small letter; its subject and text hold its number unless given."""
    return (
        f"From: {author}@example.org\nTo: me@example.org\nSubject: {subject or f'subject-{number}'}\n"
        f"Date: Mon, 05 Jan 2015 10:{number:02}:00 +0000\nMessage-ID: <m{number}@example.org>\n\n"
        f"{body or f'BODY-{number}'}\n"
    ).encode()
