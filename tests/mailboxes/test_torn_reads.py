"""What is read while another session writes is never a piece of one letter and a piece of another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pymail.errors import MailError
from pymail.mailboxes.mailbox import Deposit, Plan, Settings
from pymail.mailboxes.opening import append_to, open_mailbox

ROOT = Path(__file__).parents[2]
LETTERS = [b"Subject: s%d\n\n" % number + b"line %d\n" % number * (400 + number) for number in range(6)]
# Begins to delete the first letter and ends when its input does.
WRITER = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from pymail.mailboxes import layout, rewrite
from pymail.mailboxes.mailbox import Plan, Settings
from pymail.mailboxes.opening import open_mailbox
layout.BLOCK = layout.PAGE
count, write = 0, os.pwrite
def slowly(*arguments):
    global count
    count += 1
    if count == 9:
        print("half done", flush=True)
        sys.stdin.readline()
    return write(*arguments)
box = open_mailbox(sys.argv[1], Settings(sys.argv[2], "", 5))
os.pwrite = slowly
box.commit(Plan(remove=[0]))
"""


@pytest.fixture
def box(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "box"
    append_to(str(path), [Deposit([octets], 0, "bob@x", 1) for octets in LETTERS], settings=settings)
    return path


@contextmanager
def half_done(box: Path, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    argv = [sys.executable, "-I", "-S", "-c", WRITER, str(box), settings.state]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin and child.stdout
        assert child.stdout.readline()
        yield child
        child.stdin.close()
        assert child.wait() == 0


def test_a_letter_is_not_read_while_another_session_moves_it(box: Path, settings: Settings) -> None:
    mailbox = open_mailbox(str(box), Settings(settings.state, "", 0.2))
    with half_done(box, settings):
        for number in range(6):
            with pytest.raises(MailError, match="another program is changing it"):
                mailbox.raw(number)
    assert [mailbox.raw(number) for number in range(1, 6)] == LETTERS[1:]
    with pytest.raises(MailError, match="has removed this message"):
        mailbox.raw(0)
    mailbox.close()


def test_a_reader_waits_for_a_session_that_is_about_to_end(box: Path, settings: Settings) -> None:
    mailbox = open_mailbox(str(box), settings)
    with half_done(box, settings) as child:
        assert child.stdin
        child.stdin.close()
        assert mailbox.raw(3) == LETTERS[3]
    mailbox.close()


def test_a_mailbox_that_stays_locked_opens_read_only_and_says_so(box: Path, settings: Settings) -> None:
    with half_done(box, settings):
        mailbox = open_mailbox(str(box), Settings(settings.state, "", 0.2), readonly=True)
        assert "may be half written" in mailbox.notes[0]
        mailbox.close()


def test_a_letter_that_moved_while_the_last_one_did_not_is_found(box: Path, settings: Settings) -> None:
    mailbox = open_mailbox(str(box), settings)
    octets = box.read_bytes()
    starts = [octets.index(b"Subject: s%d" % number) for number in range(6)]
    begins = [octets.rindex(b"From ", 0, start) for start in starts]
    first, second, third = (octets[begins[n] : begins[n + 1]] for n in (1, 2, 3))
    box.write_bytes(octets[: begins[1]] + third + second + first + octets[begins[4] :])
    assert [mailbox.raw(number) for number in range(6)] == LETTERS
    assert mailbox.commit(Plan(remove=[1])).removed == 1
    mailbox.close()
    mailbox = open_mailbox(str(box), settings)
    assert [mailbox.raw(number) for number in range(5)] == [LETTERS[n] for n in (0, 3, 2, 4, 5)]
    mailbox.close()


def test_a_large_letter_that_moves_while_it_is_read_comes_whole(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "box"
    large = b"Subject: large\n\n" + b"".join(b"line %d\n" % number for number in range(200_000))
    append_to(str(path), [Deposit([octets]) for octets in (LETTERS[0], large, LETTERS[1])], settings=settings)
    reader, other = open_mailbox(str(path), settings), open_mailbox(str(path), settings)
    pieces = reader.pieces(1)
    found = [next(pieces), next(pieces)]
    assert other.commit(Plan(remove=[0], flags={1: 3})).removed == 1
    assert b"".join([*found, *pieces]) == large
    reader.close()
    other.close()


def test_a_mailbox_that_vanishes_and_comes_again_while_it_is_left_is_left(box: Path, settings: Settings) -> None:
    mailbox = open_mailbox(str(box), settings)
    box.unlink()
    append_to(str(box), [Deposit([LETTERS[2]])], settings=settings)
    outcome = mailbox.commit(Plan(remove=[0, 2], vanish=True))
    assert (outcome.kept, outcome.removed) == (1, 0)
    mailbox.close()
