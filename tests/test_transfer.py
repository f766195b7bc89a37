"""Content transfer encodings undone, in pieces, whatever state they are in."""

from __future__ import annotations

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import transfer
from pymail.transfer import BASE64, IDENTITY, QUOTED, UU


def decoded(octets: bytes, name: str) -> bytes:
    return b"".join(transfer.pieces(octets, 0, len(octets), name))


@pytest.mark.parametrize(
    ("value", "name", "unknown"),
    [
        (b"", IDENTITY, ""),
        (b"7bit", IDENTITY, ""),
        (b" 8-Bit ", IDENTITY, ""),
        (b"7bits", IDENTITY, ""),
        (b"binary", IDENTITY, ""),
        (b"BASE64", BASE64, ""),
        (b'"base-64"', BASE64, ""),
        (b"Quoted_Printable;", QUOTED, ""),
        (b"x-uuencode", UU, ""),
        (b"rot13", IDENTITY, "rot13"),
    ],
)
def test_an_encoding_is_known_by_what_it_means(value: bytes, name: str, unknown: str) -> None:
    assert transfer.encoding(value) == name
    assert transfer.unknown(value) == unknown


@given(st.binary())
def test_every_encoding_gives_back_what_was_encoded(octets: bytes) -> None:
    assert decoded(base64.encodebytes(octets), BASE64) == octets
    if b"\r\n" not in octets:  # the encoder takes that for the end of a line
        assert decoded(quopri.encodestring(octets), QUOTED) == octets
    assert decoded(octets, IDENTITY) == octets
    lines = [binascii.b2a_uu(octets[at : at + 45]) for at in range(0, len(octets), 45)]
    assert decoded(b"begin 644 x\n" + b"".join(lines) + b"`\nend\n", UU) == octets


@given(st.binary(), st.sampled_from([BASE64, QUOTED, UU, IDENTITY]))
def test_no_octets_make_a_decoder_fail(octets: bytes, name: str) -> None:
    assert len(decoded(octets, name)) <= 64 * len(octets)
    assert all(0 <= begin < end <= len(octets) for begin, _, _, end, _ in transfer.uu_blocks(octets))


@pytest.mark.parametrize(
    ("octets", "wanted"),
    [
        (b"SGVs\nbG8=\n", b"Hello"),
        (b"SGVs!bG8", b"Hello"),
        (b"SGVsbG8", b"Hello"),
        (b"SGVsbG8hI", b"Hello!"),
        (b"SGVsbG8=SGVsbG8=", b"HelloHello"),
        (b"SGVs\r\nbG8=\r\n", b"Hello"),
        (b"====", b""),
        (b"", b""),
        (b"SGVsbG8=\n--\nNot of the data.\n", b"Hello"),
    ],
)
def test_sloppy_base64_is_read(octets: bytes, wanted: bytes) -> None:
    assert decoded(octets, BASE64) == wanted


def test_the_words_behind_base64_are_found_with_the_rule_above_them() -> None:
    octets = b"SGVsbG8=\n_____\nA footer of a list\n"
    assert transfer.footer(octets, 0, len(octets)) == b"_____\nA footer of a list\n"


@pytest.mark.parametrize(
    ("octets", "wanted"),
    [
        (b"a=\nb", b"ab"),
        (b"a= \t\nb", b"ab"),
        (b"a \t\nb", b"a\nb"),
        (b"a=20\nb", b"a \nb"),
        (b"=c3=BC", b"\xc3\xbc"),
        (b"=XY =4", b"=XY =4"),
        (b"a=", b"a"),
    ],
)
def test_sloppy_quoted_printable_is_read(octets: bytes, wanted: bytes) -> None:
    assert decoded(octets, QUOTED) == wanted


@pytest.mark.parametrize("name", [BASE64, QUOTED, IDENTITY])
def test_a_long_line_is_decoded_in_pieces(name: str) -> None:
    octets = b"\xff=A" * 1_000_000
    line = {BASE64: base64.b64encode(octets), QUOTED: b"=FF=3DA" * 1_000_000, IDENTITY: octets}[name]
    pieces = list(transfer.pieces(line, 0, len(line), name))
    assert b"".join(pieces) == octets
    assert max(map(len, pieces)) <= 1 << 20


def test_uuencoded_files_are_found_in_a_text() -> None:
    text = b"x\nbegin 644 a b.txt\n#86)C\n`\nend\nbegin the day\nbegin 600 y\n#86)C\n`\nend"
    found = [(name, text[begin:stop]) for begin, _, _, stop, name in transfer.uu_blocks(text)]
    assert [name for name, _ in found] == ["a b.txt", "y"]
    assert found[0][1] == b"begin 644 a b.txt\n#86)C\n`\nend\n"


def test_many_uuencoded_files_are_bounded() -> None:
    assert len(list(transfer.uu_blocks(b"begin 644 x\nend\n" * 10_000))) <= 200
