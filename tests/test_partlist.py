"""Parts of messages as message lists name them."""

from __future__ import annotations

import pytest

from pymail import partlist


@pytest.mark.parametrize(
    ("term", "message", "parts"),
    [
        ("4.2", "4", ["2"]),
        ("4[2]", "4", ["2"]),
        ("4[1.2]", "4", ["1.2"]),
        ("12.1.10", "12", ["1.10"]),
        ("$.1", "$", ["1"]),
        ("^[1]", "^", ["1"]),
        ("..3", ".", ["3"]),
        ("4.2-4", "4", ["2", "3", "4"]),
        ("4.1.2-3", "4", ["1.2", "1.3"]),
    ],
)
def test_a_term_can_name_parts(term: str, message: str, parts: list[str]) -> None:
    assert partlist.parse(term) == (message, parts)


@pytest.mark.parametrize(
    "term",
    ["", "4", ".", "$", "4.", "4[]", "4[2", "4.0", "10.0.0.1", "4.x", "4.2.", "4..2", "bob.2", "4-5", "4.123456"],
)
def test_no_other_term_does(term: str) -> None:
    assert partlist.parse(term)[1] == []
