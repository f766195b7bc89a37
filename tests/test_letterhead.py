"""What variables add to each letter, as the program sends it."""

from __future__ import annotations

import os
from email import message_from_string
from email.header import decode_header, make_header

import pytest
from program import Home, Run

from pymail import __version__


def sent(home: Home, pymail: Run, *options: str) -> str:
    result = pymail(*options, "-S", "mta=test:", "-S", "from=me@example.org", "dev@lists.example", input="text\n")
    assert result.status == 0, result.err
    return result.out


@pytest.mark.parametrize(
    ("rc", "line"),
    [
        ("set autocc=boss@example.org", "\nCc: boss@example.org\n"),
        ("set autobcc=archive@example.org", "RCPT TO:<archive@example.org>\n"),
        ("set replyto=desk@example.org", "\nReply-To: desk@example.org\n"),
        ("set reply-to=desk@example.org", "\nReply-To: desk@example.org\n"),
        ("set customhdr='X-One: a\\, b, X-Two: c'", "\nX-One: a, b\nX-Two: c\n"),
        ("set sender=desk@example.org", "\nSender: desk@example.org\n"),
        ("set sender=desk@example.org", "MAIL FROM:<desk@example.org>\n"),
        ("set message-inject-head='Hello,\\n\\n'", "\n\nHello,\n\ntext\n"),
        ("set message-inject-tail='-- \\nme\\n'", "\n\ntext\n-- \nme\n"),
        ("set signature=~/sig", "\n\ntext\nsigned\n"),
        ("set followup-to\nmlist dev@lists.example", "\nMail-Followup-To: dev@lists.example, me@example.org\n"),
        (
            "set followup-to autocc='\"J, Müller\" <j@x>'\nmlist dev@lists.example",
            "\nMail-Followup-To: dev@lists.example, j@x, me@example.org\n",
        ),
        ("set useragent", f"\nUser-Agent: pymail {__version__}\n"),
        ("set xmailer", f"\nX-Mailer: pymail {__version__}\n"),
        ("set stealthmua=noagent useragent", "\nMessage-ID: "),
        ("set followup-to followup-to-add-cc\nmlist dev@lists.example", "\nCc: me@example.org\n"),
        ("set followup-to\nmlsubscribe ^dev@.*$", "\nMail-Followup-To: dev@lists.example\n"),
    ],
)
def test_variable_adds_to_each_letter(home: Home, pymail: Run, rc: str, line: str) -> None:
    (home.path / "sig").write_text("signed\n")
    home.rc(rc + "\n")
    assert line in sent(home, pymail)


@pytest.mark.parametrize(
    ("rc", "field"),
    [
        ("", "User-Agent"),
        ("", "X-Mailer"),
        ("set message-id-disable", "Message-ID"),
        ("set stealthmua", "Message-ID"),
        ("set stealthmua useragent", "User-Agent"),
        ("set stealthmua=noagent xmailer", "X-Mailer"),
    ],
)
def test_letter_tells_nothing_that_is_not_wanted(home: Home, pymail: Run, rc: str, field: str) -> None:
    home.rc(rc + "\n")
    assert field not in sent(home, pymail)


@pytest.mark.parametrize(
    ("rc", "charset", "octets"),
    [
        ("set ttycharset=koi8-r", "utf-8", "ПР"),
        ("set charset=koi8-r", "utf-8", "ПР"),
        ("set ttycharset=koi8-r sendcharsets-else-ttycharset", "koi8-r", "ПР"),
        ("set ttycharset=koi8-r sendcharsets-else-ttycharset sendcharsets=iso-8859-5", "iso-8859-5", "ПР"),
        ("set charset=auto", "iso-8859-1", "ðò"),
    ],
)
def test_text_and_subject_are_read_in_the_charset_of_the_terminal(
    home: Home, pymail: Run, rc: str, charset: str, octets: str
) -> None:
    home.rc(rc + "\n")
    typed = "ПР".encode("koi8-r")
    result = pymail("-S", "mta=test:", "-s", os.fsdecode(typed), "bob@example.org", input=typed + b"\n")
    letter = message_from_string(result.out.partition("DATA\n")[2])
    assert (result.status, result.err, letter.get_content_charset()) == (0, "", charset)
    text = letter.get_payload(decode=True)
    assert isinstance(text, bytes) and text.decode(charset).startswith(octets)
    assert str(make_header(decode_header(letter["Subject"]))) == octets


def test_what_is_printed_is_in_the_charset_of_the_terminal(home: Home, pymail: Run) -> None:
    home.rc("set ttycharset=iso-8859-1\n")
    result = pymail("-X", "echo caf\u00e9", "-S", "mta=test:", "bob@example.org", input="x\n")
    assert os.fsencode(result.out).startswith(b"caf\xe9\n")


