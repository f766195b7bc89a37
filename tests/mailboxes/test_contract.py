"""What every mailbox promises, whatever it is made of; what a kind cannot do is a clear error and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from letters import letter

from pymail.errors import MailError
from pymail.mailboxes.mailbox import Deposit, Plan
from pymail.summary import ANSWERED, DRAFT, FLAGGED, OLD, SEEN

from .conftest import Box

Make = Callable[[str, Iterable[bytes]], Box]

WRITABLE = ("mbox", "crlf", "maildir")
READABLE = (*WRITABLE, "gz", "bz2", "xz")
LETTERS = [
    letter("one", "first\n"),
    letter("two", "From here\n>From there\n>>From beyond\n\nFrom bob Tue Nov 14 22:13:20 2023\nend\n"),
    letter("three", "no empty line\n\n\n"),
    letter("four", ""),
    letter("Grüße".encode().decode("latin-1"), "cont\u00e9nt\n", Received="a\n\tb"),
]


@pytest.fixture(params=WRITABLE)
def box(request: pytest.FixtureRequest, make_box: Make) -> Box:
    return make_box(request.param, LETTERS)


@pytest.fixture(params=READABLE)
def any_box(request: pytest.FixtureRequest, make_box: Make) -> Box:
    return make_box(request.param, LETTERS)


def test_letters_come_back_octet_by_octet(any_box: Box) -> None:
    assert any_box.letters() == LETTERS


def test_pieces_make_the_letter_and_so_do_head_and_the_rest(any_box: Box) -> None:
    mailbox = any_box.open()
    for index, octets in enumerate(LETTERS):
        assert b"".join(mailbox.pieces(index)) == octets
        assert mailbox.head(index) == octets[: octets.index(b"\n\n") + 2]


def test_lines_are_counted(any_box: Box) -> None:
    mailbox = any_box.open()
    assert [mailbox.lines(index) for index in range(5)] == [octets.count(b"\n") for octets in LETTERS]


def test_sizes_are_those_of_the_letters_where_nothing_is_quoted(make_box: Make) -> None:
    mailbox = make_box("mbox", LETTERS).open()
    assert [mailbox.size(index) for index in (0, 2, 3)] == [len(LETTERS[index]) for index in (0, 2, 3)]
    assert mailbox.summary(0).size == len(LETTERS[0])


def test_a_summary_says_who_and_what_and_when(any_box: Box) -> None:
    summary = any_box.open().summary(0)
    assert (summary.name, summary.address, summary.subject) == ("Bob Dylan", "bob@example.org", "one")
    assert summary.date == 1_700_000_000


def test_a_letter_without_date_has_that_of_its_arrival(make_box: Make) -> None:
    mailbox = make_box("mbox", [b"Subject: x\n\n"]).open()
    assert mailbox.summary(0).date == 1_700_000_000


def test_bulk_reading_says_what_single_reading_says(any_box: Box) -> None:
    mailbox = any_box.open()
    numbers = [4, 0, 1, 2, 3, 3]
    assert [s.subject for s in mailbox.summaries(numbers)] == [mailbox.summary(n).subject for n in numbers]
    assert list(mailbox.heads(numbers)) == [(n, mailbox.head(n)) for n in numbers]
    listed = [(n, s.subject, lines) for n, s, lines in mailbox.listing(numbers)]
    assert listed == [(n, mailbox.summary(n).subject, mailbox.lines(n)) for n in numbers]


def test_envelope_sender_and_time_of_arrival_are_known(make_box: Make) -> None:
    assert make_box("mbox", LETTERS).open().received(1) == ("bob@example.org", 1_700_000_001)


def test_opening_reading_and_closing_changes_nothing_at_all(any_box: Box) -> None:
    before = any_box.state()
    for readonly in (True, False):
        mailbox = any_box.open(readonly)
        list(mailbox.listing(range(len(mailbox))))
        mailbox.raw(1)
        mailbox.refresh()
        mailbox.close()
    assert any_box.state() == before


def test_mail_that_arrives_is_added_at_the_end(box: Box) -> None:
    mailbox = box.open()
    box.deliver(letter("six"), letter("seven"), flags=SEEN)
    assert (len(mailbox), mailbox.refresh(), len(mailbox), mailbox.refresh()) == (5, 2, 7, 0)
    assert {mailbox.summary(5).subject, mailbox.summary(6).subject} == {"six", "seven"}
    assert mailbox.flags(5) & SEEN


@pytest.mark.parametrize("flags", [0, OLD, SEEN | OLD, SEEN | OLD | ANSWERED | FLAGGED, OLD | DRAFT])
def test_flags_that_are_appended_are_read(box: Box, flags: int) -> None:
    assert box.open().append([Deposit([LETTERS[0]], flags)]) >= len(LETTERS[0])
    mailbox = box.open()
    assert mailbox.flags(5) == mailbox.stored()[5] == flags


def test_flags_that_are_committed_are_read_and_the_letters_stay(box: Box) -> None:
    box.open().commit(Plan(flags={0: SEEN | OLD, 3: OLD | FLAGGED | ANSWERED}))
    mailbox = box.open()
    assert list(mailbox.stored()) == [SEEN | OLD, 0, 0, OLD | FLAGGED | ANSWERED, 0]
    mailbox.commit(Plan(flags={0: OLD, 3: OLD | ANSWERED, 4: OLD}))
    assert list(box.open().stored()) == [OLD, 0, 0, OLD | ANSWERED, OLD]
    assert [_plain(octets) for octets in box.letters()] == LETTERS


def test_removed_messages_are_gone_and_the_others_stay_in_order(box: Box) -> None:
    outcome = box.open().commit(Plan(remove=[1, 3]))
    assert (outcome.kept, outcome.removed, outcome.arrived) == (3, 2, 0)
    assert box.letters() == [LETTERS[0], LETTERS[2], LETTERS[4]]


def test_an_edited_letter_takes_the_place_of_the_old_one(box: Box) -> None:
    box.open().commit(Plan(replace={1: letter("edited", "From now on\n")}, remove=[0], flags={1: OLD | SEEN}))
    mailbox = box.open()
    assert _plain(mailbox.raw(0)) == letter("edited", "From now on\n")
    assert mailbox.flags(0) == OLD | SEEN
    assert len(mailbox) == 4


def test_mail_that_arrived_meanwhile_survives_a_commit(box: Box) -> None:
    mailbox = box.open()
    box.deliver(letter("six"))
    outcome = mailbox.commit(Plan(remove=range(5)))
    assert (outcome.kept, outcome.removed, outcome.arrived) == (1, 5, 1)
    assert box.letters() == [letter("six")]


def test_what_one_session_deleted_stays_deleted_when_another_quits(box: Box) -> None:
    first, second = box.open(), box.open()
    first.commit(Plan(remove=[0, 1], flags={3: SEEN | OLD}))
    box.deliver(letter("six"))
    outcome = second.commit(Plan(remove=[1, 2], flags={3: OLD | FLAGGED, 4: OLD}))
    assert (outcome.kept, outcome.removed, outcome.unmatched) == (3, 1, 0)
    mailbox = box.open()
    assert [s.subject for s in mailbox.summaries(range(3))][0] == "four"
    assert "six" in {s.subject for s in mailbox.summaries(range(3))}
    assert mailbox.flags(0) == SEEN | OLD | FLAGGED


def test_a_message_that_another_session_removed_is_an_error_and_the_others_are_found(box: Box) -> None:
    mailbox = box.open()
    box.open().commit(Plan(remove=[1]))
    with pytest.raises(MailError, match="another program"):
        mailbox.raw(1)
    assert mailbox.raw(2) == LETTERS[2]
    assert mailbox.refresh() == 0


def test_a_readonly_mailbox_says_why_and_changes_nothing(any_box: Box) -> None:
    mailbox = any_box.open(readonly=True)
    assert mailbox.readonly
    before = any_box.state()
    with pytest.raises(MailError):
        mailbox.commit(Plan(remove=[0]))
    with pytest.raises(MailError):
        mailbox.append([Deposit([LETTERS[0]])])
    assert any_box.state() == before


def test_a_single_letter_is_read_and_cannot_be_changed(make_box: Make) -> None:
    box = make_box("eml", [LETTERS[1]])
    mailbox = box.open()
    assert (len(mailbox), mailbox.raw(0), mailbox.flags(0)) == (1, LETTERS[1], 0)
    assert mailbox.head(0) + LETTERS[1].partition(b"\n\n")[2] == LETTERS[1]
    assert mailbox.summary(0).subject == "two"
    assert "letter" in mailbox.readonly
    with pytest.raises(MailError):
        mailbox.commit(Plan(remove=[0]))
    assert box.letters() == [LETTERS[1]]


def _plain(octets: bytes) -> bytes:
    """The letter without the lines that store flags."""
    head, empty, body = octets.partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if not line.startswith((b"Status:", b"X-Status:"))]
    return b"\n".join(kept) + empty + body
