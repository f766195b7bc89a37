"""Searches as IMAP has them: keys and what they find, on the folder of test_msglist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_msglist import box

from pymail import criteria
from pymail.errors import MailError


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(from alice)", {1, 5}),
        ('(from "alice")', {1, 5}),
        ("(FROM Alice)", {1, 5}),
        ('(subject "tea time")', {3}),
        (r'(subject "\t\e\a")', {1, 3}),
        ("(from alice subject tea)", {1}),
        ("((from alice) (subject tea))", {1}),
        ("(or from bob from carol)", {2, 3}),
        ("(or (from bob) (or (from carol) (from dave)))", {2, 3, 4}),
        ("(or from bob from alice subject tea)", {1}),
        ("(not (from alice))", {2, 3, 4}),
        ("(not (or (from alice) (from bob)))", {3, 4}),
        ("(body inside)", {3}),
        ("(header subject tea)", {1, 3}),
        ("(text tea)", {1, 3}),
        ("(larger 300)", {4, 5}),
        ("(smaller 300)", {1, 2}),
        ("(sentbefore 2-Jun-2026)", {1}),
        ("(senton 02-jun-2026)", {2}),
        ("(sentsince 4-JUN-2026)", {4, 5}),
        ("(before 2-Jul-2026)", {1}),
        ("(on 3-Jul-2026)", {3}),
        ("(since 1-Jan-2027)", set()),
        ("(new)", {1, 5}),
        ("(old)", {2, 3, 4}),
        ("(seen)", {3}),
        ("(deleted)", {4}),
        ("(undeleted)", {1, 2, 3, 5}),
        ("(all)", {1, 2, 3, 4, 5}),
    ],
)
def test_a_search_finds_these_messages(text: str, numbers: set[int]) -> None:
    assert criteria.numbers(text, box()) == numbers


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(from)", "what is to be looked for"),
        ("(header x)", "what is to be looked for"),
        ("(not)", "a key"),
        ("(or from a)", "a key"),
        ("()", "a key"),
        ("(from a nonsense b)", "no such key"),
        ("(larger much)", "octets"),
        ("(since yesterday)", "4-jun-2026"),
        ("(since 4-juin-2026)", "4-jun-2026"),
    ],
)
def test_what_is_wrong_with_a_search_is_said(text: str, why: str) -> None:
    with pytest.raises(MailError, match=why):
        criteria.numbers(text, box())


@pytest.mark.parametrize("text", ["(Lovely) x@y", "(comment)", "from bob", "(", ""])
def test_other_words_in_parentheses_are_no_searches(text: str) -> None:
    assert not criteria.is_search(text)


def test_a_search_ends_where_its_parentheses_close() -> None:
    text = '(or (from "a)b") (to c)) rest'
    assert text[criteria.end(text) :] == " rest"
    with pytest.raises(MailError, match="missing"):
        criteria.end("(from (to x)")


@given(st.lists(st.sampled_from(["(", ")", "from", "not", "or", "a", '"x y"', "larger", "9", "on", " "]), max_size=12))
def test_any_words_in_parentheses_are_numbers_or_an_error(words: list[str]) -> None:
    text = "(" + " ".join(words) + ")"
    try:
        assert criteria.numbers(text[: criteria.end(text)], box()) <= set(range(1, 6))
    except MailError:
        pass
