"""The forms of a letter's commands and data that depend on what the server offers."""

from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import Exim
from sink import CLOSE, OFFERS, Sink, Text, codes, deliver, variables

from pymail.transports import wire
from pymail.transports.smtp import CHECKING, Smtp, open_transport
from pymail.transports.transaction import final
from pymail.transports.transport import Envelope
from pymail.variables.values import Variables

BOB, SMITH = "bob@test.example", "smith@test.example"
CHUNKING = (*OFFERS, "CHUNKING")


# -- BDAT -------------------------------------------------------------------


@pytest.mark.parametrize("offers", [CHUNKING, ("CHUNKING",)])
def test_a_small_letter_is_one_chunk_and_its_dots_are_left_alone(offers: tuple[str, ...]) -> None:
    with Sink(offers) as sink:
        assert codes(deliver(sink, Text(b".\n..\n\rx"), BOB, SMITH)) == [250, 250]
    assert sink.letters[0].data == b".\r\n..\r\n\r\nx\r\n"
    assert b"BDAT 12 LAST\r\n.\r\n..\r\n\r\nx\r\n" in sink.chunks
    assert "DATA" not in sink.lines


@pytest.mark.parametrize("offers", [CHUNKING, ("CHUNKING",)])
def test_a_large_letter_is_many_chunks(offers: tuple[str, ...]) -> None:
    text = b"".join(b".%d\n" % number for number in range(1_000_000))
    with Sink(offers) as sink:
        assert codes(deliver(sink, Text(text))) == [250]
    assert sink.letters[0].data == text.replace(b"\n", b"\r\n")
    assert sum(line.startswith("BDAT") for line in sink.lines) > 10


@pytest.mark.parametrize("offers", [CHUNKING, ("CHUNKING",)])
def test_no_chunk_is_sent_when_every_recipient_is_refused(offers: tuple[str, ...]) -> None:
    with Sink(offers, {"RCPT": "550 no"}) as sink:
        assert codes(deliver(sink, Text(), BOB, SMITH)) == [550, 550]
    assert not any(line.startswith("BDAT") for line in sink.lines)


@pytest.mark.parametrize("offers", [CHUNKING, ("CHUNKING",)])
def test_a_chunk_that_is_refused_is_the_answer(offers: tuple[str, ...]) -> None:
    with Sink(offers, {"BDAT": ["250 on", "552 5.3.4 too much"]}) as sink:
        (answer,) = deliver(sink, Text(b"x\n" * 2_000_000))
    assert (answer.code, answer.text) == (552, "5.3.4 too much")
    assert not sink.letters


@pytest.mark.parametrize(("step", "maybe"), [("BDAT", False), (".", True)])
def test_a_connection_that_breaks_between_chunks_defers_the_letter(step: str, maybe: bool) -> None:
    with Sink(CHUNKING, {step: CLOSE}) as sink:
        (answer,) = deliver(sink, Text(b"x\n" * 5_000_000))
    assert answer.code == 451
    assert ("may have been delivered" in answer.text) == maybe


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"\0", b""])), st.integers(1, 9))
def test_chunks_say_their_size_and_hold_crlf_only(words: list[bytes], size: int) -> None:
    data = b""
    chunks = list(wire.chunked(words, size))
    for chunk in chunks:
        command, _, octets = chunk.partition(b"\r\n")
        assert command == b"BDAT %d" % len(octets) + (b" LAST" if chunk is chunks[-1] else b"")
        data += octets
    unix = b"".join(words).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert data == (unix if unix.endswith(b"\n") or not unix else unix + b"\n").replace(b"\n", b"\r\n")


def test_eight_bit_text_goes_as_binary_where_only_that_is_taken() -> None:
    with Sink(["BINARYMIME", "CHUNKING"]) as sink:
        assert codes(deliver(sink, Text("ü\n".encode(), eightbit=True))) == [250]
    assert sink.letters[0].mail.endswith(" BODY=BINARYMIME")


def test_exim_takes_chunks(exim: Exim) -> None:
    transport = open_transport(exim.url, variables())
    said: list[str] = []
    transport.trace = lambda direction, line: said.append(f"{direction} {line}")
    text = b"Subject: chunks\n\n" + b".%b\n" % (b"x" * 70) * 20000
    assert codes(transport.send(Envelope("me@test.example", [SMITH, "nobody@test.example"]), Text(text))) == [250, 550]
    transport.close()
    assert any(line.startswith(">>> BDAT ") for line in said)


# -- SIZE and SMTPUTF8 ---------------------------------------------------------


def test_a_letter_over_the_servers_size_is_refused_before_it_is_sent() -> None:
    with Sink(["SIZE 1000"]) as sink:
        (answer,) = deliver(sink, Text(b"x" * 1001))
    assert (answer.code, answer.text) == (552, f"5.3.4 1001 octets; smtp://127.0.0.1:{sink.port} takes 1000 at most")
    assert not any(line.startswith("MAIL") for line in sink.lines)


def test_a_letter_is_measured_where_its_size_was_an_estimate() -> None:
    letter = Text(b"x" * 79 + b"\n" * 10)
    letter.size = 120
    with Sink(["SIZE 99"]) as sink:
        assert codes(deliver(sink, letter)) == [250]
    assert sink.letters[0].mail.endswith(" SIZE=99")


