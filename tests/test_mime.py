"""A letter taken apart: the tree of its parts, whatever its shape."""

from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.mime import DEEPEST, MOST, Part, parse

MIXED = b"Content-Type: multipart/mixed; boundary=x\n\n"


def tree(part: Part) -> list[tuple[str, str]]:
    return [(each.number, each.type) for each in part.walk()]


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b"", [("1", "text/plain")]),
        (b"\nbody", [("1", "text/plain")]),
        (b"Content-Type: text\n\nbody", [("1", "text/plain")]),
        (b"Content-Type: TEXT/HTML; x\n\n", [("1", "text/html")]),
        (MIXED + b"no delimiter", [("", "multipart/mixed")]),
        (MIXED + b"--x\n\na\n--x\n\nb\n--x--\n", [("", "multipart/mixed"), ("1", "text/plain"), ("2", "text/plain")]),
        (MIXED + b"--x\n--x\n\na", [("", "multipart/mixed"), ("1", "text/plain")]),
        (MIXED + b"--x  \n\na\n--xy\n--x-- \n", [("", "multipart/mixed"), ("1", "text/plain")]),
        (
            MIXED + b"--x\nContent-Type: multipart/alternative; boundary=y\n\n--y\n\na\n--x\n\nb\n",
            [("", "multipart/mixed"), ("1", "multipart/alternative"), ("1.1", "text/plain"), ("2", "text/plain")],
        ),
        (
            b"Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: a\n\nb\n--x--",
            [("", "multipart/digest"), ("1", "message/rfc822"), ("1.1", "text/plain")],
        ),
        (
            MIXED + b"--x\nContent-Type: message/rfc822\n\n" + MIXED.replace(b"=x", b"=y") + b"--y\n\na\n--x--\n",
            [("", "multipart/mixed"), ("1", "message/rfc822"), ("1", "multipart/mixed"), ("1.1", "text/plain")],
        ),
    ],
)
def test_parts_are_numbered_as_imap_does(raw: bytes, wanted: list[tuple[str, str]]) -> None:
    assert tree(parse(raw)) == wanted


@pytest.mark.parametrize(
    ("raw", "bodies"),
    [
        (MIXED + b"preamble\n--x\n\na\n\n--x\n\nb\n--x--\nepilogue", [b"a\n", b"b"]),
        (MIXED + b"--x\n\n--x\n\nb\n--x--", [b"", b"b"]),
        (MIXED + b"--x\nNo-Body: 1\n--x\n\nb", [b"", b"b"]),
        (MIXED + b"--x\nno header here\n--x--\n", [b"no header here"]),
        (b"Subject: a\nno empty line\nfollows", [b"no empty line\nfollows"]),
        (b"From x@y Mon\nSubject: a\n\nb", [b"b"]),
        (b"\xef\xbb\xbfSubject: a\n\nb", [b"b"]),
        (b"A: b\nContent-Type: multipart/mixed; boundary=x\nno empty line\n--x\n\na\n--x--\n", [b"a"]),
    ],
)
def test_bodies_begin_and_end_where_they_should(raw: bytes, bodies: list[bytes]) -> None:
    assert [leaf.octets() for leaf in parse(raw).leaves()] == bodies


def test_an_encoded_letter_is_opened() -> None:
    raw = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogYQ0KDQpi\n"
    root = parse(raw)
    assert tree(root) == [("1", "message/rfc822"), ("1.1", "text/plain")]
    assert root.parts[0].octets() == b"b"


def test_a_part_knows_its_name_disposition_and_size() -> None:
    raw = (
        b"Content-Type: image/png; name=b.png\nContent-Transfer-Encoding: base64\n"
        b"Content-Disposition: attachment; filename*=utf-8''%C3%BC.png\n\nAAAA\n"
    )
    part = parse(raw)
    assert (part.name, part.disposition, part.size) == ("\u00fc.png", "attachment", 3)


@pytest.mark.parametrize(
    ("kind", "octets", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"caf\xe9\r\n", "caf\u00e9\n"),
        ("text/plain", b"caf\xc3\xa9", "caf\u00e9"),
        ("text/plain; charset=us-ascii", b"caf\xe9", "caf\u00e9"),
        ("text/plain; charset=nobody-knows", b"caf\xc3\xa9", "caf\u00e9"),
        ("text/plain; charset=utf-16", "\u65e5".encode("utf-16"), "\u65e5"),
        ("text/plain; charset=utf-8", b"\xef\xbb\xbfa\rb", "a\nb"),
        ("text/plain", b"a\nbegin 644 x\n#86)C\n`\nend\nb\n", "a\nb\n"),
    ],
)
def test_texts_are_decoded_by_charset_or_guess(kind: str, octets: bytes, text: str) -> None:
    assert parse(f"Content-Type: {kind}\n\n".encode() + octets).text() == text


