"""Quotes in quotes: each answer is one mark deeper, however long its paragraphs are (RFC 3676 4.5)."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import room

from pymail.addresses import Address
from pymail.body import Body
from pymail.draft import Draft
from pymail.encode import Message
from pymail.reflow import reflow

PARAGRAPH = st.lists(st.text("abcdefghij.,-ü", min_size=1, max_size=15), min_size=1, max_size=40).map(" ".join)
LINES = st.lists(st.tuples(st.integers(0, 4), PARAGRAPH.filter(lambda text: text != "--")), min_size=1, max_size=5)


def written(lines: list[str]) -> bytes:
    """A letter with these paragraphs, format=flowed."""
    draft = Draft()
    draft.sender = Address("", "a", "x")
    draft.body = Body("".join(line + "\n" for line in lines).encode())
    draft.flowed = True
    return b"".join(Message(draft, hostname="h", now=0).pieces())


def read(octets: bytes) -> list[str]:
    """The paragraphs of such a letter."""
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert message.get_param("format") == "flowed"
    return list(reflow(message.get_content(), False, 0))


def deep(depth: int, text: str) -> str:
    return f"{'>' * depth} {text}" if depth else text


@settings(deadline=None)
@given(LINES)
def test_an_answer_to_a_flowed_letter_is_one_deeper_and_flows(lines: list[tuple[int, str]]) -> None:
    letter = written([deep(depth, text) for depth, text in lines])
    assert read(letter) == [deep(depth, text) for depth, text in lines]
    with TemporaryDirectory() as folder:
        s = room([letter], home=Path(folder), typed="ANSWER\n")
        s.do("set quote=noheading format-flowed", "reply 1")
        sent = (Path(folder) / "sent").read_bytes().partition(b"DATA\n")[2].removesuffix(b".\n")
    answer = read(sent.replace(b"\n..", b"\n."))
    assert answer == [*(deep(depth + 1, text) for depth, text in lines), "", "ANSWER"]
