"""The index: what is read with it is what is read without it, whatever happened to the file or to the index."""

from __future__ import annotations

import errno
import mmap
import os
import posix
import random
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from letters import letter

from pymail.mailboxes import opening, texts
from pymail.mailboxes.index import Index
from pymail.mailboxes.mailbox import Deposit, Mailbox, Plan, Settings
from pymail.mailboxes.mbox import Mbox
from pymail.mailboxes.opening import append_to, open_mailbox
from pymail.mailboxes.stored import stamp_of
from pymail.mailboxes.texts import ALL, Chunk, unpack
from pymail.summary import OLD, SEEN, Summary

Open = Callable[..., Mbox]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Index small mailboxes, in small chunks."""
    monkeypatch.setattr(opening, "INDEXED", 1)
    for module in ("pymail.mailboxes.texts", "pymail.mailboxes.index", "pymail.mailboxes.base"):
        monkeypatch.setattr(f"{module}.CHUNK", 3)
    assert texts.CHUNK == 3


@pytest.fixture
def indexed(tmp_path: Path) -> Settings:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "cache").mkdir(mode=0o700)
    return Settings(str(tmp_path / "state"), str(tmp_path / "cache"), 10)


@pytest.fixture
def box(tmp_path: Path, indexed: Settings) -> Path:
    path = tmp_path / "box"
    deliver(path, indexed, *(f"s{number}" for number in range(10)))
    return path


def deliver(path: Path, settings: Settings, *subjects: str, flags: int = 0) -> None:
    append_to(
        str(path),
        [Deposit([letter(s, f"{s}\n" * (1 + len(s)))], flags, "bob@example.org", 1_700_000_000) for s in subjects],
        settings=settings,
    )


def told(mailbox: Mailbox) -> list[tuple[object, ...]]:
    """All that a header list and a search see."""
    numbers = range(len(mailbox))
    subjects = dict(mailbox.values(b"subject", numbers))
    return [
        (n, s.name, s.address, s.date, s.zone, s.subject, s.size, lines, mailbox.flags(n), subjects.get(n, ""))
        for n, s, lines in mailbox.listing(numbers)
    ]


def visit(path: Path, settings: Settings) -> list[tuple[object, ...]]:
    """Open with the index, read all, close: what was told."""
    mailbox = open_mailbox(str(path), settings)
    found = told(mailbox)
    mailbox.close()
    return found


def truth(path: Path) -> list[tuple[object, ...]]:
    """What is told without an index."""
    return told(open_mailbox(str(path), Settings(""), readonly=True))


def uses_index(path: Path, settings: Settings) -> int:
    """How many messages the index knows the texts of."""
    mailbox = open_mailbox(str(path), settings)
    assert isinstance(mailbox, Mbox) and mailbox.index is not None
    return sum(mailbox.index.chunk(number, ALL) is not None for number in range(len(mailbox)))


def test_the_second_opening_reads_the_index(box: Path, indexed: Settings) -> None:
    assert uses_index(box, indexed) == 0
    assert visit(box, indexed) == truth(box)
    assert uses_index(box, indexed) == 10
    assert visit(box, indexed) == truth(box)


def test_closing_keeps_what_was_learnt(box: Path, indexed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pymail.mailboxes.index._MANY", 3)
    visit(box, indexed)
    assert uses_index(box, indexed) == 10


def test_new_mail_is_added_and_the_old_is_not_read_again(box: Path, indexed: Settings) -> None:
    visit(box, indexed)
    for number in range(4):
        deliver(box, indexed, f"new {number}", flags=SEEN)
        assert visit(box, indexed) == truth(box)
    assert uses_index(box, indexed) == 14


def test_mail_that_arrives_while_the_mailbox_is_open_is_added(box: Path, indexed: Settings) -> None:
    visit(box, indexed)
    mailbox = open_mailbox(str(box), indexed)
    deliver(box, indexed, "new")
    assert mailbox.refresh() == 1
    assert told(mailbox) == truth(box)
    mailbox.close()
    assert visit(box, indexed) == truth(box)


@pytest.mark.parametrize("plan", [Plan(remove=[7]), Plan(remove=[9]), Plan(flags={8: SEEN | OLD}), Plan(remove=[0, 9])])
def test_a_commit_leaves_the_index_true(box: Path, indexed: Settings, plan: Plan) -> None:
    visit(box, indexed)
    mailbox = open_mailbox(str(box), indexed)
    mailbox.commit(plan)
    mailbox.close()
    assert visit(box, indexed) == truth(box)
    deliver(box, indexed, "later")
    assert visit(box, indexed) == truth(box)


def test_what_another_program_wrote_is_seen(box: Path, indexed: Settings) -> None:
    visit(box, indexed)
    open_mailbox(str(box), Settings(indexed.state)).commit(Plan(remove=[2], flags={4: SEEN}))
    deliver(box, indexed, "a much longer letter than the one that went")
    assert visit(box, indexed) == truth(box)
    octets = box.read_bytes().replace(b"s5", b"t5")
    box.write_bytes(octets)
    assert visit(box, indexed) == truth(box)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["cut", "grow", "add", "drop the rest"]), min_size=1, max_size=4), st.randoms())
def test_what_other_programs_did_is_seen_whatever_it_was(jobs: list[str], chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "box")
        indexed = Settings(folder + "/state", folder + "/cache", 10)
        deliver(path, indexed, *(f"s{number}" for number in range(12)))
        visit(path, indexed)
        letters = re.split(rb"(?<=\n\n)(?=From )", path.read_bytes())
        for job in jobs:
            at = chance.randrange(len(letters))
            if job == "cut":
                letters[at : at + 1] = []
            elif job == "grow":
                letters[at] = letters[at].replace(b"\n\n", b"\nStatus: RO\n\n", 1)
            elif job == "add":
                letters.append(letters[0].replace(b"Subject: ", b"Subject: one more "))
            else:
                letters[at + 1 :] = []
            letters = letters or [b"From bob Tue Nov 14 22:13:20 2023\n\n\n"]
        path.write_bytes(b"".join(letters))
        assert visit(path, indexed) == truth(path)
        assert visit(path, indexed) == truth(path)


def test_what_is_before_the_change_of_another_program_is_not_read_again(box: Path, indexed: Settings) -> None:
    visit(box, indexed)
    before, subject, after = box.read_bytes().partition(b"Subject: s7\n")
    box.write_bytes(before + b"Subject: another one\n" + after)
    with open(box, "rb") as file:
        stamp = stamp_of(file.fileno())
        columns = Index(indexed.cache, stamp, False).load(file.fileno(), stamp)
    assert columns is not None and len(columns) == 7
    assert visit(box, indexed) == truth(box)


def test_an_index_of_subjects_only_serves_searches(box: Path, indexed: Settings) -> None:
    mailbox = open_mailbox(str(box), indexed)
    found = list(mailbox.values(b"Subject", range(10)))
    mailbox.close()
    assert uses_index(box, indexed) == 0
    assert list(open_mailbox(str(box), indexed).values(b"Subject", range(10))) == found
    assert visit(box, indexed) == truth(box)
    assert uses_index(box, indexed) == 10


def test_a_damaged_index_is_no_index(box: Path, indexed: Settings) -> None:
    expected = visit(box, indexed)
    chance = random.Random(1)
    for _ in range(60):
        for file in (Path(indexed.cache) / "index").iterdir():
            octets = bytearray(file.read_bytes())
            how = chance.randrange(3)
            if how == 0:
                octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
            elif how == 1:
                del octets[chance.randrange(len(octets)) :]
            if chance.randrange(4):
                file.write_bytes(octets)
            else:
                file.unlink()
        found = visit(box, indexed)
        assert len(found) == len(expected)
        assert [row[:8] for row in found] == [row[:8] for row in expected]


def test_an_index_that_others_can_write_is_not_used(box: Path, indexed: Settings) -> None:
    visit(box, indexed)
    for file in (Path(indexed.cache) / "index").iterdir():
        file.chmod(0o666)
    assert uses_index(box, indexed) == 0


def test_without_a_cache_folder_all_works(box: Path, indexed: Settings) -> None:
    indexed.cache = "/proc/none"
    assert visit(box, indexed) == truth(box)


def test_the_index_is_private_and_old_bases_go(box: Path, indexed: Settings) -> None:
    for _ in range(3):
        mailbox = open_mailbox(str(box), indexed)
        list(mailbox.values(b"Subject", range(len(mailbox))))
        mailbox.close()
        visit(box, indexed)
        box.touch()
    files = list((Path(indexed.cache) / "index").iterdir())
    assert len(files) == 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_session_keeps_what_it_mapped_when_another_makes_a_new_index(box: Path, indexed: Settings) -> None:
    visit(box, indexed)
    mailbox = open_mailbox(str(box), indexed)
    other = open_mailbox(str(box), indexed)
    other.commit(Plan(remove=[1, 2, 3]))
    other.close()
    deliver(box, indexed, *(f"n{number}" for number in range(9)))
    visit(box, indexed)
    outcome = mailbox.commit(Plan(remove=[4, 9]))
    assert (outcome.removed, outcome.kept, outcome.unmatched) == (2, 14, 0)
    assert [row[5] for row in truth(box)] == ["s0", "s5", "s6", "s7", "s8", *(f"n{number}" for number in range(9))]


def test_a_chunk_comes_back_as_it_went() -> None:
    chunk = Chunk(ALL)
    for number, text in enumerate(["", "plain", "Grüße\x00\n", "\udc80 lone", "日本語"]):
        chunk.add(Summary(text, "a@b", number - 3, -3600, text, 1 << 33), number)
    back = unpack(chunk.pack())
    assert back.lines == chunk.lines
    assert len(back) == len(chunk) == 5
    for at in range(5):
        one, other = back.summary(at), chunk.summary(at)
        assert one.subject == one.name == other.subject.replace("\n", " ")
        assert (one.date, one.zone, one.size) == (other.date, other.zone, other.size)


def test_nothing_is_kept_of_a_mailbox_that_changes_under_us(box: Path, indexed: Settings) -> None:
    mailbox = open_mailbox(str(box), indexed)
    told(mailbox)
    os.truncate(box, 100)
    mailbox.close()
    assert len(visit(box, indexed)) == 1


def test_a_message_that_was_half_written_when_the_index_was_made_is_read_again(box: Path, indexed: Settings) -> None:
    with open(box, "ab") as file:
        file.write(b"From bob@example.org Tue Nov 14 22:13:20 2023\nFrom: a@b\nSub")
        file.flush()
        visit(box, indexed)
        file.write(b"ject: whole now\n\nbody\n\n")
    assert visit(box, indexed) == truth(box)
    assert truth(box)[-1][5] == "whole now"


def test_no_gigabyte_moves_only_because_messages_are_no_longer_new(
    box: Path, indexed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pymail.mailboxes.commit._FAR", 300)
    octets = box.read_bytes()
    first = open_mailbox(str(box), indexed)
    first.commit(Plan(flags={**dict.fromkeys(range(10), OLD), 6: SEEN | OLD}))
    first.close()
    assert box.read_bytes().startswith(octets[: octets.index(b"\n\ns6")])
    second = open_mailbox(str(box), indexed)
    assert list(second.stored()) == [OLD] * 6 + [SEEN | OLD] + [OLD] * 3
    second.commit(Plan(flags={2: OLD | SEEN}))
    second.close()
    stored = list(open_mailbox(str(box), Settings("")).stored())
    assert stored == [0, 0, OLD | SEEN, OLD, OLD, OLD, OLD | SEEN, OLD, OLD, OLD]
    assert list(open_mailbox(str(box), indexed).stored()) == [OLD, OLD, *stored[2:]]


CALLS = [(os, "open"), (os, "write"), (os, "pread"), (os, "rename"), (os, "unlink"), (os, "listdir"), (os, "stat"),
         (posix, "open"), (posix, "stat"), (posix, "lstat"), (posix, "mkdir"), (mmap, "mmap")]  # fmt: skip


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOENT, errno.ENOSPC])
@pytest.mark.parametrize(("module", "call"), CALLS)
def test_whatever_call_on_the_index_fails_reading_is_as_without_it(
    box: Path, indexed: Settings, monkeypatch: pytest.MonkeyPatch, module: object, call: str, number: int
) -> None:
    tried = 0
    wanted, real = truth(box), getattr(module, call)
    for turn in range(40):
        count = 0

        def failing(*arguments: object, turn: int = turn, **names: object) -> object:
            nonlocal count
            if not isinstance(arguments[0], str) or "/cache" in arguments[0]:
                count += 1
                if count == turn + 1:
                    raise OSError(number, os.strerror(number), "index")
            return real(*arguments, **names)

        if turn % 3 == 0:
            shutil.rmtree(indexed.cache)
            Path(indexed.cache).mkdir(mode=0o700)
        with monkeypatch.context() as patched:
            patched.setattr(module, call, failing)
            assert visit(box, indexed) == wanted
        assert visit(box, indexed) == wanted
        tried += count > turn
    print(f"{call}: failed {tried} times")


def test_an_index_that_is_removed_at_any_moment_is_no_index(box: Path, indexed: Settings) -> None:
    index = Path(indexed.cache) / "index"
    for _ in range(3):
        visit(box, indexed)
        mailbox = open_mailbox(str(box), indexed)
        for path in index.iterdir():
            path.unlink()
        assert told(mailbox) == truth(box)
        shutil.rmtree(index)
        deliver(box, indexed, "more")
        assert mailbox.refresh() == 1
        assert told(mailbox) == truth(box)
        mailbox.close()
