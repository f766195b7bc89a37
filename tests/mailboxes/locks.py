"""A mailbox file that is locked: its dotlock, and taking the lock once."""

from __future__ import annotations

from pathlib import Path

from pymail.mailboxes.lock import Lock

ROOT = Path(__file__).parents[2]


def dotlock(box: Path) -> Path:
    return box.with_name(box.name + ".lock")


def take(box: Path, timeout: float = 10) -> None:
    with Lock(str(box), timeout):
        pass
