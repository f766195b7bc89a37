"""Letters that wait go out by the account they are written for; a run that reaches a server takes what is due along."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from program import Home, Result, Run
from sink import CLOSE, HANG, OFFERS, Sink

DOWN = "smtp://127.0.0.1:1"
TEXT = "precious text\n"
HOUR = 3600


def outbox(home: Home) -> Path:
    return home.path / ".local/state/pymail/outbox/new"


def due(home: Home) -> None:
    """Let an hour pass for what waits."""
    for path in outbox(home).iterdir():
        identity, when, *rest = path.name.split(".")
        moved = f"{int(identity[:13], 16) - HOUR * 10**6:013x}{identity[13:]}"
        path.rename(path.with_name(".".join([moved, f"{int(when, 16) - HOUR:x}", *rest])))


def accounts(home: Home, **ways: str) -> None:
    """A start-up file with an account for each name; `default` is the setting without one."""
    text = f"set mta={ways.pop('default', DOWN)}\n"
    for name, way in ways.items():
        text += f"account {name} {{\n    set mta={way}\n    set smtp-hostname={name}.example\n}}\n"
    home.rc(text)


def test_each_account_sends_its_own_letters(pymail: Run, home: Home) -> None:
    accounts(home, work=DOWN, club=DOWN)
    for name in ("work", "club"):
        assert pymail("-A", name, f"{name}@x", input=TEXT).status == 0
    assert pymail("plain@x", input=TEXT).status == 0
    with Sink() as work, Sink() as club, Sink() as plain:
        accounts(home, work=work.url, club=club.url, default=plain.url)
        assert pymail("--flush").status == 0
    for server, name in ((work, "work"), (club, "club"), (plain, "plain")):
        assert [letter.recipients for letter in server.letters] == [[f"<{name}@x>"]]
        assert (server.lines[0] == f"EHLO {name}.example") == (name != "plain")


def test_flushing_from_within_an_account_sends_the_others_by_theirs(pymail: Run, home: Home) -> None:
    accounts(home, work=DOWN, club=DOWN)
    for name in ("work", "club"):
        pymail("-A", name, f"{name}@x", input=TEXT)
    with Sink() as work, Sink() as club:
        accounts(home, work=work.url, club=club.url)
        assert pymail("-A", "club", "--flush").status == 0
    assert len(work.letters) == len(club.letters) == 1


def test_account_that_is_gone_keeps_its_letters_and_the_others_go(pymail: Run, home: Home) -> None:
    accounts(home, work=DOWN)
    pymail("-A", "work", "work@x", input=TEXT)
    pymail("plain@x", input=TEXT)
    with Sink() as plain:
        accounts(home, default=plain.url)
        done = pymail("--flush")
    assert done.status == 78 and done.err == "pymail: account work: not defined, and letters wait for it\n"
    assert len(plain.letters) == 1 and len(list(outbox(home).iterdir())) == 1


def test_account_that_is_misconfigured_stops_no_other(pymail: Run, home: Home) -> None:
    accounts(home, work=DOWN)
    pymail("-A", "work", "work@x", input=TEXT)
    pymail("plain@x", input=TEXT)
    with Sink() as plain:
        accounts(home, work="nonsense://x", default=plain.url)
        done = pymail("--flush")
    assert done.status in (64, 78) and "nonsense" in done.err and len(plain.letters) == 1


def test_way_of_one_run_is_kept_with_its_settings(pymail: Run, home: Home) -> None:
    with Sink(script={"connect": ["421 4.3.2 busy"]}) as sink, Sink() as other:
        home.rc(f"set mta={other.url}\n")
        words = ["-S", f"mta={sink.url}", "-S", "smtp-hostname=once.example", "-S", "tls-127.0.0.1=plain"]
        assert "queued" in pymail(*words, "a@x", input=TEXT).err
        head = next(outbox(home).iterdir()).read_text().splitlines()[1]
        assert head == f"Account: ={sink.url}\tsmtp-hostname=once.example\ttls-127.0.0.1=plain"
        assert pymail("--flush").status == 0
    assert len(sink.letters) == 1 and sink.lines[0] == "EHLO once.example" and not other.letters


@pytest.mark.parametrize("words", [["-S", "smtp=127.0.0.1:{0}"], ["-S", "sendmail=smtp://127.0.0.1:{0}"], []])
def test_every_spelling_of_a_way_for_once_counts(pymail: Run, home: Home, words: list[str]) -> None:
    """Heirloom's and GNU's names, and PYMAIL_MTA: none is forgotten when the letter is tried again."""
    env = {} if words else {"PYMAIL_MTA": DOWN}
    assert "queued" in pymail(*(word.format(1) for word in words), "a@x", input=TEXT, env=env).err
    assert next(outbox(home).iterdir()).read_text().splitlines()[1].startswith("Account: =smtp://127.0.0.1:1")


def test_password_never_waits_in_the_outbox(pymail: Run, home: Home) -> None:
    home.rc("set smtp-auth-password=sesame\n")
    words = ["-S", f"mta={DOWN}", "-S", "smtp-auth-password=sesame", "-S", "smtp-auth-user=me"]
    assert "queued" in pymail(*words, "a@x", input=TEXT).err
    entry = next(outbox(home).iterdir()).read_text()
    assert "sesame" not in entry and "smtp-auth-user=me" in entry


def test_next_run_takes_along_what_is_due_and_says_nothing(pymail: Run, home: Home) -> None:
    home.rc(f"set mta={DOWN}\n")
    for name in ("a", "b"):
        pymail(f"{name}@x", input=TEXT)
    with Sink(script={"RCPT b@x": "550 5.1.1 no such user"}) as sink:
        home.rc(f"set mta={sink.url}\n")
        done = pymail("c@x", input=TEXT)
    assert (done.out, done.err, done.status) == ("", "", 0)
    assert [letter.recipients for letter in sink.letters] == [["<c@x>"], ["<a@x>"]] and sink.connections == 1
    assert not list(outbox(home).iterdir()) and "X-Failed-Recipients: b@x" in (home.path / "dead.letter").read_text()


def test_what_was_put_off_is_not_taken_along_before_its_time(pymail: Run, home: Home) -> None:
    with Sink(script={"RCPT a@x": ["451 4.2.0 busy"]}) as sink:
        home.rc(f"set mta={sink.url}\n")
        assert "queued" in pymail("a@x", input=TEXT).err
        assert pymail("b@x", input=TEXT).status == 0 and len(sink.letters) == 1
        due(home)
        assert pymail("c@x", input=TEXT).status == 0
        assert [letter.recipients[0] for letter in sink.letters] == ["<b@x>", "<c@x>", "<a@x>"]


def test_taking_along_changes_nothing_where_the_outbox_is_not_safe(pymail: Run, home: Home, sink: Sink) -> None:
    home.rc(f"set mta={DOWN}\n")
    pymail("a@x", input=TEXT)
    outbox(home).parent.chmod(0o777)
    home.rc(f"set mta={sink.url}\n")
    done = pymail("b@x", input=TEXT)
    assert (done.out, done.err, done.status) == ("", "", 0) and len(sink.letters) == 1


def test_letter_that_waits_too_long_goes_to_dead_letter_and_its_sender_is_told(pymail: Run, home: Home) -> None:
    home.rc(f"set mta={DOWN} outbox-lifetime=60\n")
    pymail("-s", "old news", "a@x", input=TEXT)
    due(home)
    done = pymail("--flush")
    assert done.status == 69 and not list(outbox(home).iterdir())
    assert "a@x: 554 5.4.7 not delivered in 1 minute" in done.err
    assert TEXT in (home.path / "dead.letter").read_text()
    assert "Subject: Undelivered: old news" in home.inbox.read_text()


def test_letter_of_several_is_tried_again_only_for_whom_it_waits(pymail: Run, home: Home) -> None:
    with Sink(script={"RCPT b@x": ["451 4.2.0 busy", "451 4.2.0 busy"]}) as sink:
        home.rc(f"set mta={sink.url}\n")
        pymail("a@x", "b@x", "c@x", input=TEXT)
        assert pymail("--flush").status == 75
        assert pymail("--flush").status == 0
    assert [letter.recipients for letter in sink.letters] == [["<a@x>", "<c@x>"], ["<b@x>"]]
    identities = [re.search(rb"\nMessage-ID: (\S+)", letter.data) for letter in sink.letters]
    assert len({found[1] for found in identities if found}) == 1


def test_banner_and_verbose_send_say_what_waits(pymail: Run, home: Home, sink: Sink) -> None:
    home.rc(f"set mta={DOWN}\n")
    pymail("a@x", input=TEXT)
    line = r"1 letter waits in the outbox, the oldest for \d+s; flush sends it"
    assert re.search(line, pymail().err)
    assert re.search(line, pymail("-v", "-S", f"mta={sink.url}", "b@x", input=TEXT).err)


def test_outbox_that_cannot_be_used_is_told_and_the_letter_is_in_dead_letter(
    pymail: Run, home: Home, tmp_path: Path
) -> None:
    (tmp_path / "outbox").symlink_to("/dev")
    done = pymail("-S", f"mta={DOWN}", "-S", f"outbox={tmp_path}/outbox", "a@x", input=TEXT)
    assert done.status == 75 and f"{tmp_path}/outbox: not used: it is a symbolic link" in done.err
    assert f"not sent: {DOWN}: Connection refused" in done.err
    assert TEXT in (home.path / "dead.letter").read_text()


def test_oldest_letters_go_first_over_one_connection(pymail: Run, home: Home) -> None:
    home.rc(f"set mta={DOWN}\n")
    for number in range(5):
        pymail(f"{number}@x", input=TEXT)
    with Sink(OFFERS) as sink:
        home.rc(f"set mta={sink.url}\n")
        began = time.monotonic()
        assert pymail("--flush").status == 0
    assert [letter.recipients for letter in sink.letters] == [[f"<{number}@x>"] for number in range(5)]
    assert sink.connections == 1 and time.monotonic() - began < 10


def test_nobody_elses_umask_opens_the_outbox(pymail: Run, home: Home) -> None:
    before = os.umask(0)
    try:
        pymail("-S", f"mta={DOWN}", "a@x", input=TEXT)
    finally:
        os.umask(before)
    assert next(outbox(home).iterdir()).stat().st_mode & 0o777 == 0o600
    assert outbox(home).stat().st_mode & 0o777 == outbox(home).parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_server_that_hangs_on_what_is_taken_along_holds_the_run_up_two_seconds(
    pymail: Run, home: Home, step: str
) -> None:
    accounts(home)
    pymail("old@x", input=TEXT)
    usual = {"MAIL": "250 fine", "RCPT": "250 fine", "DATA": "354 go on"}[step]
    with Sink(("8BITMIME",), {step: [usual, HANG, HANG]}) as sink:
        accounts(home, default=sink.url)
        # A wait for the server would be 60 seconds, twice what a run may take here.
        assert pymail("new@x", input=TEXT) == Result("", "", 0)
    assert [letter.recipients for letter in sink.letters] == [["<new@x>"]]
    (waiting,) = outbox(home).iterdir()
    assert waiting.name.split(".")[2] == "0"  # it was not the letter's fault


@pytest.mark.parametrize(
    ("step", "said", "told"),
    [
        ("connect", "554 5.7.1 not you", "554 5.7.1 not you"),
        ("connect", "421 4.3.2 too busy", "421 4.3.2 too busy"),
        ("EHLO", HANG, "gave no answer in time"),
        ("EHLO", CLOSE, "closed the connection"),
    ],
)
def test_server_that_takes_no_letters_now_is_asked_once_and_costs_no_letter(
    pymail: Run, home: Home, step: str, said: str, told: str
) -> None:
    accounts(home)
    for name in ("one", "two", "three"):
        pymail(f"{name}@x", input=TEXT)
    with Sink(script={step: said}) as sink:
        accounts(home, default=sink.url)
        done = pymail("-S", "smtp-timeout=1", "--flush")
    first, last = done.err.splitlines()
    assert done.status == 75 and told in first and last == "pymail: 3 letters wait still" and sink.connections == 1
    assert [path.name.split(".")[2] for path in outbox(home).iterdir()] == ["0"] * 3
    assert not (home.path / "dead.letter").exists()
    with Sink() as sink:
        accounts(home, default=sink.url)
        assert pymail("--flush").status == 0 and len(sink.letters) == 3
