"""Status lines: one of each, where they were, and nothing else added."""

from __future__ import annotations

import pytest

from pymail.mailboxes import status
from pymail.summary import ANSWERED, DRAFT, FLAGGED, OLD, SEEN


def changed(head: bytes, flags: int, compact: bool = False) -> bytes:
    out, done = b"", 0
    for at, cut, put in status.edits(head, flags, compact):
        out += head[done:at] + put
        done = at + cut
    return out + head[done:]


@pytest.mark.parametrize(
    ("head", "flags", "after"),
    [
        (b"A: b\n\n", OLD, b"A: b\nStatus: O\n\n"),
        (b"A: b\n\n", SEEN | OLD | ANSWERED | FLAGGED, b"A: b\nStatus: RO\nX-Status: AF\n\n"),
        (b"A: b\n\n", 0, b"A: b\n\n"),
        (b"A: b\nStatus: O\nC: d\n\n", SEEN | OLD, b"A: b\nStatus: RO\nC: d\n\n"),
        (b"status: O\nA: b\n\n", SEEN | OLD, b"Status: RO\nA: b\n\n"),
        (b"A: b\nStatus: OR\n\n", SEEN | OLD, b"A: b\nStatus: OR\n\n"),
        (b"Status: O\nA: b\nStatus: R\nStatus: O\n\n", SEEN | OLD, b"Status: RO\nA: b\n\n"),
        (b"Status: RO\nA: b\nStatus: R\n\n", SEEN | OLD, b"Status: RO\nA: b\n\n"),
        (b"A: b\nStatus:\n RO\nStatus: O\n\tR\nC: d\n\n", SEEN, b"A: b\nStatus: R\nC: d\n\n"),
        (b"Status: O\nA: b\nStatus: O\n\n", OLD | SEEN, b"Status: RO\nA: b\n\n"),
        (b"X-Status: A\nStatus: RO\nX-UID: 7\n\n", SEEN | OLD | DRAFT, b"X-Status: T\nStatus: RO\nX-UID: 7\n\n"),
        (b"A: b\nStatus: RO\n\n", 0, b"A: b\nStatus: \n\n"),
        (b"A: b\r\nX-Spam-Status: RO\r\n\r\n", OLD, b"A: b\r\nX-Spam-Status: RO\r\nStatus: O\r\n\r\n"),
        (b"A: b", OLD, b"A: b\nStatus: O\n"),
        (b"\n", OLD, b"Status: O\n\n"),
        (b"", OLD, b"Status: O\n"),
    ],
)
def test_a_header_stores_flags(head: bytes, flags: int, after: bytes) -> None:
    assert changed(head, flags) == after


@pytest.mark.parametrize(
    ("line", "flags", "after"),
    [
        (b"Status: O\n", SEEN | OLD, b"Status:RO\n"),
        (b"Status: RO\n", OLD, b"Status: O \n"),
        (b"Status: RO\n", 0, b"Status:   \n"),
        (b"Status:\n", SEEN | OLD, b"Status: RO\n"),
        (b"X-Status: A   \n", ANSWERED | FLAGGED, b"X-Status: AF  \n"),
    ],
)
def test_where_much_would_move_a_line_keeps_its_length_if_it_can(line: bytes, flags: int, after: bytes) -> None:
    assert changed(b"A: b\n" + line + b"\n", flags, compact=True) == b"A: b\n" + after + b"\n"


@pytest.mark.parametrize(
    ("letter", "flags", "after"),
    [
        (b"A: b\n\nbody\n", 0, b"A: b\n\nbody\n"),
        (b"Status: RO\nA: b\nX-Status: F\n\nbody", OLD, b"A: b\nStatus: O\n\nbody"),
        (b"A: b\nContent-Length: 4\n more\nC: d\n\nStatus: x\n", SEEN, b"A: b\nC: d\nStatus: R\n\nStatus: x\n"),
        (b"A: b", OLD | FLAGGED, b"A: b\nStatus: O\nX-Status: F\n\n"),
        (b"\nbody\n", OLD, b"Status: O\n\nbody\n"),
        (b"", 0, b"\n"),
    ],
)
def test_a_copy_has_just_the_lines_for_its_flags(letter: bytes, flags: int, after: bytes) -> None:
    for step in (1, 3, 100):
        pieces = [letter[at : at + step] for at in range(0, len(letter), step)]
        assert b"".join(status.stamped(pieces, flags)) == after
