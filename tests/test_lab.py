"""The lab: users of one machine, a mail server that comes and goes, and a whole day of mail."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pexpect
import pytest
from machine import Machine
from program import Run
from servers import Exim, Postfix, Server
from waiting import await_letters

BODY = "Welcome to Computer Systems\n"


@pytest.fixture
def machine() -> Iterator[Machine]:
    place = Machine()
    yield place
    place.close()


@pytest.fixture(params=["exim", "postfix"])
def server(request: pytest.FixtureRequest, machine: Machine) -> Iterator[Server]:
    """A server for bob, smith and root that delivers to the machine's /var/mail; not started."""
    users = ("bob", "smith", "root")
    server: Server = Exim(users, True, machine.prefix) if request.param == "exim" else Postfix(machine.prefix)
    machine.mail = server.mail
    machine.env["PYMAIL_MTA"] = server.url
    yield server
    server.stop()
    shutil.rmtree(server.folder)


def test_mail_is_sent_queued_delivered_read_answered_and_put_away(machine: Machine, server: Server) -> None:
    server.start()
    words = ["-s", "Hello world", "bob@test.example", "-c", "smith@test.example", "-b", "root@test.example"]
    assert machine.run("root", *words, input=BODY).status == 0
    for name in ("bob", "smith", "root"):
        text = await_letters(machine.mailbox(name), 1)
        assert BODY in text and "\nSubject: Hello world\n" in text
        assert "\nTo: bob@test.example\n" in text and "\nCc: smith@test.example\n" in text and "\nBcc:" not in text

    unknown = machine.run("root", "-s", "anyone?", "bob@test.example", "stranger@test.example", input="there?\n")
    assert unknown.status == 69
    assert "stranger@test.example" in unknown.err and "550" in unknown.err
    assert "there?" in (machine.home("root") / "dead.letter").read_text()
    await_letters(machine.mailbox("bob"), 2)

    server.stop()
    queued = machine.run("root", "-s", "later", "bob@test.example", input="patience\n")
    assert queued.status == 0 and re.search(r"queued.*--flush", queued.err)
    assert "bob@test.example" in machine.run("root", "--outbox").out
    assert machine.run("root", "--flush").status == 75

    server.start()
    assert machine.run("root", "--flush").status == 0
    assert machine.run("root", "--outbox").status == 1
    await_letters(machine.mailbox("bob"), 3)
    read_as_bob(machine)
    assert "Re: Hello world" in await_letters(machine.mailbox("root"), 2)


def read_as_bob(machine: Machine) -> None:
    """Bob sits down at a terminal, with three letters in his mailbox."""
    bob = machine.terminal("bob")
    bob.expect("3 messages")
    bob.expect_exact("\r\n& ")
    for line, answer in (
        ("type 1", "Welcome to Computer Systems"),
        ("save 2 keep", "keep"),
        ("write 3 note", "note"),
        ("delete 3", ""),
    ):
        bob.sendline(line)
        bob.expect_exact(line)
        bob.expect_exact(answer)
        bob.expect_exact("\r\n& ")
    bob.sendline("reply 1")
    bob.expect_exact("Subject: Re: Hello world")
    bob.sendline("Thank you.")
    bob.sendline(".")
    bob.expect_exact("\r\n& ")
    bob.sendline("quit")
    bob.expect("Deleted 1 message from .*/bob")
    bob.expect(pexpect.EOF)
    bob.close()
    assert bob.exitstatus == 0
    left = machine.mailbox("bob").read_text()
    assert "Subject: Hello world" in left and "later" not in left
    assert "anyone?" in (machine.home("bob") / "keep").read_text()
    assert (machine.home("bob") / "note").read_text() == "patience\n"


@pytest.mark.parametrize("name", ["exim", "postfix"])
def test_letter_goes_out_through_the_sendmail_program(name: str, request: pytest.FixtureRequest, pymail: Run) -> None:
    server: Server = request.getfixturevalue(name)
    user = {"exim": "bob", "postfix": "nobody"}[name]
    done = pymail("-S", f"mta={server.sendmail}", "-s", f"by {name}", f"{user}@test.example", input=BODY)
    assert (done.err, done.status) == ("", 0)
    await_letters(server.mail / user, 1)
    assert f"by {name}" in pymail("-H", "-R", "-f", str(server.mail / user)).out


@pytest.mark.parametrize("name", ["exim", "postfix"])
def test_letter_goes_out_by_smtp_and_is_read_from_the_mailbox(
    name: str, request: pytest.FixtureRequest, pymail: Run
) -> None:
    server: Server = request.getfixturevalue(name)
    user = {"exim": "smith", "postfix": "nobody"}[name]
    text = "schön\n.\nFrom here\n"
    done = pymail("-S", f"mta={server.url}", "-s", "Grüße nach Köln", f"{user}@test.example", input=text)
    assert (done.err, done.status) == ("", 0)
    await_letters(server.mail / user, 1)
    shown = pymail("-R", "-f", str(server.mail / user), input="type $\n").out
    assert "Grüße nach Köln" in shown and text in shown
