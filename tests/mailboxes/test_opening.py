"""What is there is found by looking at it; what is no mailbox is refused with what, why and what to do."""

from __future__ import annotations

import errno
import gzip
import os
import pwd
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import users
from letters import letter

from pymail.errors import DATA, NOINPUT, NOPERM, USAGE, MailError
from pymail.mailboxes.eml import Eml
from pymail.mailboxes.mailbox import Deposit, Missing, Plan, Settings
from pymail.mailboxes.maildir import Maildir
from pymail.mailboxes.mbox import Mbox
from pymail.mailboxes.opening import append_to, default_settings, open_mailbox
from pymail.mailboxes.prepend import prepend_to

from .conftest import Box

FROM = b"From bob@example.org Tue Nov 14 22:13:20 2023\n"
MBOX = FROM + letter("one") + b"\n" + FROM + letter("two")


@pytest.mark.parametrize(
    ("octets", "kind", "count"),
    [
        (b"", Mbox, 0),
        (MBOX, Mbox, 2),
        (MBOX.replace(b"\n", b"\r\n"), Mbox, 2),
        (b"junk\n\n" + MBOX, Mbox, 2),
        (letter("alone"), Eml, 1),
        (letter("alone").replace(b"\n", b"\r\n"), Eml, 1),
        (b"Subject : odd\n\n", Eml, 1),
    ],
)
def test_a_file_is_what_it_holds_whatever_it_is_called(tmp_path: Path, octets: bytes, kind: type, count: int) -> None:
    path = tmp_path / "name.xyz"
    path.write_bytes(octets)
    mailbox = open_mailbox(str(path), Settings(""))
    assert (type(mailbox), len(mailbox)) == (kind, count)


@pytest.mark.parametrize(
    "octets", [b"just text\n", b"\x7fELF\x00\x01", b"<html>\n", b"From here on\ntext\n", b"#!/bin/sh\n: x"]
)
def test_what_is_no_mailbox_is_refused(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(octets)
    with pytest.raises(MailError, match="is not a mailbox") as caught:
        open_mailbox(str(path), Settings(""))
    assert caught.value.status == DATA
    assert len(open_mailbox(f"mbox://{path}", Settings(""))) == 0


def test_a_missing_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="none: No such file") as caught:
        open_mailbox(str(tmp_path / "none"), Settings(""))
    assert caught.value.status == NOINPUT


def test_a_folder_with_cur_and_new_is_a_maildir(tmp_path: Path) -> None:
    with pytest.raises(MailError, match="is a directory") as caught:
        open_mailbox(str(tmp_path), Settings(""))
    assert caught.value.status == DATA
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
    assert isinstance(open_mailbox(str(tmp_path), Settings("")), Maildir)
    (tmp_path / "file").touch()
    with pytest.raises(MailError, match="not a Maildir"):
        open_mailbox(f"maildir://{tmp_path}/file", Settings(""))


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero", "fifo"])
def test_devices_and_fifos_are_refused_at_once(tmp_path: Path, path: str) -> None:
    if path == "fifo":
        path = str(tmp_path / "fifo")
        os.mkfifo(path)
    with pytest.raises(MailError, match="neither a file nor a folder"):
        open_mailbox(path, Settings(""))


@pytest.mark.parametrize("name", ["imap://host/box", "pop3s://host"])
def test_what_is_not_built_yet_says_so(name: str) -> None:
    with pytest.raises(MailError, match="yet") as caught:
        open_mailbox(name, Settings(""))
    assert caught.value.status == USAGE


