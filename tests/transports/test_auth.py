"""Logging in: each mechanism against the other side of its standard, and what is never shown."""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from hashlib import md5, pbkdf2_hmac, sha256
from pathlib import Path

import pytest
from dovecot import Submission
from servers import Exim
from sink import CLOSE, HANG, OFFERS, Conversation, Sink, Text, codes, variables

from pymail.errors import CONFIG, MailError
from pymail.transports.auth import MECHANISMS, Account
from pymail.transports.smtp import open_transport
from pymail.transports.transport import Answer, Envelope
from pymail.transports.url import Server as Place

BOB = "bob@test.example"
USER, PASSWORD = "tim", "tanstaaf=,ü"
IN, OUT = "235 2.7.0 in", "535 5.7.8 wrong"
Login = Callable[[Conversation, list[str]], str]


def b64(text: bytes) -> str:
    return b64encode(text).decode()


def first(conversation: Conversation, words: list[str]) -> bytes:
    """The initial response, asked for where it did not come along."""
    return b64decode(words[1] if len(words) > 1 else conversation.ask(""))


# -- the other side of each mechanism -------------------------------------------


def plain(conversation: Conversation, words: list[str]) -> str:
    return IN if first(conversation, words) == f"\0{USER}\0{PASSWORD}".encode() else OUT


def login(conversation: Conversation, words: list[str]) -> str:
    user, password = (b64decode(conversation.ask(b64(prompt))) for prompt in (b"User Name\0", b"Password\0"))
    return IN if (user, password) == (USER.encode(), PASSWORD.encode()) else OUT


def cram_md5(conversation: Conversation, words: list[str]) -> str:
    challenge = b"<1896.697170952@postoffice.example>"
    user, digest = b64decode(conversation.ask(b64(challenge))).decode().split(" ")
    return IN if (user, digest) == (USER, hmac.new(PASSWORD.encode(), challenge, md5).hexdigest()) else OUT


def scram(conversation: Conversation, words: list[str], rounds: int = 4096, forge: bool = False) -> str:
    header, _, bare = first(conversation, words).partition(b",,")
    fields = dict(part.split(b"=", 1) for part in bare.split(b","))
    challenge = b"r=" + fields[b"r"] + b"more,s=" + b64encode(b"salt") + b",i=%d" % rounds
    final = b64decode(conversation.ask(b64(challenge)))
    without, _, proof = final.partition(b",p=")
    salted = pbkdf2_hmac("sha256", PASSWORD.encode(), b"salt", rounds)
    key, signed = hmac.digest(salted, b"Client Key", "sha256"), b",".join([bare, challenge, without])
    signature = hmac.digest(sha256(key).digest(), signed, "sha256")
    right = b64encode(bytes(a ^ b for a, b in zip(key, signature, strict=True)))
    if (header, fields[b"n"], proof) != (b"n", USER.encode(), right):
        return OUT
    if not forge:
        ours = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), signed, "sha256")
        conversation.ask(b64(b"v=" + b64encode(ours)))
    return IN


def forged(conversation: Conversation, words: list[str]) -> str:
    return scram(conversation, words, forge=True)


def impostor(conversation: Conversation, words: list[str]) -> str:
    """Knows no password, and lets everybody in."""
    nonce = first(conversation, words).rpartition(b"r=")[2]
    conversation.ask(b64(b"r=" + nonce + b"x,s=" + b64encode(b"salt") + b",i=4096"))
    conversation.ask(b64(b"v=" + b64encode(bytes(32))))
    return IN


def xoauth2(conversation: Conversation, words: list[str]) -> str:
    if first(conversation, words) == f"user={USER}\1auth=Bearer {PASSWORD}\1\1".encode():
        return IN
    assert conversation.ask(b64(b'{"status":"401"}')) == ""
    return OUT


def oauthbearer(conversation: Conversation, words: list[str]) -> str:
    place = f"host=127.0.0.1\1port={conversation.sink.port}\1"
    if first(conversation, words) == f"n,a={USER},\1{place}auth=Bearer {PASSWORD}\1\1".encode():
        return IN
    assert conversation.ask(b64(b'{"status":"invalid_token"}')) == b64(b"\1")
    return OUT


SERVERS: dict[str, Login] = {
    "PLAIN": plain,
    "LOGIN": login,
    "CRAM-MD5": cram_md5,
    "SCRAM-SHA-256": scram,
    "XOAUTH2": xoauth2,
    "OAUTHBEARER": oauthbearer,
}


def deliver(
    sink: Sink, password: str = PASSWORD, user: str = USER, trace: list[str] | None = None, **given: str
) -> list[Answer]:
    given = {f"password-{user}@127.0.0.1": password, **given}
    transport = open_transport(sink.url.replace("//", f"//{user}@"), variables(**given))
    if trace is not None:
        transport.trace = lambda direction, line: trace.append(f"{direction} {line}")
    try:
        return transport.send(Envelope("me", [BOB]), Text())
    finally:
        transport.close()


