"""From the command line to the letter: recipients, sender, fields, files, -t, and what is refused before it is sent."""

from __future__ import annotations

import email
import email.message
import email.policy
from pathlib import Path

import pytest
from program import Home, Result, Run

TEXT = "text\n"


class Batch:
    """What `mta=test:` printed: the envelope and the letter."""

    def __init__(self, out: str) -> None:
        envelope, _, data = out.partition("DATA\n")
        lines = envelope.splitlines()
        self.sender = lines[0].removeprefix("MAIL FROM:")
        self.recipients = [line.removeprefix("RCPT TO:") for line in lines[1:]]
        self.text = data.removesuffix(".\n")
        self.letter: email.message.EmailMessage = email.message_from_string(self.text, policy=email.policy.default)


def sent(done: Result) -> Batch:
    assert done.status == 0, done
    return Batch(done.out)


@pytest.fixture
def home(home: Home) -> Home:
    home.options += ["-S", "mta=test:", "-S", "from=Me <me@here>"]
    return home


@pytest.mark.parametrize(
    "words",
    [
        ["-s", "Hi all", "bob@h", "-c", "smith@h", "-b", "root@h"],
        ["bob@h", "-c", "smith@h", "-b", "root@h", "-s", "Hi all"],
        ["-sHi all", "-csmith@h", "-broot@h", "--", "bob@h"],
        ["--subject=Hi all", "--cc", "smith@h", "--bcc=root@h", "bob@h"],
        ["-c", "smith@h", "-b", "root@h", "-s", "not this", "-s", "Hi all", "bob@h"],
        ["-T", "to: bob@h", "-T", "cc: smith@h", "-T", "Bcc: root@h", "-s", "Hi all"],
    ],
)
@pytest.mark.parametrize("env", [{}, {"POSIXLY_CORRECT": "1"}])
def test_options_stand_before_and_after_addresses(pymail: Run, words: list[str], env: dict[str, str]) -> None:
    batch = sent(pymail(*words, input=TEXT, env=env))
    assert batch.recipients == ["<bob@h>", "<smith@h>", "<root@h>"]
    letter = batch.letter
    assert (letter["To"], letter["Cc"], letter["Bcc"], letter["Subject"]) == ("bob@h", "smith@h", None, "Hi all")


@pytest.mark.parametrize("words", [["a@x b@x"], ["a@x,b@x"], ["a@x", "b@x"], ["a@x, b@x", "-c", "A@X"]])
def test_recipients_are_split_and_folded_in_order(pymail: Run, words: list[str]) -> None:
    assert sent(pymail(*words, input=TEXT)).recipients[:2] == ["<a@x>", "<b@x>"]


def test_sender_is_set_in_header_and_envelope(pymail: Run) -> None:
    batch = sent(pymail("-r", "Alice Ü <a@x>", "bob@h", input=TEXT))
    assert batch.sender == "<a@x>" and batch.letter["From"] == "Alice Ü <a@x>"
    assert sent(pymail("bob@h", input=TEXT)).sender == "<me@here>"
    assert sent(pymail("-a", "From: Carol <c@x>", "bob@h", input=TEXT)).sender == "<c@x>"


@pytest.mark.parametrize("sender", ["", "two@x, three@x", "-X/tmp/log", "a b c", "<>", "x@y@z"])
def test_bad_sender_is_refused(pymail: Run, sender: str) -> None:
    done = pymail("-r", sender, "bob@h", input=TEXT)
    assert (done.out, done.status) == ("", 64) and len(done.err.splitlines()) == 1


def test_blind_copies_alone_make_an_anonymous_list(pymail: Run) -> None:
    batch = sent(pymail("-s", "to all", "-b", "a@x", "-b", "b@x", input=TEXT))
    assert batch.recipients == ["<a@x>", "<b@x>"]
    assert "\nTo: undisclosed-recipients:;\n" in batch.text and "a@x" not in batch.text


def test_word_with_a_colon_and_a_blank_is_a_field_and_anything_else_a_file(pymail: Run, home: Home) -> None:
    (home.path / "data.csv").write_text("1;2\n")
    letter = sent(pymail("-a", "X-Tag: 7", "-a", "data.csv", "--header", "X-More: 8", "bob@h", input=TEXT)).letter
    assert (letter["X-Tag"], letter["X-More"]) == ("7", "8")
    text, attached = letter.iter_parts()
    assert text.get_content() == TEXT and attached.get_filename() == "data.csv"


