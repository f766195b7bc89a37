"""The plan of quit, as a table: marks and variables -> what becomes of each message."""

from __future__ import annotations

import pytest

from pymail.disposal import dispose
from pymail.folder import DELETED, MBOX, PRESERVED, SAVED, TOUCHED
from pymail.summary import OLD, SEEN

STAYS, GOES, MOVES = "stays", "goes", "to mbox"


def fate(mark: int, system: bool, hold: bool, keepsave: bool) -> str:
    plan = dispose(bytes([mark]), bytes([OLD]), bytes([OLD]), system=system, hold=hold, keepsave=keepsave)
    assert plan.removed == plan.to_mbox + plan.deleted + plan.saved
    return MOVES if plan.to_mbox else GOES if plan.removed else STAYS


@pytest.mark.parametrize(
    ("mark", "plain", "hold", "keepsave", "both"),
    [
        (0, STAYS, STAYS, STAYS, STAYS),
        (TOUCHED, MOVES, STAYS, MOVES, STAYS),
        (DELETED, GOES, GOES, GOES, GOES),
        (DELETED | TOUCHED, GOES, GOES, GOES, GOES),
        (DELETED | SAVED | MBOX, GOES, GOES, GOES, GOES),
        (SAVED, GOES, GOES, MOVES, STAYS),
        (SAVED | TOUCHED, GOES, GOES, MOVES, STAYS),
        (MBOX, MOVES, MOVES, MOVES, MOVES),
        (MBOX | TOUCHED, MOVES, MOVES, MOVES, MOVES),
        (MBOX | SAVED, MOVES, MOVES, MOVES, MOVES),
        (PRESERVED | TOUCHED, STAYS, STAYS, STAYS, STAYS),
        (PRESERVED, STAYS, STAYS, STAYS, STAYS),
        (PRESERVED | SAVED, STAYS, STAYS, STAYS, STAYS),
    ],
)
def test_a_message_of_the_system_mailbox_goes_where_marks_and_variables_say(
    mark: int, plain: str, hold: str, keepsave: str, both: str
) -> None:
    assert fate(mark, True, False, False) == plain
    assert fate(mark, True, True, False) == hold
    assert fate(mark, True, False, True) == keepsave
    assert fate(mark, True, True, True) == both


@pytest.mark.parametrize("mark", [0, TOUCHED, SAVED, SAVED | TOUCHED, PRESERVED, MBOX])
def test_messages_of_another_file_stay_unless_deleted(mark: int) -> None:
    assert fate(mark, False, False, False) == STAYS
    assert fate(mark | DELETED, False, True, True) == GOES


def test_only_changed_flags_are_stored_and_what_was_new_becomes_old() -> None:
    plan = dispose(bytes(3), bytes([0, OLD, OLD | SEEN]), bytes([0, OLD, OLD]), system=True, hold=True, keepsave=True)
    assert plan.flags == {0: OLD, 2: OLD | SEEN}
