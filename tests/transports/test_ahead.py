"""Letters in a row: the commands of the next go out behind the end of one, and nothing gets into the wrong letter."""

from __future__ import annotations

import pytest
from servers import Exim, Postfix, Server
from sink import CLOSE, OFFERS, RESET, Sink, Text, codes, variables
from waiting import await_letters, await_that

from pymail.transports import lmtp, smtp
from pymail.transports.smtp import Smtp
from pymail.transports.transport import Answer, Envelope

CHUNKING = (*OFFERS, "CHUNKING")
SLOWLY = ("8BITMIME",)
OK = "250 2.0.0 taken"


def text(number: int) -> Text:
    return Text(b"Subject: %d\nMessage-ID: <%d@x>\n\ntext of %d\n" % (number, number, number))


def send(transport: Smtp, people: list[list[str]]) -> list[list[int]]:
    """Send letter 0, 1, 2 ..., each announced before the one before it is sent."""
    letters = [(Envelope("me@x", names), text(number)) for number, names in enumerate(people)]
    found: list[list[int]] = []
    for at, (envelope, source) in enumerate(letters):
        if at + 1 < len(letters):
            transport.announce(*letters[at + 1])
        found.append(codes(transport.send(envelope, source)))
    transport.close()
    return found


def taken(sink: Sink) -> list[tuple[str, list[str]]]:
    """The number of each letter that the server has, after a check of its octets, and whom it is for."""
    found = []
    for letter in sink.letters:
        number = int(letter.data.split()[1])
        assert letter.data == text(number).octets.replace(b"\n", b"\r\n")
        found.append((str(number), [name.strip("<>").partition(">")[0] for name in letter.recipients]))
    return found


THREE = [["a@x"], ["b@x", "c@x"], ["d@x"]]
ALL = [("0", ["a@x"]), ("1", ["b@x", "c@x"]), ("2", ["d@x"])]


@pytest.mark.parametrize("offers", [OFFERS, CHUNKING, SLOWLY], ids=["data", "chunks", "one-by-one"])
def test_letters_in_a_row_arrive_in_order_over_one_connection(offers: tuple[str, ...]) -> None:
    with Sink(offers) as sink:
        assert send(smtp.open_transport(sink.url, variables()), THREE) == [[250], [250, 250], [250]]
    assert taken(sink) == ALL and sink.connections == 1 and sink.lines[-1] == "QUIT"


def test_end_of_a_letter_and_the_next_commands_are_one_packet() -> None:
    with Sink() as sink:
        send(smtp.open_transport(sink.url, variables()), THREE)
    assert any(b"text of 0\r\n.\r\nMAIL FROM:<me@x>" in chunk and chunk.endswith(b"DATA\r\n") for chunk in sink.chunks)


def test_nothing_of_a_letter_goes_out_before_the_answer_to_the_one_before() -> None:
    seen: list[int] = []

    class Watching(Smtp):
        def send(self, envelope: Envelope, source: Text) -> list[Answer]:  # type: ignore[override]
            answers = super().send(envelope, source)
            seen.append(sink.octets.count(b"Subject: "))
            return answers

    with Sink() as sink:
        plain = smtp.open_transport(sink.url, variables())
        plain.__class__ = Watching
        send(plain, THREE)
    assert seen == [1, 2, 3]


@pytest.mark.parametrize("offers", [OFFERS, CHUNKING], ids=["data", "chunks"])
def test_refused_data_does_not_touch_the_next_letter(offers: tuple[str, ...]) -> None:
    with Sink(offers, {".": ["554 5.6.0 no", "452 4.3.1 full"]}) as sink:
        assert send(smtp.open_transport(sink.url, variables()), THREE) == [[554], [452, 452], [250]]
    assert taken(sink) == ALL[2:] and sink.connections == 1


@pytest.mark.parametrize("offers", [OFFERS, CHUNKING], ids=["data", "chunks"])
def test_refused_recipients_of_the_next_letter_are_its_own(offers: tuple[str, ...]) -> None:
    with Sink(offers, {"RCPT b@x": "550 5.1.1 no", "RCPT c@x": "451 4.2.0 busy"}) as sink:
        assert send(smtp.open_transport(sink.url, variables()), THREE) == [[250], [550, 451], [250]]
    assert taken(sink) == [ALL[0], ALL[2]] and sink.connections == 1


def test_refused_sender_of_the_next_letter_is_its_own() -> None:
    with Sink(script={"MAIL": ["250 2.1.0 ok", "550 5.7.1 not you"]}) as sink:
        assert send(smtp.open_transport(sink.url, variables()), THREE) == [[250], [550, 550], [250]]
    assert taken(sink) == [ALL[0], ALL[2]]


