"""SMTP by hand: lines go out as they are typed, answers are shown and explained, every wait ends."""

from __future__ import annotations

import base64
import socket
import threading
from pathlib import Path

import pexpect
import pytest
from certificates import Authority, server
from program import PYMAIL, Home, Result, Run
from servers import Exim
from sink import CLOSE, HANG, OFFERS, Conversation, Sink
from waiting import await_letters

from pymail import smtpwords

SCRIPT = """EHLO me.example
MAIL FROM:<me@x>
RCPT TO:<bob@x>
DATA
Subject: by hand

text
..dot
.
QUIT
"""


def talk(pymail: Run, sink: Sink, script: str | bytes, *words: str) -> Result:
    return pymail("-S", "smtp-timeout=2", *words, "--smtp", f"127.0.0.1:{sink.port}", input=script)


def test_script_sends_a_letter_and_shows_both_sides(pymail: Run, sink: Sink) -> None:
    done = talk(pymail, sink, SCRIPT)
    assert (done.err, done.status) == ("", 0)
    assert [(letter.mail, letter.recipients) for letter in sink.letters] == [("<me@x>", ["<bob@x>"])]
    assert sink.letters[0].data == b"Subject: by hand\r\n\r\ntext\r\n..dot\r\n"
    lines = done.out.splitlines()
    for line in SCRIPT.splitlines():
        assert f">>> {line}" in lines
    assert lines[lines.index(">>> RCPT TO:<bob@x>") + 1 :][:2] == [
        "<<< 250 2.1.5 recipient fine", "    250: done; 2.1.5: the recipient's address is good",
    ]  # fmt: skip
    assert "    PIPELINING: several commands at once (RFC 2920)" in lines


def test_octets_are_those_that_were_typed(pymail: Run, sink: Sink) -> None:
    script = b"ehlo  me \r\nNOOP \xff\x00\x1b  x\nVRFY\t<a b>\n\nmail from:<x> nonsense\nQUIT\n"
    assert talk(pymail, sink, script).status == 69
    assert sink.octets == script.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_bare_carriage_return_stays_where_it_is(pymail: Run, sink: Sink) -> None:
    talk(pymail, sink, b"EHLO me\nMAIL FROM:<a>\nRCPT TO:<b>\nDATA\na\rb\n.\r\nQUIT\n")
    assert sink.letters[0].data == b"a\rb\r\n"


@pytest.mark.parametrize("offers", [OFFERS, (*OFFERS, "CHUNKING")])
def test_chunks_are_counted_in_octets(pymail: Run, offers: tuple[str, ...]) -> None:
    with Sink((*offers, "CHUNKING")) as sink:
        script = "EHLO me\nMAIL FROM:<a>\nRCPT TO:<b>\nBDAT 9\none\ntwo\nBDAT 5 LAST\n.\nxQ\nQUIT\n"
        assert talk(pymail, sink, script).status == 0
    assert sink.letters[0].data == b"one\r\ntwo\r.\r\nxQ"


def test_a_question_mark_explains_and_is_not_sent(pymail: Run, sink: Sink) -> None:
    done = talk(pymail, sink, "?\n? rcpt\n?DATA\n? nonsense\nQUIT\n")
    assert sink.octets == b"QUIT\r\n"
    for row in smtpwords.COMMANDS:
        assert f"{row.synopsis:<26} {row.text}\n" in done.out
    assert "RFC 5321 4.1.1.3" in done.out and "RFC 5321 4.5.2" in done.out and "nothing is known of that" in done.out


NO, LATER = "550: no: trying again would give the same", "452: not now: try again later"


@pytest.mark.parametrize(
    ("said", "status", "meaning"),
    [
        ("550 5.1.1 who?", 69, f"{NO}; no such mailbox, or it may not be used; 5.1.1: no such mailbox"),
        ("452 4.2.2 full", 75, f"{LATER}; there is not enough room on the server; 4.2.2: the mailbox is full"),
        ("250 2.9.99 odd", 0, "250: done; 2.9.99: not in the list"),
        ("299 odd", 0, "299: done"),
    ],
)
def test_answers_are_explained_and_a_script_has_their_status(pymail: Run, said: str, status: int, meaning: str) -> None:
    with Sink(script={"RCPT": said}) as sink:
        done = talk(pymail, sink, "MAIL FROM:<a>\nRCPT TO:<b>\nQUIT\n")
    assert f"    {meaning}\n" in done.out and done.status == status


