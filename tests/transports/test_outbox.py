"""The outbox: what is put there is sent once, in order, whatever happens meanwhile."""

from __future__ import annotations

import os
import resource
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from users import in_child

from pymail.errors import CANTCREAT, IOERR, NOINPUT, NOPERM, TEMPFAIL, MailError
from pymail.transports import flush as flushing
from pymail.transports.entry import Entry, Letter
from pymail.transports.flush import Report, flush
from pymail.transports.outbox import Outbox, backoff
from pymail.transports.transport import Answer, Envelope, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.transports.transport import Source

NOW = 1_700_000_000.0
DAY = 24 * 3600


class Text:
    """A Source of given octets."""

    def __init__(self, octets: bytes = b"Subject: x\n\nhello\n", eightbit: bool = False) -> None:
        self.octets = octets
        self.size = len(octets) + octets.count(b"\n")
        self.eightbit = eightbit

    def pieces(self) -> Iterator[bytes]:
        yield from (self.octets[at : at + 50_000] for at in range(0, len(self.octets), 50_000))


class Server:
    """Sends and failures as a flush sees them: `answers` is what it says for a recipient, else 250."""

    def __init__(self, **answers: int) -> None:
        self.answers = answers
        self.got: list[tuple[str, list[str], bytes]] = []
        self.dead: list[tuple[list[str], bytes]] = []
        self.up = True

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        if not self.up:
            raise Unreachable("smtp://localhost:25: Connection refused")
        self.got.append((envelope.sender, envelope.recipients, b"".join(source.pieces())))
        return [Answer(name, self.answers.get(name, 250), "said") for name in envelope.recipients]

    def failed(self, letter: Letter, answers: list[Answer]) -> None:
        self.dead.append(([answer.recipient for answer in answers], b"".join(letter.pieces())))

    @property
    def recipients(self) -> list[str]:
        return [name for _, names, _ in self.got for name in names]


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(str(tmp_path / "state" / "outbox"))


def put(outbox: Outbox, *recipients: str, account: str = "home", octets: bytes = b"\nhello\n", now: float = NOW) -> str:
    return outbox.put(Envelope("me@here", list(recipients)), Text(octets), account, "no server", now=now)


def run(outbox: Outbox, server: Server, account: str = "home", now: float = NOW, **how: object) -> Report:
    return flush(outbox, account, server.send, server.failed, now, **how)  # type: ignore[arg-type]


def test_what_is_put_is_what_is_sent(outbox: Outbox) -> None:
    octets = b"Subject: caf\xc3\xa9\n\nFrom me\n.\n\0\r\n" + bytes(range(256)) * 4000
    outbox.put(Envelope("me@here", ["b@x", "jos\u00e9@x"], True), Text(octets, True), "home", "why", now=NOW)
    seen = []

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        seen.append((envelope.sender, envelope.recipients, envelope.utf8, source.size, source.eightbit))
        assert b"".join(source.pieces()) == b"".join(source.pieces()) == octets
        return [Answer(name, 250, "ok") for name in envelope.recipients]

    assert flush(outbox, "home", send, Server().failed, NOW).sent == 1
    assert seen == [("me@here", ["b@x", "jos\u00e9@x"], True, Text(octets).size, True)]
    assert outbox.count == 0


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
    assert (outbox.count, outbox.oldest, outbox.entries(), outbox.accounts()) == (0, 0, [], [])
    assert not outbox.due("home", NOW)
    assert run(outbox, Server()).sent == 0
    assert not os.path.exists(outbox.folder)


def test_a_listing_tells_who_waits_since_when_and_why(outbox: Outbox) -> None:
    first, second = put(outbox, "b@x", "c@x", now=NOW - 60), put(outbox, "d@x", account="work")
    assert [entry.id for entry in outbox.entries()] == [first, second]
    assert (outbox.count, outbox.oldest, outbox.accounts()) == (2, NOW - 60, ["home", "work"])
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
    assert outbox.count == 1
    assert run(outbox, Server()).sent == 1
    assert len(os.listdir(outbox.new)) == 3


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
    assert server.got == [] and outbox.count == 1


def test_a_letter_that_no_server_saw_is_due_at_once(outbox: Outbox) -> None:
    put(outbox, "b@x")
    assert outbox.due("home", NOW)


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


def test_a_letter_put_off_at_the_first_try_is_not_due_at_once(outbox: Outbox) -> None:
    outbox.put(Envelope("me", ["b@x"]), Text(), "home", "451 later", now=NOW, tries=1)
    assert not outbox.due("home", NOW) and outbox.due("home", NOW + 300)


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
    assert outbox.count == 0 and len(server.dead) == 1