@pytest.mark.parametrize("octets", [MBOX, letter("alone")])
def test_standard_input_is_a_mailbox_or_a_letter(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "in"
    path.write_bytes(octets)

    def work() -> None:
        os.dup2(os.open(path, os.O_RDONLY), 0)
        mailbox = open_mailbox("-", Settings(""))
        assert len(mailbox) == (2 if octets is MBOX else 1)
        assert mailbox.readonly and mailbox.path is None
        with pytest.raises(MailError):
            mailbox.commit(Plan(remove=[0]))

    users.in_child(work)
    with pytest.raises(MailError, match="standard input"):
        append_to("-", [Deposit([b""])], settings=Settings(""))


def test_a_damaged_archive_shows_what_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "box.gz"
    octets = gzip.compress(MBOX * 500)
    path.write_bytes(octets[: len(octets) // 2])
    mailbox = open_mailbox(str(path), Settings(""))
    assert 0 < len(mailbox) < 1000
    assert "only its beginning" in mailbox.notes[0]
    path.write_bytes(octets[:12])
    with pytest.raises(MailError, match="damaged") as caught:
        open_mailbox(str(path), Settings(""))
    assert caught.value.status == DATA
    path.write_bytes(b"\x1f\x8b" + os.urandom(100))
    with pytest.raises(MailError, match="damaged"):
        open_mailbox(str(path), Settings(""))


def test_a_symbolic_link_leads_to_the_file_that_is_locked_and_written(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "real").write_bytes(MBOX)
    (tmp_path / "link").symlink_to("real")
    mailbox = open_mailbox(str(tmp_path / "link"), Settings(str(tmp_path / "state")))
    assert (mailbox.name, mailbox.path) == (str(tmp_path / "link"), str(tmp_path / "real"))
    mailbox.commit(Plan(remove=[0]))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == FROM + letter("two")


@pytest.mark.parametrize("there", [True, False])
def test_a_link_that_the_system_does_not_follow_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    target, link, stat = tmp_path / "target", tmp_path / "link", os.stat
    link.symlink_to(target)
    if there:
        target.write_bytes(b"")

    def protected(path: str | int | Path, *, follow_symlinks: bool = True) -> os.stat_result:
        """As for another user's link in a sticky folder (fs.protected_symlinks)."""
        if str(path) == str(link) and follow_symlinks:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "stat", protected)
    with pytest.raises(MailError, match="Permission denied"):
        append_to(str(link), [Deposit([letter("one")])], settings=Settings(""))
    monkeypatch.undo()
    assert target.exists() == there and not (there and target.read_bytes())


def test_a_file_opens_read_only_with_the_reason_where_it_cannot_be_written(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    path = tmp_path / "box"
    path.write_bytes(MBOX)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    users.own(state)
    path.chmod(0o644)
    said = []

    def look() -> None:
        said.append(open_mailbox(str(path), Settings(str(state))).readonly)
        os.write(writer, said[-1].encode() + b"\n")

    reader, writer = os.pipe()
    users.as_ordinary(look) if users.is_root else None
    path.chmod(0o666)
    users.as_ordinary(look) if users.is_root else None
    users.own(path)
    state.chmod(0o500)
    users.as_ordinary(look)
    os.close(writer)
    with open(reader) as pipe:
        lines = pipe.read().splitlines()
    if users.is_root:
        assert lines[0] == "no permission to write"
        assert lines[1] == "it belongs to another user"
    assert "journal" in lines[-1]


def test_reading_leaves_the_time_of_access_alone(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(MBOX)
    os.utime(path, (1, 2))
    mailbox = open_mailbox(str(path), Settings(""))
    mailbox.raw(0)
    mailbox.close()
    assert (path.stat().st_atime, path.stat().st_mtime) == (1, 2)


def test_saving_makes_the_kind_that_is_wanted_and_keeps_what_is_there(tmp_path: Path) -> None:
    places = Settings("")
    assert append_to(str(tmp_path / "d"), [Deposit([letter("x")])], newkind="maildir", settings=places)[0]
    assert not append_to(str(tmp_path / "d"), [Deposit([letter("y")])], settings=places)[0]
    assert append_to(str(tmp_path / "m"), [Deposit([letter("x")])], settings=places)[0]
    assert not append_to(str(tmp_path / "m"), [Deposit([letter("y")])], newkind="maildir", settings=places)[0]
    assert [len(open_mailbox(str(tmp_path / name), places)) for name in "dm"] == [2, 2]
    with pytest.raises(MailError):
        append_to(str(tmp_path), [Deposit([letter("x")])], settings=places)
    with pytest.raises(MailError):
        append_to(str(tmp_path / "no" / "such"), [Deposit([letter("x")])], settings=places)


def test_the_users_own_folders_are_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    assert default_settings().state == f"{tmp_path}/.local/state/pymail"
    assert default_settings().cache == "/c/pymail"
    monkeypatch.setenv("HOME", "/nonexistent")
    home = pwd.getpwuid(os.geteuid()).pw_dir
    assert default_settings().state == f"{home}/.local/state/pymail"


@pytest.mark.skipif(not users.is_root, reason="root has to look at another's file")
def test_a_file_that_cannot_be_read_is_a_matter_of_permission(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    path = tmp_path / "box"
    path.write_bytes(MBOX)
    path.chmod(0o600)

    def look() -> None:
        with pytest.raises(MailError, match="Permission denied") as caught:
            open_mailbox(str(path), Settings(""))
        assert caught.value.status == NOPERM

    users.as_ordinary(look)


HEADER = b"From: a@b\nSubject: s\n\ntext\n"


@pytest.mark.parametrize(
    ("before", "told"),
    [(b"\xef\xbb\xbf", False), (b"\n", False), (b"\r\n\r\n", True), (b"junk\n", True), (b"* 1 FETCH {9}\n\n", True)],
)
def test_a_letter_behind_a_mark_or_some_junk_is_read_and_junk_is_told(
    tmp_path: Path, before: bytes, told: bool
) -> None:
    path = tmp_path / "letter.eml"
    path.write_bytes(before + HEADER)
    mailbox = open_mailbox(str(path), Settings(""))
    assert isinstance(mailbox, Eml) and bool(mailbox.notes) == told
    assert mailbox.raw(0) == HEADER and mailbox.head(0) == HEADER[:-5]
    assert (mailbox.size(0), mailbox.lines(0), mailbox.summary(0).subject) == (len(HEADER), 4, "s")
    mailbox.close()


USERS = b"root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n"


@pytest.mark.parametrize(
    "octets", [b"junk\n" * 9 + HEADER, b"junk\nSubject: s\nno field\n", b"\xef\xbb\xbfjunk\n", USERS]
)
def test_what_is_no_letter_is_not_taken_for_one(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "file").write_bytes(octets)
    with pytest.raises(MailError, match="no message begins in it"):
        open_mailbox(str(tmp_path / "file"), Settings(""))


def test_junk_that_looks_like_a_header_does_not_hide_the_messages_of_an_mbox(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(b"junk\n" + HEADER + b"\n" + MBOX)
    mailbox = open_mailbox(str(tmp_path / "box"), Settings(""))
    assert isinstance(mailbox, Mbox)
    mailbox.close()


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "eml"])
def test_nothing_is_added_to_what_cannot_take_it(
    make_box: Callable[[str, list[bytes]], Box], settings: Settings, kind: str
) -> None:
    box = make_box(kind, [HEADER])
    before = box.path.read_bytes()
    for put in (
        lambda: append_to(str(box.path), [Deposit([HEADER])], settings=settings),
        lambda: prepend_to(str(box.path), [Deposit([HEADER])], settings),
    ):
        with pytest.raises(MailError, match="name another file") as caught:
            put()
        assert caught.value.status == 65
    assert box.path.read_bytes() == before and not box.path.with_name("box.lock").exists()


def test_a_file_is_no_maildir_and_a_maildir_no_mbox_whoever_asks(
    make_box: Callable[[str, list[bytes]], Box], settings: Settings
) -> None:
    for kind, scheme, text in (("maildir", "mbox", "is a folder"), ("mbox", "maildir", "is a file")):
        name = f"{scheme}://{make_box(kind, [HEADER]).path}"
        with pytest.raises(MailError, match=text):
            open_mailbox(name, settings)
        with pytest.raises(MailError, match=text):
            append_to(name, [Deposit([HEADER])], settings=settings)
        shutil.rmtree(Path(name.partition("://")[2]).parent)