def test_charset_of_the_terminal_must_be_one(home: Home, pymail: Run) -> None:
    home.rc("set ttycharset=koi9\n")
    result = pymail("-S", "mta=test:", "bob@example.org", input="x\n")
    assert (result.status, result.err) == (0, "pymail: ttycharset=koi9: no such character set\n")


@pytest.mark.parametrize(
    ("to", "recipients"),
    [
        (["team"], ["ann", "joe@x.example"]),
        (["team@y.example"], ["team@y.example"]),
        (["all", "bob"], ["ann", "joe@x.example", "bob"]),
    ],
)
def test_names_are_those_of_the_aliases_file(home: Home, pymail: Run, to: list[str], recipients: list[str]) -> None:
    (home.path / "aliases").write_text("# who\nteam: ann,\n  joe@x.example\nall: team, ann\nrobot: |/bin/cat\n")
    result = pymail("-S", "mta=test:", "-S", "mta-aliases=~/aliases", *to, input="x\n")
    assert [line[9:-1] for line in result.out.splitlines() if line.startswith("RCPT TO:")] == recipients
    assert f"\nTo: {', '.join(to)}\n" in result.out


def test_a_program_in_the_aliases_file_is_nobody(home: Home, pymail: Run) -> None:
    (home.path / "aliases").write_text("robot: |/bin/cat\n")
    result = pymail("-S", "mta=test:", "-S", "mta-aliases=~/aliases", "robot", input="x\n")
    assert result.status == 64 and "|/bin/cat" in result.err and (home.path / "dead.letter").exists()


@pytest.mark.parametrize(("rc", "recipients"), [("", ["ann"]), ("set norecursivealiases\n", ["inner"])])
def test_aliases_within_aliases_are_replaced_if_wanted(home: Home, pymail: Run, rc: str, recipients: list[str]) -> None:
    home.rc(f"alias outer inner\nalias inner ann\n{rc}")
    result = pymail("-S", "mta=test:", "outer", input="x\n")
    assert [line[9:-1] for line in result.out.splitlines() if line.startswith("RCPT TO:")] == recipients


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        ([], "open", "Hello\nopen\n-- \nme\n"),
        ([], "", "Hello\n-- \nme\n"),
        (["-M", "text/html"], "<body>x</body>", "<body><pre>Hello\n</pre>\nx<pre>-- \nme\n</pre>\n</body>\n"),
        (["-M", "text/csv"], "1;2", "Hello\n1;2\n-- \nme\n"),
        (["-M", "multipart/mixed; boundary=b"], "--b--\n", "--b--\n"),
        (["-M", "image/png"], "x", "eA==\n"),
    ],
)
def test_signature_has_lines_of_its_own_and_only_in_texts(
    home: Home, pymail: Run, options: list[str], text: str, expected: str
) -> None:
    (home.path / "sig").write_text("-- \nme\n")
    home.rc("set signature=~/sig message-inject-head='Hello\\n' nonullbodymsg\n")
    done = pymail(*options, "-S", "mta=test:", "bob@x", input=text)
    assert done.out.partition("\n\n")[2].removesuffix(".\n") == expected


def test_text_that_is_encoded_already_has_no_signature(home: Home, pymail: Run) -> None:
    home.rc("set message-inject-tail='-- me'\n")
    text = "To: bob@x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\naGkK\n"
    assert pymail("-t", "-S", "mta=test:", input=text).out.endswith("\n\naGkK\n.\n")


def test_without_any_of_them_nothing_is_added(home: Home, pymail: Run) -> None:
    out = sent(home, pymail)
    assert not [name for name in ("Cc", "Reply-To", "Sender", "Mail-Followup-To") if f"\n{name}:" in out]
    assert "\n\ntext\n" in out


def test_a_signature_that_is_missing_is_told_before_anything_is_sent(home: Home, pymail: Run) -> None:
    home.rc("set signature=~/nothing\n")
    result = pymail("-S", "mta=test:", "bob@example.org", input="text\n")
    assert (result.status, result.out) == (66, "")
    assert "signature: " in result.err


def test_octets_of_a_subject_that_are_no_utf8_are_in_the_charset_of_the_text(home: Home, pymail: Run) -> None:
    word = "Пр".encode("koi8-r").decode("utf-8", "surrogateescape")
    out = sent(home, pymail, "-S", "charset-8bit=koi8-r", "-s", word, "-a", f"X-Tag: {word}")
    letter = message_from_string(out.partition("DATA\n")[2])
    assert [str(make_header(decode_header(letter[name]))) for name in ("Subject", "X-Tag")] == ["Пр", "Пр"]
