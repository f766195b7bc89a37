"""mboxrd quoting: what is written comes back octet by octet, in whatever pieces it went."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.mailboxes.quoting import quote, quoted, unquote

LINES = st.sampled_from(
    [b"From x", b">From x", b">>From ", b"From", b">Fro", b" From x", b"x From y", b">", b"", b"\x00"]
)
TEXTS = st.lists(LINES, max_size=8).map(b"\n".join)


@pytest.mark.parametrize(
    ("letter", "stored"),
    [
        (b"From x\n", b">From x\n"),
        (b"a\nFrom x\n", b"a\n>From x\n"),
        (b"a\n>From x\n>>From y", b"a\n>>From x\n>>>From y"),
        (b"a From x\n From y\nFromage\n", b"a From x\n From y\nFromage\n"),
        (b"a\nFrom ", b"a\n>From "),
        (b"a\n>> From x\n", b"a\n>> From x\n"),
    ],
)
def test_lines_that_look_like_a_boundary_get_one_more_angle(letter: bytes, stored: bytes) -> None:
    assert quote(letter) == stored
    assert unquote(stored) == letter


@given(TEXTS, st.lists(st.integers(0, 60), max_size=6))
def test_quoting_comes_back_however_it_was_cut(letter: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(letter), *(cut for cut in cuts if cut < len(letter))})
    pieces = [letter[a:b] for a, b in zip(places, places[1:], strict=False)]
    stored = b"".join(quoted(pieces))
    assert stored == quote(letter)
    assert unquote(stored) == letter
    assert not stored.startswith(b"From ") and b"\nFrom " not in stored


@given(TEXTS)
def test_an_mbox_of_lines_without_boundaries_is_read_as_mboxo_would(letter: bytes) -> None:
    assert unquote(letter).replace(b">", b"") == letter.replace(b">", b"")


def test_a_million_angles_take_little_time() -> None:
    pieces = [b">" * 65536] * 64
    assert b"".join(quoted(pieces)) == b"".join(pieces)
