"""Mailboxes of every kind to test, made from letters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pymail.mailboxes.mailbox import Deposit, Mailbox, Settings
from pymail.mailboxes.opening import append_to, open_mailbox


class Box:
    """A mailbox on disk of one kind."""

    def __init__(self, kind: str, path: Path, settings: Settings) -> None:
        self.kind = kind
        self.path = path
        self.settings = settings
        self.writable = kind in ("mbox", "crlf", "maildir")

    def open(self, readonly: bool = False) -> Mailbox:
        return open_mailbox(str(self.path), self.settings, readonly=readonly)

    def deliver(self, *letters: bytes, flags: int = 0) -> None:
        append_to(str(self.path), [Deposit([octets], flags, "bob@example.org", 1_700_000_000) for octets in letters])

    def letters(self) -> list[bytes]:
        mailbox = self.open(readonly=True)
        try:
            return [mailbox.raw(index) for index in range(len(mailbox))]
        finally:
            mailbox.close()

    def state(self) -> dict[str, tuple[bytes, int, int]]:
        """Every octet, time of change and time of access of the mailbox, and every file beside it."""
        found = {}
        for path in sorted([self.path.parent, *self.path.parent.rglob("*")]):
            status = path.stat()
            octets = b""
            if path.is_file():
                fd = os.open(path, os.O_RDONLY | os.O_NOATIME)
                octets = os.read(fd, 1 << 24)
                os.close(fd)
            found[str(path)] = (octets, status.st_mtime_ns, status.st_atime_ns if octets else 0)
        return found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A private state folder, no index, a short patience with locks."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    return Settings(str(state), "", lock_timeout=10)


@pytest.fixture
def make_box(tmp_path: Path, settings: Settings) -> Callable[[str, Iterable[bytes]], Box]:
    """Makes a mailbox of a kind: mbox, crlf, maildir, eml, gz, bz2, xz."""

    def make(kind: str, letters: Iterable[bytes]) -> Box:
        folder = tmp_path / "boxes"
        folder.mkdir(exist_ok=True)
        path = folder / "box"
        box = Box("mbox", path, settings)
        if kind == "maildir":
            append_to(str(path), [], newkind="maildir", settings=settings)
        elif kind == "eml":
            path.write_bytes(next(iter(letters)))
            return Box(kind, path, settings)
        for index, octets in enumerate(letters):
            name = f"maildir://{path}" if kind == "maildir" else str(path)
            append_to(name, [Deposit([octets], 0, "bob@example.org", 1_700_000_000 + index)], settings=settings)
        if kind == "crlf":
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        elif kind in ("gz", "bz2", "xz"):
            _pack(kind, path)
        return Box(kind, path, settings) if kind != "mbox" else box

    return make


def _pack(kind: str, path: Path) -> None:
    import bz2
    import gzip
    import lzma

    pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[kind]
    path.write_bytes(pack(path.read_bytes()))
