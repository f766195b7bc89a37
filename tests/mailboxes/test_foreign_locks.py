"""Real mail servers and we wait for each other: whoever holds the lock of a mailbox, the other comes after."""

from __future__ import annotations

import os
import pwd
import shutil
import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import users
from dovecot import Dovecot
from servers import Exim, Postfix, Server
from waiting import await_that

from pymail.errors import MailError
from pymail.mailboxes.lock import Lock
from pymail.mailboxes.mailbox import Deposit, Plan, Settings
from pymail.mailboxes.opening import append_to, open_mailbox

from .test_sessions import become

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not users.is_root or not shutil.which("strace"), reason="needs root and strace"),
]
SERVERS = [Exim, Postfix, Dovecot]
HELD = 2  # seconds
# As long as headers are: Dovecot adds lines to them, and by their beginnings messages are known again.
RECEIVED = b"Received: from a.example by b.example with ESMTP id 0123456789abcdef for <bob@test.example>;\n" * 5


class Receiver:
    """A running server, one mailbox of its, and a way to hand letters in."""

    def __init__(self, server: Server, name: str, owner: str) -> None:
        self.server = server
        self.name = name
        self.owner = pwd.getpwnam(owner)
        self.box = server.mail / name
        self.state = server.folder / "state"
        self.state.mkdir(mode=0o700)
        old = [Deposit([RECEIVED, b"Subject: old %d\n\nx\n" % n]) for n in range(3)]
        append_to(str(self.box), old, settings=Settings(""))
        for each in (self.box, self.state):
            os.chown(each, self.owner.pw_uid, self.owner.pw_gid)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Hand a letter in, in the background; at the end it has been taken."""
        sender = threading.Thread(target=self._send)
        sender.start()
        yield
        sender.join(60)

    def _send(self) -> None:
        kind = smtplib.LMTP if isinstance(self.server, Dovecot) else smtplib.SMTP
        port = self.server.lmtp if isinstance(self.server, Dovecot) else self.server.port
        for _ in range(10):
            try:
                with kind("127.0.0.1", port) as client:
                    client.sendmail("a@test.example", [f"{self.name}@test.example"], "Subject: fresh\r\n\r\ntext\r\n")
                return
            except smtplib.SMTPDataError as error:
                # Dovecot wants a letter again whose mailbox changed between two of its locks.
                assert error.smtp_code == 451

    def delivered(self) -> bool:
        return b"Subject: fresh" in self.box.read_bytes()

    def quit(self) -> None:
        """Delete the first message, as the owner."""

        def work() -> None:
            become(self.owner)
            box = open_mailbox(str(self.box), Settings(str(self.state), "", 30))
            assert box.commit(Plan(remove=[0])).removed == 1

        users.in_child(work)


@contextmanager
def receiving(kind: type[Exim | Postfix | Dovecot], slow: bool = False) -> Iterator[Receiver]:
    """The server, running; `slow`: it holds its lock for two seconds, in the middle of what it does to the mailbox."""
    name, owner = {Exim: ("bob", "Debian-exim"), Postfix: ("nobody", "nobody"), Dovecot: ("bob", "nobody")}[kind]
    server = kind()
    if slow:
        delay = f"inject=fsync,fdatasync,utimensat,futimesat:delay_enter={HELD}s:when=1"
        server.prefix = ("strace", "-f", "-qq", "-o", "/dev/null", "-P", str(server.mail / name), "-e", delay)
    with server:
        yield Receiver(server, name, owner)


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_waits_while_we_hold_the_lock(kind: type[Exim | Postfix | Dovecot]) -> None:
    with receiving(kind) as receiver, receiver.sending():
        with Lock(str(receiver.box), 10):
            before = receiver.box.read_bytes()
            # Nothing tells of a delivery that does not take place.
            time.sleep(HELD)
            assert receiver.box.read_bytes() == before
        await_that(receiver.delivered, "the delivery", 60)
        receiver.quit()
        octets = receiver.box.read_bytes()
        assert octets.count(b"Subject: old") == 2 and octets.count(b"Subject: fresh") == 1


@pytest.mark.parametrize("kind", SERVERS)
def test_we_wait_while_a_server_holds_its_lock(kind: type[Exim | Postfix | Dovecot]) -> None:
    with receiving(kind, slow=True) as receiver, receiver.sending():
        dotlock = Path(f"{receiver.box}.lock")
        await_that(dotlock.exists, "its lock", 60)
        with pytest.raises(MailError, match="locked by"), Lock(str(receiver.box), 0):
            pass
        receiver.quit()
        await_that(receiver.delivered, "the delivery", 60)
        octets = receiver.box.read_bytes()
        assert octets.count(b"Subject: old") == 2 and octets.count(b"Subject: fresh") == 1
