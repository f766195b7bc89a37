"""Running a piece of a test as an ordinary user, whoever runs the tests."""

from __future__ import annotations

import os
import pwd
import traceback
from collections.abc import Callable

ORDINARY = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
is_root = os.geteuid() == 0


def own(path: object) -> None:
    """Give `path` to the ordinary user (a path that is his already stays so)."""
    os.chown(str(path), ORDINARY.pw_uid, ORDINARY.pw_gid)


def as_ordinary(action: Callable[[], object]) -> None:
    """Run `action` in a child that is the ordinary user; what it raises fails the test with its traceback."""
    in_child(lambda: (_become_ordinary(), action()))


def in_child(action: Callable[[], object]) -> None:
    """Run `action` in a child, whose limits, handlers and identity it may change."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _run(action, writer)
    os.close(writer)
    with open(reader) as pipe:
        said = pipe.read()
    assert os.waitpid(child, 0)[1] == 0 and not said, said


def _become_ordinary() -> None:
    if is_root:
        os.setgroups([])
        os.setgid(ORDINARY.pw_gid)
        os.setuid(ORDINARY.pw_uid)


def _run(action: Callable[[], object], writer: int) -> None:
    try:
        action()
        os._exit(0)
    except BaseException:
        os.write(writer, traceback.format_exc().encode("utf-8", "replace"))
        os._exit(1)
