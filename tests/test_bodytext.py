"""Any octets as text on the wire: what Python's own decoders make of it again."""

from __future__ import annotations

import base64
import binascii
import quopri
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import bodycoding, bodytext
from pymail.bodytext import BASE64, EIGHT, QUOTED, SEVEN, Scan

TROUBLE = [b"From ", b"\n", b"\r", b"\r\n", b".", b" ", b"\t", b"=", b"x" * 77, b"\xc3", b"\xbc", b"\0", b"--=_"]
TEXTS = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(TROUBLE)).map(b"".join),
)


def cut(octets: bytes, sizes: list[int]) -> Iterator[bytes]:
    at = 0
    for size in [*sizes, len(octets)]:
        if octets[at : at + size]:
            yield octets[at : at + size]
        at += size


SIZES = st.lists(st.integers(0, 100), max_size=5)


@pytest.mark.parametrize(
    ("octets", "charset", "encoding"),
    [
        (b"", "us-ascii", SEVEN),
        (b"hello\n", "us-ascii", SEVEN),
        (b"no end", "us-ascii", SEVEN),
        (b"tab\tand blanks  \n.\n..\n", "us-ascii", SEVEN),
        (b"a=3D b=\n", "us-ascii", SEVEN),
        (b"x" * 998 + b"\n", "us-ascii", SEVEN),
        (b"x" * 999 + b"\n", "us-ascii", QUOTED),
        (b"From here\n", "us-ascii", QUOTED),
        (b"a\nFrom here\n", "us-ascii", QUOTED),
        (b"a From here\n", "us-ascii", SEVEN),
        (b"--=_x\n", "us-ascii", QUOTED),
        (b"a\r\nb\r\n", "us-ascii", QUOTED),
        (b"progress\r100%\n", "us-ascii", QUOTED),
        (b"\x1b[31mred\x1b[0m\n", "us-ascii", QUOTED),
        (b"a\0b\x7f\f\n", "us-ascii", QUOTED),
        ("Grüße\n".encode(), "utf-8", QUOTED),
        (b"caf\xe9\n", "iso-8859-1", QUOTED),
        (b"cut \xc3", "iso-8859-1", QUOTED),
        ("日本語\n".encode() * 30, "utf-8", BASE64),
        (b"\xff" * 1000, "iso-8859-1", BASE64),
    ],
)
def test_a_text_gets_the_smallest_charset_and_a_true_encoding(octets: bytes, charset: str, encoding: str) -> None:
    scan = Scan([octets])
    assert (scan.charset, scan.encoding()) == (charset, encoding)


@pytest.mark.parametrize(
    ("octets", "wanted", "encoding"),
    [
        (b"a\n", QUOTED, QUOTED),
        (b"a\n", BASE64, BASE64),
        (b"a\n", EIGHT, SEVEN),
        ("ü\n".encode(), EIGHT, EIGHT),
        ("ü\n".encode(), SEVEN, QUOTED),
        (b"\xff", EIGHT, EIGHT),
        ("ü\r\n".encode(), EIGHT, QUOTED),
        ("ü\nFrom x".encode(), EIGHT, QUOTED),
        ("ü".encode() * 500, EIGHT, BASE64),
        (b"a\0", EIGHT, QUOTED),
    ],
)
def test_a_text_gets_the_encoding_that_is_wanted_where_it_can(octets: bytes, wanted: str, encoding: str) -> None:
    assert Scan([octets]).encoding(wanted) == encoding


@given(TEXTS, SIZES)
def test_the_scan_does_not_depend_on_how_the_octets_come(octets: bytes, sizes: list[int]) -> None:
    whole, parts = Scan([octets]), Scan(cut(octets, sizes))
    for name in Scan.__slots__:
        assert getattr(whole, name) == getattr(parts, name)
    try:
        assert whole.charset == ("us-ascii" if octets.isascii() else octets.decode() and "utf-8")
    except UnicodeDecodeError:
        assert whole.charset == "iso-8859-1"
    assert whole.is_long == any(len(line) > 998 for line in octets.split(b"\n"))
    assert whole.size == len(octets) and whole.lines == octets.count(b"\n")


@given(st.lists(st.tuples(st.integers(900, 1100), st.booleans()), max_size=6), SIZES)
def test_a_long_line_is_seen_wherever_blocks_end(lines: list[tuple[int, bool]], sizes: list[int]) -> None:
    octets = b"".join(b"x" * length + b"\n" * ended for length, ended in lines)
    assert Scan(cut(octets, sizes)).is_long == any(len(line) > 998 for line in octets.split(b"\n"))


@given(TEXTS, SIZES)
def test_quoted_printable_decodes_to_the_same_octets(octets: bytes, sizes: list[int]) -> None:
    lines = b"".join(bodycoding.quoted(cut(octets, sizes)))
    assert quopri.decodestring(lines) == octets == binascii.a2b_qp(lines)
    assert all(len(line) <= 76 and not line.endswith((b" ", b"\t")) for line in lines.split(b"\n"))
    assert not any(line.startswith(b"From ") or line == b"." for line in lines.split(b"\n"))
    assert lines.isascii() and not set(lines) - set(bytes(range(32, 127)) + b"\n\t")


@given(TEXTS, SIZES, st.integers(1, 3))
def test_base64_decodes_to_the_same_octets(octets: bytes, sizes: list[int], times: int) -> None:
    octets *= times
    lines = b"".join(bodycoding.base64(cut(octets, sizes)))
    assert base64.b64decode(lines) == octets
    assert all(len(line) <= 76 for line in lines.split(b"\n")) and not lines.endswith(b"\n")


@pytest.mark.parametrize("size", [0, 1, 57, 58, 57 * 1024 - 1, 57 * 1024, 57 * 1024 + 1, 300_000])
@pytest.mark.parametrize("step", [57 * 1024, 1000, 100_000])
def test_base64_of_large_blocks_has_full_lines(size: int, step: int) -> None:
    octets = bytes(range(256)) * (size // 256 + 1)
    octets = octets[:size]
    pieces = [octets[at : at + step] for at in range(0, size, step)]
    lines = b"".join(bodycoding.base64(pieces))
    assert lines == base64.encodebytes(octets)[:-1]
    assert bodytext.base64_size(size) >= len(lines.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("line", [b"x" * 500_000, b"\r" * 200_000, b"\xc3\xbc \n" * 100_000, b"From " * 60_000])
def test_very_long_lines_go_through_in_pieces(line: bytes) -> None:
    pieces = list(bodycoding.quoted([line[at : at + 57 * 1024] for at in range(0, len(line), 57 * 1024)]))
    assert quopri.decodestring(b"".join(pieces)) == line
    assert max(map(len, pieces)) < 57 * 1024 * 8


@given(TEXTS)
def test_the_wire_size_is_about_right(octets: bytes) -> None:
    scan = Scan([octets])
    for encoding, pieces in (
        (BASE64, bodycoding.base64(bodycoding.crlf([octets]))),
        (QUOTED, bodycoding.quoted([octets])),
    ):
        real = len(b"".join(pieces).replace(b"\n", b"\r\n"))
        assert abs(scan.wire_size(encoding) - real) <= 30 + real // 4
