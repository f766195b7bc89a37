"""Fifty sessions on one mailbox at once, with deliveries in between, and some of the sessions killed.

What was deleted stays deleted, what was delivered is there once and whole, no lock and no journal is left.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pymail.mailboxes.mailbox import Deposit, Settings
from pymail.mailboxes.opening import append_to, open_mailbox

from . import stress_job

JOB = (sys.executable, "-I", "-S", stress_job.__file__)


def words(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def start(what: str, seed: int, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*JOB, what, str(seed), str(folder)], stderr=subprocess.PIPE)


@pytest.mark.slow
@pytest.mark.parametrize("kills", [0, 15])
@pytest.mark.parametrize("seed", range(3))
def test_fifty_sessions_at_once_and_deliveries_lose_nothing(tmp_path: Path, seed: int, kills: int) -> None:
    chance = random.Random(seed)
    for name in ("state", "cache"):
        (tmp_path / name).mkdir(mode=0o700)
    box, places = str(tmp_path / "box"), Settings(str(tmp_path / "state"), "", 60)
    first = [f"first.{number}" for number in range(100)]
    append_to(box, [Deposit([stress_job.letter(name, chance)]) for name in first], settings=places)
    sessions = [start("session", 1000 * seed + number, tmp_path) for number in range(50)]
    agents = [start("agent", 1000 * seed + number, tmp_path) for number in range(100, 106)]
    victims = chance.sample(sessions, kills)
    for child in victims:
        time.sleep(chance.random() / 5)
        child.kill()
    said = [child.communicate(timeout=300)[1].decode() for child in (*sessions, *agents)]
    failed = [text for child, text in zip((*sessions, *agents), said, strict=True) if child.returncode]
    assert len(failed) <= kills and not any(failed), failed
    mailbox = open_mailbox(box, places)
    found = [stress_job.name_of(mailbox.raw(index)) for index in range(len(mailbox))]
    mailbox.close()
    assert "" not in found and len(set(found)) == len(found)
    sent = {*first, *words(tmp_path / "sent")}
    assert set(found) <= sent
    assert sent - set(found) <= set(words(tmp_path / "removing"))
    assert not set(found) & set(words(tmp_path / "removed"))
    assert not words(tmp_path / "wrong")
    assert not os.path.exists(f"{box}.lock") and not os.listdir(tmp_path / "state" / "journal")
    print(f"seed {seed}, {kills} killed: {len(sent)} sent, {len(found)} there")
