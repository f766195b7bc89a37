"""Monsters: letters made to hold up or to bring down their reader are read within bounds."""

from __future__ import annotations

import resource
import subprocess

import pytest
from program import PYMAIL, Home

from pymail import display, mime

MEGA = 1_000_000
HEAD = b"From: a@b.example\nSubject: monster\n"


def nested(kind: bytes, between: bytes = b"") -> bytes:
    """Ten thousand multiparts, each in the one before."""
    one = b"Content-Type: multipart/%b; boundary=b%d\n\n--b%d\n%b"
    return b"".join(one % (kind, number, number, between) for number in range(10_000))


MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
HTML = b"Content-Type: text/html\n\n"
# What comes before, a piece, how often, what comes after.
SMALL = {
    "nested": (nested(b"mixed"), b"", 1, b""),
    "nested alternatives": (nested(b"alternative"), b"", 1, b""),
    "digests": (nested(b"digest", b"\n"), b"", 1, b""),
    "nested alike": (b"", MIXED + b"--b\n", 10_000, b""),
    "letters in letters": (b"", b"Content-Type: message/rfc822\n\n", 10_000, b""),
    "header fields": (b"", b"X-A: b\n", MEGA, b"\nhi\n"),
    "subjects": (b"", b"Subject: =?utf-8?q?x?=\n", 200_000, b"\nhi\n"),
    "folds": (b"To: b\n", b" =?utf-8?q?cont?=\n", MEGA, b"\nhi\n"),
    "no fields": (b"", b"not a field at all\n", MEGA, b"\nhi\n"),
    "parts": (MIXED, b"--b\n\nx\n", 300_000, b""),
    "delimiters": (MIXED, b"--b\n", 300_000, b""),
    "nearly delimiters": (MIXED, b"--bx\n", 300_000, b""),
    "parameters": (b"Content-Type: text/plain", b"; a=b", MEGA, b"\n\nhi\n"),
    "comments": (b"From: ", b"(", MEGA, b"\n\nhi\n"),
    "quotes": (b"To: ", b'"\\', MEGA, b"\n\nhi\n"),
    "groups": (b"To: ", b"a:", MEGA, b"\n\nhi\n"),
    "brackets": (b"To: ", b"<", MEGA, b"\n\nhi\n"),
    "recipients": (b"To: ", b"a@b, ", MEGA, b"\n\nhi\n"),
    "words": (b"X-A: ", b"=?utf-8?q?xx?= ", MEGA, b"\n\nhi\n"),
    "uuencode": (b"\n", b"begin 644 x\nend\n", 200_000, b""),
    "events": (b"Content-Type: text/calendar\n\n", b"BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n", 200_000, b""),
    "deep html": (HTML, b"<div>", 70_000, b""),
    "html tables": (HTML, b"<table><tr><td>", 100_000, b""),
    "html rows": (HTML + b"<table>", b"<tr><td>a<td>b</tr>", 20_000, b""),
    "accents": (b"Content-Type: text/plain; format=flowed\n\n", ("e" + "\u0301" * 1000).encode(), 1000, b""),
    "empty lines": (b"\n", b"\n", MEGA, b""),
}
LARGE = {
    "a line of 100 MB": (b"\n", b"x", 100 * MEGA, b""),
    "a hostile line of 100 MB": (b"\n", b"\x1b\x9b\xff", 33 * MEGA, b""),
    "a flowed line of 100 MB": (b"Content-Type: text/plain; format=flowed\n\n", b"word ", 20 * MEGA, b""),
    "a header line of 100 MB": (b"X-A: ", b"x", 100 * MEGA, b"\n\nhi\n"),
    "base64 of 100 MB": (b"Content-Transfer-Encoding: base64\n\n", b"QUFB", 25 * MEGA, b""),
    "quoted-printable of 100 MB": (b"Content-Transfer-Encoding: quoted-printable\n\n", b"=41=\n", 20 * MEGA, b""),
    "html of 88 MB": (b"Content-Type: text/html\n\n", b"<p>hello <b>x</b></p>\n", 4 * MEGA, b""),
}


def bounds() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (200 << 20, 200 << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


def read(home: Home, raw: bytes, command: str) -> None:
    """Do one command with a letter, in 200 MiB of memory and not for ever."""
    path = home.path / "monster.eml"
    path.write_bytes(raw)
    with (home.path / "shown").open("wb") as shown:
        done = subprocess.run(
            [*PYMAIL, *home.options, "-N", "-f", str(path)], input=f"{command}\nx\n".encode(), preexec_fn=bounds,
            stdout=shown, stderr=subprocess.PIPE, env=home.env, cwd=home.path,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    with (home.path / "shown").open("rb") as shown:
        assert b"cannot be read" not in shown.read(1000)


@pytest.mark.parametrize("name", SMALL)
def test_a_monster_is_read_within_bounds(home: Home, name: str) -> None:
    before, piece, count, after = SMALL[name]
    read(home, HEAD + before + piece * count + after, "type\nstruct")


@pytest.mark.slow
@pytest.mark.parametrize("command", ["headers", "Type", "Show", "struct"])
@pytest.mark.parametrize("name", LARGE)
def test_a_hundred_megabytes_are_read_within_bounds(home: Home, name: str, command: str) -> None:
    before, piece, count, after = LARGE[name]
    read(home, HEAD + before + piece * count + after, command)


def test_what_is_left_out_is_told() -> None:
    def last(raw: bytes) -> str:
        return list(display.message(raw, shown=lambda name: True))[-1]

    shown = last(b"\n" + b"x" * 5 * MEGA)
    assert shown == "[-- only the first 4 MiB of 5,000,000 octets are shown; write saves all --]"
    assert list(display.source(b"\n" * 9 * MEGA))[-1].startswith("[-- 611,392 octets more are not shown")
    fields = list(display.fields(b"X-A: b\n" * 20_000, lambda name: True))
    assert (len(fields), fields[-1]) == (10_001, "[-- the header goes on; Show prints it --]")


def test_of_a_large_text_whole_lines_are_shown() -> None:
    part = mime.parse(b"\none\ntwo\nthree\n")
    assert (part.text(6), part.text(8), part.text(100)) == ("one\n", "one\ntwo\n", "one\ntwo\nthree\n")
    assert mime.parse(b"\nabcdef").text(4) == "abcd"
