"""Transports that end in a file: `test:`, `mbox:` and `maildir:`.

Apart because nothing leaves the machine: they are for trying things out, for tests and
for programs that catch mail. `test:` writes batch SMTP (RFC 2442), with LF line ends, so
that the envelope is seen as well and `exim -bS` or a test can read it back.
"""

from __future__ import annotations

import os
import sys
import time

from pymail import ownership
from pymail.errors import CONFIG, MailError, reason, status_of
from pymail.transports.transport import Answer, Envelope, Transport, checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.transports.transport import Source
    from pymail.variables.values import Variables


def open_transport(url: str, variables: Variables) -> Transport:
    """The transport for `test:`, `test:///file`, `mbox:///file` or `maildir:///dir`. Raises MailError (CONFIG)."""
    scheme, _, rest = url.partition(":")
    path = rest.removeprefix("//")
    if scheme == "test" and not path:
        return Batch(url, "")
    if not path.startswith("/"):
        raise MailError(f"{url}: a path is wanted; write {scheme}:///path", CONFIG)
    return Batch(url, path) if scheme == "test" else Folder(url)


class Batch(Transport):
    """`test:`: envelope and letter to standard output, or appended to the file `path`."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        """Write all of it; MailError when that fails."""
        try:
            if self.path:
                descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                try:
                    _write(descriptor, _batch(envelope, source))
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
            else:
                sys.stdout.flush()
                _write(1, _batch(envelope, source))
        except OSError as error:
            raise MailError(f"{self.name}: {reason(error)}", status_of(error, making=True)) from None
        return _taken(envelope, self.name)


class Folder(Transport):
    """`mbox:` and `maildir:`: appends to that mailbox."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        """Append one letter, durably and under lock, for all recipients; MailError when that fails."""
        from pymail.mailboxes.mailbox import Deposit
        from pymail.mailboxes.opening import append_to

        append_to(self.name, [Deposit(source.pieces(), 0, envelope.sender, int(time.time()))])
        return _taken(envelope, self.name)


def _batch(envelope: Envelope, source: Source) -> Iterator[bytes]:
    lines = [f"MAIL FROM:<{checked(envelope.sender)}>", *(f"RCPT TO:<{checked(to)}>" for to in envelope.recipients)]
    yield "\n".join([*lines, "DATA\n"]).encode("utf-8", "surrogateescape")
    end = b"\n"
    for piece in source.pieces():
        if piece:
            dotted = piece.replace(b"\n.", b"\n..")
            yield b"." + dotted if end == b"\n" and piece.startswith(b".") else dotted
            end = piece[-1:]
    yield b".\n" if end == b"\n" else b"\n.\n"


def _taken(envelope: Envelope, name: str) -> list[Answer]:
    return [Answer(recipient, 250, f"2.0.0 written to {name}") for recipient in envelope.recipients]


def _write(descriptor: int, pieces: Iterator[bytes]) -> None:
    for piece in pieces:
        ownership.write(descriptor, piece)
