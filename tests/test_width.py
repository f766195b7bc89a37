"""Text as a terminal shows it: safe, measured in cells, cut between clusters."""

from __future__ import annotations

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import wcswidth, wcwidth

from pymail.scripts import measure
from pymail.width import cells, cut, fit, safe

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\tand tab", "plain\tand tab"),
        ("\x1b]0;title\x07", "^[]0;title^G"),
        ("a\x00b\x7f", "a^@b\\u{7f}"),
        ("\x9b31m", "\\u{9b}31m"),
        ("abc\u202edef\u202c", "abc\\u{202e}def\\u{202c}"),
        ("\u202aabc", "\\u{202a}abc"),
        ("\u2068abc", "\u2068abc\u2069"),
        ("\u2066a\u2067b\u2069", "\u2066a\u2067b\u2069\u2069"),
        ("\u2069\u2066a", "\u2069\u2066a\u2069"),
        ("\ue000", "\\u{e000}"),
        ("\udc80", "\\x80"),
        ("\u2028", "\\u{2028}"),
        ("buy\u200b\ufeff now", "buy now"),
        ("a\u00a0b\u200d", "a\u00a0b\u200d"),
        ("a\r\nb", "a  b"),
    ],
)
def test_what_could_drive_a_terminal_is_shown_visibly(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text())
def test_safe_text_holds_no_control_of_any_kind(text: str) -> None:
    shown = safe(text)
    assert not any(char < " " and char != "\t" or "\x7f" <= char < "\xa0" for char in shown)
    assert not any("\u202a" <= char <= "\u202e" or "\ue000" <= char <= "\uf8ff" for char in shown)
    assert safe(shown) == shown


def test_a_long_hostile_line_is_made_safe_piece_by_piece() -> None:
    assert safe("x" * 2_000_000 + "\x1b") == "x" * 2_000_000 + "^["


@pytest.mark.parametrize(
    ("text", "size"),
    [("abc", 3), ("Gr\u00fc\u00dfe", 5), ("\u65e5\u672c", 4), ("e\u0301", 1), (FAMILY, 2), ("\u2026", 1)],
)
def test_text_is_measured_in_cells(text: str, size: int) -> None:
    assert cells(text) == size


@pytest.mark.parametrize(
    ("text", "room", "kept"),
    [
        ("abcdef", 3, "abc"),
        ("\u65e5\u672c\u8a9e", 5, "\u65e5\u672c "),
        ("ae\u0301b", 2, "ae\u0301"),
        ("x" + FAMILY + "y", 2, "x "),
        ("x" + FAMILY + "y", 3, "x" + FAMILY),
        ("a\tb", 3, "a b"),
        ("\u2067\u05d0\u05d1\u05d2", 2, "\u2067\u05d0\u05d1\u2069"),
    ],
)
def test_text_is_cut_between_clusters_and_padded_by_cells(text: str, room: int, kept: str) -> None:
    assert fit(text, room) == kept


def test_text_can_be_aligned_to_the_right() -> None:
    assert fit("ab", 4, right=True) == "  ab"


@example("\u200d", 1)
@given(st.text(max_size=30), st.integers(1, 20))
def test_a_fitted_text_has_the_asked_width(text: str, room: int) -> None:
    assert cells(fit(text, room)) == room
    assert cells(cut(text, room)) <= room


def test_a_heap_of_accents_is_bounded() -> None:
    assert len(fit("e" + "\u0301" * 100_000, 10)) < 50


def test_scripts_measured_without_wcwidth_agree_with_it() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if char.isprintable() and not 0xD800 <= code < 0xE000 and wcwidth(char) != 1:
            assert cells(char) == max(wcswidth(char), 0), hex(code)
            assert code >= 0x300, hex(code)


@given(st.text(st.sampled_from("aé ßЖ—\u0301\u200d日本ｶガ한글Ａ！🎉©\u302a"), max_size=30), st.integers(1, 40))
def test_what_fits_is_known_without_a_table_where_it_can(text: str, room: int) -> None:
    from wcwidth import iter_graphemes, wcswidth

    found = measure(text, room)
    if found is not None:
        kept, used = "", 0
        for cluster in iter_graphemes(text):
            if used + wcswidth(cluster) > room:
                break
            kept, used = kept + cluster, used + wcswidth(cluster)
        assert (text[: found[0]], found[1]) == (kept, used)
