"""SMTP as it is on the wire, against a sink and a bad server at each step."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import free_port
from sink import CLOSE, HANG, OFFERS, RESET, Sink, Text, codes, deliver, variables

from pymail.transports.smtp import Smtp, open_transport
from pymail.transports.transport import Envelope, Unreachable

BOB, SMITH, ROOT = "bob@test.example", "smith@test.example", "root@test.example"


def open_(url: str, **given: str) -> Smtp:
    return open_transport(url, variables(**given))


def test_a_letter_arrives_with_its_envelope() -> None:
    with Sink() as sink:
        answers = deliver(sink, Text(b"Subject: s\n\nhi\n"), BOB, SMITH)
    assert [(a.recipient, a.code, a.text) for a in answers] == [(BOB, 250, "2.0.0 taken"), (SMITH, 250, "2.0.0 taken")]
    (letter,) = sink.letters
    assert letter.mail == "<me@client.example> SIZE=15"
    assert letter.recipients == [f"<{BOB}>", f"<{SMITH}>"]
    assert letter.data == b"Subject: s\r\n\r\nhi\r\n"
    assert sink.lines[0] == "EHLO client.example"
    assert sink.lines[-1] == "QUIT"


def test_a_small_letter_takes_two_sends_after_the_greeting_where_pipelining_is_offered() -> None:
    with Sink() as sink:
        deliver(sink, Text(), BOB, SMITH)
    assert [chunk[:5] for chunk in sink.chunks] == [b"EHLO ", b"MAIL ", b"Subje", b"QUIT\r"]
    assert sink.chunks[1].endswith(b"DATA\r\n")
    assert sink.chunks[2] == b"Subject: s\r\n\r\nbody\r\n.\r\n"


def test_commands_wait_for_each_other_without_pipelining() -> None:
    with Sink(offers=()) as sink:
        assert codes(deliver(sink, Text(), BOB, SMITH)) == [250, 250]
    assert [chunk.count(b"\r\n") for chunk in sink.chunks[:5]] == [1, 1, 1, 1, 1]


def test_an_old_server_is_greeted_by_helo_and_gets_no_parameters() -> None:
    with Sink(script={"EHLO": "502 5.5.1 not implemented"}) as sink:
        assert codes(deliver(sink)) == [250]
    assert sink.lines[:3] == ["EHLO client.example", "HELO client.example", "MAIL FROM:<me@client.example>"]


@pytest.mark.parametrize(
    ("hostname", "said"),
    [("box", "box"), ("mail.example.org", "mail.example.org"), ("a b", "[127.0.0.1]"), ("x\r\nRSET", "[127.0.0.1]")],
)
def test_the_server_is_greeted_by_the_variable_hostname_if_it_can_be_one(hostname: str, said: str) -> None:
    with Sink() as sink:
        transport = open_(sink.url, hostname=hostname)
        transport.send(Envelope("", [BOB]), Text())
        transport.close()
    assert sink.lines[:2] == [f"EHLO {said}", "MAIL FROM:<> SIZE=17"]


def test_an_ipv6_server_is_reached_as_localhost_and_by_its_address() -> None:
    with Sink(family=socket.AF_INET6) as sink:
        for host in ("localhost", "[::1]"):
            transport = open_(f"smtp://{host}:{sink.port}", hostname="")
            assert transport.name == f"smtp://{host}:{sink.port}"
            assert codes(transport.send(Envelope("", [BOB]), Text())) == [250]
            transport.close()
    assert sink.connections == 2


# -- each recipient's answer ------------------------------------------------


@pytest.mark.parametrize("offers", [OFFERS, ()])
def test_one_refused_recipient_does_not_stop_the_others(offers: tuple[str, ...]) -> None:
    script = {f"RCPT {SMITH}": "550-5.1.1 no such user\r\n550 5.1.1 here", f"RCPT {ROOT}": "451 4.2.1 later"}
    with Sink(offers, script) as sink:
        answers = deliver(sink, Text(), BOB, SMITH, ROOT)
    assert [(a.code, a.text) for a in answers] == [
        (250, "2.0.0 taken"),
        (550, "5.1.1 no such user here"),
        (451, "4.2.1 later"),
    ]
    assert [a.accepted for a in answers] == [True, False, False]
    assert [a.refused for a in answers] == [False, True, False]
    assert [a.deferred for a in answers] == [False, False, True]
    assert sink.letters[0].recipients == [f"<{BOB}>"]


@pytest.mark.parametrize("offers", [OFFERS, ()])
@pytest.mark.parametrize("data", ["554 5.5.1 no recipients", "354 all the same"])
def test_nothing_of_the_letter_is_sent_when_every_recipient_is_refused(offers: tuple[str, ...], data: str) -> None:
    with Sink(offers, {"RCPT": "550 5.1.1 no", "DATA": data, ".": "554 5.5.1 nobody"}) as sink:
        answers = deliver(sink, Text(b"secret\n"), BOB, SMITH)
    assert [(a.code, a.text) for a in answers] == [(550, "5.1.1 no")] * 2
    assert b"secret" not in sink.octets
    assert sink.lines[-1] == "QUIT"
    assert not sink.letters


@pytest.mark.parametrize("offers", [OFFERS, ()])
def test_many_recipients_are_sent_in_groups_and_all_are_answered(offers: tuple[str, ...]) -> None:
    people = [f"user{number}@test.example" for number in range(1000)]
    with Sink(offers, {"RCPT user500@test.example": "550 no"}) as sink:
        answers = deliver(sink, Text(), *people)
    assert [a.recipient for a in answers] == people
    assert codes(answers) == [250] * 500 + [550] + [250] * 499


STEPS = ["connect", "EHLO", "MAIL", "RCPT", "DATA", "."]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("reply", ["450 4.3.2 not now", "550 5.7.1 never", "421 4.3.2 going down"])
@pytest.mark.parametrize("offers", [OFFERS, ()])
def test_a_refusal_at_any_step_is_the_answer_in_the_servers_own_words(
    step: str, reply: str, offers: tuple[str, ...]
) -> None:
    script = {step: reply, "HELO": reply}
    with Sink(offers, script) as sink:
        (answer,) = deliver(sink)
    assert f"{answer.code} {answer.text}" == reply
    assert not sink.letters


WRONG = [CLOSE, RESET, HANG, "half an answ\r", "garbage", "250-" + "x" * 200000]
GOES_WRONG = [(step, end) for step in ["EHLO", "MAIL", "RCPT", "DATA", "."] for end in WRONG]


@pytest.mark.parametrize(("step", "end"), [*GOES_WRONG, ("body", CLOSE), ("body", RESET)])
@pytest.mark.parametrize("offers", [OFFERS, ()])
def test_a_server_that_goes_wrong_at_any_step_defers_the_letter(step: str, end: str, offers: tuple[str, ...]) -> None:
    with Sink(offers, {step: end}) as sink:
        transport = open_(sink.url, smtp_timeout="1")
        began = time.monotonic()
        (answer,) = transport.send(Envelope("me", [BOB]), Text(b"x\n" * 4_000_000 if step == "body" else b"x\n"))
        transport.close()
    assert answer.deferred and answer.code == 451
    assert time.monotonic() - began < 5
    assert f"smtp://127.0.0.1:{sink.port}" in answer.text
    assert ("may have been delivered" in answer.text) == (step == ".")


def test_a_refusal_in_the_middle_of_the_data_is_the_answer() -> None:
    with Sink(script={"body": "552 5.3.4 too much"}) as sink:
        (answer,) = deliver(sink, Text(b"x\n" * 40))
    assert answer.code == 552


@pytest.mark.parametrize("greeting", [CLOSE, RESET, HANG, "what?", "220-" + "x" * 70000])
def test_a_server_that_does_not_greet_is_unreachable(greeting: str) -> None:
    with Sink(script={"connect": greeting}) as sink:
        with pytest.raises(Unreachable, match=f"^smtp://127.0.0.1:{sink.port}: "):
            open_(sink.url, smtp_timeout="1").send(Envelope("me", [BOB]), Text())


def test_nothing_listening_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="Connection refused"):
        open_(f"smtp://localhost:{free_port()}").send(Envelope("me", [BOB]), Text())


def test_a_reply_that_drips_is_given_up_at_the_timeout() -> None:
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                while not stop.wait(0.05):
                    connection.sendall(b"2")
            except OSError:
                pass

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    with pytest.raises(Unreachable, match="no answer in time"):
        open_(f"smtp://127.0.0.1:{listener.getsockname()[1]}", smtp_timeout="1").send(Envelope("me", [BOB]), Text())
    stop.set()
    thread.join(10)
    listener.close()
    assert time.monotonic() - began < 4


# -- several letters over one connection ------------------------------------


def test_letters_share_one_connection_until_close() -> None:
    with Sink() as sink:
        transport = open_(sink.url)
        for number in range(50):
            assert codes(transport.send(Envelope("me", [BOB]), Text(b"%d\n" % number))) == [250]
        transport.close()
    assert [letter.data for letter in sink.letters] == [b"%d\r\n" % number for number in range(50)]
    assert sink.connections == 1
    assert sink.lines.count("QUIT") == 1


def test_a_refused_letter_leaves_the_connection_clean_for_the_next() -> None:
    with Sink(script={"DATA": ["452 4.3.1 full"]}) as sink:
        transport = open_(sink.url)
        assert codes(transport.send(Envelope("me", [BOB]), Text(b"1\n"))) == [452]
        assert codes(transport.send(Envelope("me", [SMITH]), Text(b"2\n"))) == [250]
        transport.close()
    assert sink.connections == 1
    assert sink.letters[0].recipients == [f"<{SMITH}>"]


@pytest.mark.parametrize("words", ["452 4.5.3 Error: too many recipients", "452 Too many recipients"])
def test_recipients_that_are_too_many_at_once_get_the_letter_in_turn(words: str) -> None:
    people = [f"u{number}@x" for number in range(7)]
    late = {f"RCPT {name}": [words] * (number // 3) for number, name in enumerate(people)}
    with Sink(script={**late, "RCPT u4@x": [words, "550 5.1.1 no"]}) as sink:
        transport = open_transport(sink.url, variables())
        answers = transport.send(Envelope("me", people), Text())
        transport.close()
    assert [answer.code for answer in answers] == [250, 250, 250, 250, 550, 250, 250]
    got = [[path.strip("<>") for path in letter.recipients] for letter in sink.letters]
    assert got == [people[:3], ["u3@x", "u5@x"], ["u6@x"]] and sink.connections == 1


def test_recipients_that_are_always_too_many_wait() -> None:
    with Sink(script={"RCPT b@x": "452 4.5.3 too many"}) as sink:
        transport = open_transport(sink.url, variables())
        answers = transport.send(Envelope("me", ["a@x", "b@x"]), Text())
        transport.close()
    assert [answer.code for answer in answers] == [250, 452] and len(sink.letters) == 1


@pytest.mark.parametrize("end", ["421 4.7.0 too many messages", CLOSE, RESET])
@pytest.mark.parametrize("offers", [OFFERS, ()])
def test_a_connection_that_ended_between_two_letters_is_made_anew(end: str, offers: tuple[str, ...]) -> None:
    with Sink(offers, {"MAIL": ["250 fine", end]}) as sink:
        transport = open_(sink.url)
        for _ in range(3):
            assert codes(transport.send(Envelope("me", [BOB]), Text())) == [250]
        transport.close()
    assert sink.connections == 2
    assert len(sink.letters) == 3


def test_a_letter_that_may_have_been_taken_is_not_sent_again() -> None:
    with Sink(script={".": ["250 fine", CLOSE]}) as sink:
        transport = open_(sink.url)
        assert codes(transport.send(Envelope("me", [BOB]), Text())) == [250]
        assert codes(transport.send(Envelope("me", [BOB]), Text())) == [451]
        transport.close()
    assert sink.connections == 1


def test_a_server_that_says_more_than_it_is_asked_is_connected_anew() -> None:
    with Sink(script={".": ["250 taken\r\n250 and again", "550 5.7.1 not this one"]}) as sink:
        transport = open_(sink.url)
        assert codes(transport.send(Envelope("me", [BOB]), Text())) == [250]
        assert codes(transport.send(Envelope("me", [BOB]), Text())) == [550]
        transport.close()
    assert sink.connections == 2


class Torn(Text):
    def pieces(self) -> Iterator[bytes]:
        yield b"Subject: s\n\n" + b"first half\n" * 20000
        raise OSError(5, "Input/output error", "/disk/file")


@pytest.mark.parametrize("offers", [OFFERS, ("8BITMIME",), (*OFFERS, "CHUNKING")])
@pytest.mark.parametrize(
    "script",
    [
        {"DATA": "354 go\r\n250 taken", ".": CLOSE},
        {"DATA": "354 go\r\n250 taken", ".": "550 no"},
        {"RCPT": "250 fine\r\n354 go\r\n250 taken", ".": CLOSE},
        {"MAIL": "250 fine\r\n250 fine\r\n354 go\r\n250 taken", "RCPT": "550 no"},
        {"connect": "220 hi\r\n250 x\r\n250 y\r\n250 z\r\n354 go\r\n250 taken\r\n250 taken", ".": CLOSE},
    ],
)
def test_a_server_that_answers_ahead_is_not_believed(script: dict[str, str], offers: tuple[str, ...]) -> None:
    with Sink(offers, script) as sink:
        (answer,) = deliver(sink)
    assert not answer.accepted, answer


def test_a_server_that_says_why_it_goes_is_heard() -> None:
    with Sink(("8BITMIME",), {"MAIL": "550 5.7.1 never you\r\n421 4.7.0 bye"}) as sink:
        assert codes(deliver(sink)) == [550]


def test_a_letter_that_cannot_be_read_to_its_end_is_never_ended() -> None:
    with Sink() as sink:
        transport = open_(sink.url)
        with pytest.raises(OSError):
            transport.send(Envelope("me", [BOB]), Torn())
        assert codes(transport.send(Envelope("me", [BOB]), Text(b"whole\n"))) == [250]
        transport.close()
    assert [letter.data for letter in sink.letters] == [b"whole\r\n"]
    assert sink.connections == 2


def test_a_hanging_server_does_not_hold_up_the_parting() -> None:
    with Sink(script={"QUIT": HANG}) as sink:
        transport = open_(sink.url, smtp_timeout="60")
        transport.send(Envelope("me", [BOB]), Text())
        began = time.monotonic()
        transport.close()
        assert time.monotonic() - began < 5


def test_a_servers_words_cannot_drive_the_terminal() -> None:
    with Sink(script={"RCPT": "550 \x1b[2Jno\x9b such \u202euser\udcff"}) as sink:
        (answer,) = deliver(sink)
    assert answer.text == r"^[[2Jno\u{9b} such \u{202e}user\xff"


# -- cost -------------------------------------------------------------------

FORBIDDEN = "re typing dataclasses enum subprocess argparse logging pathlib email smtplib asyncio ssl socket signal"
PROBE = """
import sys
sys.path.insert(0, {root!r})
from pymail.transports.choose import chain
from pymail.transports.transport import Envelope
from pymail.variables.values import Variables
class Text:
    size, eightbit = 9, False
    def pieces(self):
        yield b"Subject: s\\n\\nbody\\n"
