"""Several sessions on one mailbox, with deliveries in between, against a model in memory.

What one session deleted stays deleted, what was delivered is there, flags merge.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import users
from dovecot import Dovecot
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from servers import Exim, Postfix

from pymail.errors import MailError
from pymail.mailboxes import commit, layout, opening
from pymail.mailboxes.mailbox import Deposit, Mailbox, Plan, Settings
from pymail.mailboxes.opening import append_to, open_mailbox
from pymail.summary import ANSWERED, FLAGGED, OLD, SEEN

ROOT = Path(__file__).parents[2]


def letter(number: int, lines: int = 1) -> bytes:
    return b"Message-ID: <%d@x>\nSubject: s%d\n\n" % (number, number) + b"From line %d\n" % number * lines


def number_of(octets: bytes) -> int:
    return int(octets.split(b"<", 1)[1].split(b"@", 1)[0])


def plain(octets: bytes) -> bytes:
    head, empty, body = octets.partition(b"\n\n")
    return b"\n".join(line for line in head.split(b"\n") if b"tatus:" not in line) + empty + body


class Model(RuleBasedStateMachine):
    """The mailbox as it should be: a number and flags for each letter, in order."""

    kind = "mbox"

    def __init__(self) -> None:
        super().__init__()
        self.letters: dict[int, bytes] = {}
        self.there: dict[int, int] = {}
        self.saved: list[int] = []
        self.sessions: list[tuple[Mailbox, list[int], list[int]]] = []
        self.count = 0

    @initialize(index=st.booleans(), small=st.sampled_from([1, 1 << 20]), block=st.sampled_from([64, 4096, 8 << 20]))
    def begin(self, index: bool, small: int, block: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        for name in ("state", "cache"):
            (self.folder / name).mkdir(mode=0o700)
        self.path, self.target = str(self.folder / "box"), str(self.folder / "saved")
        self.before = opening.INDEXED, commit._SMALL, layout.BLOCK
        opening.INDEXED, commit._SMALL, layout.BLOCK = 1, small, max(block, layout.PAGE)
        cache = str(self.folder / "cache") if index else ""
        self.settings = Settings(str(self.folder / "state"), cache, 5)
        for path in (self.path, self.target):
            append_to(path, [], newkind=self.kind, settings=self.settings)

    @rule(sizes=st.lists(st.sampled_from([0, 1, 3, 400]), min_size=1, max_size=4), flags=st.sampled_from([0, 0, SEEN]))
    def deliver(self, sizes: list[int], flags: int) -> None:
        deposits = []
        for size in sizes:
            self.count += 1
            self.letters[self.count] = letter(self.count, size)
            # What lies in a Maildir with flags lies in cur: it is old.
            self.there[self.count] = flags | OLD if flags and self.kind == "maildir" else flags
            deposits.append(Deposit([self.letters[self.count]], flags, date=1_700_000_000 + self.count))
        append_to(self.path, deposits, settings=self.settings)

    @rule()
    def open(self) -> None:
        if len(self.sessions) < 4:
            mailbox = open_mailbox(self.path, self.settings)
            numbers = [number_of(mailbox.head(index)) for index in range(len(mailbox))]
            self.sessions.append((mailbox, numbers, list(mailbox.stored())))
            assert sorted(numbers) == sorted(self.there)

    @rule(which=st.integers(0, 3))
    def look_again(self, which: int) -> None:
        if which < len(self.sessions):
            mailbox, numbers, told = self.sessions[which]
            for index in range(len(mailbox), len(mailbox) + mailbox.refresh()):
                numbers.append(number_of(mailbox.head(index)))
                told.append(mailbox.flags(index))

    @rule(which=st.integers(0, 3), data=st.data())
    def save(self, which: int, data: st.DataObject) -> None:
        if which >= len(self.sessions) or not self.sessions[which][1]:
            return
        mailbox, numbers, _ = self.sessions[which]
        chosen = data.draw(st.lists(st.sampled_from(range(len(numbers))), min_size=1, max_size=4, unique=True))
        deposits = [Deposit(mailbox.pieces(index), SEEN) for index in chosen]
        try:
            append_to(self.target, deposits, newkind=self.kind, settings=self.settings)
        except MailError:
            assert any(numbers[index] not in self.there for index in chosen)
        else:
            self.saved += [numbers[index] for index in chosen]

    @rule(which=st.integers(0, 3), data=st.data())
    def quit(self, which: int, data: st.DataObject) -> None:
        if which >= len(self.sessions):
            return
        mailbox, numbers, told = self.sessions.pop(which)
        indexes = range(len(numbers))
        few = st.sets(st.sampled_from(indexes), max_size=4) if numbers else st.just(set())
        remove = data.draw(st.one_of(few, st.just(set(indexes))))
        changed = data.draw(st.one_of(few, st.just(set(indexes))))
        flags = {index: data.draw(st.sampled_from([OLD, OLD | SEEN, OLD | FLAGGED | ANSWERED])) for index in changed}
        outcome = mailbox.commit(Plan(remove, flags))
        mailbox.close()
        for index, wanted in flags.items():
            if numbers[index] in self.there and index not in remove:
                now = self.there[numbers[index]]
                self.there[numbers[index]] = (now | wanted & ~told[index] | OLD) & ~(told[index] & ~wanted)
        removed = [numbers[index] for index in remove if self.there.pop(numbers[index], None) is not None]
        assert (outcome.removed, outcome.kept, outcome.unmatched) == (len(removed), len(self.there), 0)

    @invariant()
    def mailbox_is_the_model(self) -> None:
        if not hasattr(self, "path"):
            return
        mailbox = open_mailbox(self.path, Settings(""), readonly=True)
        found = {}
        for index in range(len(mailbox)):
            octets = mailbox.raw(index)
            found[number_of(octets)] = mailbox.flags(index)
            assert plain(octets) == self.letters[number_of(octets)]
        mailbox.close()
        assert found == self.there
        assert self.kind != "mbox" or list(found) == list(self.there)
        target = open_mailbox(self.target, Settings(""), readonly=True)
        letters = [target.raw(index) for index in range(len(target))]
        target.close()
        assert sorted(map(number_of, letters)) == sorted(self.saved)
        assert self.kind != "mbox" or list(map(number_of, letters)) == self.saved
        assert all(plain(octets) == self.letters[number_of(octets)] for octets in letters)

    def teardown(self) -> None:
        for mailbox, _, _ in self.sessions:
            mailbox.close()
        if hasattr(self, "before"):
            opening.INDEXED, commit._SMALL, layout.BLOCK = self.before
            shutil.rmtree(self.folder)


class MaildirModel(Model):
    kind = "maildir"


quickly = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
TestMbox = Model.TestCase
TestMbox.settings = quickly
TestMaildir = MaildirModel.TestCase
TestMaildir.settings = settings(quickly, max_examples=25)


def test_fifty_sessions_each_delete_their_own_message(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    path, places = str(tmp_path / "box"), Settings(str(tmp_path / "state"), "", 10)
    append_to(path, [Deposit([letter(number)]) for number in range(60)], settings=places)
    sessions = [open_mailbox(path, places) for _ in range(50)]
    for number, session in enumerate(sessions):
        append_to(path, [Deposit([letter(100 + number)])], settings=places)
        outcome = session.commit(Plan(remove=[number], flags={55: SEEN, 59: OLD}))
        assert (outcome.removed, outcome.arrived) == (1, number + 1)
        session.close()
    mailbox = open_mailbox(path, places)
    numbers = [number_of(mailbox.head(index)) for index in range(len(mailbox))]
    assert numbers == [*range(50, 60), *range(100, 150)]
    assert (mailbox.flags(5), mailbox.flags(9)) == (SEEN, OLD)
    mailbox.close()


@pytest.mark.parametrize("kind", ["mbox", "indexed", "maildir"])
def test_a_list_shows_what_another_session_removed_and_all_the_rest(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("state", "cache"):
        (tmp_path / name).mkdir(mode=0o700)
    if kind == "indexed":
        monkeypatch.setattr(opening, "INDEXED", 1)
    path, places = str(tmp_path / "box"), Settings(str(tmp_path / "state"), str(tmp_path / "cache"), 10)
    newkind = "maildir" if kind == "maildir" else "mbox"
    for number in range(6):
        append_to(path, [Deposit([letter(number)], date=number + 1)], newkind=newkind, settings=places)
    mailbox, other = (open_mailbox(path, places) for _ in range(2))
    subjects = [summary.subject for summary in mailbox.summaries(range(6))]
    assert sorted(subjects) == [f"s{number}" for number in range(6)]
    assert other.commit(Plan(remove=[1, 2, 5])).removed == 3
    there = [subjects[number] for number in (0, 3, 4)]
    for numbers in (range(6), [5, 4, 3, 2, 1, 0], [1], range(2, 4)):
        wanted = [subjects[n] if subjects[n] in there else "(removed by another program)" for n in numbers]
        assert [summary.subject for summary in mailbox.summaries(numbers)] == wanted
        assert [summary.subject for _, summary, _ in mailbox.listing(numbers)] == wanted
        assert [text for _, texts in mailbox.texts(b"Subject", numbers) for text in texts] == wanted
        assert [number for number, head in mailbox.heads(numbers)] == list(numbers)
        assert [number for number, letter in mailbox.letters(numbers)] == list(numbers)
    for one in (mailbox.raw, mailbox.head, mailbox.summary, mailbox.size, mailbox.lines):
        assert one(3)
        with pytest.raises(MailError, match="has removed this message"):
            one(2)
    mailbox.close()
    other.close()


# Deletes one message after the other, as long as there are some and no more than so often.
READER = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pymail.mailboxes.mailbox import Plan, Settings
from pymail.mailboxes.opening import open_mailbox
path, state, quits, log = sys.argv[1:]
with open(log, "wb") as gone:
    for turn in range(int(quits)):
        box = open_mailbox(path, Settings(state, "", 60))
        keep = dict.fromkeys(range(len(box) // 2, len(box)), 2)
        # The last one may be half written yet: then it stays.
        remove = range(0, max(len(box) - 1, 0), 2)
        letters = [box.head(number) for number in remove]
        if box.commit(Plan(remove, keep)).removed == len(letters):
            gone.writelines(letters)
        box.close()
"""