def test_a_recipient_who_stands_for_several_is_tried_again_for_those_that_are_left(outbox: Outbox) -> None:
    put(outbox, "team", "b@x")
    seen: list[list[str]] = []

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        seen.append(envelope.recipients)
        left = {"team": ("root",)}
        codes = {"b@x": 250}
        return [Answer(name, codes.get(name, 451), "x", left=left.get(name, ())) for name in envelope.recipients]

    for _ in range(3):
        report = flush(outbox, "home", send, lambda letter, answers: None, NOW)
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

    report = flush(outbox, "home", Server(**{"b@x": 550}).send, failed, NOW)
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
    report = flush(outbox, "home", server.send, lambda letter, answers: dead.extend(answers), NOW)
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

    report = flush(outbox, "home", send, server.failed, NOW)
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
    report = flush(outbox, "home", server.send, lambda letter, answers: dead.extend(answers), NOW)
    assert [answer.recipient for answer in dead] == ["old@x"] and "damaged" in report.troubles[0]


def test_an_entry_for_nobody_is_done(outbox: Outbox) -> None:
    put(outbox)
    report = flush(outbox, "home", lambda envelope, source: [], lambda letter, answers: None, NOW, ready=lambda: False)
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
            flush(outbox, "home", die, Server().failed, NOW)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert outbox.count == (2 if death <= 3 else 1)


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
    assert outbox.count == 0
    for action in (outbox.delete, outbox.hold, outbox.find):
        with pytest.raises(MailError, match="no such letter") as caught:
            action(identity)
        assert caught.value.status == NOINPUT


def test_what_is_being_sent_cannot_be_changed(outbox: Outbox) -> None:
    identity = put(outbox, "b@x")

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        child = os.fork()
        if child == 0:
            os._exit(_refused(outbox, identity))
        assert os.waitpid(child, 0)[1] == 0
        return [Answer("b@x", 250, "ok")]

    assert flush(outbox, "home", send, Server().failed, NOW).sent == 1


def _refused(outbox: Outbox, identity: str) -> int:
    for action in (outbox.delete, outbox.hold):
        try:
            action(identity)
        except MailError as error:
            if error.status == TEMPFAIL:
                continue
        return 1
    return 0 if flush(outbox, "home", Server().send, Server().failed, NOW).busy else 2


def test_what_another_process_took_meanwhile_is_passed_over(outbox: Outbox) -> None:
    put(outbox, "b@x")
    put(outbox, "c@x", now=NOW + 1)
    third = put(outbox, "d@x", now=NOW + 2)

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        if envelope.recipients == ["b@x"]:
            outbox.hold(third)
        return [Answer(name, 250, "ok") for name in envelope.recipients]

    report = flush(outbox, "home", send, Server().failed, NOW)
    assert report.sent == 2 and [entry.id for entry in outbox.entries()] == [third]


def test_each_letter_but_the_first_is_announced_while_the_one_before_is_sent(outbox: Outbox) -> None:
    for number in range(3):
        put(outbox, f"{number}@x", now=NOW + number)
    told: list[str] = []

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        told.append(f"send {envelope.recipients[0]}")
        return [Answer(name, 250, "ok") for name in envelope.recipients]

    def announce(envelope: Envelope, source: Source) -> None:
        told.append(f"announce {envelope.recipients[0]}")

    assert flush(outbox, "home", send, Server().failed, NOW, announce=announce).sent == 3
    assert told == ["announce 1@x", "send 0@x", "announce 2@x", "send 1@x", "send 2@x"]


def test_letter_that_is_next_belongs_to_this_flush_already(outbox: Outbox) -> None:
    put(outbox, "b@x")
    second = put(outbox, "c@x", now=NOW + 1)

    def send(envelope: Envelope, source: Source) -> list[Answer]:
        if envelope.recipients == ["b@x"]:
            in_child(lambda: refused_to_hold(outbox, second))
        return [Answer(name, 250, "ok") for name in envelope.recipients]

    assert flush(outbox, "home", send, Server().failed, NOW).sent == 2


def refused_to_hold(outbox: Outbox, identity: str) -> None:
    with pytest.raises(MailError, match="it is being sent just now"):
        outbox.hold(identity)


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


def test_a_name_says_what_it_was_made_of() -> None:
    name = "0060a24181e40012d687.65549e80.c.h.0badcafe"
    entry = Entry("/x", name)
    assert (entry.due, entry.tries, entry.held, entry.mark) == (0x65549E80, 12, True, "0badcafe")
    assert flushing._duration(5 * DAY) == "5 days" and flushing._duration(3600) == "1 hour"


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
