"""TLS fails closed: a server that is not right gets neither credentials nor a letter."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from certificates import Authority, old_server, server
from sink import CLOSE, HANG, OFFERS, Sink, Text, codes, variables

from pymail.errors import CONFIG, NOINPUT, MailError
from pymail.transports.lmtp import open_transport as open_lmtp
from pymail.transports.smtp import open_transport
from pymail.transports.transport import Answer, Envelope, Unreachable

TLS = (*OFFERS, "STARTTLS", "AUTH PLAIN LOGIN")
BOB = "bob@test.example"
# Reaches this machine, but is no name that says so.
ELSEWHERE = "0.0.0.0"


def accept(conversation: object, words: list[str]) -> str:
    return "235 2.7.0 in"


def deliver(
    sink: Sink, host: str = ELSEWHERE, scheme: str = "smtp", login: str = "me:secret@", **given: str
) -> list[Answer]:
    transport = open_transport(f"{scheme}://{login}{host}:{sink.port}", variables(**given))
    try:
        return transport.send(Envelope("me", [BOB]), Text(b"Subject: private\n\n"))
    finally:
        transport.close()


def gave_nothing_away(sink: Sink) -> bool:
    return not sink.letters and not any(line[:4] in ("AUTH", "MAIL", "RCPT", "DATA", "BDAT") for line in sink.lines)


# -- what is right ------------------------------------------------------------


def test_a_letter_goes_by_starttls_to_any_other_host(authority: Authority, right: Path) -> None:
    with Sink(TLS, tls=server(right), login=accept) as sink:
        assert codes(deliver(sink, tls_ca_file=str(authority.file))) == [250]
    assert sink.lines[:3] == ["EHLO client.example", "STARTTLS", "EHLO client.example"]
    assert sink.octets.index(b"STARTTLS") < sink.octets.index(b"AUTH") < sink.octets.index(b"private")
    assert len(sink.letters) == 1


@pytest.mark.parametrize("scheme", ["smtps", "submissions"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", ELSEWHERE])
def test_tls_from_the_start(scheme: str, host: str, authority: Authority, right: Path) -> None:
    with Sink(OFFERS, tls=server(right), wrapped=True) as sink:
        assert codes(deliver(sink, host, scheme, login="", tls_ca_file=str(authority.file))) == [250]
    assert sink.lines[:2] == ["EHLO client.example", "MAIL FROM:<me> SIZE=18"]


def test_a_large_letter_goes_by_tls(authority: Authority, right: Path) -> None:
    text = b"x" * 70 + b"\n"
    with Sink(TLS, tls=server(right)) as sink:
        transport = open_transport(f"submission://{ELSEWHERE}:{sink.port}", variables(tls_ca_file=str(authority.file)))
        assert codes(transport.send(Envelope("me", [BOB]), Text(text * 100_000))) == [250]
        transport.close()
    assert sink.letters[0].data == text.replace(b"\n", b"\r\n") * 100_000


def test_this_machine_is_spoken_to_plainly_unless_tls_is_asked_for(authority: Authority, right: Path) -> None:
    ca = str(authority.file)
    for host, given, encrypted in (
        ("127.0.0.1", {}, False),
        ("localhost", {}, False),
        ("localhost", {"tls_localhost": "require"}, True),
        ("localhost", {"smtp_use_starttls": ""}, True),
        ("127.0.0.1", {"tls_localhost": "require"}, False),
    ):
        with Sink(TLS, tls=server(right)) as sink:
            assert codes(deliver(sink, host, login="", tls_ca_file=ca, **given)) == [250]
        assert ("STARTTLS" in sink.lines) == encrypted


def test_verification_or_tls_is_given_up_for_one_host_by_one_switch(authority: Authority) -> None:
    wrong = server(authority.self_signed("own"))
    with Sink(TLS, tls=wrong, login=accept) as sink:
        given = {f"tls-{ELSEWHERE}": "verify-off"}
        assert codes(deliver(sink, **given)) == [250]
    assert "STARTTLS" in sink.lines
    with Sink(OFFERS) as sink:
        given = {f"tls-{ELSEWHERE}": "plain"}
        assert codes(deliver(sink, login="", **given)) == [250]
    with Sink(TLS, tls=wrong) as sink:
        with pytest.raises(MailError) as caught:
            deliver(sink, **{f"tls-{ELSEWHERE}": "off"})
    assert caught.value.status == CONFIG


def test_the_systems_authorities_are_believed(
    authority: Authority, right: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with Sink(TLS, tls=server(right), login=accept) as sink:
        assert codes(deliver(sink)) == [250]


def test_lmtp_to_another_host_goes_by_starttls_as_well(authority: Authority, right: Path) -> None:
    for offers, tls, code in ((TLS, server(right), 250), (OFFERS, None, 454)):
        with Sink(offers, tls=tls) as sink:
            transport = open_lmtp(f"lmtp://{ELSEWHERE}:{sink.port}", variables(tls_ca_file=str(authority.file)))
            assert codes(transport.send(Envelope("me", [BOB]), Text())) == [code]
            transport.close()


def test_a_client_certificate_is_shown(authority: Authority, right: Path) -> None:
    mine = authority.sign("me", "subjectAltName=email:me@client.example")
    with Sink((*OFFERS, "AUTH EXTERNAL"), tls=server(right, authority.file), wrapped=True, login=accept) as sink:
        settings = {"tls_ca_file": str(authority.file), "smtp_auth": "external"}
        assert codes(deliver(sink, scheme="smtps", login="", tls_cert_file=str(mine), **settings)) == [250]
    assert "AUTH EXTERNAL =" in sink.lines


def test_the_key_of_a_client_certificate_may_stand_in_a_file_of_its_own(
    authority: Authority, right: Path, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    before, mark, after = authority.sign("myself").read_text().partition("-----BEGIN PRIVATE KEY")
    certificate.write_text(before)
    key.write_text(mark + after)
    with Sink((*OFFERS, "AUTH EXTERNAL"), tls=server(right, authority.file), wrapped=True, login=accept) as sink:
        settings = {"tls_ca_file": str(authority.file), "smtp_auth": "external", "tls_key_file": str(key)}
        assert codes(deliver(sink, scheme="smtps", login="", tls_cert_file=str(certificate), **settings)) == [250]
    assert "AUTH EXTERNAL =" in sink.lines


@pytest.mark.parametrize(("name", "status"), [("none", NOINPUT), ("rubbish", CONFIG)])
@pytest.mark.parametrize("variable", ["tls-ca-file", "tls-cert-file"])
def test_a_file_that_is_no_certificate_is_named(
    name: str, status: int, variable: str, right: Path, tmp_path: Path
) -> None:
    (tmp_path / "rubbish").write_text("rubbish\n")
    with Sink(TLS, tls=server(right)) as sink:
        with pytest.raises(MailError, match=f"^{variable}={tmp_path}/{name}: ") as caught:
            deliver(sink, **{variable: str(tmp_path / name)})
    assert caught.value.status == status
    assert gave_nothing_away(sink)


# -- what is wrong ------------------------------------------------------------


@pytest.fixture(scope="module")
def wrong(authority: Authority, right: Path) -> dict[str, ssl.SSLContext]:
    return {
        "name": server(authority.sign("name", "subjectAltName=DNS:elsewhere.example")),
        "expired": server(authority.sign("expired", end="20210101000000Z")),
        "future": server(authority.sign("future", start="20980101000000Z")),
        "self-signed": server(authority.self_signed("self")),
        "old": old_server(right),
    }


REASONS = {
    "name": "not right: IP address mismatch",
    "expired": "not right: certificate has expired",
    "future": "not right: certificate is not yet valid",
    "self-signed": "not right: self-signed certificate",
    "old": "TLS: ",
}


@pytest.mark.parametrize("kind", sorted(REASONS))
def test_a_server_whose_tls_is_not_right_gets_nothing(
    kind: str, authority: Authority, wrong: dict[str, ssl.SSLContext]
) -> None:
    with Sink(TLS, tls=wrong[kind], login=accept) as sink:
        (answer,) = deliver(sink, tls_ca_file=str(authority.file))
    assert answer.deferred and REASONS[kind] in answer.text
    assert gave_nothing_away(sink)
    with Sink(TLS, tls=wrong[kind], wrapped=True, login=accept) as sink:
        with pytest.raises(Unreachable) as caught:
            deliver(sink, scheme="smtps", tls_ca_file=str(authority.file))
    assert REASONS[kind] in caught.value.text
    assert gave_nothing_away(sink)


def test_an_authority_that_nobody_knows_is_not_believed(right: Path) -> None:
    with Sink(TLS, tls=server(right), login=accept) as sink:
        (answer,) = deliver(sink)
    assert answer.deferred and "the certificate is not right" in answer.text
    assert gave_nothing_away(sink)


@pytest.mark.parametrize(
    ("offers", "script", "says"),
    [
        (OFFERS, {}, "offers no STARTTLS; tls-0.0.0.0=plain would send in the clear"),
        ((*OFFERS, "AUTH PLAIN"), {}, "offers no STARTTLS"),
        (TLS, {"EHLO": "502 no"}, "offers no STARTTLS"),
        (TLS, {"STARTTLS": "454 4.7.0 not now"}, "refuses STARTTLS: 454 4.7.0 not now"),
        (TLS, {"STARTTLS": "554 5.7.0 never"}, "refuses STARTTLS: 554 5.7.0 never"),
        (TLS, {"STARTTLS": "220 go\r\n250-sink\r\n250 AUTH PLAIN"}, "sent octets ahead of the TLS handshake"),
        (TLS, {"STARTTLS": CLOSE}, "closed the connection"),
        (TLS, {"STARTTLS": HANG}, "gave no answer in time"),
    ],
)
def test_a_server_that_does_not_start_tls_gets_nothing(
    offers: tuple[str, ...], script: dict[str, str], says: str, authority: Authority, right: Path
) -> None:
    with Sink(offers, script, tls=server(right), login=accept) as sink:
        (answer,) = deliver(sink, tls_ca_file=str(authority.file), smtp_timeout="1")
    assert answer.deferred and says in answer.text
    assert gave_nothing_away(sink)


def test_a_plain_server_is_no_tls_server(authority: Authority) -> None:
    with Sink(OFFERS) as sink:
        with pytest.raises(Unreachable, match="TLS: wrong version number"):
            deliver(sink, scheme="smtps", tls_ca_file=str(authority.file))
    assert gave_nothing_away(sink)


def test_what_was_offered_in_the_clear_is_forgotten(authority: Authority, right: Path) -> None:
    clear = "250-sink\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 PIPELINING"
    for login, code in (("", 552), ("me:secret@", 454)):
        with Sink(script={"EHLO": [clear, "250-sink\r\n250 SIZE 10"]}, tls=server(right), login=accept) as sink:
            assert codes(deliver(sink, login=login, tls_ca_file=str(authority.file))) == [code]
        assert gave_nothing_away(sink)
