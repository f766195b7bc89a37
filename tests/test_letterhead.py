"""What variables add to each letter, as the program sends it."""

from __future__ import annotations

import pytest
from program import Home, Run


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
        ("set followup-to followup-to-add-cc\nmlist dev@lists.example", "\nCc: me@example.org\n"),
        ("set followup-to\nmlsubscribe ^dev@.*$", "\nMail-Followup-To: dev@lists.example\n"),
    ],
)
def test_variable_adds_to_each_letter(home: Home, pymail: Run, rc: str, line: str) -> None:
    (home.path / "sig").write_text("signed\n")
    home.rc(rc + "\n")
    assert line in sent(home, pymail)


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