def test_answer_of_many_lines_is_shown_whole_and_safely(pymail: Run) -> None:
    with Sink(script={"HELP": "214-one\r\n214-\x1b[2Jtwo\r\n214 three"}) as sink:
        done = talk(pymail, sink, "HELP\nQUIT\n")
    assert "<<< 214-one\n<<< 214-^[[2Jtwo\n<<< 214 three\n    214: done; help\n" in done.out


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ({"NOOP": HANG}, "gave no answer in time"),
        ({"NOOP": CLOSE}, "closed the connection"),
        ({"NOOP": "what?"}, "gave an answer that is none"),
        ({"connect": HANG}, "gave no answer in time"),
        ({"connect": CLOSE}, "closed the connection"),
    ],
)
def test_server_that_goes_wrong_ends_it_in_time(pymail: Run, script: dict[str, str], why: str) -> None:
    with Sink(script=script) as sink:
        done = talk(pymail, sink, "NOOP\nNOOP\nQUIT\n")
    assert done.status == 75 and f"--- the server {why}" in done.out


def test_server_that_is_not_there_is_told(pymail: Run) -> None:
    done = pymail("--smtp", "127.0.0.1:1")
    assert (done.out, done.err, done.status) == ("", "pymail: smtp://127.0.0.1:1: Connection refused\n", 75)


@pytest.mark.parametrize("words", [["--smtp", "a b"], ["--smtp", "http://x"], ["--smtp", "x:y"], ["--smtp", "a", "b"]])
def test_place_that_is_none_is_refused(pymail: Run, words: list[str]) -> None:
    assert pymail(*words).status == 64


def test_end_of_the_script_closes_without_a_word(pymail: Run, sink: Sink) -> None:
    assert talk(pymail, sink, "EHLO me\nMAIL FROM:<a>\nRCPT TO:<b>\nDATA\nhalf a letter").status == 0
    assert b"QUIT" not in sink.octets and not sink.letters


