"""Delivery into the mailboxes of this machine's users, without any server.

Apart because it is the one transport that writes other people's files. A user delivers
to himself; root to everyone, in a child that has first become the recipient, so that no
trap laid in a spool or a home can use root's rights. Nobody's programs are run and no
name is looked up in the network. `pymail --deliver` uses the same `deliver`.
"""

from __future__ import annotations

import errno
import os
import pwd
import stat
import time

from pymail import deputy
from pymail.errors import NOPERM, MailError, printable, reason
from pymail.mailboxes import deposit
from pymail.mailboxes.lock import Lock
from pymail.mailboxes.mailbox import Deposit
from pymail.mailboxes.names import system_mailbox
from pymail.mailboxes.rewrite import mend
from pymail.ownership import make_folder, sync_folder
from pymail.paths import state_folder
from pymail.transports import aliases
from pymail.transports.transport import Answer, Envelope, Transport, checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pymail.transports.transport import Source
    from pymail.variables.values import Variables

# What only the recipient's mail program may say about a letter, and what we say ourselves.
STRIPPED = frozenset(
    (b"status", b"x-status", b"x-keywords", b"x-uid", b"x-imapbase", b"content-length", b"return-path")
)
_HEAD_LIMIT = 1 << 20
_NO_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR)


def open_transport(url: str, variables: Variables) -> Local:
    """The transport for `local:`."""
    return Local(variables)


class Local(Transport):
    """`local:`; reads the variables `local-domains`, `spool` and `lock-timeout`, and the file `aliases`."""

    aliases = "/etc/aliases"

    def __init__(self, variables: Variables) -> None:
        self.name = "local:"
        self.variables = variables

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        """Deliver one copy to each user, however many recipients stand for him."""
        domains = _domains(self.variables.text("local-domains") or "")
        done: dict[str, Answer] = {}
        return [self._answer(recipient, envelope.sender, source, domains, done) for recipient in envelope.recipients]

    def _answer(
        self, recipient: str, sender: str, source: Source, domains: set[str], done: dict[str, Answer]
    ) -> Answer:
        local, at, domain = recipient.rpartition("@")
        if at and domain.lower().rstrip(".") not in domains:
            return Answer(recipient, 451, f"4.4.4 {printable(domain)} is another machine: that needs a mail server")
        try:
            users = aliases.resolve(local if at else recipient, aliases.read(self.aliases))
        except MailError as error:
            return Answer(recipient, 451, f"4.3.5 {error.text}")
        for user in users:
            if user not in done:
                done[user] = deliver(source, user, sender, self.variables)
        return _together(recipient, local if at else recipient, [done[user] for user in users])


def deliver(letter: Source, user: str, sender: str, variables: Variables) -> Answer:
    """Put a letter into the mailbox of `user`, a name of this machine, durably and under lock.

    Answers 250 with the path, 550 for an unknown user, 451 when it is not possible now.
    Raises MailError (USAGE) for a sender that is no address.
    """
    checked(sender)
    account = _account(user)
    if account is None:
        return Answer(user, 550, "5.1.1 no such user on this machine")
    if os.geteuid() not in (0, account.pw_uid):
        return Answer(
            user,
            451,
            f"4.3.0 only root may write the mailbox of {user}, and no mail server is running here "
            "(pymaild, run by root, would be one)",
        )
    delivery = _Delivery(letter, account, sender, variables)
    try:
        path = delivery.run() if os.geteuid() == account.pw_uid else deputy.as_user(account, delivery.run)
    except MailError as error:
        return Answer(user, 451, f"4.2.0 {error.text}")
    except OSError as error:
        return Answer(user, 451, f"4.3.0 {reason(error)}")
    return Answer(user, 250, f"2.0.0 delivered to {os.fsdecode(path)}")