@pytest.mark.parametrize("mechanism", sorted(SERVERS))
def test_each_mechanism_gets_in_with_the_right_password_only(mechanism: str) -> None:
    for password, code in ((PASSWORD, 250), ("another", 454)):
        with Sink((*OFFERS, "AUTH " + mechanism), login=SERVERS[mechanism]) as sink:
            (answer,) = deliver(sink, password, smtp_auth=mechanism.lower())
        assert answer.code == code
        assert code == 250 or answer.text.endswith(f"does not let {USER} in: 535 5.7.8 wrong")
        assert len(sink.letters) == (code == 250)
        assert any(line.startswith("MAIL") for line in sink.lines) == (code == 250)


def test_an_answer_that_is_long_waits_for_the_server_to_ask() -> None:
    token = "t" * 3000

    def server(conversation: Conversation, words: list[str]) -> str:
        assert words == ["XOAUTH2"]
        return IN if token.encode() in first(conversation, words) else OUT

    with Sink(["AUTH XOAUTH2"], login=server) as sink:
        assert codes(deliver(sink, token, smtp_auth="xoauth2")) == [250]


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        ("AUTH LOGIN PLAIN CRAM-MD5 SCRAM-SHA-256 XOAUTH2", "SCRAM-SHA-256"),
        ("AUTH LOGIN PLAIN CRAM-MD5", "CRAM-MD5"),
        ("AUTH login plain", "PLAIN"),
        ("AUTH=LOGIN", "LOGIN"),
    ],
)
def test_the_best_that_is_offered_is_taken(offered: str, taken: str) -> None:
    with Sink([offered], login=SERVERS[taken]) as sink:
        assert codes(deliver(sink)) == [250]
    assert next(line for line in sink.lines if line.startswith("AUTH")).split()[1] == taken


@pytest.mark.parametrize(("offers", "how"), [([], ""), (["AUTH GSSAPI"], ""), (["AUTH PLAIN"], "cram-md5")])
def test_without_a_way_to_log_in_no_letter_is_sent(offers: list[str], how: str) -> None:
    with Sink(offers, login=plain) as sink:
        (answer,) = deliver(sink, smtp_auth=how)
    assert answer.code == 454 and "it offers no" in answer.text
    assert sink.lines == ["EHLO client.example", "QUIT"]


def test_who_wants_no_login_gets_none() -> None:
    with Sink(["AUTH PLAIN"], login=plain) as sink:
        assert codes(deliver(sink, smtp_auth="none")) == [250]


def test_heirlooms_variables_say_who_we_are() -> None:
    with Sink(["AUTH PLAIN LOGIN"], login=login) as sink:
        given = {"smtp_auth_user": USER, "smtp_auth_password": PASSWORD, "smtp_auth": "login"}
        transport = open_transport(sink.url, variables(**given))
        assert codes(transport.send(Envelope("me", [BOB]), Text())) == [250]
        transport.close()


def test_each_sender_may_have_a_login_of_his_own() -> None:
    told: list[str] = []

    def listen(conversation: Conversation, words: list[str]) -> str:
        told.append(b64decode(words[1]).decode())
        return "235 in"

    given = {"one@x": "first", "two@x": "second"}
    with Sink(["PIPELINING", "AUTH PLAIN"], login=listen) as sink:
        settings = variables()
        for sender, name in given.items():
            settings.set(f"smtp-auth-user-{sender}", name, "rc")
            settings.set(f"smtp-auth-password-{sender}", f"of {name}", "rc")
        transport = open_transport(sink.url, settings)
        letters = [(Envelope(sender, [BOB]), Text()) for sender in ("one@x", "one@x", "two@x", "none@x", "one@x")]
        for number, (envelope, text) in enumerate(letters):
            if number + 1 < len(letters):
                transport.announce(*letters[number + 1])
            assert codes(transport.send(envelope, text)) == [250]
        transport.close()
    assert told == ["\0first\0of first", "\0second\0of second", "\0first\0of first"]
    assert (len(sink.letters), sink.connections) == (5, 4)


def test_a_url_from_a_file_may_hold_the_password() -> None:
    with Sink(["AUTH PLAIN"], login=plain) as sink:
        url = sink.url.replace("//", f"//{USER}:tanstaaf%3D%2C%C3%BC@")
        transport = open_transport(url, variables())
        assert "tanstaaf" not in transport.name
        assert codes(transport.send(Envelope("me", [BOB]), Text())) == [250]
        transport.close()


def test_no_password_is_a_fault_of_the_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with Sink(["AUTH PLAIN"], login=plain) as sink:
        with pytest.raises(MailError, match="no password") as caught:
            deliver(sink, "")
    assert caught.value.status == CONFIG
    assert not any(line.startswith(("AUTH", "MAIL")) for line in sink.lines)


# -- a bad server -----------------------------------------------------------------


@pytest.mark.parametrize("server", [forged, impostor])
def test_a_server_that_cannot_prove_itself_gets_no_letter(server: Login) -> None:
    with Sink(["AUTH SCRAM-SHA-256"], login=server) as sink:
        (answer,) = deliver(sink)
    assert answer.deferred and "could not prove that it knows the password" in answer.text
    assert not any(line.startswith("MAIL") for line in sink.lines)


