"""What becomes of each message when a folder is left: the plan of quit.

Apart and pure, because here mail is moved and removed: marks, flags and variables go in,
places in the mailbox come out (POSIX mailx: quit, hold, keepsave, preserve, mbox, touch,
and the states of messages).
"""

from __future__ import annotations

from pymail.folder import DELETED, MBOX, PRESERVED, SAVED, TOUCHED
from pymail.summary import OLD


class Disposal:
    """What becomes of each message, by places in the mailbox.

    `to_mbox` is appended to mbox before it goes, with `deleted` and with `saved`, which
    another file holds now; `flags` are those to be stored of messages that stay.
    """

    __slots__ = ("to_mbox", "deleted", "saved", "flags")

    def __init__(self) -> None:
        self.to_mbox: list[int] = []
        self.deleted: list[int] = []
        self.saved: list[int] = []
        self.flags: dict[int, int] = {}

    @property
    def removed(self) -> list[int]:
        """All that leave the mailbox."""
        return [*self.to_mbox, *self.deleted, *self.saved]


def dispose(
    marks: bytearray, flags: bytearray, stored: bytearray, *, system: bool, hold: bool, keepsave: bool
) -> Disposal:
    """The plan for all messages. Only in the system mailbox do messages move; deleted ones go everywhere."""
    plan = Disposal()
    for place, (mark, flag) in enumerate(zip(marks, flags, strict=True)):
        if mark & DELETED:
            plan.deleted.append(place)
        elif system and _goes_to_mbox(mark, hold, keepsave):
            plan.to_mbox.append(place)
        elif system and mark & SAVED and not mark & PRESERVED and not keepsave:
            plan.saved.append(place)
        elif flag | OLD != stored[place]:
            plan.flags[place] = flag | OLD
    return plan


def _goes_to_mbox(mark: int, hold: bool, keepsave: bool) -> bool:
    """Does a message of the system mailbox go to mbox?

    preserve keeps it, mbox sends it; saved and read ones stay with hold. Without, saved ones
    go there with keepsave, else nowhere but to the file that they are in already.
    """
    if mark & (PRESERVED | MBOX):
        return not mark & PRESERVED
    if mark & SAVED:
        return keepsave and not hold
    return bool(mark & TOUCHED) and not hold
