"""What pymail composes, read by programs that share no code with it: mblaze and Dovecot."""

from __future__ import annotations

import imaplib
import shutil
import subprocess
from pathlib import Path

import pytest
from dovecot import Dovecot
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pymail.addresses import split
from pymail.body import Body
from pymail.draft import Draft
from pymail.enclosure import Attachment
from pymail.encode import Message

FILES = [
    ("plain.txt", b"a;b\n"),
    ("ü b.csv", b"a;b\r\nc\r\n"),
    ('quo"te\\ and %; more.bin', bytes(range(256)) * 300),
    ("日本" * 30 + ".txt", "日本\nopen".encode()),
    ("x" * 200 + ".pdf", b""),
]
TEXTS = [
    b"hello\n",
    "Grüße\n.\nFrom me\n".encode(),
    b"a\r\nb\0\x1b \xff\n",
    "日本語\n".encode() * 50,
    b"x" * 20_000 + b"\n",
]


def letter(text: bytes) -> bytes:
    draft = Draft()
    [draft.sender] = split("Jörg Ü <a@x.example>")
    draft.to = split('"B, C" <b@x.example>')
    draft.subject = "Größe 日本 " * 8
    draft.body = Body(text)
    draft.html = Body(b"<p>x</p>\n")
    draft.attachments = [Attachment("", name, None, Body(octets)) for name, octets in FILES]
    draft.attachments.append(Attachment("", "inner.eml", None, Body(b"Subject: inner\n\nbody\n")))
    return b"".join(Message(draft, hostname="h.example", now=0).pieces())


def mshow(*arguments: str) -> bytes:
    if not shutil.which("mshow"):
        pytest.skip("mblaze is not installed")
    return subprocess.run(["mshow", *arguments], check=True, capture_output=True, env={"LC_ALL": "C.UTF-8"}).stdout


@pytest.mark.parametrize("text", TEXTS)
def test_mblaze_takes_out_what_was_put_in(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "letter"
    path.write_bytes(letter(text))
    tree = mshow("-t", str(path)).decode().splitlines()
    assert [line.split()[1] for line in tree if ": " in line] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/plain", "text/csv",
        "application/octet-stream", "text/plain", "application/pdf", "message/rfc822", "text/plain",
    ]  # fmt: skip
    # In base64 a text has the line ends of the wire, and mblaze leaves them.
    assert mshow("-O", str(path), "3") in (text, text.replace(b"\n", b"\r\n"))
    for number, (_, octets) in enumerate(FILES, 5):
        assert mshow("-O", str(path), str(number)) == octets
    shown = mshow("-h", "from:to:subject", "-n", str(path)).decode()
    assert "From: Jörg Ü <a@x.example>\n" in shown
    assert "Subject: " + " ".join(["Größe 日本"] * 8) in " ".join(shown.split())


def test_dovecot_sees_the_same_parts(dovecot: Dovecot) -> None:
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as client:
        client.login("bob", "secret")
        for text in TEXTS:
            client.append("INBOX", "", "", letter(text).replace(b"\n", b"\r\n"))
        client.select("INBOX")
        for number, text in enumerate(TEXTS, 1):
            _, [structure] = client.fetch(str(number), "(BODYSTRUCTURE)")
            for expected in (b'"mixed"', b'"alternative"', b'"rfc822"', b'"boundary"', b'"filename*"', b'"inner"'):
                assert isinstance(structure, bytes) and expected in structure.lower()
            _, [part, *_] = client.fetch(str(number), "(BINARY[1.1])")
            assert isinstance(part, tuple) and part[1].replace(b"\r\n", b"\n") == text
            for place, (_, octets) in enumerate(FILES, 2):
                _, [part, *_] = client.fetch(str(number), f"(BINARY[{place}])")
                assert isinstance(part, tuple) and part[1] == octets


# Any text, any names, any octets. The texts of both are as people and scripts write them: no NUL, which IMAP has not.
PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
NAME = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=40)
# mshow takes a number for the name of a part as well.
FILE = st.tuples(NAME.filter(lambda name: not name.isdecimal()), st.binary(max_size=200))
SETS = st.lists(FILE, min_size=1, max_size=3)
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def any_letter(text: str, subject: str, files: list[tuple[str, bytes]]) -> bytes:
    draft = Draft()
    [draft.sender] = split("a@x.example")
    draft.subject = subject
    draft.body = Body(text.encode())
    draft.attachments = [Attachment("", name, "x/y", Body(octets)) for name, octets in files]
    return b"".join(Message(draft, hostname="h.example", now=0).pieces())


@FEW
@given(PLAIN, NAME, SETS)
def test_mblaze_takes_out_anything(tmp_path: Path, text: str, subject: str, files: list[tuple[str, bytes]]) -> None:
    path = tmp_path / "letter"
    path.write_bytes(any_letter(text, subject, files))
    assert mshow("-O", str(path), "2") in (text.encode(), text.encode().replace(b"\n", b"\r\n"))
    for number, (_, octets) in enumerate(files, 3):
        assert mshow("-O", str(path), str(number)) == octets
    tree = mshow("-t", str(path)).decode()
    assert all(f'name="{name}"' in tree for name, _ in files if not {'"', "\\"} & set(name))
    shown = mshow("-h", "subject", "-n", str(path)).decode().partition("\n\n")[0]
    assert "".join(shown.split()) == f"Subject:{subject}"


@FEW
@example("\r\n", "0", [(":", b"")])
@given(PLAIN, NAME, SETS)
def test_dovecot_takes_out_anything(dovecot: Dovecot, text: str, subject: str, files: list[tuple[str, bytes]]) -> None:
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as client:
        client.login("bob", "secret")
        client.append("INBOX", "", "", any_letter(text, subject, files).replace(b"\n", b"\r\n"))
        _, [count] = client.select("INBOX")
        number = (count or b"").decode()
        _, [structure] = client.fetch(number, "(BODYSTRUCTURE)")
        parts = b"".join(each for each in (structure if isinstance(structure, tuple) else (structure,)) if each)
        assert parts.count(b'"x" "y"') == len(files) and b'"mixed"' in parts
        _, [part, *_] = client.fetch(number, "(BINARY[1])")
        assert isinstance(part, tuple) and part[1].replace(b"\r\n", b"\n") == text.encode()
        for place, (_, octets) in enumerate(files, 2):
            _, [part, *_] = client.fetch(number, f"(BINARY[{place}])")
            assert isinstance(part, tuple) and part[1] == octets
