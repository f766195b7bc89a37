"""Nothing drives the terminal: whatever a letter, a name or a typed word holds, only printable text is written."""

from __future__ import annotations

import base64
import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sessions import Room, room

from pymail.session import Leave

NASTY = [
    "\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\x9d0;x\x9c", "\x90q\x9c", "\x1bP+q\x1b\\", "\r", "\x08\x08", "\x00",
    "\x7f", "\x0e", "\u202eevil\u202c", "\u202a", "\u2067", "\u2068x", "\u2069", "\u2028", "\u2029", "\x85", "\ue000",
    "\U000e0041", "\U000f0000", "\udc9b31m", "\udcff", "\ufeff", "\u200b", "\n\x1b[1m",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(NASTY) | st.text(max_size=3), min_size=1, max_size=6).map("".join)


def is_safe(text: str) -> bool:
    """Whether each line has no control, no bidi override or embedding, no private use, no open isolate."""
    return all(map(_is_safe_line, text.split("\n")))


def _is_safe_line(line: str) -> bool:
    controls = any(char < " " and char != "\t" or "\x7f" <= char < "\xa0" for char in line)
    strange = any(
        "\u202a" <= char <= "\u202e"
        or "\u2028" <= char <= "\u2029"
        or "\ud800" <= char <= "\uf8ff"
        or char >= "\U000e0000"
        for char in line
    )
    return not controls and not strange and sum(map(line.count, "\u2066\u2067\u2068")) <= line.count("\u2069")


def word(text: str) -> bytes:
    """Text hidden in an encoded word."""
    return b"=?utf-8?b?" + base64.b64encode(text.encode("utf-8", "surrogateescape")) + b"?="


def letters(text: str) -> list[bytes]:
    """Letters that hold a text wherever letters hold text: raw, encoded, in names, types and bodies."""
    raw = text.encode("utf-8", "surrogateescape").replace(b"\n", b"\n ")
    percent = b"".join(b"%%%02x" % octet for octet in text.encode("utf-8", "surrogateescape"))
    body = text.encode("utf-8", "surrogateescape")
    found = []
    for shown in (raw, word(text)):
        found.append(
            b"From: " + shown + b" <a" + shown + b"@b.example>\nTo: " + shown + b"\nSubject: " + shown
            + b"\nDate: " + shown + b"\nX-" + shown + b": x\nX-Y: " + shown + b"\nMessage-ID: <"
            + shown + b"@x>\nSender: " + shown
            + b"\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=" + shown
            + b"\nContent-Transfer-Encoding: " + shown + b"\n\n" + body + b"\n--b\nContent-Type: image/x" + shown
            + b"\nContent-Disposition: attachment" + shown + b'; filename="' + shown + b'"\n\n' + body
            + b"\n--b\nContent-Type: application/x; name*=utf-8''" + percent + b"\n\n" + body
            + b"\n--b\nContent-Type: message/rfc822\n\nFrom: " + shown + b"\nSubject: " + shown + b"\n\n" + body
            + b"\n--b\nContent-Type: text/html\n\n<a href='http://" + body + b"/'>www." + body + b".com</a>" + body
            + b"\n--b\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:" + body + b"\nEND:VEVENT"
            + b"\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: x;" + body + b"\nAction: " + shown
            + b"\n\n--b--\n"
        )  # fmt: skip
    return found


VERBS = (
    "headers", "from *", "type *", "Type *", "Show *", "decode *", "struct *", "top *", "size *", "envelope *", "= *",
    "set nosave hold", "type 1.2", "Show 1.2", "sort subject", "thread", "unsort", "set showto", "headers",
    "set noshowname", "headers", "set bsdheadline", "headers", "set nobsdheadline showenvelope", "type 1",
    "sender x-y", "from *",
)  # fmt: skip


@given(TEXTS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_verb_that_prints_lets_a_letter_drive_the_terminal(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    home = tmp_path_factory.mktemp("home")
    s = room(letters(text), home=home)
    with contextlib.chdir(home):
        s.do(*VERBS, "write 1 .", "detach 2 .", "save * box", "copy * box", "Save *", "Copy *")
    assert is_safe(s.said) and is_safe(s.complained), text


@given(TEXTS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_pager_gets_safe_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    home = tmp_path_factory.mktemp("home")
    s = room(letters(text), home=home)
    s.do(f"set PAGER='cat >>{home}/paged'", "more *", "More *")
    assert is_safe((home / "paged").read_bytes().decode("utf-8", "surrogateescape"))
    assert is_safe(s.said) and is_safe(s.complained)


TYPED = (
    "{}", "type {}", "from {}", "from /{}", "from :{}", "from @{}@x", "from 1{}", "type 1.{}", "file {}", "Folder {}",
    "save 1 {}", "copy 1 missing/{}", "write 1 missing/{}", "detach 1 missing/{}", "source {}", "cd {}",
    "set x={}", "set crt={}", "set {}", "unset {}", "alias {} {}", "alias {}", "unalias {}", "if {}", "retain {}",
    "ignore {}", "retain", "discard", "? {}", "headers {}", "z {}", "sort {}", "echo {}", "variables {}", "variables",
    "set", "alias", "account {}", "define {}", "call {}", "commandalias {} x", "commandalias", "shortcut {} {}",
    "shortcut", "headerpick {}", "mlist {}", "mlist", "history", "folders {}", "rename {} {}", "remove {}",
    "environ set {}=x", "setenv {}=x", "eval {}", "mimeview {}", "size {}", "alternates {}", "alternates",
    "localopts {}", "outbox {}", "bind {}", "colour {}", "charsetalias {} {}",
)  # fmt: skip


# No path leads out of the folder of the test, and nothing is given to a shell.
@given(TEXTS.filter(lambda text: text and not set("\n/!|") & set(text)))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_error_repeats_what_would_drive_the_terminal(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    home = tmp_path_factory.mktemp("home")
    s = room(2, home=home)
    with contextlib.chdir(home):
        for line in TYPED:
            _do(s, line.replace("{}", text))
    assert is_safe(s.complained)
    assert is_safe(s.said)


def _do(s: Room, line: str) -> None:
    if s.folder is None:
        s.folder = room(2).folder
    with contextlib.suppress(Leave):
        s.do(line)


def test_names_of_files_are_shown_visibly(tmp_path: Path) -> None:
    for name in ("\x1b]0;x\x07", "\u202etxt", "\udc9b1m"):
        (tmp_path / name).write_bytes(b"From a@b Mon Jan  5 10:00:00 2015\nSubject: x\n\nhi\n\n")
        s = room(1, home=tmp_path)
        s.do(
            f"set folder={tmp_path}",
            f"file +'{name}'",
            "file",
            "headers",
            "summary",
            "folders",
            "copy 1 +new",
            f"copy 1 {tmp_path}/'{name}'",
        )
        assert is_safe(s.said) and is_safe(s.complained)
