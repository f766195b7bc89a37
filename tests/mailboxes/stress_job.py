"""One of many who use a mailbox at once: a session that reads, flags and deletes, or an agent that delivers.

    python -I -S stress_job.py session|agent SEED FOLDER

The mailbox is FOLDER/box. What was done is noted in FOLDER, a line each: `sent`, `removing`, `removed`, `wrong`.
"""

from __future__ import annotations

import fcntl
import os
import random
import sys
import time
from binascii import crc32
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pymail.errors import MailError  # noqa: E402
from pymail.mailboxes import commit, layout, opening  # noqa: E402
from pymail.mailboxes.mailbox import Deposit, Mailbox, Plan, Settings  # noqa: E402
from pymail.mailboxes.opening import append_to, open_mailbox  # noqa: E402
from pymail.mailboxes.quoting import quoted  # noqa: E402

PATIENCE = 120  # seconds: there are many


def settings(folder: Path, index: bool) -> Settings:
    """Small blocks, and an index of any mailbox, so that much can happen to little."""
    layout.BLOCK, commit._SMALL, opening.INDEXED = layout.PAGE, 1, 1
    return Settings(str(folder / "state"), str(folder / "cache") if index else "", PATIENCE)


def letter(name: str, chance: random.Random) -> bytes:
    """One that says by itself whether it is whole."""
    body = b"".join(b"%d From %b\n" % (n, name.encode()) for n in range(chance.choice([0, 1, 3, 30, 400, 4000])))
    body += b"From here\n" * chance.randrange(3)
    return b"Message-ID: <%b@x>\nX-Sum: %d\nSubject: s\n\n%b" % (name.encode(), crc32(body), body)


def name_of(octets: bytes) -> str:
    """The name of a letter; "" when it is not whole."""
    head, _, body = octets.partition(b"\n\n")
    name, _, rest = head.partition(b"Message-ID: <")[2].partition(b"@x>\nX-Sum: ")
    return name.decode() if rest and crc32(body) == int(rest.partition(b"\n")[0]) else ""


def note(folder: Path, what: str, *words: str) -> None:
    with open(folder / what, "a") as file:
        file.write(" ".join(words) + "\n")


def session(folder: Path, chance: random.Random, places: Settings) -> None:
    for _ in range(5):
        time.sleep(chance.random() / 4)
        box = open_mailbox(str(folder / "box"), places)
        names = [read(box, index) for index in range(len(box))]
        time.sleep(chance.random() / 4)
        names += [read(box, index) for index in range(len(names), len(names) + box.refresh())]
        chosen = [index for index, name in enumerate(names) if name and chance.random() < 0.1]
        for index in chosen:
            # It has moved meanwhile, or it is gone.
            if read(box, index) not in (names[index], ""):
                note(folder, "wrong", "read", names[index])
        remove, flag = chosen[::2], chosen[1::2]
        note(folder, "removing", *(names[index] for index in remove))
        outcome = box.commit(Plan(remove, dict.fromkeys(flag, chance.choice([2, 3, 7]))))
        # What nobody could find again was left where it is.
        if not outcome.unmatched:
            note(folder, "removed", *(names[index] for index in remove))
        box.close()


def read(box: Mailbox, index: int) -> str:
    try:
        return name_of(box.raw(index))
    except MailError:
        return ""


def agent(folder: Path, chance: random.Random, places: Settings) -> None:
    for number in range(20):
        name = f"{os.getpid()}.{number}"
        octets = letter(name, chance)
        if chance.random() < 0.7:
            append_to(str(folder / "box"), [Deposit([octets])], settings=places)
        else:
            while not deliver(folder / "box", octets, chance):
                time.sleep(chance.random() / 50)
        note(folder, "sent", name)
        time.sleep(chance.random() / 10)


def deliver(path: Path, octets: bytes, chance: random.Random) -> bool:
    """As Exim does: a dotlock, then fcntl; if one is missing, none. It writes slowly."""
    dotlock, mine = f"{path}.lock", f"{path}.{os.getpid()}"
    Path(mine).write_text(f"{os.getpid()}\n")
    try:
        os.link(mine, dotlock)
    except FileExistsError:
        return False
    finally:
        os.unlink(mine)
    try:
        with open(path, "ab", buffering=0) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            text = b"From a@b Tue Nov 14 22:13:20 2023\n" + b"".join(quoted([octets])) + b"\n"
            cut = chance.randrange(len(text))
            file.write(text[:cut])
            time.sleep(chance.random() / 50)
            file.write(text[cut:])
            os.fsync(file.fileno())
        return True
    except OSError:
        return False
    finally:
        os.unlink(dotlock)


if __name__ == "__main__":
    seed = int(sys.argv[2])
    what = session if sys.argv[1] == "session" else agent
    what(Path(sys.argv[3]), random.Random(seed), settings(Path(sys.argv[3]), index=seed % 2 == 0))
