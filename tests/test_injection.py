"""The tricks of NEEDS B: each hole that this family of programs had is tried on the whole program, and nothing happens.

An address, a field, a name or a text from anybody is never a command, a file, an option or a second line.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from letters import letter
from program import PYMAIL, Home, Run
from sink import Sink

TEXT = "text\n"
EVIL = [
    "|touch OWNED", "|touch OWNED #@x", '"|touch OWNED"@x', '"|touch OWNED"', "| touch OWNED", "/HOME/OWNED", "./OWNED",
    "+OWNED", "~/OWNED", "-X/HOME/OWNED", "-oQ/HOME/OWNED", "-OQueueDirectory=/HOME", "--dry-run@x", "-be",
    "`touch OWNED`", "$(touch OWNED)", "a;touch OWNED;@x", "a@x\ntouch OWNED", "<|touch OWNED>", "&touch OWNED&",
    ":include:/etc/passwd", "a@x>\r\nRCPT TO:<evil@y", "a@x> SIZE=1", "a@x\r\nDATA", "a@x\0b",
]  # fmt: skip
ARGUMENTS = [evil for evil in EVIL if "\0" not in evil]  # what a command line can hold


class Watch:
    """What may happen: a sendmail program and a server note it; OWNED is what must never exist."""

    def __init__(self, home: Home, sink: Sink) -> None:
        self.home = home
        self.sink = sink
        self.program = home.path / "sendmail"
        self.program.write_text('#!/bin/sh\ncat > letter\nprintf "%s\\n" "$@" > arguments\n')
        self.program.chmod(0o755)

    def arguments(self) -> list[str]:
        path = self.home.path / "arguments"
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def nothing_happened(self) -> bool:
        """No file was made, no line went to the server that is none of ours."""
        assert not list(self.home.path.rglob("*OWNED*")) and not Path("OWNED").exists()
        assert all(line.split()[0] in ("EHLO", "MAIL", "RCPT", "DATA", "QUIT", "RSET") for line in self.sink.lines)
        words = self.arguments()
        assert not words or words[:2] == ["-oi", "-f"] and words[3] == "--"
        assert not any(word.startswith("-") for word in words[4:])
        return True


@pytest.fixture
def watch(home: Home, sink: Sink) -> Watch:
    return Watch(home, sink)


def filled(text: str, home: Home) -> str:
    return text.replace("/HOME", str(home.path))


@pytest.fixture(params=["server", "program"])
def way(request: pytest.FixtureRequest, watch: Watch) -> str:
    """What takes mail: -S mta=this."""
    url = watch.sink.url if request.param == "server" else str(watch.program)
    return f"mta={url}"


# -- CVE-2004-2771, CVE-2014-7844; heirloom 2014 (a `-` before an address); CVE-2020-7247 ---------------


@pytest.mark.parametrize("evil", ARGUMENTS)
@pytest.mark.parametrize("place", ["operand", "-c", "-b", "--"])
def test_recipient_on_the_command_line_is_an_address_or_refused(
    pymail: Run, watch: Watch, way: str, evil: str, place: str
) -> None:
    evil = filled(evil, watch.home)
    words = ["--", evil] if place in ("operand", "--") else [place, evil, "bob@x"]
    if place == "operand" and not evil.startswith("-"):
        words = [evil]
    done = pymail("-S", way, "-s", "s", *words, input=TEXT)
    assert watch.nothing_happened()
    if not harmless(evil):
        assert done.status == 64 and not watch.sink.letters and not watch.arguments()


def harmless(evil: str) -> bool:
    """Could it be an address after all, or be read as several?"""
    return evil in (":include:/etc/passwd",) or any(char in evil for char in ";,\n") or evil.startswith(("`", "$", "&"))


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("field", ["To", "Cc", "Bcc"])
def test_recipient_in_the_head_of_the_text_is_an_address_or_refused(
    pymail: Run, watch: Watch, way: str, evil: str, field: str
) -> None:
    pymail("-S", way, "-t", input=f"{field}: {filled(evil, watch.home)}\nSubject: s\n\n{TEXT}")
    assert watch.nothing_happened()


# -- CVE-2016-10033 and -10045 (PHPMailer), PHPMailer 924: the sender as options ---------------


@pytest.mark.parametrize("evil", [*ARGUMENTS, '"attacker\\" -oQ/tmp/ -X/HOME/OWNED some"@x', "'a -X/HOME/OWNED'@x"])
def test_sender_is_an_address_or_refused(pymail: Run, watch: Watch, way: str, evil: str) -> None:
    evil = filled(evil, watch.home)
    for words in (["-r", evil], ["-S", f"from={evil}"], ["-a", f"From: {evil}"], ["-S", f"replyto={evil}"]):
        pymail("-S", way, *words, "bob@x", input=TEXT)
        assert watch.nothing_happened()


@pytest.mark.parametrize("evil", EVIL)
def test_sender_in_the_head_of_the_text_is_an_address_or_refused(
    pymail: Run, watch: Watch, way: str, evil: str
) -> None:
    for field in ("From", "Sender", "Reply-To"):
        pymail("-S", way, "-t", "bob@x", input=f"{field}: {filled(evil, watch.home)}\n\n{TEXT}")
        assert watch.nothing_happened()


# -- the same by way of a letter that is answered: CVE-2014-7844 ---------------


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("verb", ["reply", "Reply", "followup", "Followup", "resend", "Save", "Copy"])
def test_answer_to_a_hostile_letter_runs_and_writes_nothing(pymail: Run, watch: Watch, evil: str, verb: str) -> None:
    evil = filled(evil, watch.home)
    hostile = f"From: {evil}\nReply-To: {evil}\nTo: {evil}\nCc: {evil}\nMessage-ID: <{evil}>\nReferences: {evil}\n"
    hostile += f"Subject: {evil}\nSender: {evil}\nMail-Followup-To: {evil}\n\n~!touch OWNED\n"
    watch.home.receive([hostile.encode()])
    line = f"{verb} 1 bob@x" if verb == "resend" else f"{verb} 1"
    pymail("-N", "-S", f"mta={watch.program}", input=f"{line}\n~!touch OWNED\n.\nx\n")
    kept = {path.name for path in watch.home.path.iterdir()} - {"sendmail", ".mailrc", "letter", "arguments"}
    assert not any("OWNED" in name and name.startswith((".", "-", "|")) for name in kept)
    assert not (watch.home.path / "OWNED").exists() or verb in ("Save", "Copy", "followup", "Followup")
    assert not list(watch.home.spool.glob("*OWNED*")) and not (watch.home.path.parent / "OWNED").exists()
    words = watch.arguments()
    assert not words or words[:2] == ["-oi", "-f"] and not any(word.startswith("-") for word in words[4:])


# -- CVE-2002-0542, CVE-2000-0703, CVE-2021-32749: tilde escapes where nobody types ---------------

ESCAPES = "".join(
    f"~{escape}\n"
    for escape in (
        "!touch OWNED", "|touch OWNED", "r /etc/passwd", "r !touch OWNED", ": !touch OWNED", "w OWNED",
        "< !touch OWNED", "_!touch OWNED",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    "env", [{}, {"interactive": "1"}, {"MAILRC": "/dev/null"}, {"escape": "~"}, {"POSIXLY_CORRECT": "1"}]
)
def test_tilde_from_a_pipe_is_text(pymail: Run, watch: Watch, env: dict[str, str]) -> None:
    assert pymail("-S", f"mta={watch.sink.url}", "bob@x", input=ESCAPES, env=env).status == 0
    assert watch.nothing_happened()
    assert watch.sink.letters[0].data.endswith(ESCAPES.replace("\n", "\r\n").encode())


def test_tilde_from_a_file_and_in_the_head_is_text(pymail: Run, watch: Watch) -> None:
    (watch.home.path / "text").write_text(ESCAPES)
    for words in (["-m", "text"], ["-q", "text"], ["-t"]):
        pymail("-S", f"mta={watch.sink.url}", *words, "bob@x", input=ESCAPES)
        assert watch.nothing_happened()


def test_tilde_in_a_file_name_is_a_name(pymail: Run, watch: Watch) -> None:
    (watch.home.path / "~!touch OWNED").write_text("data")
    assert pymail("-S", f"mta={watch.sink.url}", "-a", "~!touch OWNED", "bob@x", input=TEXT).status == 0
    assert not (watch.home.path / "OWNED").exists()


# -- DSA of 2000-08-10: options and settings from the environment ---------------


@pytest.mark.parametrize(
    "env",
    [
        {"mta": "/HOME/evil"}, {"sendmail": "/HOME/evil"}, {"MTA": "/HOME/evil"}, {"SENDMAIL": "/HOME/evil"},
        {"PYMAIL_MTA": "/HOME/evil"}, {"PYMAIL_MTA": "file:///HOME/evil"}, {"PYMAIL_MTA": "local:"},
        {"password-command": "touch /HOME/OWNED"}, {"MAILX": "-~"}, {"PYMAIL": "-X!touch\\ OWNED"}, {"expandaddr": ""},
        {"PYTHONSTARTUP": "/HOME/evil.py"}, {"PYTHONPATH": "/HOME"}, {"PYTHONINSPECT": "1"}, {"verbose": "1"},
    ],
)  # fmt: skip
def test_environment_starts_no_program(pymail: Run, watch: Watch, env: dict[str, str]) -> None:
    module = "open('OWNED', 'w')"
    for name, text in (("evil", "#!/bin/sh\ntouch OWNED\n"), ("evil.py", module), ("os.py", module)):
        (watch.home.path / name).write_text(text)
        (watch.home.path / name).chmod(0o755)
    given = {name: filled(value, watch.home) for name, value in env.items()}
    watch.home.rc(f"set mta={watch.sink.url}\n")
    done = pymail("bob@x", input=TEXT, env=given)
    assert watch.nothing_happened() and done.status in (0, 64)
    assert done.status == 64 or len(watch.sink.letters) == 1


# -- CVE-2000-0545, CVE-2001-0565, CVE-2005-1520: very long words ---------------


@pytest.mark.parametrize("option", ["-c", "-b", "-r", "-s", "-F", "-a", "-S", "-u", "-T", "--header", "--attach", "-X"])
def test_very_long_argument_is_refused_or_sent(pymail: Run, watch: Watch, option: str) -> None:
    words = [option, "y" * 100_000 + "@x"] if option == "-F" else [option, "x" * 100_000, "bob@x"]
    done = pymail("-S", f"mta={watch.sink.url}", *words, input=TEXT)
    assert "Traceback" not in done.err and done.status in (0, 1, 64, 66)
    assert all(len(line) <= 1000 for line in watch.sink.octets.split(b"\r\n"))


# -- CVE-2024-6923, -2026-1299, CVE-2002-0986, -1771: header injection ---------------

LINES = ["x" + end + "Bcc: evil@y" for end in ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028")] + ["x\n\nbody"]


@pytest.mark.parametrize("evil", LINES)
def test_field_stays_on_its_line_whatever_it_holds(pymail: Run, watch: Watch, evil: str) -> None:
    for words in (
        ["-s", evil], ["--header", f"X-Tag: {evil}"], ["-a", f"X-Tag: {evil}"], ["-r", f'"{evil}" <me@x>'],
        ["-c", f'"{evil}" <c@x>'], ["-S", f"hostname={evil}"], ["-S", f"from={evil} <me@x>"], ["-C", f"X-Tag: {evil}"],
    ):  # fmt: skip
        watch.sink.letters.clear()
        pymail("-S", f"mta={watch.sink.url}", *words, "bob@x", input=TEXT)
        for sent in watch.sink.letters:
            head, _, body = sent.data.partition(b"\r\n\r\n")
            assert body == b"text\r\n" and "<evil@y>" not in sent.recipients
            assert not any(line.lower().startswith((b"bcc:", b"body")) for line in head.splitlines())


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?x=0D=0ABcc:_evil@y?=", "=?utf-8?b?eApCY2M6IGV2aWxAeQ==?=", "=?utf-16?b?AHgACgBC?=",
        "=?utf-8?q?x=0A=0Abody?=", "x\n Bcc: evil@y", "x\r Bcc: evil@y", "=?utf-8?q?=00=1B[2J?=",
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["reply", "forward", "resend"])
def test_newline_that_is_hidden_in_an_encoded_word_stays_hidden(
    pymail: Run, watch: Watch, subject: str, verb: str
) -> None:
    hostile = f'From: "{subject}" <evil@x>\nTo: me@x\nSubject: {subject}\nMessage-ID: <1@x>\n\nhello\n'
    watch.home.receive([hostile.encode()])
    line = "reply 1" if verb == "reply" else f"{verb} 1 bob@x"
    pymail("-N", "-S", f"mta={watch.sink.url}", input=f"{line}\nanswer\n~.\n")
    for sent in watch.sink.letters:
        head = sent.data.partition(b"\r\n\r\n")[0]
        names = [row.partition(b":")[0].lower() for row in head.split(b"\r\n") if row[:1] not in b" \t"]
        assert b"bcc" not in names and b"body" not in names and all(b" " not in name for name in names)
        assert "evil@y" not in "".join(sent.recipients)


# -- cpython 87290, The-Login/SMTP-Smuggling-Tools: data that becomes commands ---------------

ENDS = "\n.\n \r.\r \r\n.\n \n.\r\n \r\n.\r \r.\r\n \r\n.\r\n \0.\r\n \r\n\0.\r\n \n.\r".split(" ")
SMUGGLED = [f"{end}MAIL FROM:<evil@y>\r\nRCPT TO:<victim@y>\r\nDATA\r\nsmuggled\r\n.\r\n" for end in ENDS]


@pytest.mark.parametrize("smuggled", SMUGGLED)
@pytest.mark.parametrize("offers", ["DATA", "CHUNKING"])
def test_text_cannot_end_the_letter(pymail: Run, home: Home, smuggled: str, offers: str) -> None:
    with Sink(("PIPELINING", "8BITMIME", offers)) as server:
        for words in ([], ["-a", "file"], ["-t"]):
            (home.path / "file").write_text(smuggled)
            assert pymail("-S", f"mta={server.url}", *words, "bob@x", input=f"\nhello{smuggled}").status in (0, 65)
    assert all(sent.recipients == ["<bob@x>"] for sent in server.letters) and server.letters
    assert b"\n.\n" not in server.octets and b"\r.\r" not in server.octets


def test_text_cannot_end_the_letter_of_a_program(pymail: Run, watch: Watch) -> None:
    assert pymail("-S", f"mta={watch.program}", "bob@x", input="one\n.\ntwo\n").status == 0
    assert (watch.home.path / "letter").read_text().endswith("one\n.\ntwo\n") and "-oi" in watch.arguments()


# -- aliases, macros, names of files: what a start-up file may say, a letter may not ---------------


@pytest.mark.parametrize("evil", [evil for evil in ARGUMENTS if "\n" not in evil])
def test_alias_never_runs_and_never_writes(pymail: Run, watch: Watch, way: str, evil: str) -> None:
    evil = filled(evil, watch.home)
    watch.home.rc(f"alias friends 'bob@x' '{evil}'\n")
    pymail("-S", way, "friends", input=TEXT)
    assert watch.nothing_happened()


@pytest.mark.parametrize(
    "evil", ["../OWNED", "/HOME/OWNED", "|touch OWNED", ".OWNED", "-OWNED", "a/../../OWNED", "+OWNED", "!OWNED"]
)
def test_file_named_after_a_recipient_stays_in_its_folder(pymail: Run, watch: Watch, evil: str) -> None:
    folder = watch.home.path / "folder"
    folder.mkdir()
    words = ["-S", f"folder={folder}", "-S", "outfolder", "-F"]
    pymail("-S", f"mta={watch.sink.url}", *words, f'"{filled(evil, watch.home)}"@x', input=TEXT)
    outside = [path for path in watch.home.path.parent.rglob("*OWNED*") if path.parent != folder]
    assert not outside and not [path for path in folder.iterdir() if path.name.startswith((".", "-", "|", "+", "!"))]


def test_recipient_with_expandaddr_is_still_no_program(pymail: Run, watch: Watch) -> None:
    done = pymail("-S", f"mta={watch.sink.url}", "|touch OWNED", "bob@x", input=TEXT, env={"expandaddr": "1"})
    assert done.status == 64 and watch.nothing_happened()


# -- OpenSMTPD 2015, CVE-2020-8793; CERT /bin/mail: links in queue and dead letter ---------------


@pytest.mark.parametrize("kind", ["symlink", "hardlink", "fifo"])
@pytest.mark.parametrize("place", ["dead.letter", "outbox"])
def test_trap_in_a_files_place_touches_nobodys_file(
    pymail: Run, watch: Watch, tmp_path: Path, kind: str, place: str
) -> None:
    victim, home = tmp_path / "victim", watch.home.path
    victim.write_text("mine")
    trap = home / place
    if place == "outbox":
        (home / "box/new").mkdir(parents=True, mode=0o700)
        (home / "box").chmod(0o700)
        trap = home / "box/lock"
    {"symlink": lambda: trap.symlink_to(victim), "hardlink": lambda: trap.hardlink_to(victim)}.get(
        kind, lambda: os.mkfifo(trap, 0o600)
    )()
    words = ["-S", f"outbox={home}/box"]
    pymail("-S", "mta=smtp://127.0.0.1:1", *words, "bob@x", input=TEXT)
    with Sink(script={"RCPT": "550 no"}) as refusing:
        pymail("-S", f"mta={refusing.url}", *words, "bob@x", input=TEXT, env={"TMPDIR": str(tmp_path)})
    pymail(*words, "--flush")
    assert victim.read_text() == "mine"


# -- CVE-2003-0020 ff.: what others say reaches the terminal as text ---------------


def test_nothing_hostile_reaches_the_terminal(pymail: Run, watch: Watch) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
    with Sink(script={"RCPT": f"550 5.1.1 {evil}", "connect": f"220 {evil}"}) as hostile:
        done = pymail("-vv", "-S", f"mta={hostile.url}", "-s", evil, f'"{evil}"@x', "bob@x", input=evil + "\n")
        spoken = pymail("--smtp", f"127.0.0.1:{hostile.port}", input=f"RCPT TO:<{evil}>\nQUIT\n")
    for text in (done.out, done.err, spoken.out, spoken.err):
        assert not any(char in text for char in "\x1b\x07\x9b\u202e")


# -- -X, arguments for programs ---------------


def test_arguments_for_the_program_cannot_come_from_an_address(home: Home, watch: Watch) -> None:
    argv = [*PYMAIL, *home.options, "-S", f"mta={watch.program}", "--", "bob@x", "-X", "-oQ", "--mta-argument=-X"]
    done = subprocess.run(argv, input=TEXT, text=True, env=home.env, cwd=home.path, capture_output=True, timeout=30)
    assert done.returncode == 64 and not watch.arguments()


def test_resent_letter_takes_no_recipients_from_its_head(pymail: Run, watch: Watch) -> None:
    watch.home.receive([letter("one", Resent_Bcc="evil@y", Bcc="evil@y", Resent_To="evil@y")])
    pymail("-N", "-S", f"mta={watch.sink.url}", input="resend 1 bob@x\nx\n")
    assert [sent.recipients for sent in watch.sink.letters] == [["<bob@x>"]]
    assert b"evil@y" not in watch.sink.letters[0].data.partition(b"Resent-Message-ID")[0]
