"""What only an mbox has: where its messages begin, odd files, what a commit writes and what it leaves alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import users
from hypothesis import given, settings
from hypothesis import strategies as st

from pymail.errors import MailError
from pymail.mailboxes import scan, stored
from pymail.mailboxes.mailbox import Deposit, Mailbox, Plan, Settings
from pymail.mailboxes.opening import append_to, open_mailbox
from pymail.summary import FLAGGED, OLD, SEEN

FROM = b"From bob@example.org Tue Nov 14 22:13:20 2023\n"
Open = Callable[..., Mailbox]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir(mode=0o700)
    return tmp_path / "box"


@pytest.fixture
def open_box(box: Path) -> Open:
    def open_it(octets: bytes | None = None, believe: bool = False) -> Mailbox:
        if octets is not None:
            box.write_bytes(octets)
        return open_mailbox(f"mbox://{box}", Settings(str(box.parent / "state"), "", 5, believe))

    return open_it


def letters(mailbox: Mailbox) -> list[bytes]:
    return [mailbox.raw(index) for index in range(len(mailbox))]


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", []),
        (FROM + b"A: b\n\nbody\n", [b"A: b\n\nbody\n"]),
        (FROM + b"A: b\n\nbody", [b"A: b\n\nbody"]),
        (FROM + b"A: b\n\nbody\n\n", [b"A: b\n\nbody\n"]),
        (FROM + b"A: b\n\nbody\n\n\n", [b"A: b\n\nbody\n\n"]),
        (FROM + b"A: b\n\n\n" + FROM + b"C: d\n\n\n", [b"A: b\n\n", b"C: d\n\n"]),
        (FROM + b"A: b\n\n" + FROM + b"C: d\n\n", [b"A: b\n\n", b"C: d\n\n"]),
        (FROM + b"\nbody\n\n" + FROM + b"\nbody\n", [b"\nbody\n", b"\nbody\n"]),
        (FROM, [b""]),
        (FROM + b"\n" + FROM + b"\n", [b"\n", b"\n"]),
        (FROM + b"A: b", [b"A: b"]),
        # A line of text that begins with From, without a date or without an empty line before it.
        (FROM + b"A: b\n\nx\n\nFrom here on\ny\n", [b"A: b\n\nx\n\nFrom here on\ny\n"]),
        (FROM + b"A: b\n\nx\n" + FROM + b"y\n", [b"A: b\n\nx\n" + FROM + b"y\n"]),
        # Junk before the first message.
        (b"junk\n\n" + FROM + b"A: b\n\nx\n", [b"A: b\n\nx\n"]),
        (b"junk\n" + FROM + b"A: b\n\nx\n", [b"A: b\n\nx\n"]),
        (b"\n" + FROM + b"A: b\n\nx\n", [b"A: b\n\nx\n"]),
        (b"\n\n\n" + FROM + b"A: b\n\nx\n", [b"A: b\n\nx\n"]),
        (b"From here on junk\n\n" + FROM + b"A: b\n\nx\n", [b"A: b\n\nx\n"]),
        # A first From_ line without a date, when a field follows it.
        (b"From bob\nA: b\n\nx\n\n" + FROM + b"C: d\n\ny\n", [b"A: b\n\nx\n", b"C: d\n\ny\n"]),
        # Content-Length is believed where it ends at a From_ line.
        (FROM + b"Content-Length: 2\n\nx\nFrom odd\nC: d\n\ny\n", [b"Content-Length: 2\n\nx\n", b"C: d\n\ny\n"]),
        (FROM + b"content-length: 1\n\nx\nFrom odd\nC: d\n\ny\n", [b"content-length: 1\n\nx\n", b"C: d\n\ny\n"]),
        (FROM + b"Content-Length: 9\n\nx\n\nFrom odd\ny\n", [b"Content-Length: 9\n\nx\n\nFrom odd\ny\n"]),
        (FROM + b"Content-Length: 99\n\nx\n\n" + FROM + b"C: d\n\n", [b"Content-Length: 99\n\nx\n", b"C: d\n\n"]),
        (FROM + b"Content-Length: -5\n\nx\n\n" + FROM + b"C: d\n\n", [b"Content-Length: -5\n\nx\n", b"C: d\n\n"]),
        # Quoted lines of any depth.
        (FROM + b"A: b\n\n>From x\n>>From y\n> From z\n", [b"A: b\n\nFrom x\n>From y\n> From z\n"]),
        # NULs, 8 bit, ESC.
        (FROM + b"A: \x00\xff\x1b\n\n\x00\n\n" + FROM + b"\x00", [b"A: \x00\xff\x1b\n\n\x00\n", b"\x00"]),
    ],
)
def test_messages_begin_where_they_should(open_box: Open, octets: bytes, expected: list[bytes]) -> None:
    assert letters(open_box(octets)) == expected
    if b"\r" not in octets and b"Content" not in octets:
        assert letters(open_box(octets.replace(b"\n", b"\r\n"))) == expected


def test_a_content_length_over_dated_lines_is_believed_only_when_the_user_says_so(open_box: Open) -> None:
    inner = b"x\n\n" + FROM + b"C: d\n\ny\n"
    octets = FROM + b"Content-Length: %d\n\n" % len(inner) + inner + b"\n" + FROM + b"E: f\n\nz\n"
    assert len(open_box(octets)) == 3
    mailbox = open_box(octets, believe=True)
    assert letters(mailbox) == [b"Content-Length: %d\n\n" % len(inner) + inner, b"E: f\n\nz\n"]
    wrong = octets.replace(b"Content-Length: 5", b"Content-Length: 6")
    assert len(open_box(wrong, believe=True)) == 3


def test_crlf_and_lf_messages_live_in_one_file(open_box: Open) -> None:
    mailbox = open_box((FROM + b"A: b\n\nx\n\n").replace(b"\n", b"\r\n") + FROM + b"C: d\n\ny\r\nz\n")
    assert letters(mailbox) == [b"A: b\n\nx\n", b"C: d\n\ny\r\nz\n"]


def test_a_crlf_letter_behind_an_lf_from_line_is_read(open_box: Open) -> None:
    mailbox = open_box(FROM + b"A: b\r\nStatus: RO\r\n\r\nx\r\n\r\n" + FROM + b"C: d\n\ny\n\nz\n")
    assert letters(mailbox) == [b"A: b\nStatus: RO\n\nx\n", b"C: d\n\ny\n\nz\n"]
    assert mailbox.head(0) == b"A: b\nStatus: RO\n\n"
    assert list(mailbox.stored()) == [SEEN | OLD, 0]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("pad", range(scan.OVERLAP - 40, scan.OVERLAP + 40, 7))
def test_messages_are_found_across_the_edges_of_blocks(
    open_box: Open, monkeypatch: pytest.MonkeyPatch, large: bool, pad: int
) -> None:
    monkeypatch.setattr(scan, "BLOCK", 1 << 16)
    monkeypatch.setattr(scan, "LARGE", 0 if large else 1 << 40)
    parts = [b"A: %d\nStatus: RO\n\n%b\n" % (n, b"x" * (n * pad % 70_000)) for n in range(9)]
    mailbox = open_box(b"".join(FROM + part + b"\n" for part in parts))
    assert letters(mailbox) == parts
    assert set(mailbox.stored()) == {SEEN | OLD}


def test_the_scan_of_large_files_finds_what_that_of_small_ones_does(
    open_box: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    octets = (
        b"junk\n\n" + FROM + b"A: b\n\nx\n\nFrom y Tue Nov 34 22:13:20 2023\n\nFrom z Tue Nov 14 22:13:60 2023\n\nz\n\n"
        b"From a b c Tue Nov  4 22:13:20 2023\r\nC: d\n\nFrom  Tue Nov 14 22:13 2023\n\n"
        b"From q Tue Nov 14 22:13:20 UTC 2023\nE: f\n\nx\n" + FROM + b"y\n"
    )
    small = letters(open_box(octets))
    monkeypatch.setattr(scan, "LARGE", 0)
    assert letters(open_box(octets)) == small
    assert len(small) == 5


@pytest.mark.parametrize("length", [70_000, 1_300_000])
def test_a_header_longer_than_a_block_is_a_header(open_box: Open, length: int) -> None:
    long = b"A: b\n" + b"X: %b\n" % (b"y" * 60) * (length // 64) + b"Subject: end\n"
    mailbox = open_box(FROM + b"A: b\n\nx\n\n" + FROM + long + b"\nbody\n\n" + FROM + b"C: d\n\nz\n")
    assert letters(mailbox) == [b"A: b\n\nx\n", long + b"\nbody\n", b"C: d\n\nz\n"]
    assert mailbox.head(1).startswith(b"A: b\n") and len(mailbox.head(1)) <= scan.LONGEST_HEADER
    mailbox.commit(Plan(flags={1: OLD}, remove=[0]))
    octets = letters(open_box())
    assert octets[0].replace(b"Status: O\n", b"") == long + b"\nbody\n"
    assert octets[1] == b"C: d\n\nz\n"


def test_a_letter_of_many_megabytes_comes_in_pieces_and_costs_no_memory(open_box: Open) -> None:
    body = b">From x\n" + b"z" * 3_000_000 + b"\n" + b"From y\n>From y\n" * 100_000
    mailbox = open_box(FROM + b"A: b\n\n" + body.replace(b"\nFrom", b"\n>From") + b"\n")
    pieces = list(mailbox.pieces(0))
    assert max(map(len, pieces)) <= stored.PIECE
    assert b"".join(pieces) == b"A: b\n\n" + body[1:].replace(b"\n>From", b"\nFrom")
    assert mailbox.lines(0) == b"".join(pieces).count(b"\n")
    assert mailbox.size(0) == len(b"A: b\n\n" + body) + 100_000


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        (b"Status: RO\n", SEEN | OLD),
        (b"Status: O\n", OLD),
        (b"Status: R\n", SEEN),
        (b"status:   OR  \n", SEEN | OLD),
        (b"Status: O\nX-Status: F\n", OLD | FLAGGED),
        (b"X-Status: F\nB: c\nStatus: O\n", OLD | FLAGGED),
        (b"X-Spam-Status: RO\n", 0),
        (b"Subject: Status: RO\n", 0),
        (b"B: c\n Status: RO\n", 0),
        (b"Status:\n", 0),
        (b"Status: U\n", 0),
    ],
)
def test_stored_flags_are_read(open_box: Open, fields: bytes, flags: int) -> None:
    octets = FROM + b"A: b\n" + fields + b"\nStatus: RO\n\n" + FROM + b"C: d\n\n"
    assert list(open_box(octets).stored()) == [flags, 0]
    assert list(open_box(octets.replace(b"\n", b"\r\n")).stored()) == [flags, 0]


def test_a_commit_leaves_owner_mode_and_inode(open_box: Open, box: Path) -> None:
    mailbox = open_box(FROM + b"A: b\n\nx\n\n" + FROM + b"C: d\n\ny\n")
    box.chmod(0o660)
    before = box.stat()
    mailbox.commit(Plan(remove=[0], flags={1: OLD}))
    after = box.stat()
    assert (before.st_ino, before.st_mode, before.st_uid, before.st_gid) == (
        after.st_ino,
        after.st_mode,
        after.st_uid,
        after.st_gid,
    )
    assert after.st_atime_ns >= after.st_mtime_ns
    assert box.read_bytes() == FROM + b"C: d\nStatus: O\n\ny\n"


def test_a_plan_that_changes_nothing_writes_nothing(open_box: Open, box: Path) -> None:
    mailbox = open_box(FROM + b"A: b\nStatus: RO\n\nx\n\n")
    before = box.stat().st_mtime_ns
    mailbox.commit(Plan(flags={0: SEEN | OLD}))
    assert box.stat().st_mtime_ns == before


def test_junk_stays_when_all_messages_go(open_box: Open, box: Path) -> None:
    open_box(b"junk\n\n" + FROM + b"A: b\n\nx\n").commit(Plan(remove=[0], vanish=True))
    assert box.read_bytes() == b"junk\n\n"


def test_an_emptied_file_stays_unless_it_is_to_vanish(open_box: Open, box: Path) -> None:
    open_box(FROM + b"A: b\n\nx\n").commit(Plan(remove=[0]))
    assert box.read_bytes() == b""
    open_box(FROM + b"A: b\n\nx\n").commit(Plan(remove=[0], vanish=True))
    assert not box.exists()


def test_a_mailbox_that_went_away_is_no_error(open_box: Open, box: Path) -> None:
    mailbox = open_box(FROM + b"A: b\n\nx\n")
    box.unlink()
    assert mailbox.commit(Plan(remove=[0])).kept == 0
    assert not box.exists()


def test_a_new_file_in_the_place_of_the_mailbox_is_looked_at(open_box: Open, box: Path) -> None:
    mailbox = open_box(FROM + b"A: b\n\nx\n\n" + FROM + b"C: d\n\ny\n")
    other = box.with_name("other")
    other.write_bytes(FROM + b"C: d\n\ny\n\n" + FROM + b"E: f\n\nz\n")
    other.rename(box)
    outcome = mailbox.commit(Plan(remove=[0, 1]))
    assert (outcome.kept, outcome.removed, outcome.arrived) == (1, 1, 1)
    assert letters(open_box()) == [b"E: f\n\nz\n"]


def test_of_twins_that_another_program_thinned_out_none_is_deleted_and_that_is_told(open_box: Open, box: Path) -> None:
    twin = FROM + b"A: b\n\nx\n\n"
    mailbox = open_box(twin * 3 + FROM + b"C: d\n\ny\n")
    other = open_box()
    other.commit(Plan(remove=[1]))
    outcome = mailbox.commit(Plan(remove=[0, 3]))
    assert (outcome.kept, outcome.removed, outcome.unmatched) == (2, 1, 1)
    assert len(open_box()) == 2


@pytest.mark.parametrize(("missing", "unmatched"), [(14, 1), (35, 0)])
def test_a_letter_that_was_half_written_when_it_was_read_is_not_deleted_unseen(
    open_box: Open, box: Path, missing: int, unmatched: int
) -> None:
    whole = FROM + b"Message-ID: <2@x>\n\nfirst half\nsecond half\n\n"
    mailbox = open_box(FROM + b"A: b\n\nx\n\n" + whole[:-missing])
    with open(box, "ab") as file:
        file.write(whole[-missing:])
    outcome = mailbox.commit(Plan(remove=[0, 1]))
    assert (outcome.kept, outcome.removed, outcome.unmatched) == (1, 1, unmatched)
    assert box.read_bytes() == whole


def test_an_edited_letter_is_quoted_and_keeps_its_from_line(open_box: Open, box: Path) -> None:
    open_box(FROM + b"A: b\n\nx\n\n" + FROM + b"C: d\n\ny\n").commit(Plan(replace={0: b"E: f\n\nFrom z"}))
    assert box.read_bytes() == FROM + b"E: f\n\n>From z\n\n" + FROM + b"C: d\n\ny\n"


def test_an_edit_of_a_message_that_is_gone_is_told(open_box: Open) -> None:
    mailbox = open_box(FROM + b"A: b\n\nx\n\n" + FROM + b"C: d\n\ny\n")
    open_box().commit(Plan(remove=[0]))
    assert mailbox.commit(Plan(replace={0: b"E: f\n\n"})).unmatched == 1


def test_a_letter_that_is_appended_stands_apart_whatever_ended_the_file(open_box: Open, box: Path) -> None:
    for ending in (b"", b"\n", b"\n\n", b"\r\n", b"\r\n\r\n"):
        box.write_bytes(FROM + b"A: b\n\nx" + ending)
        append_to(str(box), [Deposit([b"C: d\n\ny"])], settings=Settings(""))
        found = letters(open_box())
        assert len(found) == 2 and found[1] == b"C: d\n\ny\n", ending
        assert found[0].rstrip() == b"A: b\n\nx"


def test_what_is_made_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made, octets = append_to(str(tmp_path / "new"), [Deposit([b"A: b\n\n"])], settings=Settings(""))
    finally:
        os.umask(before)
    assert made and octets == (tmp_path / "new").stat().st_size
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def test_letters_that_fail_to_come_leave_the_file_as_it_was(box: Path) -> None:
    def broken() -> object:
        yield b"A: b\n\n"
        raise ValueError("gone")

    box.write_bytes(FROM + b"A: b\n\nx")
    with pytest.raises(ValueError):
        append_to(str(box), [Deposit([b"C: d\n\n"]), Deposit(broken())], settings=Settings(str(box.parent / "state")))  # type: ignore[arg-type]
    assert box.read_bytes() == FROM + b"A: b\n\nx"
    with pytest.raises(ValueError):
        append_to(str(box) + "2", [Deposit(broken())], settings=Settings(""))  # type: ignore[arg-type]
    assert not box.with_name("box2").exists()
    assert not list(box.parent.glob("*.lock"))


def test_a_file_that_shrinks_while_it_is_read_is_an_error_and_not_its_end(open_box: Open, box: Path) -> None:
    mailbox = open_box(b"".join(FROM + b"A: %d\n\n" % n + b"x\n" * 300_000 + b"\n" for n in range(3)))
    pieces = mailbox.pieces(2)
    next(pieces)
    os.truncate(box, 700_000)
    with pytest.raises(MailError):
        list(pieces)
    with pytest.raises(MailError):
        mailbox.raw(2)
    assert len(mailbox.raw(0)) == 600_006


@pytest.mark.skipif(not users.is_root, reason="root alone may do things as others")
def test_root_changes_a_users_mailbox_as_that_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    home = tmp_path / "home"
    home.mkdir()
    users.own(home)
    box = home / "box"
    box.write_bytes(FROM + b"A: b\n\nx\n\n" + FROM + b"C: d\n\ny\n")
    users.own(box)
    entry = users.ORDINARY
    monkeypatch.setattr("pwd.getpwuid", lambda _: type(entry)((*entry[:5], str(home), entry[6])))
    (tmp_path / "state").mkdir(mode=0o700)
    mailbox = open_mailbox(str(box), Settings(str(tmp_path / "state")))
    assert mailbox.readonly == ""
    outcome = mailbox.commit(Plan(remove=[0], flags={1: OLD}))
    assert (outcome.kept, outcome.removed) == (1, 1)
    assert box.read_bytes() == FROM + b"C: d\nStatus: O\n\ny\n"
    assert box.stat().st_uid == users.ORDINARY.pw_uid
    assert (home / ".local/state/pymail/journal").stat().st_uid == users.ORDINARY.pw_uid
    assert list((tmp_path / "state").iterdir()) == []


PIECES = st.lists(
    st.sampled_from(
        [FROM, b"\n", b"\n\n", b"\r\n", b"A: b\n", b"Status: RO\n", b"From \n", b"From x", b"\x00", b"y" * 90]
    )
    | st.binary(max_size=6),
    max_size=25,
).map(b"".join)
PACKED = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0")


@given(PIECES.filter(lambda octets: not octets.startswith(PACKED)))
@settings(max_examples=150, deadline=None)
def test_no_file_is_too_odd_to_be_opened_and_exit_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, octets: bytes
) -> None:
    box = tmp_path_factory.mktemp("odd") / "box"
    box.write_bytes(octets)
    mailbox = open_mailbox(f"mbox://{box}", Settings(""))
    for index, summary, lines in mailbox.listing(range(len(mailbox))):
        letter = mailbox.raw(index)
        assert mailbox.head(index) == letter[: len(mailbox.head(index))]
        assert lines == mailbox.lines(index) and summary.size == mailbox.size(index)
    mailbox.close()
    assert box.read_bytes() == octets


@pytest.mark.slow
@pytest.mark.parametrize(
    "octets",
    [
        FROM + b"A: b\n\n" + b"x" * 100_000_000,
        FROM + b"X: y\n" * 1_000_000 + b"\nbody\n",
        (FROM + b"A: b\n\n") * 300_000,
        (FROM + b"A: b\n\nFrom x\n\n") * 300_000,
        b"\nFrom x\n" * 3_000_000,
        (FROM.replace(b"\n", b"\r\n") + b"A: b\n\n") * 300_000,
        FROM + b"\n>From " * 3_000_000,
        b"\0" * 50_000_000,
    ],
    ids=["line", "fields", "tiny", "undated", "undated only", "mixed", "quoted", "zeros"],
)
def test_odd_files_of_many_megabytes_take_bounded_time(open_box: Open, octets: bytes) -> None:
    begin = time.process_time()
    mailbox = open_box(octets)
    for index in range(min(len(mailbox), 50)):
        mailbox.summary(index)
        mailbox.raw(index)
    assert time.process_time() - begin < 20
