"""LMTP: an answer for each recipient after the data, over TCP and a unix socket."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from dovecot import Dovecot
from sink import CLOSE, OFFERS, Sink, Text, codes, variables

from pymail.transports.lmtp import Lmtp, open_transport
from pymail.transports.transport import Answer, Envelope, Unreachable

BOB, SMITH, ROOT = "bob@test.example", "smith@test.example", "root@test.example"


def open_(url: str) -> Lmtp:
    return open_transport(url, variables())


def deliver(url: str, source: Text, *to: str) -> list[Answer]:
    transport = open_(url)
    try:
        return transport.send(Envelope("me", list(to)), source)
    finally:
        transport.close()


def url(sink: Sink) -> str:
    return f"lmtp://127.0.0.1:{sink.port}"


@pytest.mark.parametrize("offers", [OFFERS, (), ("CHUNKING",), ("PIPELINING", "CHUNKING")])
def test_each_recipient_has_an_answer_of_its_own(offers: tuple[str, ...]) -> None:
    script = {f"RCPT {SMITH}": "550 5.1.1 unknown", f". {ROOT}": "452 4.2.2 over quota"}
    with Sink(offers, script) as sink:
        answers = deliver(url(sink), Text(), BOB, SMITH, ROOT)
    assert [(a.recipient, a.code, a.text) for a in answers] == [
        (BOB, 250, "2.0.0 taken"),
        (SMITH, 550, "5.1.1 unknown"),
        (ROOT, 452, "4.2.2 over quota"),
    ]
    assert sink.lines[0] == "LHLO client.example"


def test_what_was_answered_before_the_connection_broke_stands() -> None:
    with Sink(script={f". {SMITH}": CLOSE}) as sink:
        answers = deliver(url(sink), Text(), BOB, SMITH, ROOT)
    assert codes(answers) == [250, 451, 451]
    assert "may have been delivered" in answers[1].text


def test_a_server_of_another_protocol_is_not_spoken_to_by_helo() -> None:
    with Sink(script={"LHLO": "500 5.5.1 what?"}) as sink:
        assert codes(deliver(url(sink), Text(), BOB)) == [500]
    assert sink.lines == ["LHLO client.example", "QUIT"]


def test_a_unix_socket_is_named_by_its_path() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, Sink(path=f"{folder}/lmtp") as sink:
        transport = open_(f"lmtp://{folder}/lmtp")
        assert transport.name == f"lmtp://{folder}/lmtp"
        for _ in range(2):
            assert codes(transport.send(Envelope("me", [BOB, SMITH]), Text())) == [250, 250]
        transport.close()
    assert sink.connections == 1


def test_a_missing_unix_socket_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=f"^lmtp://{tmp_path}/none: No such file or directory$"):
        open_(f"lmtp://{tmp_path}/none").send(Envelope("me", [BOB]), Text())


def test_dovecot_takes_a_letter_by_tcp_and_unix_socket(dovecot: Dovecot) -> None:
    for place in (f"lmtp://127.0.0.1:{dovecot.lmtp}", f"lmtp://{dovecot.socket}"):
        answers = deliver(place, Text(b"Subject: by lmtp\n\n.\nend\n"), "bob", "smith")
        assert codes(answers) == [250, 250], answers
    for name in ("bob", "smith"):
        assert (dovecot.mail / name).read_bytes().count(b"\n.\nend\n") == 2


def test_an_answer_that_is_none_makes_all_that_follow_it_doubtful() -> None:
    with Sink(script={f". {BOB}": "354 go on\r\n250 taken", ".": "550 no"}) as sink:
        transport = open_transport(sink.url.replace("smtp", "lmtp"), variables())
        answers = transport.send(Envelope("me", [BOB, SMITH]), Text())
        transport.close()
    assert [answer.deferred for answer in answers] == [True, True] and "may have been delivered" in answers[1].text
