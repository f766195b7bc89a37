"""Journals that killed runs left: ended by the next start, wherever their mailbox is by then, and in nobody's way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pymail.errors import MailError
from pymail.mailboxes import journal, layout
from pymail.mailboxes.mailbox import Deposit, Plan, Settings
from pymail.mailboxes.opening import append_to, open_mailbox

LETTERS = [b"Subject: s%d\n\n" % number + b"line %d\n" % number * 2000 for number in range(6)]


@pytest.fixture
def box(tmp_path: Path, settings: Settings) -> Path:
    return fill(tmp_path / "box", settings)


def fill(path: Path, settings: Settings) -> Path:
    append_to(str(path), [Deposit([octets], 0, "bob@x", 1) for octets in LETTERS], settings=settings)
    return path


def killed(path: Path, settings: Settings, writes: int, letters: int = 0) -> None:
    """Delete the second message, or append letters, in a child that dies before so many writes are done."""
    child = os.fork()
    if child == 0:
        write, count = os.pwrite, 0

        def counted(*arguments: object) -> int:
            nonlocal count
            count += 1
            if count > writes:
                os._exit(9)
            return write(*arguments)  # type: ignore[arg-type]

        os.pwrite = counted  # type: ignore[assignment]
        layout.BLOCK = layout.PAGE
        if letters:
            append_to(str(path), [Deposit([LETTERS[0] * 50])] * letters, settings=settings)
        else:
            open_mailbox(str(path), settings).commit(Plan(remove=[1]))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    Path(f"{path}.lock").unlink()


def subjects(path: Path, settings: Settings) -> tuple[str, list[str]]:
    """What is told at the opening, and the subjects."""
    mailbox = open_mailbox(str(path), settings)
    try:
        return "; ".join(mailbox.notes), [mailbox.summary(number).subject for number in range(len(mailbox))]
    finally:
        mailbox.close()


WITHOUT = ["s0", "s2", "s3", "s4", "s5"]


@pytest.mark.parametrize("writes", [4, 7, 12])
def test_a_mailbox_that_was_renamed_meanwhile_is_finished_under_its_new_name(
    box: Path, settings: Settings, writes: int
) -> None:
    killed(box, settings, writes)
    box.rename(box.with_name("renamed"))
    told, found = subjects(box.with_name("renamed"), settings)
    assert found == WITHOUT and "finished" in told
    assert not journal.pending(settings.state)


def test_a_mailbox_whose_disk_has_another_number_now_is_finished(box: Path, settings: Settings) -> None:
    killed(box, settings, 7)
    file = Path(journal.file_for(settings.state, box.stat()))
    file.rename(file.with_name("ffff-" + file.name.partition("-")[2]))
    told, found = subjects(box, settings)
    assert found == WITHOUT and "finished" in told
    assert not journal.pending(settings.state)


@pytest.mark.parametrize("letters", [0, 30], ids=["rewritten", "appended to"])
def test_a_mailbox_that_is_gone_is_told_until_its_journal_is_removed_and_stops_nobody(
    box: Path, settings: Settings, letters: int
) -> None:
    killed(box, settings, 7, letters)
    other = fill(box.with_name("other"), settings)
    box.rename(box.with_name("elsewhere"))
    for _ in range(2):
        told, found = subjects(other, settings)
        assert len(found) == 6 and f"{box}: " in told and "remove " in told
    Path(told.rpartition("remove ")[2]).rename(box.with_name("kept"))
    assert subjects(other, settings) == ("", found)
    box.with_name("kept").rename(told.rpartition("remove ")[2])
    box.with_name("elsewhere").rename(box)
    told, found = subjects(other, settings)
    assert ("removed" if letters else "finished") in told and len(found) == 6
    assert subjects(box, settings) == ("", found if letters else WITHOUT)


def test_a_mailbox_that_got_the_inode_of_one_that_is_gone_is_left_alone_and_can_be_written(
    box: Path, settings: Settings
) -> None:
    killed(box, settings, 7)
    file = journal.file_for(settings.state, box.stat())
    other = box.with_name("other")
    other.write_bytes(b"".join(b"From bob Tue Nov 14 22:13:20 2023\n" + octets[:713] + b"\n" for octets in LETTERS))
    before = other.read_bytes()
    os.rename(file, journal.file_for(settings.state, other.stat()))
    box.unlink()
    told, found = subjects(other, settings)
    assert len(found) == 6 and "it is gone" in told and other.read_bytes() == before
    append_to(str(other), [Deposit([LETTERS[0]])], settings=settings)
    assert len(subjects(other, settings)[1]) == 7


@pytest.mark.parametrize("writes", [4, 6, 7])
def test_a_torn_letter_is_not_looked_for_in_a_file_that_was_rewritten_since(
    box: Path, settings: Settings, writes: int
) -> None:
    size = box.stat().st_size
    killed(box, settings, writes, letters=30)
    octets = box.read_bytes()
    assert len(octets) > size
    # Another program deletes the first message, and mail comes, until the length is just what it was.
    begin = octets.index(b"From ", 1)
    box.write_bytes((octets[begin:size] + b"x" * 2000 * 1000)[: len(octets)])
    before = box.read_bytes()
    told, _ = subjects(box, settings)
    assert "another program changed it" in told
    assert box.read_bytes() == before


def test_what_is_no_journal_in_the_folder_of_journals_stops_nobody(box: Path, settings: Settings) -> None:
    folder = Path(settings.state, "journal")
    (folder / "notes.txt").write_text("hello")
    (folder / "1-2").mkdir()
    (folder / "1-3").write_text("no journal")
    (folder / "1-4").write_text("anybody could write it")
    (folder / "1-4").chmod(0o666)
    (folder / "1-5").symlink_to("/etc/passwd")
    told, found = subjects(box, settings)
    assert len(found) == 6 and "1-4" in told and "1-5" in told
    mailbox = open_mailbox(str(box), settings)
    assert mailbox.commit(Plan(remove=[1])).removed == 1
    assert subjects(box, settings)[1] == WITHOUT


def test_a_journal_that_never_became_whole_is_removed_once_nobody_can_be_at_work_on_it(
    box: Path, settings: Settings
) -> None:
    killed(box, settings, 1)
    (torn,) = Path(settings.state, "journal").iterdir()
    assert subjects(box, settings) == ("", [f"s{number}" for number in range(6)])
    assert torn.exists()
    os.utime(torn, (0, 0))
    assert subjects(box, settings)[0] == ""
    assert not torn.exists()


@pytest.mark.parametrize("writes", [4, 7, 12])
def test_a_mailbox_that_is_open_while_another_run_is_killed_is_finished_when_it_is_read(
    box: Path, settings: Settings, writes: int
) -> None:
    mailbox = open_mailbox(str(box), settings)
    readonly = open_mailbox(str(box), settings, readonly=True)
    killed(box, settings, writes)
    with pytest.raises(MailError, match="by a run that was killed"):
        readonly.raw(3)
    late = open_mailbox(str(box), settings, readonly=True)
    assert "half written" in late.notes[0]
    assert [mailbox.raw(number) for number in (0, 2, 3, 4, 5)] == [LETTERS[number] for number in (0, 2, 3, 4, 5)]
    assert "finished" in mailbox.notes[-1]
    assert [readonly.raw(number) for number in (0, 2, 3, 4, 5)] == [LETTERS[number] for number in (0, 2, 3, 4, 5)]
    assert mailbox.commit(Plan(remove=[2])).removed == 1
    for each in (mailbox, readonly, late):
        each.close()


def test_letters_can_be_saved_in_the_mailbox_that_holds_them(box: Path, settings: Settings) -> None:
    mailbox = open_mailbox(str(box), settings)
    append_to(str(box), [Deposit(mailbox.pieces(number % 6)) for number in range(400)], settings=settings)
    assert mailbox.refresh() == 400
    found = [mailbox.raw(number) for number in range(406)]
    assert found == [LETTERS[number % 6] for number in [*range(6), *range(400)]]
    mailbox.close()
