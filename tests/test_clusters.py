"""Clusters and their width where wcwidth is not installed."""

from __future__ import annotations

import pytest
import wcwidth
from hypothesis import given, settings
from hypothesis import strategies as st

from pymail.clusters import iter_graphemes, wcswidth

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
GERMANY, FRANCE = "\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"


@pytest.mark.parametrize(
    "clusters",
    [
        ["a", "b"],
        ["e\u0301", "x"],
        ["\u65e5", "\u672c"],
        [FAMILY, "!"],
        [GERMANY, FRANCE],
        ["\U0001f44d\U0001f3fd", "\u2764\ufe0f"],
        ["\u1112\u1161\u11ab", "\uae00"],
        ["1\ufe0f\u20e3"],
    ],
)
def test_common_clusters_are_those_of_wcwidth(clusters: list[str]) -> None:
    text = "".join(clusters)
    assert list(iter_graphemes(text)) == clusters == list(wcwidth.iter_graphemes(text))
    assert wcswidth(text) == wcwidth.wcswidth(text)


def test_a_joiner_joins_no_blank() -> None:
    assert list(iter_graphemes("a\u200d ")) == ["a\u200d", " "]


@settings(deadline=None)
@given(st.text())
def test_clusters_leave_nothing_out(text: str) -> None:
    assert "".join(iter_graphemes(text)) == text
    assert wcswidth(text) == sum(map(wcswidth, iter_graphemes(text)))