@pytest.mark.parametrize("offers", [OFFERS, CHUNKING], ids=["data", "chunks"])
@pytest.mark.parametrize("end", [CLOSE, RESET, "421 4.3.2 too many letters"])
def test_connection_that_ends_between_two_letters_is_made_anew(end: str, offers: tuple[str, ...]) -> None:
    with Sink(offers, {"MAIL": ["250 2.1.0 ok", end]}) as sink:
        assert send(smtp.open_transport(sink.url, variables()), THREE) == [[250], [250, 250], [250]]
    assert taken(sink) == ALL and sink.connections == 2


@pytest.mark.parametrize("offers", [OFFERS, CHUNKING], ids=["data", "chunks"])
def test_connection_that_ends_after_the_dot_costs_that_letter_alone(offers: tuple[str, ...]) -> None:
    with Sink(offers, {".": [CLOSE]}) as sink:
        assert send(smtp.open_transport(sink.url, variables()), THREE) == [[451], [250, 250], [250]]
    assert taken(sink) == ALL[1:] and sink.connections == 2  # what it may have taken, it has not


def test_other_letter_than_the_one_announced_breaks_off_first() -> None:
    with Sink() as sink:
        transport = smtp.open_transport(sink.url, variables())
        first, announced, other = ((Envelope("me@x", [f"{name}@x"]), text(at)) for at, name in enumerate("abc"))
        transport.announce(*announced)
        assert codes(transport.send(*first)) == [250]
        assert codes(transport.send(*other)) == [250]
        transport.close()
    assert taken(sink) == [("0", ["a@x"]), ("2", ["c@x"])] and sink.connections == 2


def test_closing_leaves_no_letter_where_one_was_announced() -> None:
    with Sink() as sink:
        transport = smtp.open_transport(sink.url, variables())
        transport.announce(Envelope("me@x", ["b@x"]), text(1))
        transport.send(Envelope("me@x", ["a@x"]), text(0))
        transport.close()
    assert taken(sink) == ALL[:1] and "QUIT" not in sink.octets.decode()


@pytest.mark.parametrize("bad", ["<b@x> SIZE=1", "b@x\r\nQUIT", "-b@x"])
def test_announced_address_that_is_none_is_told_in_its_turn(bad: str) -> None:
    with Sink() as sink:
        transport = smtp.open_transport(sink.url, variables())
        transport.announce(Envelope("me@x", [bad]), text(1))
        assert codes(transport.send(Envelope("me@x", ["a@x"]), text(0))) == [250]
        transport.close()
    assert taken(sink) == ALL[:1] and len(sink.lines) == 5


def test_letter_that_is_too_large_for_the_server_is_not_begun_early() -> None:
    with Sink(("PIPELINING", "SIZE 60")) as sink:
        transport = smtp.open_transport(sink.url, variables())
        long = Text(b"Subject: x\n\n" + b"y" * 100)
        transport.announce(Envelope("me@x", ["b@x"]), long)
        assert codes(transport.send(Envelope("me@x", ["a@x"]), text(0))) == [250]
        assert codes(transport.send(Envelope("me@x", ["b@x"]), long)) == [552]
        assert codes(transport.send(Envelope("me@x", ["c@x"]), text(2))) == [250]
        transport.close()
    assert taken(sink) == [("0", ["a@x"]), ("2", ["c@x"])] and sink.connections == 1


def test_letter_to_very_many_waits_for_its_turn() -> None:
    many = [f"{number}@x" for number in range(150)]
    with Sink() as sink:
        assert send(smtp.open_transport(sink.url, variables()), [["a@x"], many, ["d@x"]])[1] == [250] * 150
    assert [names for _, names in taken(sink)] == [["a@x"], many, ["d@x"]]


def test_lmtp_answers_for_each_recipient_of_each_letter() -> None:
    with Sink(script={". c@x": "452 4.2.2 full"}) as sink:
        url = f"lmtp://127.0.0.1:{sink.port}"
        assert send(lmtp.open_transport(url, variables()), THREE) == [[250], [250, 452], [250]]
    assert len(sink.letters) == 3 and sink.connections == 1


@pytest.mark.parametrize("name", ["exim", "postfix"])
def test_real_servers_take_letters_in_a_row(name: str) -> None:
    server: Server
    with Exim() if name == "exim" else Postfix() as server:
        user = "bob" if name == "exim" else "nobody"
        people = [[f"{user}@test.example"] if number % 3 else ["stranger@test.example"] for number in range(15)]
        found = send(smtp.open_transport(server.url, variables()), people)
        assert found == [[250] if number % 3 else [550] for number in range(15)], server.log()
        for number in range(15):
            await_that(lambda: (f"={number}@x" in log(server)) == bool(number % 3), f"letter {number}")  # noqa: B023
        await_letters(server.mail / user, 3)


def log(server: Server) -> str:
    """What the server noted, with message ids as `=1@x`."""
    return server.log().replace("=<", "=")