def test_word_that_is_both_a_field_and_a_file_is_refused(pymail: Run, home: Home) -> None:
    (home.path / "X-Tag: 7").write_text("what?")
    done = pymail("-a", "X-Tag: 7", "bob@h", input=TEXT)
    assert done.status == 64 and "--header" in done.err and "--attach" in done.err


@pytest.mark.parametrize(
    ("words", "types"),
    [
        (["--content-type=text/html"], ["text/html"]),
        (["-M", "text/html", "-A", "a.bin"], ["text/html", "application/octet-stream"]),
        (["--content-type=text/html", "-A", "a.bin"], ["text/html", "application/octet-stream"]),
        (["--content-type=text/html", "-A", "a.txt"], ["text/html", "text/html"]),
        (["--content-type=image/png", "-A", "a.bin"], ["text/plain", "image/png"]),
        (["-A", "a.bin", "--content-type=text/csv"], ["text/csv", "application/octet-stream"]),
        (
            ["--content-type=a/b", "-A", "a.txt", "--content-type=c/d", "--attach", "a.bin", "-a", "a.txt"],
            ["text/plain", "a/b", "c/d", "c/d"],
        ),
        (["--content-type=x/y", "--content-type=text/csv", "-A", "a.txt", "-M", "a/b"], ["a/b", "text/csv"]),
        (["--alternative", "--content-type=text/html", "--attach", "a.txt"], ["text/plain", "text/html"]),
        (["--alternative", "--no-skip-empty-attachments", "-a", "a.bin"], ["text/plain", "application/octet-stream"]),
        (["--mime", "-a", "Content-Type: text/csv"], ["text/csv"]),
    ],
)
def test_types_are_for_the_text_or_for_the_files_that_follow(
    pymail: Run, home: Home, words: list[str], types: list[str]
) -> None:
    (home.path / "a.txt").write_text("a\n")
    (home.path / "a.bin").write_bytes(b"\0")
    letter = sent(pymail(*words, "bob@h", input=TEXT)).letter
    parts = list(letter.iter_parts()) if letter.is_multipart() else [letter]
    assert [part.get_content_type() for part in parts] == types
    assert letter.get_content_subtype() == "alternative" or "--alternative" not in words


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ([], "quoted-printable"),
        (["--encoding=base64"], "base64"),
        (["--encoding=8bit"], "8bit"),
        (["-S", "encoding=8bit"], "8bit"),
        (["-S", "mime-encoding=b64"], "base64"),
        (["-S", "mime-encoding=b64", "--encoding=quoted-printable"], "quoted-printable"),
    ],
)
def test_text_is_encoded_as_wanted(pymail: Run, words: list[str], encoding: str) -> None:
    letter = email.message_from_bytes(sent(pymail(*words, "bob@h", input="Grüße\n")).text.encode())
    octets = letter.get_payload(decode=True)
    assert isinstance(octets, bytes) and octets.decode().splitlines() == ["Grüße"]
    assert letter["Content-Transfer-Encoding"] == encoding


@pytest.mark.parametrize(
    ("setting", "charset"),
    [
        ("sendcharsets=us-ascii,iso-8859-1", "iso-8859-1"),
        ("sendcharsets=koi8-r", "utf-8"),
        ("sendcharsets=utf-8,iso-8859-1", "utf-8"),
        ("charset-8bit=koi8-r", "utf-8"),
    ],
)
def test_text_is_in_the_first_charset_that_will_do(pymail: Run, setting: str, charset: str) -> None:
    letter = sent(pymail("-S", setting, "bob@h", input="Grüße\n")).letter
    assert (letter.get_content_charset(), letter.get_content()) == (charset, "Grüße\n")


