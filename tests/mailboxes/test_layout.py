"""Layouts: the octets of every block, and that an order of writing never eats a source."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pymail.mailboxes import layout
from pymail.mailboxes.layout import Edits, Layout


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "BLOCK", 64)
    monkeypatch.setattr(layout, "PAGE", 8)


@st.composite
def changes(draw: st.DrawFn) -> tuple[bytes, list[tuple[int, int, bytes]]]:
    old = bytes(i % 251 for i in range(draw(st.integers(1, 900))))
    edits, at = [], 0
    while at < len(old) and draw(st.integers(0, 9)) > 0:
        at += draw(st.integers(0, 120))
        cut = draw(st.sampled_from([0, 0, 1, 5, 90, 200]))
        if at + cut > len(old):
            break
        put = b"*" * draw(st.sampled_from([0, 1, 5, 90, 300]))
        if cut or put:
            edits.append((at, cut, put))
        at += cut + 1
    return old, edits


@given(changes())
@settings(max_examples=400, deadline=None)
def test_blocks_written_in_order_over_their_own_source_make_the_new_file(
    change: tuple[bytes, list[tuple[int, int, bytes]]],
) -> None:
    old, listed = change
    edits, expected, done = Edits(), b"", 0
    for at, cut, put in listed:
        edits.add(at, cut, put)
        expected += old[done:at] + put
        done = at + cut
    expected += old[done:]
    plan = Layout(edits, len(old))
    assert plan.new == len(expected)
    with tempfile.TemporaryFile() as file:
        fd = file.fileno()
        os.write(fd, old)
        os.ftruncate(fd, max(len(old), plan.new))
        for block in plan.ordered():
            os.pwrite(fd, plan.octets(fd, block), block.at)
        os.ftruncate(fd, plan.new)
        assert os.pread(fd, plan.new + 1, 0) == expected


def test_cuts_that_touch_are_one_cut() -> None:
    edits = Edits()
    edits.add(10, 5, b"")
    edits.add(15, 5, b"")
    assert (len(edits), edits.at[0], edits.cut[0]) == (1, 10, 10)