def test_uuencoded_files_are_parts_of_their_own() -> None:
    (file,) = parse(b"\na\nbegin 644 x.txt\n#86)C\n`\nend\n").uuencoded()
    assert (file.number, file.name, file.octets()) == ("1.1", "x.txt", b"abc")


@pytest.mark.parametrize(
    "raw",
    [
        b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(10_000)),
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" * 10_000,
        b"Content-Type: message/rfc822\n\n" * 10_000,
        b"Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n" * 10_000,
        MIXED + b"--x\nA: b\n" * 100_000,
        MIXED + b"--\n" * 1_000_000,
        b"A: b\n" * 200_000,
        b"Content-Type\n" * 200_000,
        b"Content-Type: " + b"a=b; " * 100_000,
    ],
)
def test_hostile_shapes_are_bounded(raw: bytes) -> None:
    parts = list(parse(raw).walk())
    assert len(parts) <= MOST
    assert max(part.number.count(".") for part in parts) <= DEEPEST


LINES = st.lists(
    st.sampled_from(
        [b"", b"--x", b"--x--", b"--y", b"Content-Type: multipart/mixed; boundary=x", b"text", b" folded",
         b"Content-Type: multipart/alternative; boundary=y", b"Content-Type: message/rfc822", b"A: b",
         b"Content-Transfer-Encoding: base64", b"QUJD", b"\r", b"Content-Type: text/plain; charset=utf-8", b"\xff\x00"]
    ),
    max_size=30,
)  # fmt: skip


@given(LINES)
def test_no_lines_make_the_reader_fail(lines: list[bytes]) -> None:
    for part in parse(b"\n".join(lines)).walk():
        assert 0 <= part.start <= part.stop <= part.end <= len(part.raw)
        assert isinstance(part.text(), str)
        assert part.size == len(part.octets())


PARTS = st.recursive(
    st.text("ab \n-", max_size=20),
    lambda inner: st.lists(inner, min_size=1, max_size=3),
    max_leaves=8,
)


@given(PARTS)
def test_well_formed_letters_are_read_as_the_standard_library_reads_them(shape: object) -> None:
    raw = written(shape, "x")
    ours = [(part.type, part.octets()) for part in parse(raw).leaves()]
    theirs = email.message_from_bytes(raw, policy=email.policy.compat32)
    assert ours == [
        (leaf.get_content_type(), leaf.get_payload(decode=True)) for leaf in theirs.walk() if not leaf.is_multipart()
    ]


def written(shape: object, boundary: str) -> bytes:
    """A letter of this shape: a text, or a list of shapes as multipart/mixed."""
    if not isinstance(shape, list):
        return b"Content-Type: text/plain\n\n" + str(shape).encode()
    inner = [written(each, f"{boundary}{number}") for number, each in enumerate(shape)]
    line = b"--" + boundary.encode()
    head = b"Content-Type: multipart/mixed; boundary=" + boundary.encode() + b"\n\n"
    return head + b"".join(line + b"\n" + part + b"\n" for part in inner) + line + b"--"


@pytest.mark.parametrize(
    ("charset", "line"),
    [("utf-8", "Größe\n"), ("utf-8", "日本 "), ("utf-16", "日本\n"), ("iso-2022-jp", "日本\n")],
    ids=["lines", "one line", "wide", "with states"],
)
def test_a_large_text_comes_in_stretches_that_are_the_whole(charset: str, line: str) -> None:
    text = line * 1_500_000
    part = parse(f"Content-Type: text/plain; charset={charset}\n\n".encode() + text.encode(charset))
    assert "".join(part.texts()) == text


def test_what_a_list_appends_to_base64_ends_the_last_stretch() -> None:
    part = parse(b"Content-Transfer-Encoding: base64\n\n" + b"QUFBQUFBQUFB\n" * 1_000_000 + b"-----\nsome words\n")
    assert [len(text) for text in part.texts()][1:] and part.text() == "".join(part.texts())


def test_words_behind_a_large_picture_in_a_page_are_read() -> None:
    picture = b"<img src='data:image/png;base64," + b"iVBORw0KGgo\n" * 500_000 + b"'>"
    small = "<img src=data:a/b;base64,AAAA>"
    page = parse(b"Content-Type: text/html\n\n<p>before</p>" + picture + b"behind" + small.encode())
    assert page.text(100_000) == f"<p>before</p><img src='data:image/png;base64,'>behind{small}"
    assert page.size > 6_000_000
