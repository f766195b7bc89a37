"""Waiting for what another program does in its own time, such as a delivery."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def await_that(condition: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Return once `condition` holds; AssertionError with `what` when it does not within that time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)


def await_letters(box: Path, count: int) -> str:
    """The text of a mailbox once `count` letters lie in it."""

    def arrived() -> bool:
        return box.exists() and box.read_text().count("\nMessage-ID: ") >= count and box.read_text().endswith("\n\n")

    await_that(arrived, f"the delivery of {count} letters to {box.name}")
    return box.read_text()