class _Delivery:
    """One letter into one mailbox; `run` is executed by a process that is the recipient."""

    def __init__(self, letter: Source, account: pwd.struct_passwd, sender: str, variables: Variables) -> None:
        self.letter = letter
        self.account = account
        self.sender = sender
        self.spool = variables.text("spool") or ""
        self.patience = variables.number("lock-timeout") or 0
        own = os.getuid() == os.geteuid() == account.pw_uid
        self.state = _state(os.environ if own else {}, account)

    def run(self) -> bytes:
        """Append under lock; the path of the mailbox. Raises MailError, OSError."""
        path = self._mailbox()
        pieces = _delivered(self.letter, self.account.pw_name, self.sender)
        with Lock(path, self.patience, self._make) as lock:
            self._check(path, os.fstat(lock.fd))
            mend(lock, self.state)
            deposit.append(lock, [Deposit(pieces, 0, self.sender, int(time.time()))], self.state)
        return os.fsencode(path)

    def _mailbox(self) -> str:
        """The recipient's mailbox, made if it is not there; where the spool is not his to write, the inbox."""
        path = system_mailbox(self.account.pw_name, {}, self.state, self.spool)
        try:
            self._make(path)
        except OSError as error:
            if self.spool or not self.state or error.errno not in _NO_PLACE:
                raise
            make_folder(self.state)
            self._make(path := self.state + "/inbox")
        self._check(path, os.lstat(path))
        return path

    def _make(self, path: str) -> None:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        try:
            os.fchmod(descriptor, 0o600)
            if os.geteuid() == 0:
                os.fchown(descriptor, 0, deputy.mail_group(0))
        finally:
            os.close(descriptor)
        sync_folder(os.path.dirname(path))

    def _check(self, path: str, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            why = "is not a regular file"
        elif status.st_nlink != 1:
            why = "has a second name (hard link)"
        elif status.st_uid != self.account.pw_uid:
            why = f"does not belong to {self.account.pw_name}"
        else:
            return
        raise MailError(f"{path}: {why}; no mail is delivered there", NOPERM)


def _state(environ: Mapping[str, str], account: pwd.struct_passwd) -> str:
    return state_folder(environ, environ.get("HOME") or account.pw_dir)


def _account(user: str) -> pwd.struct_passwd | None:
    """The user of this name, else of this name in lower case; a name that cannot be a file's is nobody's."""
    for name in (user, user.lower()):
        try:
            found = pwd.getpwnam(name)
        except (KeyError, ValueError):
            continue
        if "/" not in found.pw_name and found.pw_name not in (".", ".."):
            return found
    return None


def _domains(more: str) -> set[str]:
    """The names that mean this machine (no DNS): localhost, its own, /etc/mailname, and `more` of the user's."""
    host = os.uname().nodename.lower()
    names = {"localhost", host, host.partition(".")[0], *more.lower().replace(",", " ").split()}
    names.update(word for line in _lines("/etc/mailname") for word in line.lower().split())
    for line in _lines("/etc/hosts"):
        called = line.partition("#")[0].lower().split()[1:]
        if host in called:
            names.update(called)
    return names


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_HEAD_LIMIT).splitlines()
    except OSError:
        return []


def _together(recipient: str, name: str, answers: list[Answer]) -> Answer:
    """One answer for all users that a name stands for: the letter is tried again while one could not get it."""
    if not answers:
        return Answer(recipient, 550, "5.1.1 an alias for nobody")
    worst = min(answers, key=lambda answer: 0 if answer.deferred else 1 if answer.refused else 2)
    whose = "" if worst.recipient == name else f" ({printable(worst.recipient)})"
    left = tuple(answer.recipient for answer in answers if answer.deferred)
    is_begun = worst.deferred and any(answer.accepted for answer in answers)
    return Answer(recipient, worst.code, worst.text + whose, left=left if is_begun else ())


def _delivered(letter: Source, user: str, sender: str) -> Iterator[bytes]:
    """The letter as it is stored: with Return-Path and Delivered-To, without what the sender must not say."""
    yield f"Return-Path: <{sender}>\nDelivered-To: {user}\n".encode("utf-8", "surrogateescape")
    pieces = letter.pieces()
    head = b""
    for piece in pieces:
        head += piece
        if head.startswith(b"\n") or b"\n\n" in head or len(head) > _HEAD_LIMIT:
            break
    end = 0 if head.startswith(b"\n") else head.find(b"\n\n") + 1 or len(head)
    yield from _kept(head[:end])
    yield head[end:]
    yield from pieces


def _kept(head: bytes) -> Iterator[bytes]:
    dropping = False
    *lines, last = head.split(b"\n")
    for line in (*(line + b"\n" for line in lines), last):
        if line[:1] not in (b" ", b"\t"):
            dropping = line.partition(b":")[0].rstrip(b" \t").lower() in STRIPPED
        if not dropping:
            yield line
