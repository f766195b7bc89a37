"""Which way a letter goes: the forms of `mta`, its relatives, and the chain."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from servers import free_port
from sink import Sink, Text

from pymail.errors import CONFIG, USAGE, MailError
from pymail.transports import choose
from pymail.transports.choose import Chain, chain
from pymail.transports.transport import Envelope, Unreachable
from pymail.variables.values import Variables


def chosen(*given: str, origin: str = "rc", **environ: str) -> list[str]:
    return list(made(*given, origin=origin, **environ).ways)


def made(*given: str, origin: str = "rc", **environ: str) -> Chain:
    variables = Variables(strict=False)
    for setting in given:
        name, _, value = setting.partition("=")
        variables.set(name, value, origin)
    return chain(variables, environ)


@pytest.mark.parametrize(
    ("given", "ways"),
    [
        (["mta=smtp://localhost:2525"], ["smtp://localhost:2525"]),
        (["mta=/usr/lib/sendmail"], ["/usr/lib/sendmail"]),
        (["mta=smtp://localhost /usr/lib/sendmail local:"], ["smtp://localhost", "/usr/lib/sendmail", "local:"]),
        (["mta=test: mbox:///tmp/m maildir:///tmp/d"], ["test:", "mbox:///tmp/m", "maildir:///tmp/d"]),
        (["mta=lmtp://localhost:24 lmtp:///run/lmtp"], ["lmtp://localhost:24", "lmtp:///run/lmtp"]),
        (["sendmail=/opt/mta"], ["/opt/mta"]),
        (["sendmail=sendmail:/opt/mta"], ["sendmail:/opt/mta"]),
        (["sendmail=smtp://localhost"], ["smtp://localhost"]),
        (["smtp=localhost:26"], ["smtp://localhost:26"]),
        (["smtp=smtps://mail.example"], ["smtps://mail.example"]),
        (["mta=/opt/mta", "smtp=localhost"], ["/opt/mta"]),
    ],
)
def test_each_form_is_understood(given: list[str], ways: list[str]) -> None:
    assert chosen(*given) == ways


@pytest.mark.parametrize(
    ("programs", "ways"),
    [([], ["smtp://localhost", "local:"]), (["mta"], ["smtp://localhost", "{}/mta"])],
)
def test_the_default_is_the_local_server_then_its_program_then_local(
    programs: list[str], ways: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in programs:
        (tmp_path / name).touch()
    monkeypatch.setattr(choose, "PROGRAMS", (str(tmp_path / "none"), str(tmp_path / "mta")))
    assert chosen() == chosen("mta=") == [way.format(tmp_path) for way in ways]


def test_the_environment_overrides_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen("mta=/opt/mta", PYMAIL_MTA="smtp://127.0.0.1:1025") == ["smtp://127.0.0.1:1025"]
    assert chosen("mta=/opt/mta", PYMAIL_MTA="") == ["/opt/mta"]


@pytest.mark.parametrize("value", ["/tmp/evil", "file:///tmp/evil", "sendmail:/tmp/evil", "local:", "bob", "x://y"])
def test_the_environment_can_choose_no_program(value: str) -> None:
    with pytest.raises(MailError) as caught:
        chosen(PYMAIL_MTA=value)
    assert caught.value.status == USAGE


@pytest.mark.parametrize("value", ["bob", "mta", "bin/mta", "http://x", "smtp:", "smtp://", "smtp://a b:x", ":", "|id"])
def test_a_form_that_nobody_knows_is_refused(value: str) -> None:
    for origin, status in (("rc", CONFIG), ("option", USAGE)):
        with pytest.raises(MailError) as caught:
            chosen("mta=" + value, origin=origin)
        assert caught.value.status == status


@pytest.mark.parametrize(
    "url", ["smtp://h:70000", "smtp://h:x", "smtp://h/path", "smtp://[::1", "smtp://a\x1bb", "smtp://[::1]x"]
)
def test_a_url_without_a_server_is_refused(url: str) -> None:
    with pytest.raises(MailError, match="not a server"):
        chosen("mta=" + url)


def test_a_password_is_taken_from_a_file_only() -> None:
    url = "smtp://me:secret@mail.example"
    assert chosen("mta=" + url) == [url]
    for given, environ in (["mta=" + url], {}), (["smtp=" + url], {}), ([], {"PYMAIL_MTA": url}):
        with pytest.raises(MailError) as caught:
            chosen(*given, origin="option", **environ)
        assert caught.value.status == USAGE
        assert "secret" not in caught.value.text


def test_an_option_for_one_name_beats_the_files_for_another() -> None:
    variables = Variables(strict=False)
    variables.set("mta", "/opt/mta", "rc")
    variables.set("smtp", "localhost", "option")
    assert chain(variables, {}).ways == ["smtp://localhost"]


def test_arguments_for_a_program_are_refused_where_there_is_none() -> None:
    with pytest.raises(MailError) as caught:
        chosen("mta=smtp://localhost", "mta-arguments=-odq", origin="option")
    assert caught.value.status == USAGE
    assert chosen("mta=/opt/mta", "mta-arguments=-odq", origin="option") == ["/opt/mta"]
    assert chosen("mta=smtp://localhost", "mta-arguments=-odq") == ["smtp://localhost"]


def test_the_next_is_tried_only_when_the_one_before_cannot_be_reached(tmp_path: Path) -> None:
    away = free_port()
    with Sink() as sink:
        way = made(f"mta=smtp://localhost:{away} {tmp_path}/none {sink.url} test:///{tmp_path}/never")
        for _ in range(3):
            assert [a.code for a in way.send(Envelope("me", ["bob"]), Text())] == [250]
        assert way.name == sink.url
        way.close()
    assert sink.connections == 1
    assert not (tmp_path / "never").exists()


def test_a_server_that_has_greeted_has_the_last_word(tmp_path: Path) -> None:
    with Sink(script={"RCPT": "450 later"}) as refusing, Sink() as sink:
        way = made(f"mta={refusing.url} {sink.url}")
        assert [a.code for a in way.send(Envelope("me", ["bob"]), Text())] == [450]
        way.close()
    assert not sink.connections


def test_when_none_can_be_reached_each_is_named(tmp_path: Path) -> None:
    port = free_port()
    way = made(f"mta=smtp://localhost:{port} {tmp_path}/none")
    for _ in range(2):
        with pytest.raises(Unreachable) as caught:
            way.send(Envelope("me", ["bob"]), Text())
        assert caught.value.text == (f"smtp://localhost:{port}: {os.strerror(111)}; {tmp_path}/none: {os.strerror(2)}")
