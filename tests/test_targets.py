"""Files and commands get letters only where the user's expandaddr lets them, and only from words the user wrote."""

from __future__ import annotations

import pytest
from program import Home, Run
from sink import Sink

ALL = ["expandaddr", "expandaddr=all", "expandaddr=file,pipe", "expandaddr=-all,+file,+pipe"]


@pytest.mark.parametrize("setting", ALL)
def test_letter_goes_to_a_file_a_command_and_people(pymail: Run, home: Home, sink: Sink, setting: str) -> None:
    target, piped = home.path / "copy", home.path / "piped"
    done = pymail(
        "-S", f"mta={sink.url}", "-S", setting, "-s", "s", "bob@x", str(target), f"| cat > '{piped}'", input="text\n"
    )
    assert (done.status, done.err) == (0, "")
    (letter,) = sink.letters
    assert letter.recipients == ["<bob@x>"] and b"\r\nTo: bob@x\r\n" in letter.data
    assert target.read_text().startswith("From ") and "\nTo: bob@x\n" in target.read_text()
    assert piped.read_bytes() == letter.data.replace(b"\r\n", b"\n")


def test_file_alone_needs_no_server(pymail: Run, home: Home) -> None:
    home.rc("set expandaddr folder=mail mta=smtp://127.0.0.1:1\n")
    (home.path / "mail").mkdir()
    assert pymail("+box", "./here", input="text\n").status == 0
    assert "\ntext\n" in (home.path / "mail/box").read_text() and "\ntext\n" in (home.path / "here").read_text()
    assert pymail("-f", "here", input="mail +second\nnew text\n").status == 0
    assert "\nnew text\n" in (home.path / "mail/second").read_text()


@pytest.mark.parametrize("setting", ["noexpandaddr", "expandaddr=restrict", "expandaddr=-all", "expandaddr=pipe"])
def test_file_stays_none_where_it_is_not_let_be(pymail: Run, home: Home, sink: Sink, setting: str) -> None:
    target = home.path / "copy"
    done = pymail("-S", f"mta={sink.url}", "-S", setting, "bob@x", str(target), input="text\n")
    assert done.status == 64 and "is a file" in done.err and not target.exists() and not sink.letters


@pytest.mark.parametrize("word", ["-oQ/tmp", "-X/tmp/log"])
def test_option_is_never_let_be(pymail: Run, home: Home, sink: Sink, word: str) -> None:
    assert pymail("-S", f"mta={sink.url}", "-S", "expandaddr", "--", word, input="text\n").status == 64


def test_environment_a_letter_and_an_alias_cannot_let_it_be(pymail: Run, home: Home, sink: Sink) -> None:
    owned = home.path / "owned"
    way = ["-S", f"mta={sink.url}"]
    assert pymail(*way, str(owned), input="text\n", env={"expandaddr": "1"}).status == 64
    head = f"To: bob@x, |touch {owned}\nCc: {owned}\n\ntext\n"
    assert pymail(*way, "-S", "expandaddr", "-t", input=head).status == 64
    home.rc(f'set expandaddr\nalias evil "|touch {owned}" {owned}\n')
    assert pymail(*way, "evil", input="text\n").status == 64
    home.receive([f"From: a@x\nReply-To: |touch {owned}, {owned}\nTo: me\nSubject: s\n\nhello\n".encode()])
    pymail(*way, input="reply 1\nanswer\n")
    assert not owned.exists()


def test_failure_is_told_and_the_letter_kept(pymail: Run, home: Home, sink: Sink) -> None:
    words = ["-S", f"mta={sink.url}", "-S", "expandaddr", "bob@x", "|exit 3", "/proc/none/file"]
    done = pymail(*words, input="precious\n")
    assert done.status == 69 and len(sink.letters) == 1
    first, second, last = done.err.splitlines()
    assert first == "pymail: |exit 3: failed with status 3" and second.startswith("pymail: /proc/none/file: ")
    assert last == f"pymail: the letter is in {home.path}/dead.letter"
    assert "\nprecious\n" in (home.path / "dead.letter").read_text()


def test_dry_run_writes_nothing(pymail: Run, home: Home) -> None:
    target = home.path / "copy"
    done = pymail("-d", "-S", "expandaddr", str(target), "|touch x", input="text\n")
    assert done.status == 0 and done.out.splitlines() == [f"to {target}", "to |touch x"]
    assert not target.exists() and not (home.path / "x").exists()