variables = Variables(False)
variables.set("mta", {url!r})
way = chain(variables, {{}})
assert way.send(Envelope("me", ["bob@x"]), Text())[0].accepted
way.close()
print(*sys.modules)
"""


def test_sending_loads_nothing_that_costs() -> None:
    root = str(Path(__file__).parents[2])
    with Sink() as sink:
        probe = PROBE.format(root=root, url=sink.url)
        loaded = subprocess.run([sys.executable, "-I", "-S", "-c", probe], capture_output=True, check=True, text=True)
    assert len(sink.letters) == 1
    assert not set(FORBIDDEN.split()) & set(loaded.stdout.split())


def slow_server(listener: socket.socket) -> None:
    """Takes one letter, a little at a time."""
    connection = listener.accept()[0]
    octets = b""
    with connection:
        connection.sendall(b"220 slow\r\n")
        for answer in (b"250 slow", b"250 ok", b"250 ok", b"354 go"):
            while not octets.endswith(b"\r\n"):
                octets += connection.recv(1)
            connection.sendall(answer + b"\r\n")
            octets = b""
        while not octets.endswith(b"\r\n.\r\n"):
            octets = octets[-5:] + connection.recv(4096)
            time.sleep(0.01)  # that is what it is about
        connection.sendall(b"250 ok\r\n")


def test_line_that_is_slower_than_the_timeout_is_waited_for_while_it_carries_anything() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = threading.Thread(target=slow_server, args=(listener,))
        server.start()
        given = variables(**{"smtp-timeout": "1"})
        transport = open_transport(f"smtp://127.0.0.1:{listener.getsockname()[1]}", given)
        assert codes(transport.send(Envelope("me", [BOB]), Text((b"x" * 59 + b"\n") * 15_000))) == [250]
        server.join()
        transport.close()
