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


def test_environment_cannot_let_it_be(pymail: Run, home: Home, sink: Sink) -> None:
    owned = home.path / "owned"
    done = pymail("-S", f"mta={sink.url}", str(owned), input="text\n", env={"expandaddr": "1"})
    assert done.status == 64 and not owned.exists()


@pytest.mark.parametrize("field", ["From", "Reply-To"])
def test_file_is_nobody_who_writes(pymail: Run, home: Home, sink: Sink, field: str) -> None:
    head = f"{field}: ./owned\nTo: bob@x\n\ntext\n"
    assert pymail("-S", f"mta={sink.url}", "-S", "expandaddr", "-t", input=head).status == 64
    assert not sink.letters


def test_file_or_command_may_stand_wherever_recipients_are_named(pymail: Run, home: Home, sink: Sink) -> None:
    home.rc(f"set expandaddr mta={sink.url} autobcc=./auto\nalias team bob@x ./team '|cat > piped; echo >> piped'\n")
    head = 'To: team, "./a b"\nCc: smith@x, "|cat > x-t"\nBcc: ./bcc-t\n\ntext\n'
    assert pymail("-t", input=head).status == 0
    assert pymail("-c", "./cc, bob@x", "-b", "|cat > 'x b'", "-T", "bcc: ./target", "team", input="text\n").status == 0
    (first, second) = sink.letters
    assert first.recipients == ["<bob@x>", "<smith@x>"] and second.recipients == ["<bob@x>"]
    assert b"\r\nTo: bob@x\r\nCc: smith@x\r\n" in first.data and b"./" not in first.data
    assert (home.path / "piped").read_bytes() == second.data.replace(b"\r\n", b"\n") + b"\n"
    assert (home.path / "team").read_text().count("\ntext\n") == (home.path / "auto").read_text().count("\ntext\n") == 2
    for name in ("a b", "bcc-t", "cc", "target"):
        assert (home.path / name).read_text().count("\ntext\n") == 1
    assert (home.path / "x-t").exists() and (home.path / "x b").exists()


def test_file_or_command_may_be_named_while_a_letter_is_written(pymail: Run, home: Home, sink: Sink) -> None:
    home.rc(f"set expandaddr mta={sink.url}\n")
    typed = "~t ./one \"|cat > piped\"\n~c ./two smith@x\n~b './three'\n~h\nsubject\n\n\n./four\ntext\n~p\n"
    done = pymail("-~", "bob@x", input=typed)
    assert (done.status, done.err) == (0, "")
    assert sink.letters[0].recipients == ["<bob@x>", "<smith@x>"]
    assert not (home.path / "three").exists() and all((home.path / name).exists() for name in ("one", "two", "four"))
    assert 'To: bob@x, "./one", "|cat > piped"' in done.out and (home.path / "piped").exists()


def test_message_is_resent_and_forwarded_to_files(pymail: Run, home: Home, sink: Sink) -> None:
    home.rc(f"set expandaddr mta={sink.url}\n")
    home.receive([b"From: a@x\nTo: me\nSubject: news\n\nhello\n"])
    done = pymail(input="resend 1 bob@x ./resent\nresend 1 ./again\nforward 1 ./forwarded\n~.\n")
    assert (done.status, done.err) == (0, "") and [each.recipients for each in sink.letters] == [["<bob@x>"]]
    for name in ("resent", "again", "forwarded"):
        assert "hello" in (home.path / name).read_text()
    assert "\nResent-To: bob@x\n" in (home.path / "resent").read_text()


@pytest.mark.parametrize(
    "field",
    ["From: |touch owned", "Reply-To: |touch owned, ./owned", 'From: "|touch owned" <a@x>', "From: a@x, ./owned",
     'From: "a, \\"|touch owned\\", b" <a@x>', 'From: "./owned", <a@x>', "Reply-To: <./owned>",
     'From: <"|touch owned">'],
)  # fmt: skip
def test_received_letter_names_no_file_whatever_is_done_with_it(
    pymail: Run, home: Home, sink: Sink, field: str
) -> None:
    home.rc(f"set expandaddr editheaders fullnames quote-add-cc mta={sink.url}\n")
    home.receive([f"{field}\nTo: me\nSubject: s\n\nhello\n".encode()])
    for line in ("reply 1", "Reply 1", "followup 1", "mail bob@x"):
        pymail("-~", input=f"{line}\ntext\n~Q 1\n~|| cat\n~h\n\n\n\n\n~.\n")
    assert not (home.path / "owned").exists() and sink.letters


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
    assert not target.exists() and not (home.path / "x b").exists()
