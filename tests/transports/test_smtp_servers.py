"""SMTP with real servers: answers for each recipient, many letters, and nothing smuggled."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from servers import Exim, Postfix
from sink import SMUGGLED, Text, codes, variables
from waiting import await_that

from pymail.transports import wire
from pymail.transports.smtp import Smtp, open_transport
from pymail.transports.transport import Envelope
from pymail.transports.url import server

BOB, SMITH, ROOT = "bob@test.example", "smith@test.example", "root@test.example"


def box(server: Exim | Postfix, name: str, wanted: Callable[[bytes], bool]) -> bytes:
    """The mailbox once it holds what is wanted; delivery goes on after the server's answer."""
    path = server.mail / name
    await_that(lambda: path.exists() and wanted(path.read_bytes()), "the delivery")
    return path.read_bytes()


BODY = b".\n..\n.x\nFrom here\nlast line of %d\n"
EVE = b"MAIL FROM:<eve@test.example>\nRCPT TO:<bob@test.example>\nDATA\n\nsmuggled\n"
SMUGGLING = b"Subject: one\n\n" + b"".join(b"before" + end + EVE for end in SMUGGLED) + b"last line of %d\n"


class ByData(Smtp):
    """Does not take up CHUNKING, which both servers offer."""

    def _introduce(self, wire: wire.Wire) -> None:
        super()._introduce(wire)
        self._offers.pop("CHUNKING", None)


WAYS = [(Smtp, 1), (ByData, 2)]


@pytest.mark.parametrize(("kind", "number"), WAYS)
def test_exim_takes_and_refuses_each_recipient(kind: type[Smtp], number: int, exim: Exim) -> None:
    transport = kind(server(exim.url), variables())
    people = [BOB, "nobody@test.example", "later@test.example", SMITH]
    answers = transport.send(Envelope("me@test.example", people), Text(b"Subject: dots\n\n" + BODY % number))
    transport.close()
    assert codes(answers) == [250, 550, 451, 250]
    assert "no such user" in answers[1].text and "come back later" in answers[2].text
    for name in ("bob", "smith"):
        octets = box(exim, name, lambda octets: b"last line of %d" % number in octets)
        assert BODY.replace(b"\nFrom", b"\n>From") % number in octets


@pytest.mark.parametrize(("kind", "number"), WAYS)
def test_nothing_is_smuggled_past_exim(kind: type[Smtp], number: int, exim: Exim) -> None:
    transport = kind(server(exim.url), variables())
    assert codes(transport.send(Envelope("me@test.example", [ROOT]), Text(SMUGGLING % number))) == [250]
    transport.close()
    box(exim, "root", lambda octets: b"last line of %d" % number in octets)
    assert "eve@test.example" not in exim.log()


def test_exim_takes_many_letters_over_one_connection(exim: Exim) -> None:
    transport = open_transport(exim.url, variables())
    for number in range(9):  # the tenth Exim would put into its queue first
        envelope = Envelope("me@test.example", [ROOT, "nobody@test.example"])
        assert codes(transport.send(envelope, Text(b"Subject: many %d\n\n\n" % number))) == [250, 550]
    transport.close()
    box(exim, "root", lambda octets: octets.count(b"Subject: many") == 9)


@pytest.mark.parametrize(("kind", "number"), WAYS)
def test_postfix_takes_a_letter_and_nothing_is_smuggled(kind: type[Smtp], number: int, postfix: Postfix) -> None:
    transport = kind(server(postfix.url), variables())
    envelope = Envelope("me@test.example", ["nobody@test.example"])
    for text in (SMUGGLING % (number + 10), b"Subject: dots\n\n" + BODY % number):
        assert codes(transport.send(envelope, Text(text))) == [250]
    transport.close()
    for line in (b"last line of %d\n" % (number + 10), BODY.replace(b"\nFrom", b"\n>From") % number):
        box(postfix, "nobody", lambda octets, line=line: line in octets)  # type: ignore[misc]
    assert "eve@test.example" not in postfix.log()