def test_what_the_server_says_unasked_is_shown_first(pymail: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection = listener.accept()[0]
            connection.sendall(b"220 hello\r\n421 4.4.2 you are too slow\r\n")
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(100):
                pass
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        done = pymail("--smtp", f"127.0.0.1:{listener.getsockname()[1]}", input="NOOP\n")
        thread.join()
    assert "<<< 421 4.4.2 you are too slow\n    421: not now" in done.out and done.status == 75
    assert "NOOP" not in done.out


# -- TLS and login ---------------------------------------------------------------


def test_starttls_makes_the_handshake_and_checks(pymail: Run, authority: Authority, right: Path) -> None:
    with Sink((*OFFERS, "STARTTLS"), tls=server(right)) as sink:
        script = "EHLO me\nstarttls\nEHLO me again\nQUIT\n"
        done = talk(pymail, sink, script, "-S", f"tls-ca-file={authority.file}")
    assert done.status == 0 and sink.lines == ["EHLO me", "starttls", "EHLO me again", "QUIT"]
    assert "--- encrypted: TLSv1." in done.out and "the certificate was checked" in done.out


def test_wrong_certificate_ends_it_unless_the_user_says_otherwise(
    pymail: Run, authority: Authority, right: Path
) -> None:
    with Sink((*OFFERS, "STARTTLS"), tls=server(right)) as sink:
        done = talk(pymail, sink, "EHLO me\nSTARTTLS\nEHLO secret\nQUIT\n")
        assert done.status == 75 and "certificate is not right" in done.out and "verify-off" in done.out
        assert "EHLO secret" not in sink.lines
        done = talk(pymail, sink, "EHLO me\nSTARTTLS\nEHLO secret\nQUIT\n", "-S", "tls-127.0.0.1=verify-off")
    assert done.status == 0 and "the certificate was not checked" in done.out and "EHLO secret" in sink.lines


def test_server_that_speaks_tls_from_the_start(pymail: Run, authority: Authority, right: Path) -> None:
    with Sink(tls=server(right), wrapped=True) as sink:
        done = pymail("-S", f"tls-ca-file={authority.file}", "--smtp", f"smtps://127.0.0.1:{sink.port}", input="QUIT\n")
    assert done.status == 0 and sink.lines == ["QUIT"]


@pytest.mark.parametrize("how", ["plain", "login"])
def test_login_is_done_and_shown_without_the_password(pymail: Run, home: Home, how: str) -> None:
    def login(conversation: Conversation, words: list[str]) -> str:
        if how == "login":
            said = [conversation.ask(base64.b64encode(asked).decode()) for asked in (b"Username:", b"Password:")]
        else:
            said = words[1:]
        told.extend(base64.b64decode(word) for word in said)
        return "235 2.7.0 in"

    told: list[bytes] = []
    (home.path / ".netrc").write_text("machine 127.0.0.1 login bob password sesame\n")
    (home.path / ".netrc").chmod(0o600)
    with Sink(("AUTH PLAIN LOGIN",), login=login) as sink:
        done = talk(pymail, sink, f"EHLO me\nauth {how} bob\nQUIT\n")
    assert done.status == 0 and told == ([b"\0bob\0sesame"] if how == "plain" else [b"bob", b"sesame"])
    assert "    235: done; you are logged in; 2.7.0:" in done.out
    assert base64.b64encode(b"sesame").decode() not in done.out and "***" in done.out and "sesame" not in done.out


def test_login_in_capitals_is_sent_as_it_is_and_challenges_are_read(pymail: Run) -> None:
    def login(conversation: Conversation, words: list[str]) -> str:
        told.extend([*words, conversation.ask(base64.b64encode(b"Username:").decode())])
        return "535 5.7.8 no"

    told: list[str] = []
    with Sink(("AUTH LOGIN",), login=login) as sink:
        done = talk(pymail, sink, "EHLO me\nAUTH LOGIN\nYm9i\nQUIT\n")
    assert told == ["LOGIN", "Ym9i"] and done.status == 69
    assert "VXNlcm5hbWU6 is base64 of: Username:\n" in done.out
    assert "5.7.8: the login is wrong" in done.out


@pytest.mark.parametrize("line", ["auth", "auth plain", "auth nonsense bob", "auth plain bob sesame"])
def test_login_that_is_not_written_rightly_is_explained_and_not_sent(pymail: Run, sink: Sink, line: str) -> None:
    done = talk(pymail, sink, f"EHLO me\n{line}\nQUIT\n")
    assert "auth mechanism user" in done.out and sink.lines == ["EHLO me", "QUIT"]


def test_password_never_goes_in_the_clear_to_another_machine(pymail: Run, home: Home) -> None:
    (home.path / ".netrc").write_text("default login bob password sesame\n")
    (home.path / ".netrc").chmod(0o600)
    with Sink(("AUTH PLAIN",), login=lambda conversation, words: "235 in") as sink:
        done = pymail("--smtp", f"0.0.0.0:{sink.port}", input="EHLO me\nauth plain bob\nQUIT\n")
    assert "in the clear" in done.out and not any(line.startswith("AUTH") for line in sink.lines)


# -- at a terminal -----------------------------------------------------------------


def test_at_a_terminal_there_is_a_prompt_and_no_echo_of_ours(home: Home, sink: Sink) -> None:
    argv = [*PYMAIL, *home.options, "--smtp", f"127.0.0.1:{sink.port}"]
    child = pexpect.spawn(
        argv[0], argv[1:], env=home.env, cwd=str(home.path), encoding="utf-8", timeout=15, use_poll=True
    )
    child.delaybeforesend = None
    for line in ("EHLO me", "MAIL FROM:<a>", "RCPT TO:<b>", "DATA"):
        child.expect_exact("smtp> ")
        child.sendline(line)
    child.expect_exact("now the letter")
    child.send("Subject: x\n\ntext\n.\n")
    child.expect_exact("250 2.0.0 taken")
    child.expect_exact("smtp> ")
    child.sendintr()
    child.expect_exact("smtp> ")
    child.sendline("QUIT")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0 and sink.letters[0].data == b"Subject: x\r\n\r\ntext\r\n"
    assert ">>>" not in str(child.before)


def test_tab_completes_and_the_arrow_brings_lines_back(home: Home, sink: Sink) -> None:
    argv = [*PYMAIL, *home.options, "--smtp", f"127.0.0.1:{sink.port}"]
    env = home.env | {"TERM": "xterm", "INPUTRC": "/dev/null"}
    child = pexpect.spawn(argv[0], argv[1:], env=env, cwd=str(home.path), encoding="utf-8", timeout=15, use_poll=True)
    child.delaybeforesend = None
    for line in ("EH\t me", "MA\t F\ta>", "RC\t T\tb>", "DA\t"):
        child.expect_exact("smtp> ")
        child.send(line + "\n")
    child.expect_exact("now the letter")
    child.send("a\ttab\n.\n")
    child.expect_exact("250 2.0.0 taken")
    child.expect_exact("smtp> ")
    child.send("\x1b[A\n")
    child.expect_exact("no valid recipients")
    child.expect_exact("smtp> ")
    child.send("qu\t\n")
    child.expect(pexpect.EOF)
    child.close()
    assert sink.lines == ["EHLO me", "MAIL FROM:<a>", "RCPT TO:<b>", "DATA", "DATA", "quit"]
    assert sink.letters[0].data == b"a\ttab\r\n"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("E", ["EHLO", "EXPN", "ETRN"]),
        ("rs", ["rset"]),
        ("aut", ["auth"]),
        ("? DA", ["DATA"]),
        ("MAIL ", ["FROM:<"]),
        ("mail f", ["from:<"]),
        ("RCPT T", ["TO:<"]),
        ("AUTH ", ["PLAIN", "LOGIN"]),
        ("auth p", ["plain"]),
        ("MAIL FROM:<a> ", ["SIZE=", "AUTH="]),
        ("RCPT TO:<a> ", []),
        ("NOOP ", []),
        ("x", []),
    ],
)
def test_what_can_come_next_is_known(line: str, found: list[str]) -> None:
    assert smtpwords.completions(line, {"AUTH": "PLAIN LOGIN", "SIZE": "100"}) == found