@contextmanager
def reading(path: Path, state: Path, quits: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    argv = [sys.executable, "-I", "-S", "-c", READER, str(path), str(state), str(quits), str(log)]
    with subprocess.Popen(argv) as child:
        yield child


def ids(octets: bytes) -> list[bytes]:
    return [line for line in octets.split(b"\n") if line.startswith(b"Subject: letter ")]


def test_deliveries_during_many_quits_are_all_there(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    path, log = tmp_path / "box", tmp_path / "gone"
    append_to(str(path), [], settings=Settings(""))
    with reading(path, tmp_path / "state", 60, log) as child:
        sent = 0
        while child.poll() is None and sent < 2000:
            text = b"Subject: letter %d\n\n%d\n" % (sent, sent)
            append_to(str(path), [Deposit([text * 20])], settings=Settings(str(tmp_path / "state"), "", 60))
            sent += 1
        assert child.wait() == 0
    found = ids(log.read_bytes() + b"\n" + path.read_bytes())
    assert len(set(found)) == sent
    assert not list(tmp_path.glob("*.lock"))


@pytest.mark.slow
@pytest.mark.skipif(not users.is_root, reason="mailboxes of a server's own user")
@pytest.mark.parametrize("server", ["exim", "postfix"])
def test_a_thousand_deliveries_by_a_real_server_during_200_quits(
    server: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    agent: Exim | Postfix = request.getfixturevalue(server)
    user = "bob" if server == "exim" else "nobody"
    owner = pwd.getpwnam("Debian-exim" if server == "exim" else "nobody")
    path, state = agent.mail / user, agent.folder / "state"
    state.mkdir(mode=0o700)
    path.touch(0o600)
    for each in (path, state):
        os.chown(each, owner.pw_uid, owner.pw_gid)
    log = agent.folder / "gone"
    log.touch()
    os.chown(log, owner.pw_uid, owner.pw_gid)
    script = f"""
import subprocess
for number in range(1000):
    text = f"Subject: letter {{number}}\\n\\ntext {{number}}\\n"
    argv = [{str(agent.sendmail)!r}, "-oi", "-f", "a@test.example", "--", "{user}@test.example"]
    subprocess.run(argv, input=text, text=True, check=True, capture_output=True)
"""
    with subprocess.Popen([sys.executable, "-c", script]) as sender:
        users.in_child(lambda: read_as(owner, path, state, log))
        assert sender.wait() == 0
    deadline = time.monotonic() + 60
    while len(set(ids(log.read_bytes() + path.read_bytes()))) < 1000 and time.monotonic() < deadline:
        subprocess.run([str(agent.sendmail), "-q"], capture_output=True)
        time.sleep(0.2)
    found = ids(log.read_bytes() + b"\n" + path.read_bytes())
    assert len(set(found)) == len(found) == 1000


def read_as(owner: pwd.struct_passwd, path: Path, state: Path, log: Path) -> None:
    """Become the mailbox's owner: 200 quits that delete half of what is there."""
    become(owner)
    gone = os.open(log, os.O_WRONLY | os.O_APPEND)
    for _ in range(200):
        box = open_mailbox(str(path), Settings(str(state), "", 60))
        # The last one may be half written yet: then it stays.
        remove = range(0, max(len(box) - 1, 0), 2)
        letters = b"".join(box.head(number) for number in remove)
        assert box.commit(Plan(remove, dict.fromkeys(range(1, len(box), 2), SEEN))).removed == len(remove)
        os.write(gone, letters)
        box.close()
        time.sleep(0.05)


def become(owner: pwd.struct_passwd) -> None:
    """Be that user from now on, who can perhaps not read where modules lie."""
    import re  # noqa: F401
    import resource  # noqa: F401
    from array import array  # noqa: F401

    from pymail.mailboxes import commit, deposit, rewrite  # noqa: F401

    os.setgroups([])
    os.setgid(owner.pw_gid)
    os.setuid(owner.pw_uid)


@pytest.mark.slow
@pytest.mark.skipif(not users.is_root, reason="mailboxes of a server's own user")
def test_dovecot_and_we_change_one_mailbox_in_turn(dovecot: Dovecot) -> None:
    import imaplib

    owner = users.ORDINARY
    path, state = dovecot.mail / "bob", dovecot.folder / "state"
    state.mkdir(mode=0o700)
    append_to(str(path), [Deposit([letter(number)]) for number in range(20)], settings=Settings(""))
    for each in (path, state):
        os.chown(each, owner.pw_uid, owner.pw_gid)
    client = imaplib.IMAP4("127.0.0.1", dovecot.imap)
    client.login("bob", "secret")
    client.select("INBOX")
    client.store("3", "+FLAGS", r"(\Seen \Flagged)")
    client.store("5", "+FLAGS", r"(\Deleted)")
    client.expunge()
    client.logout()
    mailbox = open_mailbox(str(path), Settings(""), readonly=True)
    numbers = [number_of(mailbox.head(index)) for index in range(len(mailbox))]
    assert numbers == [0, 1, 2, 3, *range(5, 20)]
    assert mailbox.flags(2) & (SEEN | FLAGGED) == SEEN | FLAGGED

    def quit() -> None:
        become(owner)
        box = open_mailbox(str(path), Settings(str(state), "", 10))
        box.commit(Plan(remove=[0], flags={1: SEEN | OLD}))

    users.in_child(quit)
    client = imaplib.IMAP4("127.0.0.1", dovecot.imap)
    client.login("bob", "secret")
    assert client.select("INBOX")[1] == [b"18"]
    assert b"\\Seen" in client.fetch("1", "(FLAGS)")[1][0]
    client.logout()
