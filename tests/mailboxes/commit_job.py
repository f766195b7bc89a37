"""One change of a mailbox, as a process of its own that strace(1) can kill at any call.

    python -I -S commit_job.py JOB FOLDER

The mailbox is FOLDER/box, for what the whole program does FOLDER/USER; the state folder FOLDER/state/pymail.
Status 0: done; else the MailError's, printed.
"""

from __future__ import annotations

import os
import posix
import pwd
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pymail import body  # noqa: E402
from pymail.errors import MailError  # noqa: E402
from pymail.mailboxes import layout  # noqa: E402
from pymail.mailboxes.mailbox import Deposit, Plan, Settings  # noqa: E402
from pymail.mailboxes.opening import append_to, open_mailbox  # noqa: E402
from pymail.summary import ANSWERED, OLD, SEEN  # noqa: E402

PLANS = {
    "delete": Plan(remove=[1, 4], flags={3: SEEN | OLD}),
    "grow": Plan(flags=dict.fromkeys(range(8), SEEN | OLD | ANSWERED)),
    "mixed": Plan(
        remove=[2, 6], flags={0: OLD, 1: OLD, 3: SEEN | OLD, 7: OLD | ANSWERED}, replace={5: b"X: y\n\nnew\n" * 99}
    ),
    "cut": Plan(remove=[6, 7]),
    "empty": Plan(remove=range(8)),
    "vanish": Plan(remove=range(8), vanish=True),
}
# What is typed, in the system mailbox.
TYPED = {
    "quit": "set nohold append\n2\n3\nq\n",
    "quit-before": "set nohold noappend\n2\n3\nq\n",
    "mbox": "set append\nmbox 4 5\nq\n",
    "save-quit": "set nokeepsave\nsave 2 3 {new}\nd5\nq\n",
    "copy": "copy 2 3 {new}\nx\n",
    "inc": "inc\nx\n",
}
ADDED = [b"Subject: added %d\n\nFrom here\n" % number + b"text %d\n" % number * 400 for number in range(3)]


def blocks(size: int) -> None:
    """Make blocks so small that a small mailbox has many, and letters too large to be held in memory."""
    layout.BLOCK, body._MEMORY = size, 64


def commit(folder: Path, settings: Settings, name: str) -> None:
    open_mailbox(str(folder / "box"), settings).commit(PLANS[name])


def append(path: Path, settings: Settings) -> None:
    append_to(str(path), [Deposit([octets], SEEN, "bob@example.org", 1) for octets in ADDED], settings=settings)


def maildir(folder: Path, job: str, settings: Settings) -> None:
    """A change of the Maildir FOLDER/dir; what comes before a look at /pymail-begins is the interpreter's."""
    box = open_mailbox(str(folder / "dir"), settings)
    deposits = [Deposit([octets], SEEN) for octets in ADDED]
    plan = Plan(remove=[1, 4], flags={0: OLD, 3: SEEN | OLD}, replace={5: b"Subject: edited\n\nnew\n"})
    from pymail.mailboxes import deposit  # noqa: F401

    os.path.exists("/pymail-begins")
    if job == "maildir-save":
        append_to(str(folder / "dir"), deposits, settings=settings)
    else:
        box.commit(plan)


def move(folder: Path, settings: Settings) -> None:
    """What quit does with read messages: to mbox first, then out of the box."""
    box = open_mailbox(str(folder / "box"), settings)
    append_to(str(folder / "mbox"), [Deposit(box.pieces(number), SEEN, date=1) for number in (1, 2)], settings=settings)
    box.commit(Plan(remove=[1, 2], flags={0: OLD}))


def program(folder: Path, typed: bytes, *options: str) -> None:
    """The whole program, with this on its standard input. Never returns."""
    reader, writer = os.pipe()
    os.write(writer, typed)
    os.close(writer)
    os.dup2(reader, 0)
    posix.environ[b"HOME"] = os.fsencode(folder)
    posix.environ[b"XDG_STATE_HOME"] = os.fsencode(folder / "state")
    from pymail.main import main

    sys.exit(main(["-n", "-S", f"spool={folder}", "-S", "lock-timeout=2", *options]))


def main(job: str, folder: Path) -> None:
    """Do one job; `start` is what every start of pymail does."""
    settings = Settings(str(folder / "state" / "pymail"), "", lock_timeout=2)
    blocks(layout.PAGE)
    if job == "append":
        append(folder / "box", settings)
    elif job == "save":
        append(folder / "new", settings)
    elif job == "start":
        for name in ("box", "mbox", "new", pwd.getpwuid(os.geteuid()).pw_name):
            if (folder / name).exists():
                open_mailbox(str(folder / name), settings)
    elif job == "deliver":
        program(folder, b"From bob@x Tue Nov 14 22:13:20 2023\n" + ADDED[0], "--deliver")
    elif job in TYPED:
        program(folder, TYPED[job].format(new=folder / "new").encode(), "-N")
    elif job.startswith("maildir"):
        maildir(folder, job, settings)
    elif job == "move":
        move(folder, settings)
    else:
        commit(folder, settings, job)


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]))
    except MailError as error:
        print(error.text)
        sys.exit(error.status)