@pytest.mark.parametrize(
    ("words", "status", "name"),
    [
        (["--attach", "missing"], 66, "missing"),
        (["--encoding", "rot13"], 64, "rot13"),
        (["-a", "missing"], 66, "missing"),
        (["-q", "missing"], 66, "missing"),
        (["-m", "missing"], 66, "missing"),
        (["-A", "missing"], 66, "missing"),
        (["--header", "Bcc: x@y"], 64, "Bcc"),
        (["--header", "Sender: x@y"], 64, "Sender"),
        (["--header", "Resent-To: x@y"], 64, "Resent-To"),
        (["--header", "MIME-Version: 2"], 64, "MIME-Version"),
        (["--header", "no colon"], 64, "no colon"),
        (["--header", "X-Tag: 7\nX-More: 8"], 64, "X-More"),
        (["-e"], 64, "--exists"),
        (["-H"], 64, "--headers"),
        (["--content-type", "nonsense"], 64, "nonsense"),
        (["-c", "bad address <"], 64, "bad address <"),
        (["--nonsense"], 64, "--nonsense"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_sent(pymail: Run, words: list[str], status: int, name: str) -> None:
    done = pymail(*words, "bob@h", input=TEXT)
    assert (done.out, done.status) == ("", status) and name in done.err


@pytest.mark.parametrize(
    "words",
    [["-s", "x"], ["-M", "text/html"], ["--html"], ["--encoding=8bit"], ["-a", "X: y"], ["-q", "x"], ["-m", "x"]],
)
def test_letter_to_nobody_is_refused(pymail: Run, words: list[str]) -> None:
    done = pymail(*words, input="quit\n")
    assert (done.status, done.out) == (64, "") and "to whom?" in done.err


def test_missing_file_leaves_standard_input_unread_and_no_dead_letter(pymail: Run, home: Home) -> None:
    assert pymail("--attach", "missing", "bob@h", input=TEXT).status == 66
    assert not (home.path / "dead.letter").exists()


def test_head_of_the_text_names_recipients_and_fields(pymail: Run) -> None:
    text = "To: a@x\nCc: Smith <b@x>\nBcc: c@x\nSubject: from the text\nX-Tag: 7\nFrom: d@x\n\nbody\n"
    batch = sent(pymail("-t", "e@x", "-s", "from the line", input=text))
    assert sorted(batch.recipients) == ["<a@x>", "<b@x>", "<c@x>", "<e@x>"]
    assert batch.sender == "<d@x>" and batch.letter["Subject"] == "from the line" and batch.letter["X-Tag"] == "7"
    assert "c@x" not in batch.text and batch.letter.get_content() == "body\n"


def test_bad_address_in_the_head_of_the_text_keeps_the_text(pymail: Run, home: Home) -> None:
    done = pymail("-t", input="To: |id\nSubject: s\n\nprecious\n")
    assert (done.out, done.status) == ("", 64)
    assert "precious" in (home.path / "dead.letter").read_text()


def test_text_may_begin_with_a_file_or_be_one(pymail: Run, home: Home) -> None:
    (home.path / "start").write_text("start")
    assert sent(pymail("-q", "start", "bob@h", input=TEXT)).letter.get_content() == "start\n" + TEXT
    assert sent(pymail("-m", "start", "bob@h", input=TEXT)).letter.get_content() == "start\n"


def test_empty_letter_is_sent_with_a_word_or_dropped_in_silence(pymail: Run) -> None:
    done = pymail("bob@h")
    assert done.status == 0 and "RCPT" in done.out and len(done.err.splitlines()) == 1
    assert pymail("-E", "bob@h") == Result("", "", 0)
    assert "RCPT" in pymail("-E", "bob@h", input="\n").out


def test_words_after_two_hyphens_are_addresses_or_with_expandargv_arguments(
    pymail: Run, home: Home, tmp_path: Path
) -> None:
    assert sent(pymail("-s", "s", "--", "a@x", "b@x", input=TEXT)).recipients == ["<a@x>", "<b@x>"]
    program = recorder(tmp_path)
    done = pymail("-S", f"mta={program}", "-S", "expandargv", "a@x", "--", "-odq", "two words", "it's", input=TEXT)
    assert done == Result("", "", 0)
    assert arguments(tmp_path) == ["-oi", "-f", "me@here", "-odq", "two words", "it's", "--", "a@x"]


def test_arguments_for_the_program_are_handed_on_one_by_one(pymail: Run, tmp_path: Path) -> None:
    program = recorder(tmp_path)
    given = ["-N", "never", "-F Full 'Name' \\ \"x\"", ""]
    words = [f"--mta-argument={word}" for word in given]
    assert pymail("-S", f"mta={program}", *words, "a@x", input=TEXT) == Result("", "", 0)
    assert arguments(tmp_path)[3:] == [*given, "--", "a@x"]


@pytest.mark.parametrize("words", [["--mta-argument=-N"], ["-S", "expandargv", "--", "-N"]])
def test_arguments_for_anything_but_a_program_are_refused(pymail: Run, words: list[str]) -> None:
    done = pymail("a@x", *words, input=TEXT)
    assert (done.out, done.status) == ("", 64) and "test:" in done.err


def recorder(folder: Path) -> Path:
    """A sendmail program that notes its arguments, a line each."""
    program = folder / "sendmail"
    program.write_text(f'#!/bin/sh\ncat >/dev/null\nprintf "%s\\n" "$@" > {folder}/arguments\n')
    program.chmod(0o755)
    return program


def arguments(folder: Path) -> list[str]:
    return (folder / "arguments").read_text().split("\n")[:-1]
