"""Work that root does as somebody else, in a child that first becomes that user.

Apart because delivering into a mailbox, repairing one and listing another's outbox all
need it, and because every step counts: root never opens a file that a user could have
put a trap in. The child must import nothing after it has changed (root's Python may lie
where others cannot read), so the caller loads what `action` needs beforehand.
"""

from __future__ import annotations

import grp
import os

from pymail.errors import IOERR, MailError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pwd import struct_passwd


def as_user(user: struct_passwd, action: Callable[[], bytes]) -> bytes:
    """Run `action` as `user`, with group mail, and answer what it answered. Root only.

    Raises the MailError that `action` raised, MailError (IOERR) when the child died.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _work(user, action, writer)
    os.close(writer)
    try:
        with open(reader, "rb") as pipe:
            said = pipe.read()
    finally:
        status = os.waitpid(child, 0)[1]
    if status == 0 and said.startswith(b"+"):
        return said[1:]
    kind, _, text = said.decode("utf-8", "surrogateescape").partition(" ")
    if not kind.isdecimal():
        raise MailError(f"{user.pw_name}: working as this user ended by {_end(status)}", IOERR)
    raise MailError(text, int(kind))


def _work(user: struct_passwd, action: Callable[[], bytes], writer: int) -> None:
    """Never returns: nothing of the parent's may run twice."""
    status, said = 1, b""
    try:
        _become(user)
        said = b"+" + action()
        status = 0
    except MailError as error:
        said = f"{error.status} {error.text}".encode("utf-8", "surrogateescape")
    except OSError as error:
        said = f"{IOERR} {reason(error)}".encode("utf-8", "surrogateescape")
    finally:
        try:
            while said:
                said = said[os.write(writer, said) :]
        finally:
            os._exit(status)


def _become(user: struct_passwd) -> None:
    """Groups first: once the user is changed, they cannot be."""
    groups = os.getgrouplist(user.pw_name, user.pw_gid)
    group = mail_group(user.pw_gid)
    os.chdir("/")
    os.setgroups(groups)
    os.setresgid(group, group, group)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    os.umask(0o077)


def mail_group(otherwise: int) -> int:
    """The number of group mail, which may write in the folder of the system mailboxes (Debian policy 11.6)."""
    try:
        return grp.getgrnam("mail").gr_gid
    except KeyError:
        return otherwise


def _end(status: int) -> str:
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"status {os.waitstatus_to_exitcode(status)}"
