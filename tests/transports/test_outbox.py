"""The outbox as a queue: what is put there, listed, held, let go and deleted."""

from __future__ import annotations

import os
import resource
import signal
import stat
from pathlib import Path

import pytest
from queues import NOW, Server, put, run
from sink import Text
from users import in_child

from pymail.errors import CANTCREAT, IOERR, NOINPUT, MailError
from pymail.transports.entry import Entry
from pymail.transports.outbox import Outbox
from pymail.transports.transport import Envelope


def test_the_folder_is_private_and_so_is_each_letter(outbox: Outbox) -> None:
    os.umask(previous := os.umask(0))
    os.umask(0)
    try:
        put(outbox, "b@x")
        run(outbox, Server(**{"b@x": 451}))
    finally:
        os.umask(previous)
    for folder, _, files in os.walk(outbox.folder):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        assert all(stat.S_IMODE(os.stat(f"{folder}/{file}").st_mode) == 0o600 for file in files)
    assert os.listdir(outbox.folder + "/tmp") == []


def test_an_empty_or_missing_outbox_has_nothing_to_do(outbox: Outbox) -> None:
    assert (outbox.entries(), outbox.accounts()) == ([], [])
    assert not outbox.due("home", NOW)
    assert run(outbox, Server()).sent == 0
    assert not os.path.exists(outbox.folder)


def test_a_listing_tells_who_waits_since_when_and_why(outbox: Outbox) -> None:
    first, second = put(outbox, "b@x", "c@x", now=NOW - 60), put(outbox, "d@x", account="work")
    assert [entry.id for entry in outbox.entries()] == [first, second]
    assert [entry.queued for entry in outbox.entries()] == [NOW - 60, NOW]
    assert outbox.accounts() == ["home", "work"]
    with outbox.find(first).read() as letter:
        assert (letter.sender, letter.waiting, letter.account, letter.why) == (
            "me@here",
            ["b@x", "c@x"],
            "home",
            "no server",
        )


def test_a_foreign_file_in_the_folder_is_left_alone(outbox: Outbox) -> None:
    put(outbox, "b@x")
    for name in ("README", ".hidden", "a.b.c.d.e"):
        Path(outbox.new, name).write_text("mine")
    assert len(outbox.entries()) == 1
    assert run(outbox, Server()).sent == 1
    assert len(os.listdir(outbox.new)) == 3


def test_a_letter_that_no_server_saw_is_due_at_once(outbox: Outbox) -> None:
    put(outbox, "b@x")
    assert outbox.due("home", NOW)


def test_a_letter_put_off_at_the_first_try_is_not_due_at_once(outbox: Outbox) -> None:
    outbox.put(Envelope("me", ["b@x"]), Text(), "home", "451 later", now=NOW, tries=1)
    assert not outbox.due("home", NOW) and outbox.due("home", NOW + 300)


def test_a_held_letter_waits_until_it_is_let_go(outbox: Outbox) -> None:
    identity = put(outbox, "b@x")
    outbox.hold(identity)
    server = Server()
    assert run(outbox, server).waiting == 0 and server.got == [] and not outbox.due("home", NOW)
    assert outbox.entries()[0].held
    outbox.retry(identity, NOW)
    assert outbox.due("home", NOW) and run(outbox, server).sent == 1


def test_retry_makes_a_letter_due_now(outbox: Outbox) -> None:
    identity = put(outbox, "b@x")
    run(outbox, Server(**{"b@x": 451}))
    outbox.retry(identity, NOW + 1)
    assert outbox.due("home", NOW + 1)


def test_a_deleted_letter_is_gone(outbox: Outbox) -> None:
    identity = put(outbox, "b@x")
    outbox.delete(identity)
    assert len(outbox.entries()) == 0
    for action in (outbox.delete, outbox.hold, outbox.find):
        with pytest.raises(MailError, match="no such letter") as caught:
            action(identity)
        assert caught.value.status == NOINPUT


@pytest.mark.parametrize("bad", ["b@x\nTo: evil@x", "b@x\r", "b@x\0"])
def test_an_address_of_two_lines_is_refused_and_leaves_nothing(outbox: Outbox, bad: str) -> None:
    with pytest.raises(MailError, match="an address is one line"):
        put(outbox, bad)
    assert os.listdir(outbox.folder + "/tmp") == os.listdir(outbox.new) == []


def test_a_last_error_of_any_text_fits(outbox: Outbox) -> None:
    why = "450 \x1b[2J\n" + "\u00e9" * 500
    outbox.put(Envelope("", ["b@x"]), Text(), "home", why, now=NOW)
    with outbox.entries()[0].read() as letter:
        assert letter.why.startswith("450 ^[[2J \u00e9") and letter.waiting == ["b@x"] and letter.sender == ""


def test_a_name_says_what_it_was_made_of() -> None:
    name = "0060a24181e40012d687.65549e80.c.h.0badcafe"
    entry = Entry("/x", name)
    assert (entry.due, entry.tries, entry.held, entry.mark) == (0x65549E80, 12, True, "0badcafe")


def test_a_damaged_entry_does_not_hide_its_account(outbox: Outbox) -> None:
    put(outbox, "b@x")
    put(outbox, "c@x", now=NOW + 1)
    Path(outbox.entries()[0].path).write_bytes(b"")
    assert outbox.accounts() == ["home"]


def test_a_full_disk_is_told_and_leaves_nothing(outbox: Outbox) -> None:
    def try_it() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        with pytest.raises(MailError, match="outbox .*: File too large") as caught:
            put(outbox, "b@x", octets=b"x" * 9000)
        assert caught.value.status == IOERR

    in_child(try_it)
    assert os.listdir(outbox.folder + "/tmp") == os.listdir(outbox.new) == []


def test_an_outbox_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MailError, match="outbox .*: Not a directory") as caught:
        put(Outbox(f"{tmp_path}/file/outbox"), "b@x")
    assert caught.value.status == CANTCREAT
