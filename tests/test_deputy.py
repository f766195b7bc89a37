"""Root's work as somebody else: the child is that user and nothing more."""

from __future__ import annotations

import grp
import os
import pwd
import tempfile

import pytest
from users import is_root

from pymail.deputy import as_user
from pymail.errors import IOERR, TEMPFAIL, MailError

pytestmark = pytest.mark.skipif(not is_root, reason="only root can become another user")
NOBODY = pwd.getpwnam("nobody")


def test_the_child_is_the_user_with_group_mail_for_good() -> None:
    def who() -> bytes:
        with pytest.raises(PermissionError):
            os.setuid(0)
        return repr((os.getresuid(), os.getresgid(), sorted(os.getgroups()))).encode()

    user, mail = NOBODY.pw_uid, grp.getgrnam("mail").gr_gid
    groups = sorted(os.getgrouplist("nobody", NOBODY.pw_gid))
    assert as_user(NOBODY, who).decode() == repr(((user,) * 3, (mail,) * 3, groups))
    assert os.geteuid() == 0


def test_what_the_child_makes_is_the_users() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o777)

        def make() -> bytes:
            os.close(os.open(folder + "/x", os.O_CREAT | os.O_WRONLY, 0o666))
            return b"x" * 200_000

        assert as_user(NOBODY, make) == b"x" * 200_000
        status = os.stat(folder + "/x")
        assert (status.st_uid, status.st_mode & 0o777) == (NOBODY.pw_uid, 0o600)


@pytest.mark.parametrize(
    ("error", "text", "status"),
    [
        (MailError("box: locked", TEMPFAIL), "box: locked", TEMPFAIL),
        (OSError(28, "No space left on device", "/x"), "/x: No space left on device", IOERR),
        (ValueError("a bug"), "nobody: working as this user ended by status 1", IOERR),
    ],
)
def test_what_the_child_raises_is_raised(error: Exception, text: str, status: int) -> None:
    def fail() -> bytes:
        raise error

    with pytest.raises(MailError) as caught:
        as_user(NOBODY, fail)
    assert (caught.value.text, caught.value.status) == (text, status)


def test_a_killed_child_is_told() -> None:
    with pytest.raises(MailError, match="ended by signal 9"):
        as_user(NOBODY, lambda: os.kill(os.getpid(), 9) or b"")
