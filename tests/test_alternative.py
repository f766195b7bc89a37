"""Letters that are written in HTML: the plain text beside it, and what the variables add to both."""

from __future__ import annotations

import email
import email.policy
import subprocess
from email.message import EmailMessage
from pathlib import Path

import inscriptis
import pytest
from program import PYMAIL, START, Home, Result

from pymail import pages

# The program as it is installed: what it depends on stands beside it.
INSTALLED = (
    *PYMAIL[:-1],
    START.replace("sys\n", f"sys\nsys.path.append({str(Path(inscriptis.__file__).parents[1])!r})\n", 1),
)

PAGE = '<html><body><p>Grüße, see <a href="http://x.example/">this</a></p></body></html>\n'


def parsed(text: str) -> EmailMessage:
    message = email.message_from_string(text.partition("DATA\n")[2].removesuffix(".\n"), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def forms(text: str) -> list[tuple[str, str]]:
    message = parsed(text)
    assert message.get_content_type() == "multipart/alternative"
    return [(part.get_content_type(), part.get_content()) for part in message.iter_parts()]


def run(home: Home, *words: str, page: str | bytes = PAGE, program: tuple[str, ...] = INSTALLED) -> Result:
    octets = page.encode() if isinstance(page, str) else page
    argv = [*program, "-S", "mta=test:", "--html", *words, "bob@x"]
    done = subprocess.run(argv, input=octets, capture_output=True, env=home.env, cwd=home.path)
    return Result(done.stdout.decode(), done.stderr.decode(), done.returncode)


def html(home: Home, *words: str, page: str | bytes = PAGE) -> str:
    done = run(home, *words, page=page)
    assert (done.status, done.err) == (0, "")
    return done.out


def test_html_goes_out_beside_the_text_that_it_reads_as(home: Home) -> None:
    assert forms(html(home)) == [
        ("text/plain", "Grüße, see this[1]\n\n[1] http://x.example/\n"),
        ("text/html", PAGE),
    ]


def test_files_go_along_beside_both_forms(home: Home) -> None:
    (home.path / "a.bin").write_bytes(b"\0")
    message = parsed(html(home, "-a", "a.bin"))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/octet-stream",
    ]  # fmt: skip


def test_text_of_the_variables_is_added_to_both_forms(home: Home) -> None:
    (home.path / "sig").write_text("-- \n<me> ü\n")
    home.rc("set signature=~/sig message-inject-head='Hello\\n'\n")
    (_, text), (_, page) = forms(html(home))
    assert text.startswith("Hello\nGrüße") and text.endswith("\n-- \n<me> ü\n")
    assert "<body><pre>Hello\n</pre>\n<p>Gr" in page and "</p><pre>-- \n&lt;me&gt; &#252;\n</pre>\n</body>" in page


def test_page_in_the_text_of_t_has_both_forms(home: Home) -> None:
    done = html(home, "-t", page="To: ann@x\nContent-Type: text/html\n\n<p>hi\n")
    assert forms(done) == [("text/plain", "hi\n"), ("text/html", "<p>hi\n")]


def test_page_that_reads_as_nothing_is_sent(home: Home) -> None:
    assert [kind for kind, _ in forms(html(home, page="<img src=x>\n"))] == ["text/plain", "text/html"]


def test_charset_that_a_page_names_is_declared(home: Home) -> None:
    (_, text), (_, shown) = forms(html(home, page=b"<meta charset=koi8-r>\xf0\xd2\n"))
    assert text == "Пр\n" and shown == "<meta charset=koi8-r>Пр\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [(["-M", "text/csv"], "the text cannot be text/csv as well"), (["--content-type=x/y"], "cannot be x/y as well")],
)
def test_another_type_is_refused_before_the_text_is_read(home: Home, words: list[str], why: str) -> None:
    done = run(home, *words)
    assert (done.status, done.out) == (64, "") and why in done.err and "dead.letter" not in done.err


def test_missing_library_is_told_before_the_text_is_read(home: Home) -> None:
    done = run(home, program=PYMAIL)
    why = "inscriptis makes the plain text, and is not installed; install it for this Python"
    assert (done.status, done.out, done.err) == (69, "", f"pymail: --html: {why}\n")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<html><body class=x>a</body></html>", b"<html><body class=x><pre>1</pre>\na<pre>2</pre>\n</body></html>"),
        (b"<p>a\n", b"<pre>1</pre>\n<p>a\n<pre>2</pre>\n"),
        (b"<p>a</HTML>", b"<pre>1</pre>\n<p>a<pre>2</pre>\n</HTML>"),
        (b"</body><body>a", b"</body><body><pre>1</pre>\na<pre>2</pre>\n"),
        (b"<body", b"<pre>1</pre>\n<body<pre>2</pre>\n"),
        (b"", b"<pre>1</pre>\n<pre>2</pre>\n"),
    ],
)
def test_plain_text_is_put_within_the_body_of_a_page(page: bytes, expected: bytes) -> None:
    assert pages.framed(page, b"1", b"2") == expected
    assert pages.framed(page, b"", b"") == page
