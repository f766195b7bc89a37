"""What stands before the subjects of answers and of letters passed on."""

from __future__ import annotations

import pytest

from pymail import subjects


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Tea", "tea"),
        ("Re: Fwd: Re[2]: Tea", "tea"),
        ("AW: WG: Tee", "tee"),
        ("回复：茶", "茶"),
        ("re:", ""),
        ("Rest: tea", "rest: tea"),
        ("", ""),
    ],
)
def test_subjects_are_compared_without_marks(subject: str, base: str) -> None:
    assert subjects.base(subject) == base