def test_password_is_asked_for_without_echo(home: Home) -> None:
    told: list[bytes] = []

    def login(conversation: Conversation, words: list[str]) -> str:
        told.append(base64.b64decode(words[1]))
        return "235 2.7.0 in"

    with Sink(("AUTH PLAIN",), login=login) as sink:
        argv = [*PYMAIL, *home.options, "--smtp", f"127.0.0.1:{sink.port}"]
        child = pexpect.spawn(
            argv[0], argv[1:], env=home.env, cwd=str(home.path), encoding="utf-8", timeout=15, use_poll=True
        )
        child.delaybeforesend = None
        shown = []
        for line, answer in (("EHLO me", "smtp> "), ("auth plain bob", "password of bob: "), ("sesame", "smtp> ")):
            child.sendline(line)
            child.expect_exact(answer)
            shown.append(str(child.before))
        child.sendline("QUIT")
        child.expect(pexpect.EOF)
        child.close()
    assert told == [b"\0bob\0sesame"] and "sesame" not in "".join(shown)


def test_interrupt_ends_the_waiting_and_not_the_conversation(home: Home) -> None:
    with Sink(script={"NOOP": HANG}) as sink:
        argv = [*PYMAIL, *home.options, "--smtp", f"127.0.0.1:{sink.port}"]
        child = pexpect.spawn(
            argv[0], argv[1:], env=home.env, cwd=str(home.path), encoding="utf-8", timeout=15, use_poll=True
        )
        child.delaybeforesend = None
        child.expect_exact("smtp> ")
        child.sendline("NOOP")
        while b"NOOP" not in sink.octets:
            assert child.isalive()
        child.sendintr()
        child.expect_exact("not waiting any longer")
        child.expect_exact("smtp> ")
        child.sendeof()
        child.expect(pexpect.EOF)
        child.close()
    assert child.exitstatus == 0


def test_exim_is_talked_to_like_any_other(pymail: Run, exim: Exim) -> None:
    script = SCRIPT.replace("bob@x", "bob@test.example").replace("Subject", "Message-ID: <1@x>\nSubject")
    done = pymail("--smtp", f"127.0.0.1:{exim.port}", input=script)
    assert done.status == 0, done
    assert "\ntext\n.dot\n" in await_letters(exim.mail / "bob", 1)


def test_every_sentence_of_the_tables_is_one() -> None:
    for row in smtpwords.COMMANDS:
        assert row.text[0].isupper() and row.text[-1] in ".?" and row.more.endswith(".")
    assert {code // 100 for code in smtpwords.CODES} <= set(smtpwords.CLASSES)
    assert {kind for kind, _ in smtpwords.DETAILS} <= set(smtpwords.SUBJECTS)
