"""Attachments: safe names, new private files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import attachments
from pymail.attachments import save_attachment, write_new
from pymail.errors import CANTCREAT, MailError
from pymail.mime import Part, parse


def named(name: str, type: str = "application/octet-stream") -> Part:
    """A part whose sender called it `name`."""
    part = parse(f"Content-Type: {type}\nContent-Disposition: attachment\n\nabc".encode())
    part.filename = name
    return part


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Final Report (2).PDF", "Final Report (2).PDF"),
        ("Gr\u00fc\u00dfe \u65e5\u672c.txt", "Gr\u00fc\u00dfe \u65e5\u672c.txt"),
        ("../../.ssh/authorized_keys", "authorized_keys"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        ("a\\b", "b"),
        (".bashrc", "bashrc"),
        ("...x", "x"),
        ("..", "part-1.bin"),
        ("", "part-1.bin"),
        ("/", "part-1.bin"),
        ("-rf", "_-rf"),
        ("~root", "_~root"),
        ("a\x1b[31mb\x00.txt", "a_[31mb_.txt"),
        ("gpj\u202efdp.exe", "gpj_fdp.exe"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("a:b*c?.txt", "a_b_c_.txt"),
        ("a $(id) `id`.txt", "a _(id) _id_.txt"),
        ("name.", "name"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("x" * 5000 + ".pdf", "x" * 196 + ".pdf"),
        ("\u65e5" * 5000 + ".pdf", "\u65e5" * 65 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(name: str, safe: str) -> None:
    assert attachments.safe_name(named(name)) == safe


@pytest.mark.parametrize(
    ("type", "name"), [("text/html", "part-1.html"), ("message/rfc822", "part-1.eml"), ("x/y", "part-1.bin")]
)
def test_a_part_without_a_name_gets_one(type: str, name: str) -> None:
    assert attachments.safe_name(named("", type)) == name


@given(st.text(max_size=300))
def test_a_safe_name_stays_in_its_folder_and_is_printable(name: str) -> None:
    safe = attachments.safe_name(named(name))
    assert safe and safe.isprintable() and "/" not in safe and not safe.startswith((".", "-", "~", " "))
    assert len(safe.encode()) <= 230


def test_a_file_is_new_private_and_told(tmp_path: Path) -> None:
    path, octets = save_attachment(named("a.txt"), str(tmp_path))
    assert (path, octets) == (str(tmp_path / "a.txt"), 3)
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert Path(path).read_bytes() == b"abc"


def test_what_exists_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("mine")
    (tmp_path / "a-1.txt").symlink_to(tmp_path / "elsewhere")
    assert save_attachment(named("a.txt"), str(tmp_path))[0] == str(tmp_path / "a-2.txt")
    assert save_attachment(named("b"), str(tmp_path / "a.txt"))[0] == str(tmp_path / "a-3.txt")
    assert (tmp_path / "a.txt").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_the_null_device_takes_all() -> None:
    assert save_attachment(named("a"), "/dev/null") == ("/dev/null", 3)


@pytest.mark.parametrize("target", ["missing/folder/a.txt", "nul\0", "x" * 300])
def test_what_cannot_be_created_is_said(tmp_path: Path, target: str) -> None:
    with pytest.raises(MailError) as caught:
        save_attachment(named("a"), str(tmp_path / target))
    assert caught.value.status == CANTCREAT


def test_half_a_file_is_not_left_behind(tmp_path: Path) -> None:
    def pieces():  # type: ignore[no-untyped-def]
        yield b"abc"
        raise OSError(28, "No space left on device")

    with pytest.raises(MailError, match="No space left"):
        write_new(str(tmp_path / "a"), pieces())
    assert list(tmp_path.iterdir()) == []


LETTER = (
    b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Transfer-Encoding: base64\n\nY2Fm6Q==\n--x\n"
    b"Content-Type: text/html\n\n<p>rich<p>text\n--x\nContent-Type: text/plain; name=note.txt\n\nnote\n--x\n"
    b"Content-Type: message/rfc822\n\nSubject: a\n\nb\n--x\nContent-Type: image/gif; name=a.gif\n\nGIF\n--x--\n"
)


def test_the_text_and_the_attachments_are_told_apart() -> None:
    root = parse(LETTER)
    assert [attachments.safe_name(part) for part in attachments.attachments(root)] == [
        "note.txt",
        "part-4.eml",
        "a.gif",
    ]
    assert b"".join(attachments.text_octets(root)) == b"caf\xe9rich\n\ntext\n"


def test_a_letter_that_is_one_text_has_no_attachments() -> None:
    root = parse(b"Content-Type: text/plain; name=a.txt\n\nany\r\noctets\0\xff")
    assert attachments.attachments(root) == []
    assert b"".join(attachments.text_octets(root)) == b"any\r\noctets\0\xff"
