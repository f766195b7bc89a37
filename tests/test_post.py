"""A finished letter: what --dry-run shows, which way is taken where nothing is set, and that nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from program import PYMAIL, Home, Run
from sink import Sink

TEXT = "precious text\n"


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("option", ["--dry-run", "-d"])
def test_dry_run_shows_envelope_and_octets_and_touches_nothing(
    pymail: Run, home: Home, sink: Sink, option: str
) -> None:
    before = files(home.path)
    words = ["-S", "record=sent", "-S", f"mta={sink.url}", "-r", "me@x", "-s", "Grüße", "-b", "b@x", "a@x"]
    done = pymail(option, *words, input=TEXT)
    assert (done.err, done.status) == ("", 0)
    envelope, _, letter = done.out.partition("Date: ")
    assert envelope == "MAIL FROM:<me@x>\nRCPT TO:<a@x>\nRCPT TO:<b@x>\n"
    assert "\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n" in letter and letter.endswith(f"\n\n{TEXT}")
    assert "Bcc" not in letter and "b@x" not in letter
    assert not sink.connections and files(home.path) == before


def test_dry_run_shows_what_is_then_sent(pymail: Run, sink: Sink, home: Home) -> None:
    (home.path / "data").write_bytes(bytes(range(256)) * 100)
    words = ["-S", f"mta={sink.url}", "-s", "s", "-a", "data", "a@x"]
    shown = pymail("-d", *words, input="line\r\n.\nFrom x\n\x1b\n").out.partition("\nDate: ")[2].partition("\n")[2]
    assert pymail(*words, input="line\r\n.\nFrom x\n\x1b\n").status == 0
    data = sink.letters[0].data.decode()
    assert body(shown) == body(data.replace("\r\n", "\n").replace("\n..", "\n."))


def body(letter: str) -> list[str]:
    """The lines that are the same in every letter of the same text."""
    return [line for line in letter.splitlines() if "=_" not in line and not line.startswith(("Date:", "Message-ID:"))]


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_dry_run_makes_no_socket_and_opens_no_file_for_writing(home: Home, tmp_path: Path) -> None:
    log = tmp_path / "log"
    trace = ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=socket,connect,openat,open,creat,mkdir,rename,unlink"]
    argv = [*trace, *PYMAIL, *home.options, "--dry-run", "-S", "mta=smtp://127.0.0.1:1", "-S", "record=sent", "a@x"]
    assert subprocess.run(argv, input=TEXT.encode(), env=home.env, cwd=home.path, capture_output=True).returncode == 0
    passed_over = ("/dev/null", "__pycache__", "nscd")  # the last is the system's, asked for who we are
    calls = [line for line in log.read_text().splitlines() if not any(word in line for word in passed_over)]
    assert calls
    assert not [line for line in calls if "O_WRONLY" in line or "O_RDWR" in line or "O_CREAT" in line]
    assert not [line for line in calls if " open" not in line and " socket(AF_UNIX" not in line]


def test_dry_run_finds_what_is_wrong(pymail: Run) -> None:
    assert pymail("-d", "-S", "mta=nonsense:", "a@x", input=TEXT).status == 64
    assert pymail("-d", "|id", input=TEXT).status == 64


def test_letter_to_nobody_is_kept(pymail: Run, home: Home) -> None:
    done = pymail("-t", input="Subject: s\n\n" + TEXT)
    assert done.status == 64 and "no recipients" in done.err
    assert TEXT in (home.path / "dead.letter").read_text()


def test_bad_setting_is_told_and_the_letter_kept(pymail: Run, home: Home) -> None:
    for setting, status in (("from=a, <b", 64), ("mta=nonsense:", 78), ("autobcc=|id", 64)):
        home.rc(f"set {setting.partition('=')[0]}='{setting.partition('=')[2]}'\n")
        done = pymail("-S", "DEAD=grave", "a@x", input=TEXT)
        assert done.status == status, done
        assert TEXT in (home.path / "grave").read_text()
        (home.path / "grave").unlink()


def test_way_that_cannot_write_is_an_error_and_the_letter_is_kept(pymail: Run, home: Home) -> None:
    done = pymail("-S", "mta=test:///dev/full", "a@x", input=TEXT)
    assert done.status == 74 and "No space left on device" in done.err
    assert TEXT in (home.path / "dead.letter").read_text()


def test_password_that_is_missing_is_told_and_the_letter_kept(pymail: Run, home: Home) -> None:
    with Sink(("AUTH PLAIN",)) as sink:
        done = pymail("-S", f"mta=smtp://me@127.0.0.1:{sink.port}", "a@x", input=TEXT)
    assert done.status == 78 and "no password" in done.err and not sink.letters
    assert TEXT in (home.path / "dead.letter").read_text()


def test_another_machine_without_any_server_is_told_with_what_was_tried(pymail: Run, home: Home) -> None:
    done = pymail("-S", "mta=smtp://127.0.0.1:1 local:", "bob@far.example", input=TEXT)
    assert done.status == 0 and len(done.err.splitlines()) == 1
    for words in ("bob@far.example", "mail server", "smtp://127.0.0.1:1: Connection refused", "set mta", "queued"):
        assert words in done.err


def test_hundred_recipients_are_told_one_by_one(pymail: Run) -> None:
    people = [f"{number}@x" for number in range(150)]
    with Sink(script={f"RCPT {person}": "550 5.1.1 no such user" for person in people[::2]}) as sink:
        done = pymail("-S", f"mta={sink.url}", *people, input=TEXT)
    assert done.status == 69
    assert done.err.splitlines()[:-1] == [f"pymail: {person}: 550 5.1.1 no such user" for person in people[::2]]
    assert sink.letters[0].recipients == [f"<{person}>" for person in people[1::2]]


def test_complaint_of_a_program_that_succeeds_is_passed_on(pymail: Run, tmp_path: Path) -> None:
    program = tmp_path / "sendmail"
    program.write_text("#!/bin/sh\ncat >/dev/null\necho 'warning: clock is wrong' >&2\n")
    program.chmod(0o755)
    done = pymail("-S", f"mta={program}", "a@x", "b@x", input=TEXT)
    assert done.status == 0 and done.err == f"pymail: {program}: warning: clock is wrong\n"


@pytest.mark.parametrize(("status", "expected"), [(67, 69), (75, 0), (78, 0), (1, 69), (77, 69)])
def test_status_of_a_program_decides(pymail: Run, home: Home, tmp_path: Path, status: int, expected: int) -> None:
    program = tmp_path / "sendmail"
    program.write_text(f"#!/bin/sh\ncat >/dev/null\necho because >&2\nexit {status}\n")
    program.chmod(0o755)
    done = pymail("-S", f"mta={program}", "a@x", input=TEXT)
    assert done.status == expected and "because" in done.err and f"(status {status})" in done.err
    assert (home.path / "dead.letter").exists() == bool(expected)