@pytest.mark.parametrize("offer", ["SIZE", "SIZE 0", "size 5000", "SIZE x", "SIZE " + "9" * 5000, "SIZE ٣"])
def test_a_size_without_a_limit_takes_any_letter(offer: str) -> None:
    with Sink([offer]) as sink:
        assert codes(deliver(sink, Text(b"x" * 2000))) == [250]
    assert sink.letters[0].mail.endswith(" SIZE=2000")


def test_a_utf8_address_is_refused_by_name_without_smtputf8() -> None:
    with Sink(["PIPELINING"]) as sink:
        answers = deliver(sink, Text(), BOB, "jürgen@test.example")
    assert codes(answers) == [250, 553]
    assert answers[1].recipient == "jürgen@test.example" and "SMTPUTF8" in answers[1].text
    with Sink(["PIPELINING"]) as sink:
        assert codes(deliver(sink, Text(), BOB, sender="jürgen@test.example")) == [553]
    assert not sink.letters


def test_a_utf8_address_goes_by_smtputf8() -> None:
    with Sink() as sink:
        assert codes(deliver(sink, Text(), "jürgen@test.example")) == [250]
    assert sink.letters[0].mail.endswith(" BODY=8BITMIME SMTPUTF8")
    assert sink.letters[0].recipients == ["<jürgen@test.example>"]


def test_a_utf8_domain_is_written_in_ascii() -> None:
    with Sink([]) as sink:
        assert codes(deliver(sink, Text(), "bob@bücher.example")) == [250]
    assert sink.letters[0].recipients == ["<bob@xn--bcher-kva.example>"]


def test_a_utf8_address_in_the_header_needs_smtputf8() -> None:
    for offers, code in ((OFFERS, 250), ((), 553)):
        with Sink(offers) as sink:
            transport = open_transport(sink.url, variables())
            letter = Text("To: jürgen@test.example\n\nbody\n".encode(), eightbit=True)
            assert codes(transport.send(Envelope("me", [BOB], utf8=True), letter)) == [code]
            transport.close()


# -- reports on delivery ----------------------------------------------------


@pytest.mark.parametrize(
    ("dsn", "notify"), [("failure,delay", "FAILURE,DELAY"), ("never", "NEVER"), ("success, rubbish", "SUCCESS")]
)
def test_reports_on_delivery_are_asked_for_where_the_server_knows_them(dsn: str, notify: str) -> None:
    for offers, mail, recipient in (
        (["DSN"], "<me> RET=HDRS", f"<{BOB}> NOTIFY={notify}"),
        ([], "<me>", f"<{BOB}>"),
    ):
        with Sink(offers) as sink:
            assert codes(deliver(sink, Text(), sender="me", dsn=dsn)) == [250]
        assert (sink.letters[0].mail, sink.letters[0].recipients) == (mail, [recipient])


def test_nothing_is_said_about_reports_when_nobody_asks() -> None:
    with Sink(["DSN"]) as sink:
        deliver(sink, Text(), sender="me")
    assert (sink.letters[0].mail, sink.letters[0].recipients) == ("<me>", [f"<{BOB}>"])


# -- the trace --------------------------------------------------------------


@pytest.mark.parametrize(
    ("offers", "data"),
    [
        (["PIPELINING"], [">>> DATA", "<<< 354 go on", ">>> (23 octets of the letter)"]),
        (["PIPELINING", "CHUNKING"], [">>> BDAT 20 LAST"]),
    ],
)
def test_the_trace_tells_the_conversation_but_not_the_letter(offers: list[str], data: list[str]) -> None:
    said: list[str] = []
    with Sink(offers, {"RCPT": "250 \x1b[31mfine"}) as sink:
        transport = open_transport(sink.url, variables())
        transport.trace = lambda direction, line: said.append(f"{direction} {line}")
        transport.send(Envelope("me", [BOB]), Text())
        transport.close()
    told = [line for line in said if line not in data]
    assert [line for line in said if line in data] == data
    assert told == [
        f"--- {sink.url}",
        "<<< 220 sink ESMTP",
        ">>> EHLO client.example",
        "<<< 250-sink",
        *(f"<<< 250-{offer}" for offer in offers),
        "<<< 250 HELP",
        ">>> MAIL FROM:<me>",
        f">>> RCPT TO:<{BOB}>",
        "<<< 250 2.1.0 sender fine",
        "<<< 250 ^[[31mfine",
        "<<< 250 2.0.0 taken",
        ">>> QUIT",
        "<<< 221 2.0.0 bye",
    ]


# -- the answer to a whole letter ---------------------------------------------


def test_answer_to_a_whole_letter_may_take_longer_than_others() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection = wire.Wire(ours, 0.1)
        connection.patience = 60
        checking = threading.Timer(0.5, theirs.sendall, [b"250 ok\r\n"])
        checking.start()
        assert final(connection).code == 250
        checking.join()


@pytest.mark.parametrize(("setting", "patience"), [({}, CHECKING), ({"smtp-timeout": "60"}, None)])
def test_who_sets_the_timeout_means_every_wait(setting: dict[str, str], patience: float | None) -> None:
    given = Variables(strict=False)
    for name, value in setting.items():
        given.set(name, value)
    with Sink() as sink:
        transport = open_transport(sink.url, given)
        assert isinstance(transport, Smtp) and codes(transport.send(Envelope("me", [BOB]), Text())) == [250]
        assert transport._wire and transport._wire.patience == patience
        transport.close()
