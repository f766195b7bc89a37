"""Exit status, words and whereabouts of a letter when a server fails at each step."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from program import Home, Result, Run
from sink import CLOSE, HANG, OFFERS, RESET, Sink

NOW, NEVER = "451 4.3.0 come back later", "550 5.1.0 never of you"
BODY = "precious text\n"
LARGE = "precious text\n" * 200_000
ONE_BY_ONE = ("8BITMIME", "SIZE 100000000")
BY_CHUNKS = ("PIPELINING", "8BITMIME", "CHUNKING")

# step, what the server does there, the exit status, what the line says of why
FAILURES = [
    ("connect", "554 5.3.2 no service here", 69, "bob@x: 554 5.3.2 no service here"),
    ("connect", "421 4.3.2 too busy", 0, "bob@x: 421 4.3.2 too busy"),
    ("connect", CLOSE, 0, "closed the connection"),
    ("connect", RESET, 0, "Connection reset by peer"),
    ("connect", HANG, 0, "gave no answer in time"),
    ("connect", "hello?", 0, "gave an answer that is none: hello?"),
    ("EHLO", "421 4.3.2 shutting down", 0, "bob@x: 421 4.3.2 shutting down"),
    ("EHLO", NOW, 0, f"bob@x: {NOW}"),
    ("EHLO", CLOSE, 0, "closed the connection"),
    ("EHLO", HANG, 0, "gave no answer in time"),
    ("MAIL", NOW, 0, f"bob@x: {NOW}"),
    ("MAIL", NEVER, 69, f"bob@x: {NEVER}"),
    ("MAIL", CLOSE, 0, "closed the connection"),
    ("MAIL", "45", 0, "gave an answer that is none: 45"),
    ("MAIL", HANG, 0, "gave no answer in time"),
    ("RCPT", NOW, 0, f"bob@x: {NOW}"),
    ("RCPT", NEVER, 69, f"bob@x: {NEVER}"),
    ("RCPT", CLOSE, 0, "closed the connection"),
    ("RCPT", HANG, 0, "gave no answer in time"),
    ("DATA", NOW, 0, f"bob@x: {NOW}"),
    ("DATA", NEVER, 69, f"bob@x: {NEVER}"),
    ("DATA", CLOSE, 0, "closed the connection"),
    ("DATA", HANG, 0, "gave no answer in time"),
    (".", "452 4.3.1 disk full", 0, "bob@x: 452 4.3.1 disk full"),
    (".", "554 5.6.0 I do not like it", 69, "bob@x: 554 5.6.0 I do not like it"),
    (".", "taken!", 0, "may have been delivered"),
    (".", CLOSE, 0, "may have been delivered"),
    (".", HANG, 0, "may have been delivered"),
]


def run(pymail: Run, url: str, *words: str, body: str = BODY, answer: str = "") -> Result:
    """Send a letter; only for an `answer` that never comes the waiting is short."""
    timeout = "smtp-timeout=2" if answer == HANG else "smtp-timeout=20"
    return pymail("-S", f"mta={url}", "-S", timeout, "-s", "s", *words, input=body)


def queue(home: Home) -> list[Path]:
    """The letters that wait in the outbox."""
    return sorted((home.path / ".local/state/pymail/outbox/new").glob("*"))


def grave(home: Home) -> str:
    """The dead-letter file, "" when there is none."""
    path = home.path / "dead.letter"
    return path.read_text() if path.exists() else ""


def test_accepted_letter_is_silent(pymail: Run, home: Home, sink: Sink) -> None:
    assert run(pymail, sink.url, "bob@x") == Result("", "", 0)
    assert len(sink.letters) == 1 and not queue(home) and not grave(home)


def test_unreachable_server_leaves_the_letter_in_the_outbox(pymail: Run, home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"smtp://127.0.0.1:{server.getsockname()[1]}"
    done = run(pymail, url, "bob@x", "smith@x")
    assert done == Result("", f"pymail: queued: {url}: Connection refused; pymail --flush sends it\n", 0)
    assert len(queue(home)) == 1 and BODY in queue(home)[0].read_text() and not grave(home)


@pytest.mark.parametrize("offers", [OFFERS, ONE_BY_ONE], ids=["pipelined", "one-by-one"])
@pytest.mark.parametrize(("step", "said", "status", "line"), FAILURES)
def test_failure_at_a_step_is_told_and_the_letter_kept(
    pymail: Run, home: Home, step: str, said: str, status: int, line: str, offers: tuple[str, ...]
) -> None:
    with Sink(offers, {step: said}) as sink:
        done = run(pymail, sink.url, "bob@x", answer=said)
    assert (done.out, done.status) == ("", status)
    first, *rest = done.err.splitlines()
    assert line in first
    if status == 0:
        assert first.endswith("pymail --flush sends it") and "queued" in first and not rest
        assert len(queue(home)) == 1 and BODY in queue(home)[0].read_text() and not grave(home)
    else:
        assert rest == [f"pymail: the letter is in {home.path}/dead.letter"]
        assert BODY in grave(home) and f"X-Failure: {line}" in grave(home) and not queue(home)
    assert not sink.letters


@pytest.mark.parametrize("offers", [OFFERS, ONE_BY_ONE, BY_CHUNKS], ids=["pipelined", "one-by-one", "chunks"])
@pytest.mark.parametrize(("refused", "closed"), [("EHLO", "HELO"), ("MAIL", "RCPT"), ("MAIL", "DATA")])
def test_refusal_is_the_answer_also_when_the_server_closes_behind_it(
    pymail: Run, home: Home, refused: str, closed: str, offers: tuple[str, ...]
) -> None:
    with Sink(offers, {refused: NEVER, closed: CLOSE}) as sink:
        done = run(pymail, sink.url, "bob@x")
    assert done.status == 69 and done.err.startswith(f"pymail: bob@x: {NEVER}\n") and not queue(home)


@pytest.mark.parametrize("said", [CLOSE, RESET, HANG])
@pytest.mark.parametrize("offers", [OFFERS, BY_CHUNKS], ids=["data", "chunks"])
def test_failure_in_the_middle_of_the_body_puts_the_letter_off(
    pymail: Run, home: Home, said: str, offers: tuple[str, ...]
) -> None:
    step = "body" if offers is OFFERS else "BDAT"
    with Sink(offers, {step: said}) as sink:
        done = run(pymail, sink.url, "bob@x", body=LARGE * 4, answer=said)
    assert done.status == 0 and done.err.startswith("pymail: bob@x: 451 4.4.2 ") and "queued" in done.err
    assert not sink.letters and len(queue(home)) == 1 and LARGE in queue(home)[0].read_text()


@pytest.mark.parametrize(("step", "said", "status", "line"), [row for row in FAILURES if row[2] == 0])
def test_without_an_outbox_it_is_status_75_and_dead_letter(
    pymail: Run, home: Home, step: str, said: str, status: int, line: str
) -> None:
    with Sink(script={step: said}) as sink:
        done = run(pymail, sink.url, "-S", "nooutbox", "bob@x", answer=said)
    first, *rest = done.err.splitlines()
    assert done.status == 75 and line in first and "not sent" in first
    assert rest == [f"pymail: the letter is in {home.path}/dead.letter"]
    assert BODY in grave(home) and not queue(home)


def test_server_without_ehlo_is_greeted_by_helo(pymail: Run) -> None:
    with Sink(script={"EHLO": "502 5.5.1 what?"}) as sink:
        assert run(pymail, sink.url, "bob@x") == Result("", "", 0)
    assert [line[:4] for line in sink.lines[:2]] == ["EHLO", "HELO"] and len(sink.letters) == 1


@pytest.mark.parametrize("offers", [OFFERS, ONE_BY_ONE, BY_CHUNKS], ids=["pipelined", "one-by-one", "chunks"])
def test_partial_refusal_serves_the_rest_and_names_each(pymail: Run, home: Home, offers: tuple[str, ...]) -> None:
    script = {"RCPT b@x": "550 5.1.1 no such user", "RCPT d@x": "451 4.2.0 mailbox busy"}
    with Sink(offers, script) as sink:
        done = run(pymail, sink.url, "-S", "record=sent", "a@x", "b@x", "-c", "c@x", "-b", "d@x")
    assert done.status == 69
    assert done.err.splitlines() == [
        "pymail: b@x: 550 5.1.1 no such user",
        "pymail: d@x: 451 4.2.0 mailbox busy; queued, pymail --flush sends it",
        f"pymail: the letter is in {home.path}/dead.letter",
    ]
    assert [letter.recipients for letter in sink.letters] == [["<a@x>", "<c@x>"]]
    assert "X-Failed-Recipients: b@x\n" in grave(home) and "d@x" not in grave(home).partition("\nDate:")[0]
    head = queue(home)[0].read_text().partition("\n\n")[0]
    assert head.endswith("\nTo: d@x") and "b@x" not in head
    assert BODY in (home.path / "sent").read_text()


def test_refusals_and_deferrals_without_an_outbox_make_one_dead_letter(pymail: Run, home: Home) -> None:
    with Sink(script={"RCPT b@x": NEVER, "RCPT c@x": NOW}) as sink:
        done = run(pymail, sink.url, "-S", "nooutbox", "a@x", "b@x", "c@x")
    assert done.status == 69 and grave(home).count(BODY) == 1
    assert "X-Failed-Recipients: b@x, c@x\n" in grave(home)
    assert len(done.err.splitlines()) == 3


def test_all_recipients_refused_sends_nothing(pymail: Run, home: Home) -> None:
    with Sink(script={"RCPT": "550 5.1.1 no such user"}) as sink:
        done = run(pymail, sink.url, "a@x", "b@x", "c@x", "-S", "record=sent")
    assert done.status == 69 and not sink.letters
    assert [line.split()[1] for line in done.err.splitlines()[:3]] == ["a@x:", "b@x:", "c@x:"]
    assert grave(home).count(BODY) == 1 and not (home.path / "sent").exists()


def test_two_failures_leave_two_letters_and_posix_keeps_the_last(pymail: Run, home: Home) -> None:
    with Sink(script={"RCPT": NEVER}) as sink:
        for _ in range(2):
            run(pymail, sink.url, "a@x")
        assert grave(home).count(BODY) == 2
        pymail("-S", f"mta={sink.url}", "a@x", input=BODY, env={"POSIXLY_CORRECT": "1"})
        assert grave(home).count(BODY) == 1


@pytest.mark.parametrize("setting", ["nosave", "DEAD=/dev/null"])
def test_dead_letter_is_not_written_where_it_is_not_wanted(pymail: Run, home: Home, setting: str) -> None:
    with Sink(script={"RCPT": NEVER}) as sink:
        done = run(pymail, sink.url, "-S", setting, "a@x")
    assert done == Result("", f"pymail: a@x: {NEVER}\n", 69)
    assert not grave(home)


def test_words_of_a_server_cannot_drive_the_terminal(pymail: Run) -> None:
    with Sink(script={"RCPT": "550 5.1.1 \x1b[2J\x07no\x9b such \u202euser"}) as sink:
        done = run(pymail, sink.url, "a@x")
    assert done.err.splitlines()[0] == "pymail: a@x: 550 5.1.1 ^[[2J^Gno\\u{9b} such \\u{202e}user"


def test_every_line_of_a_long_answer_is_told_in_one(pymail: Run) -> None:
    with Sink(script={"RCPT": "550-5.7.1 You are\r\n550-5.7.1 on a list\r\n550 5.7.1 https://list.example"}) as sink:
        done = run(pymail, sink.url, "a@x")
    assert done.err.splitlines()[0] == "pymail: a@x: 550 5.7.1 You are on a list https://list.example"


def test_recorded_copy_is_kept_of_what_is_sent_or_queued(pymail: Run, home: Home, sink: Sink) -> None:
    assert run(pymail, sink.url, "-S", "record=sent", "-b", "b@x", "a@x").status == 0
    assert "\nBcc: b@x\n" in (home.path / "sent").read_text() and b"b@x" not in sink.letters[0].data
    assert run(pymail, "smtp://127.0.0.1:1", "-S", "record=sent", "a@x").status == 0
    assert (home.path / "sent").read_text().count(BODY) == 2


def test_copy_that_cannot_be_recorded_is_told_and_changes_no_status(pymail: Run, sink: Sink) -> None:
    done = run(pymail, sink.url, "-S", "record=/nowhere/sent", "a@x")
    assert done.status == 0 and len(sink.letters) == 1
    assert done.err == "pymail: /nowhere/sent: sent, but not recorded: /nowhere/sent: No such file or directory\n"


def test_sendwait_changes_nothing_for_the_status_is_always_true(pymail: Run) -> None:
    with Sink(script={".": "554 5.6.0 no"}) as sink:
        for setting in ("sendwait", "nosendwait"):
            assert run(pymail, sink.url, "-S", setting, "a@x").status == 69