@pytest.mark.parametrize(
    "challenge", [b"", b"r=", b"r=other,s=c2FsdA==,i=4096", b"r={},s=c2FsdA==,i=1", b"r={},s=c2FsdA==,i=99999999", b"x"]
)
def test_a_challenge_that_is_not_safe_is_not_answered(challenge: bytes) -> None:
    def server(conversation: Conversation, words: list[str]) -> str:
        nonce = first(conversation, words).rpartition(b"r=")[2]
        conversation.ask(b64(challenge.replace(b"{}", nonce)))
        return IN

    with Sink(["AUTH SCRAM-SHA-256"], login=server) as sink:
        (answer,) = deliver(sink)
    assert answer.deferred and "SCRAM challenge" in answer.text


@pytest.mark.parametrize("challenge", ["!", "334", "===="])
def test_a_challenge_that_cannot_be_read_is_broken_off(challenge: str) -> None:
    def server(conversation: Conversation, words: list[str]) -> str:
        assert conversation.ask(challenge) == "*"
        return "501 5.5.2 as you like"

    with Sink(["AUTH PLAIN"], login=server) as sink:
        (answer,) = deliver(sink)
    assert answer.code == 454 and answer.text.endswith("501 5.5.2 as you like")


@pytest.mark.parametrize("mechanism", sorted(SERVERS))
@pytest.mark.parametrize("end", [OUT, IN, "334 "])
def test_endless_challenges_are_broken_off(mechanism: str, end: str) -> None:
    def server(conversation: Conversation, words: list[str]) -> str:
        while conversation.ask("") != "*":
            pass
        return end

    with Sink(["AUTH " + mechanism], login=server) as sink:
        assert codes(deliver(sink, smtp_auth=mechanism)) in ([454], [451])
    assert not sink.letters


@pytest.mark.parametrize("end", [CLOSE, HANG, "garbage"])
def test_a_server_that_goes_wrong_while_we_log_in_defers_the_letter(end: str) -> None:
    with Sink(["AUTH PLAIN"], {"AUTH": end}, login=plain) as sink:
        assert codes(deliver(sink, smtp_timeout="1")) == [451]


@pytest.mark.parametrize("mechanism", sorted(SERVERS))
def test_the_secret_is_never_told(mechanism: str) -> None:
    sent: list[str] = []

    def echo(conversation: Conversation, words: list[str]) -> str:
        sent.extend(words[1:])
        for _ in range(5):
            sent.append(conversation.ask(b64(b"<x@y>")))
        return f"535 5.7.8 {PASSWORD} {' '.join(sent)}"

    trace: list[str] = []
    with Sink(["AUTH " + mechanism], login=echo) as sink:
        (answer,) = deliver(sink, trace=trace, smtp_auth=mechanism)
    told = "\n".join([*trace, answer.text])
    assert PASSWORD not in told
    for word in {word for word in sent if len(word) > 4}:
        assert word not in told
    assert any(line.startswith(f">>> AUTH {mechanism}") for line in trace)


# -- the standards' own examples --------------------------------------------------


def account(user: str) -> Account:
    return Account(user, Place("smtp", user, None, "server.example.com", 587), variables())


def test_cram_md5_as_in_rfc_2195() -> None:
    dialogue = MECHANISMS["CRAM-MD5"](account("tim"), "tanstaaftanstaaf")
    assert next(dialogue) is None
    answer = dialogue.send(b"<1896.697170952@postoffice.reston.mci.net>")
    assert answer == b"tim b913a602c7eda7a495b4e6e7334d3890"


def test_scram_as_in_rfc_7677(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", lambda count: b64decode("rOprNGfwEbeRWgbNEkqO"))
    dialogue = MECHANISMS["SCRAM-SHA-256"](account("user"), "pencil")
    assert next(dialogue) == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    nonce = b"rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    assert dialogue.send(b"r=" + nonce + b",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") == (
        b"c=biws,r=" + nonce + b",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert dialogue.send(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == b""


def test_oauthbearer_as_in_rfc_7628() -> None:
    dialogue = MECHANISMS["OAUTHBEARER"](account("user@example.com"), "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==")
    assert next(dialogue) == (
        b"n,a=user@example.com,\1host=server.example.com\1port=587\1"
        b"auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1"
    )


@pytest.fixture(scope="module")
def submission(exim: Exim) -> Iterator[Submission]:
    with Submission(exim.port, USER, PASSWORD) as server:
        yield server


@pytest.mark.parametrize("how", ["", "plain", "login", "cram-md5", "scram-sha-256"])
def test_dovecot_lets_us_in(how: str, submission: Submission) -> None:
    for password, code in ((PASSWORD, 250), ("another", 454)):
        given = {f"password-{USER}@127.0.0.1": password, "smtp_auth": how, "smtp_timeout": "20"}
        transport = open_transport(f"submission://{USER}@127.0.0.1:{submission.port}", variables(**given))
        assert codes(transport.send(Envelope("me@test.example", [BOB]), Text())) == [code]
        transport.close()
