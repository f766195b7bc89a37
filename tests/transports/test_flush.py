"""A flush sends what waits once, in order, whatever happens meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from queues import NOW, Server, Way, put, run
from sink import Text
from users import in_child

from pymail.errors import IOERR, NOPERM, TEMPFAIL, MailError
from pymail.transports import flush as flushing
from pymail.transports.entry import Letter
from pymail.transports.flush import flush
from pymail.transports.outbox import Outbox, backoff
from pymail.transports.transport import Answer, Envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.transports.transport import Source

DAY = 24 * 3600


def test_what_is_put_is_what_is_sent(outbox: Outbox) -> None:
    octets = b"Subject: caf\xc3\xa9\n\nFrom me\n.\n\0\r\n" + bytes(range(256)) * 4000
    outbox.put(Envelope("me@here", ["b@x", "jos\u00e9@x"], True), Text(octets, eightbit=True), "home", "why", now=NOW)
    seen = []

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        seen.append((envelope.sender, envelope.recipients, envelope.utf8, source.size, source.eightbit))
        assert b"".join(source.pieces()) == b"".join(source.pieces()) == octets
        return [Answer(name, 250, "ok") for name in envelope.recipients]

    assert flush(outbox, "home", Way(send), Server().failed, NOW).sent == 1
    assert seen == [("me@here", ["b@x", "jos\u00e9@x"], True, Text(octets).size, True)]
    assert len(outbox.entries()) == 0


def test_letters_go_in_the_order_of_queueing(outbox: Outbox) -> None:
    for number in range(50):
        put(outbox, f"{number}@x", now=NOW + number / 1e6)
    server = Server()
    assert run(outbox, server).sent == 50
    assert server.recipients == [f"{number}@x" for number in range(50)]


def test_a_letter_goes_out_by_its_own_account_only(outbox: Outbox) -> None:
    put(outbox, "b@x", account="home")
    put(outbox, "c@x", account="work")
    server = Server()
    report = run(outbox, server, account="work")
    assert (server.recipients, report.sent, report.waiting) == (["c@x"], 1, 0)
    assert outbox.due("home", NOW) and not outbox.due("work", NOW)


def test_two_accounts_with_one_checksum_are_not_confused(outbox: Outbox) -> None:
    # "plumless" and "buckeroo" have the same CRC-32.
    put(outbox, "b@x", account="plumless")
    server = Server()
    run(outbox, server, account="buckeroo")
    assert server.got == [] and len(outbox.entries()) == 1


def test_a_letter_that_a_server_put_off_waits_longer_each_time(outbox: Outbox) -> None:
    put(outbox, "b@x")
    server = Server(**{"b@x": 451})
    now = NOW
    for tries in range(1, 12):
        report = run(outbox, server, now=now, early=False)
        assert (report.waiting, report.troubles) == (1, ["b@x: 451 said"])
        entry = outbox.entries()[0]
        assert (entry.tries, entry.due) == (tries, int(now + backoff(tries)))
        assert not outbox.due("home", now + backoff(tries) - 1)
        assert run(outbox, server, now=now + backoff(tries) - 1, early=False).troubles == []
        now += backoff(tries)
    assert len(server.got) == 11
    assert [backoff(tries) for tries in (0, 1, 2, 7)] == [0, 300, 600, 14400]


def test_an_explicit_flush_does_not_wait(outbox: Outbox) -> None:
    put(outbox, "b@x")
    run(outbox, Server(**{"b@x": 451}))
    assert run(outbox, Server()).sent == 1


def test_partial_acceptance_leaves_the_others_only(outbox: Outbox) -> None:
    put(outbox, "a@x", "b@x", "c@x", "d@x", octets=b"\n" + b"x" * 200_000)
    server = Server(**{"b@x": 451, "c@x": 550, "d@x": 452})
    report = run(outbox, server)
    assert (report.sent, report.failed, report.waiting) == (0, 1, 1)
    assert server.dead == [(["c@x"], b"\n" + b"x" * 200_000)]
    with outbox.entries()[0].read() as letter:
        assert (letter.waiting, letter.why) == (["b@x", "d@x"], "b@x: 451 said")
    server.answers = {"d@x": 451}
    run(outbox, server)
    server.answers = {}
    assert run(outbox, server).sent == 1
    assert server.recipients == ["a@x", "b@x", "c@x", "d@x", "b@x", "d@x", "d@x"]
    assert len(outbox.entries()) == 0 and len(server.dead) == 1


def test_a_recipient_who_stands_for_several_is_tried_again_for_those_that_are_left(outbox: Outbox) -> None:
    put(outbox, "team", "b@x")
    seen: list[list[str]] = []

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        seen.append(envelope.recipients)
        left = {"team": ("root",)}
        codes = {"b@x": 250}
        return [Answer(name, codes.get(name, 451), "x", left=left.get(name, ())) for name in envelope.recipients]

    for _ in range(3):
        report = flush(outbox, "home", Way(send), lambda letter, answers: None, NOW)
    assert seen == [["team", "b@x"], ["root"], ["root"]] and report.waiting == 1
    (entry,) = outbox.entries()
    assert int(entry.queued) == NOW and entry.tries == 3


def test_a_refused_letter_is_given_up_with_its_reason(outbox: Outbox) -> None:
    put(outbox, "b@x")
    server = Server(**{"b@x": 550})
    report = run(outbox, server)
    assert (report.failed, report.waiting, report.troubles) == (1, 0, ["b@x: 550 said"])
    assert server.dead == [(["b@x"], b"\nhello\n")]


def test_what_cannot_be_buried_stays(outbox: Outbox) -> None:
    put(outbox, "b@x", "c@x")

    def failed(letter: Letter, answers: list[Answer]) -> None:
        raise MailError("/home/me/dead.letter: No space left on device", IOERR)

    report = flush(outbox, "home", Server(**{"b@x": 550}), failed, NOW)
    assert report.waiting == 1 and "No space left" in report.troubles[0]
    with outbox.entries()[0].read() as letter:
        assert letter.waiting == ["b@x"]


def test_no_server_stops_the_account_but_costs_no_back_off(outbox: Outbox) -> None:
    for number in range(3):
        put(outbox, f"{number}@x", now=NOW + number)
    server = Server()
    server.up = False
    report = run(outbox, server, now=NOW + 10)
    assert (report.unreachable, report.waiting) == ("smtp://localhost:25: Connection refused", 3)
    assert outbox.due("home", NOW + 10)
    with outbox.entries()[0].read() as letter:
        assert letter.why == "smtp://localhost:25: Connection refused"


@pytest.mark.parametrize("up", [True, False])
def test_a_letter_that_waited_too_long_is_given_up(outbox: Outbox, up: bool) -> None:
    put(outbox, "old@x", "gone@x", now=NOW - 5 * DAY)
    put(outbox, "new@x")
    server = Server(**{"old@x": 451, "new@x": 451, "gone@x": 250})
    server.up = up
    dead: list[Answer] = []
    report = flush(outbox, "home", server, lambda letter, answers: dead.extend(answers), NOW)
    assert [answer.recipient for answer in dead] == (["old@x"] if up else ["old@x", "gone@x"])
    assert dead[0].refused and dead[0].text.startswith("5.4.7 not delivered in 5 days; last: ")
    assert (report.failed, report.waiting) == (1, 1)


def test_an_old_letter_still_has_its_try(outbox: Outbox) -> None:
    put(outbox, "b@x", now=NOW - 50 * DAY)
    server = Server()
    assert run(outbox, server).sent == 1 and server.dead == []


@pytest.mark.parametrize(
    "poison", [MailError("b@x: no argument", 64), OSError(5, "Input/output error"), MailError("closed in mid-letter")]
)
def test_one_poison_letter_never_blocks_the_others(outbox: Outbox, poison: Exception) -> None:
    put(outbox, "b@x")
    put(outbox, "c@x", now=NOW + 1)
    server = Server()

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        if envelope.recipients == ["b@x"]:
            raise poison
        return server.send(envelope, source)

    report = flush(outbox, "home", Way(send), server.failed, NOW)
    assert (report.sent, report.waiting, server.recipients) == (1, 1, ["c@x"])
    assert outbox.entries()[0].due == int(NOW + backoff(1))


@pytest.mark.parametrize(
    "damage", [b"", b"garbage", b"Pymail-Outbox: 1 9999999999\n", b"Pymail-Outbox: 1 0000000030\nX\n"]
)
def test_a_damaged_entry_is_told_put_off_and_kept(outbox: Outbox, damage: bytes) -> None:
    put(outbox, "b@x")
    put(outbox, "c@x", now=NOW + 1)
    Path(outbox.entries()[0].path).write_bytes(damage)
    report = run(outbox, Server())
    assert (report.sent, report.waiting) == (1, 1) and "damaged" in report.troubles[0]
    assert Path(outbox.entries()[0].path).read_bytes() == damage


def test_a_damaged_entry_does_not_keep_old_ones_from_being_given_up(outbox: Outbox) -> None:
    put(outbox, "b@x", now=NOW - 7 * DAY)
    put(outbox, "old@x", now=NOW - 6 * DAY)
    Path(outbox.entries()[0].path).write_bytes(b"rubbish")
    server = Server()
    server.up = False
    dead: list[Answer] = []
    report = flush(outbox, "home", server, lambda letter, answers: dead.extend(answers), NOW)
    assert [answer.recipient for answer in dead] == ["old@x"] and "damaged" in report.troubles[0]


def test_an_entry_for_nobody_is_done(outbox: Outbox) -> None:
    put(outbox)
    way = Way(lambda envelope, source: [])
    way.ready = False
    report = flush(outbox, "home", way, lambda letter, answers: None, NOW)
    assert (report.sent, report.waiting, report.unreachable) == (1, 0, "")


def test_a_letter_that_kills_each_flush_goes_last_at_last(outbox: Outbox) -> None:
    put(outbox, "poison@x")
    put(outbox, "c@x", now=NOW + 1)

    def die(envelope: Envelope, source: Source) -> list[Answer]:
        if envelope.recipients == ["poison@x"]:
            os._exit(9)
        return [Answer(name, 250, "ok") for name in envelope.recipients]

    for death in range(1, 5):
        child = os.fork()
        if child == 0:
            flush(outbox, "home", Way(die), Server().failed, NOW)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert len(outbox.entries()) == (2 if death <= 3 else 1)


def test_what_is_being_sent_cannot_be_changed(outbox: Outbox) -> None:
    identity = put(outbox, "b@x")

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        in_child(lambda: refused(outbox, identity))
        return [Answer("b@x", 250, "ok")]

    assert flush(outbox, "home", Way(send), Server().failed, NOW).sent == 1


def refused(outbox: Outbox, identity: str) -> None:
    """Nothing can be done to a letter that is being sent, nor can another flush begin."""
    for action in (outbox.delete, outbox.hold):
        with pytest.raises(MailError, match="it is being sent just now") as caught:
            action(identity)
        assert caught.value.status == TEMPFAIL
    assert flush(outbox, "home", Server(), Server().failed, NOW).busy


def test_what_another_process_took_meanwhile_is_passed_over(outbox: Outbox) -> None:
    put(outbox, "b@x")
    put(outbox, "c@x", now=NOW + 1)
    third = put(outbox, "d@x", now=NOW + 2)

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        if envelope.recipients == ["b@x"]:
            outbox.hold(third)
        return [Answer(name, 250, "ok") for name in envelope.recipients]

    report = flush(outbox, "home", Way(send), Server().failed, NOW)
    assert report.sent == 2 and [entry.id for entry in outbox.entries()] == [third]


def test_each_letter_but_the_first_is_announced_while_the_one_before_is_sent(outbox: Outbox) -> None:
    for number in range(3):
        put(outbox, f"{number}@x", now=NOW + number)
    told: list[str] = []

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        told.append(f"send {envelope.recipients[0]}")
        return [Answer(name, 250, "ok") for name in envelope.recipients]

    way = Way(send, lambda envelope: told.append(f"announce {envelope.recipients[0]}"))
    assert flush(outbox, "home", way, Server().failed, NOW).sent == 3
    assert told == ["announce 1@x", "send 0@x", "announce 2@x", "send 1@x", "send 2@x"]


def test_letter_that_is_next_belongs_to_this_flush_already(outbox: Outbox) -> None:
    put(outbox, "b@x")
    second = put(outbox, "c@x", now=NOW + 1)

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        if envelope.recipients == ["b@x"]:
            in_child(lambda: refused(outbox, second))
        return [Answer(name, 250, "ok") for name in envelope.recipients]

    assert flush(outbox, "home", Way(send), Server().failed, NOW).sent == 2


def test_a_flush_begins_nothing_after_its_time(outbox: Outbox) -> None:
    put(outbox, "b@x")
    assert run(outbox, Server(), seconds=0).waiting == 1
    assert run(outbox, Server(), seconds=2).sent == 1


def test_leftovers_of_killed_puts_are_cleared_when_they_are_old(outbox: Outbox) -> None:
    put(outbox, "b@x")
    old, new = Path(outbox.folder, "tmp", "1.1"), Path(outbox.folder, "tmp", "1.2")
    for path, age in ((old, 2 * DAY), (new, DAY)):
        path.write_text("half a letter")
        os.utime(path, (NOW - age, NOW - age))
    run(outbox, Server())
    assert not old.exists() and new.exists()


def test_many_recipients_are_kept_apart(outbox: Outbox) -> None:
    names = [f"user{number}@example.com" for number in range(5000)]
    put(outbox, *names)
    server = Server(**dict.fromkeys(names[::2], 451))
    run(outbox, server)
    with outbox.entries()[0].read() as letter:
        assert letter.waiting == names[::2]
        assert b"".join(letter.pieces()) == b"\nhello\n"


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_an_outbox_that_others_can_write_is_not_used(outbox: Outbox, mode: int) -> None:
    put(outbox, "b@x")
    os.chmod(outbox.folder, mode)
    for action in (lambda: put(outbox, "c@x"), lambda: run(outbox, Server())):
        with pytest.raises(MailError, match="others can write it") as caught:
            action()
        assert caught.value.status == NOPERM


def test_a_link_in_place_of_an_entry_is_not_followed(outbox: Outbox, tmp_path: Path) -> None:
    put(outbox, "b@x")
    entry = outbox.entries()[0]
    os.rename(entry.path, tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", entry.path)
    server = Server()
    assert "symbolic link" in run(outbox, server).troubles[0] and server.got == []


def test_a_link_in_place_of_the_lock_is_not_followed(outbox: Outbox, tmp_path: Path) -> None:
    put(outbox, "b@x")
    os.symlink(tmp_path / "victim", outbox.folder + "/lock")
    with pytest.raises(MailError, match="symbolic link"):
        run(outbox, Server())
    assert not (tmp_path / "victim").exists()


def test_the_lock_of_a_dead_flush_is_no_lock(outbox: Outbox) -> None:
    put(outbox, "b@x")
    Path(outbox.folder, "lock").write_text("nonsense that\xff a crash left")
    os.chmod(outbox.folder + "/lock", 0o600)
    assert run(outbox, Server()).sent == 1


def test_a_duration_is_told_in_its_largest_unit() -> None:
    assert flushing._duration(5 * DAY) == "5 days" and flushing._duration(3600) == "1 hour"
