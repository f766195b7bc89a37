"""What can never become a command or a second letter: addresses, and what stands in a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sink import SMUGGLED, Sink, Text, codes, deliver

from pymail.errors import USAGE, MailError
from pymail.transports import wire

BOB = "bob@test.example"

HOSTILE = [
    "bob@x\r\nRCPT TO:<eve@y>",
    "bob@x\nDATA",
    "bob@x\rDATA",
    "bob@x\0",
    "bob@x> SIZE=1 <",
    "bob@x>",
    "<bob@x",
    "bob eve@x",
    '"a b"@x y',
    '"a"b c"@x',
    '"a\\"@x> <',
    "bob@x\x7f",
    "bob@x\x85DATA",
    "bob@x\u2028DATA",
    "bob@x\udc0a",
    "-oQ/tmp@x",
    "b" * 1000 + "@x",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_refused_before_an_octet_is_sent(address: str) -> None:
    with Sink() as sink:
        for sender, recipient in ((address, BOB), ("me", address)):
            with pytest.raises(MailError) as caught:
                deliver(sink, Text(), recipient, sender=sender)
            assert caught.value.status == USAGE
    assert sink.connections == 0


@pytest.mark.parametrize("address", ['"a b"@x', '"a<b>\\"c"@x', "bob", "a+b=c%d!e@[127.0.0.1]", "üñ@x"])
def test_an_odd_but_right_address_is_sent_as_it_is(address: str) -> None:
    with Sink() as sink:
        assert codes(deliver(sink, Text(), address)) == [250]
    assert sink.letters[0].recipients == [f"<{address}>"]


@pytest.mark.parametrize("end", SMUGGLED)
@pytest.mark.parametrize("cut", [1, 2, 3, 1 << 16])
def test_no_data_ends_the_data(end: bytes, cut: int) -> None:
    text = b"Subject: s\n\nbefore" + end + b"MAIL FROM:<eve@x>" + end + b"RCPT TO:<bob@x>" + end
    with Sink() as sink:
        assert codes(deliver(sink, Text(text, cut))) == [250]
    (letter,) = sink.letters
    assert sink.lines == ["EHLO client.example", sink.lines[1], f"RCPT TO:<{BOB}>", "DATA", "QUIT"]
    assert undotted(letter.data) == universal(text)


def universal(text: bytes) -> bytes:
    """The text as it should arrive: each line end one CRLF, the last line ended."""
    unix = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if unix and not unix.endswith(b"\n"):
        unix += b"\n"
    return unix.replace(b"\n", b"\r\n")


def undotted(data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"..", b"\0", b"\xff", b""])), st.integers(1, 9))
def test_whatever_the_text_only_its_end_ends_it(words: list[bytes], block: int) -> None:
    blocks = list(wire.dotted(words, block))
    data = b"".join(blocks)
    assert data.endswith(b".\r\n")
    assert data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n")
    assert (b"\r\n" + data).index(b"\r\n.\r\n") == len(data) - 3
    assert undotted(data[:-3]) == universal(b"".join(words))
    assert blocks[-1].endswith(b".\r\n")
