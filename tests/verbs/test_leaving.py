"""Leaving a mailbox that other programs have changed meanwhile: nothing that was meant is lost in silence."""

from __future__ import annotations

import os
import time

from letters import letter, mbox
from program import Home, Run


def test_twins_of_which_one_went_stay_and_it_is_said(home: Home, pymail: Run) -> None:
    box = home.path / "box"
    for name in ("one", "twin", "twin", "last"):
        mbox(box, [letter(name)])
    box.chmod(0o600)
    # Another program takes one of the twins away: nobody can say which.
    octets = box.read_bytes()
    begin = octets.index(b"From ", octets.index(b"Subject: twin"))
    end = octets.index(b"From ", begin + 1)
    (home.path / "new").write_bytes(octets[:begin] + octets[end:])
    done = pymail("-N", "-f", "box", input="d2\n!cat new > box\nq\n")
    assert f"pymail: {box}: another program has changed 2 messages meanwhile: left as found there\n" in done.err
    assert "Deleted" not in done.out
    assert box.read_bytes().count(b"Subject: twin") == 1


def test_what_was_edited_is_kept_when_its_message_went(home: Home, pymail: Run) -> None:
    box = mbox(home.path / "box", [letter("one"), letter("two")])
    box.chmod(0o600)
    octets = box.read_bytes()
    (home.path / "new").write_bytes(octets[octets.index(b"From ", 1) :])
    editor = home.path / "editor"
    editor.write_text("#!/bin/sh\necho changed >> $1\n")
    editor.chmod(0o755)
    home.rc(f"set EDITOR={editor} writebackedited\n")
    done = pymail("-N", "-f", "box", input="e1\n!cat new > box\nq\n")
    grave = (home.path / "dead.letter").read_text()
    assert "what was edited is in" in done.err and "Subject: one" in grave and "\nchanged\n" in grave
    assert b"changed" not in box.read_bytes()


def test_a_lock_that_was_broken_at_the_end_is_said(home: Home, pymail: Run) -> None:
    box = home.receive([letter("one")])
    lock = box.with_name(box.name + ".lock")
    stale = time.time() - 400
    home.rc("set hold\n")
    done = pymail("-N", input=f"d1\n!echo x > {lock}; touch -d @{int(stale)} {lock}\nq\n")
    assert f"pymail: {lock}: stale lock removed: untouched for 6 minutes\n" in done.err
    lock.write_text("x")
    os.utime(lock, (stale, stale))
    home.receive([letter("two")])
    other = home.path / "other"
    other.touch(0o600)
    done = pymail("-N", input=f"!echo x > other.lock; touch -d @{int(stale)} other.lock\nsave other\nx\n")
    assert "other.lock: stale lock removed" in done.err


def test_what_is_in_mbox_is_not_put_there_again_when_leaving_failed(home: Home, pymail: Run) -> None:
    box = home.receive([letter("one"), letter("two")])
    home.rc("set nohold append lock-timeout=0\n")
    lock = box.with_name(box.name + ".lock")
    typed = f"1\n!echo x > {lock}\nq\nq\n!rm {lock}\nq\n"
    done = pymail("-N", input=typed)
    assert done.err.count("locked by") == 2 and done.out.count("Saved 1 message in") == 1
    assert (home.path / "mbox").read_bytes().count(b"Subject: one") == 1
    assert box.read_bytes().count(b"Subject: ") == 1


def test_patience_that_is_set_in_a_session_counts_when_it_is_left(home: Home, pymail: Run) -> None:
    box = home.receive([letter("one")])
    lock = box.with_name(box.name + ".lock")
    done = pymail("-N", "-S", "hold", input=f"1\n!echo x > {lock}\nset lock-timeout=0\nq\nq\nx\n")
    assert done.err.count("locked by") == 2
