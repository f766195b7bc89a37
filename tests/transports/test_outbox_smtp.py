"""The outbox and a real server: the daemon was down, letters waited, it is up again."""

from __future__ import annotations

import socket

from queue_job import Text
from sink import CLOSE, Sink

from pymail.transports.flush import Report, flush
from pymail.transports.outbox import Outbox
from pymail.transports.smtp import open_transport
from pymail.transports.transport import Envelope
from pymail.variables.values import Variables

NOW = 1_700_000_000.0


class Quick(Sink):
    """A sink that sends each reply at once: with three writes a letter, Nagle's algorithm costs 40 ms for each."""

    def __enter__(self) -> Sink:
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return super().__enter__()


def put(outbox: Outbox, count: int) -> None:
    for number in range(count):
        envelope = Envelope("me@here", [f"{number}@there"])
        outbox.put(envelope, Text(number), "home", "down", now=NOW + number / 1e6)


def run(outbox: Outbox, sink: Sink) -> Report:
    variables = Variables(strict=False)
    variables.set("smtp-timeout", "5")
    transport = open_transport(sink.url, variables)
    try:
        return flush(outbox, "home", transport, lambda letter, answers: None, NOW + 1)
    finally:
        transport.close()


def test_a_thousand_letters_go_over_one_connection_in_order(outbox: Outbox) -> None:
    put(outbox, 1000)
    with Quick() as sink:
        report = run(outbox, sink)
    assert (report.sent, report.waiting, sink.connections) == (1000, 0, 1)
    assert [letter.recipients for letter in sink.letters] == [[f"<{number}@there>"] for number in range(1000)]
    assert all(Text(number).octets == letter.data.replace(b"\r\n", b"\n") for number, letter in enumerate(sink.letters))


def test_a_refused_letter_does_not_end_the_connection(outbox: Outbox) -> None:
    put(outbox, 3)
    with Sink(script={"RCPT 1@there": "550 5.1.1 no such user"}) as sink:
        report = run(outbox, sink)
    assert (report.sent, report.failed, report.waiting, sink.connections) == (2, 1, 0, 1)
    assert report.troubles == ["1@there: 550 5.1.1 no such user"]


def test_a_connection_that_dies_after_the_dot_costs_that_letter_another_try(outbox: Outbox) -> None:
    put(outbox, 3)
    with Sink(script={".": ["250 2.0.0 taken", CLOSE]}) as sink:
        run(outbox, sink)
        assert [entry.tries for entry in outbox.entries()][:1] == [1]
        assert run(outbox, sink).waiting == 0
    assert {tuple(letter.recipients) for letter in sink.letters} == {("<0@there>",), ("<1@there>",), ("<2@there>",)}


def test_a_server_that_is_away_leaves_all_as_it_was(outbox: Outbox) -> None:
    put(outbox, 3)
    with Sink() as sink:
        pass
    report = run(outbox, sink)
    assert "Connection refused" in report.unreachable and report.waiting == 3
    assert [entry.tries for entry in outbox.entries()] == [0, 0, 0]
