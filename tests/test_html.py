"""HTML mail as text: laid out, links numbered, nothing fetched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import html, tags


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("", []),
        ("just text", ["just text"]),
        ("<p>one<p>two", ["one", "", "two"]),
        ("a<br>b", ["a", "b"]),
        ("<ul><li>one<li>two</ul>", ["  * one", "  * two"]),
        ("<table><tr><td>a<td>b<tr><td>long<td>c</table>", ["a     b", "long  c"]),
        ("<table><tr><td>\u65e5\u672c\u8a9e<td>1<tr><td>abc<td>2</table>", ["\u65e5\u672c\u8a9e  1", "abc     2"]),
        ("<table><tr><td>e\u0301\u0302x<td>1<tr><td>abc<td>2</table>", ["e\u0301\u0302x   1", "abc  2"]),
        ("<table><tr><td>&#x1f469;&zwj;x<td>1<tr><td>abc<td>2</table>", ["\U0001f469\u200dx  1", "abc  2"]),
        ("<table><tr><td>\U000f0000\U000f0001<td>\u65e5</table>", ["\U000f0000\U000f0001  \u65e5"]),
        ("<dl><dt>a<dd>b<dt>c<dd>d</dl><section>e</section>f<hr>g", ["a", "    b", "c", "    d", "e", "f", "g"]),
        ("I<blockquote>you<blockquote>they</blockquote></blockquote>I", ["I", "", "  you", "", "    they", "", "I"]),
        ("&lt;b&gt; &euro; &nbsp;x", ["<b> \u20ac x"]),
        ("<head><title>t</title><style>s</style></head><script>x</script>seen", ["seen"]),
        ("<p style='display: none'>no</p><p style='font-size:0px'>no</p><p style='font-size:0.9em'>yes</p>", ["yes"]),
        ("<p hidden>no</p>yes<!-- no -->", ["yes"]),
        ("see <img src='http://x.example/y' alt='a  logo'>", ["see [a logo]"]),
        ("<pre>a  b\n c</pre>", ["a  b", " c"]),
        ("<?xml version='1.0' encoding='utf-16'?><p>declared", ["declared"]),
        ("<b>never closed <i>at all", ["never closed at all"]),
        ("a<p></p><p></p><p></p>b", ["a", "", "b"]),
    ],
)
def test_a_page_reads_like_text(source: str, lines: list[str]) -> None:
    assert html.page(source, 0).lines == lines


def test_links_are_numbered_and_keep_their_true_targets() -> None:
    page = html.page(
        "<a href='https://a.example/1'>one</a> <a href=' https://a.example/\n1 '>again</a> "
        "<a href='http://b.example/'><b>two</b></a> <a href='mailto:x@y'>x@y</a> <a href='#top'>top</a> <a>none</a>",
        0,
    )
    assert page.lines == ["one[1] again[1] two[2] x@y top none"]
    assert page.links == ["https://a.example/1", "http://b.example/"]
    assert page.anchors[-1] == ("x@y", "mailto:x@y")


def test_prose_that_stands_side_by_side_is_read_one_after_the_other() -> None:
    left, right = "left " * 14, "right " * 8
    table = f"<table><tbody><tr><td><p>{left}</p><td>{right}</tbody></table>"
    data = "<table><tr><td>a<td>b</table>"
    assert html.page(table + data, 60).lines == [
        *["left " * 11 + "left", "left left", "", "right " * 7 + "right", "a  b"],
    ]  # fmt: skip
    one = f"<table><tr><td align=right>a<tr><td style='text-align: center'>b<tr><td>{left}</table>"
    assert html.page(one, 60).lines[:2] == ["a", "b"]
    assert html.page(table, 200).lines == [left.strip() + "  " + right.strip()]


def test_prose_is_wrapped_and_tables_are_not() -> None:
    page = html.page("<p>" + "word " * 9 + "</p><table><tr><td>" + "a " * 12 + "<td>b</table>", 20)
    assert page.lines[:3] == ["word word word word", "word word word word", "word"]
    assert page.lines[-1] == "a " * 12 + " b"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>a</p>b<br>c", "\na\nb\nc"),
        ("w<b>or</b>d &amp;c", "word &c"),
        ("<script>no</script>a<!-- x -->b<style>no", "ab"),
        ("a<img src=x alt=' x &amp; y '>b<img alt=''>c", "a[x & y]bc"),
        ("a < b", "a"),
        ("a<\t>b</>c< / >d", "abcd"),
    ],
)
def test_tags_can_be_stripped_quickly(source: str, text: str) -> None:
    assert tags.stripped(source) == text


@pytest.mark.parametrize(
    "source", ["<" * 1_000_000, "<script>" * 200_000, "<table><tr><td>" * 20_000, "<!--" * 200_000]
)
def test_hostile_pages_are_bounded(source: str) -> None:
    assert sum(map(len, html.page(source, 80).lines)) <= len(source)
    assert len(tags.stripped(source)) <= len(source)


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<table>", "<td>", "<a href=x>", "<li>", "&", "\0", "\ud800", "x", "<"]))
)
def test_no_page_makes_the_reader_fail(pieces: list[str]) -> None:
    assert not any("\n" in line for line in html.page("".join(pieces), 40).lines)
    assert len(tags.stripped("".join(pieces))) <= len("".join(pieces))
