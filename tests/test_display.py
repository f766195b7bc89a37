"""A letter as lines for a person; `mail/NAME.txt` is what is shown of `mail/NAME.eml`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import attachments, bodysearch, display, dissection, mime, outline, summary
from pymail.errors import MailError

MAIL = Path(__file__).parent / "mail"


def shown(raw: bytes, part: str = "") -> list[str]:
    fields = ("from", "subject")
    return list(display.message(raw, shown=lambda name: name.lower() in fields, width=60, part=part))


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.mark.parametrize("name", sorted(path.stem for path in MAIL.glob("*.eml")))
def test_odd_mail_is_shown_as_well_as_can_be(name: str) -> None:
    raw = (MAIL / f"{name}.eml").read_bytes()
    assert "".join(line + "\n" for line in shown(raw)) == (MAIL / f"{name}.txt").read_text()


def test_the_filter_chooses_the_fields_by_their_names() -> None:
    raw = b"From: a\nX-Odd : b\nSubject:\n folded\n\there\n   too\n\nbody\n"
    names: list[str] = []
    lines = list(display.message(raw, shown=lambda name: names.append(name) or name != "From"))
    assert names == ["From", "X-Odd", "Subject"]
    assert lines == ["X-Odd: b", "Subject: folded here too", "", "body"]


def test_a_long_line_stays_whole() -> None:
    assert shown(b"\n" + b"word " * 1000)[1] == "word " * 1000


LETTER = (
    b"Subject: outer\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\ntext\n--x\nContent-Type: message/rfc822\n\n"
    b"Subject: inner\nX-Other: y\n\ninner text\n--x\nContent-Type: text/plain; name=a.txt\n"
    b"Content-Disposition: attachment\n\nattached\n--x--\n"
)


@pytest.mark.parametrize(
    ("part", "lines"),
    [
        ("1", ["text"]),
        ("2", ["Subject: inner", "", "inner text"]),
        ("2.1", ["inner text"]),
        ("3", ["[-- #3 text/plain, 8 octets, a.txt --]", "attached"]),
    ],
)
def test_one_part_can_be_shown(part: str, lines: list[str]) -> None:
    assert shown(LETTER, part) == lines


def test_the_source_is_shown_as_it_came() -> None:
    raw = b"Subject: =?utf-8?q?x?=\n\n=41\xff\xc3\xbc\x1b\n"
    assert list(display.source(raw)) == ["Subject: =?utf-8?q?x?=", "", "=41\\xff\u00fc^["]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("multipart/encrypted; boundary=x", "[-- multipart/encrypted: cannot be decrypted here --]"),
        ("application/pkcs7-mime", "cannot be opened here --]"),
    ],
)
def test_what_cannot_be_opened_is_said(kind: str, line: str) -> None:
    assert any(each.endswith(line) for each in shown(f"Content-Type: {kind}\n\n--x\n\na\n--x--\n".encode()))


@pytest.mark.parametrize(
    ("kind", "remark"),
    [
        ("SIGNED MESSAGE", "[-- signed text: signature not checked --]"),
        ("MESSAGE", "[-- encrypted text: cannot be decrypted here --]"),
    ],
)
def test_of_openpgp_within_a_text_it_is_said_what_was_not_done(kind: str, remark: str) -> None:
    assert shown(f"\n-----BEGIN PGP {kind}-----\n\nwords\n".encode())[1] == remark


def test_a_part_that_is_not_there_is_named() -> None:
    with pytest.raises(MailError, match="9"):
        shown(LETTER, "9")


@pytest.mark.parametrize("path", sorted((MAIL / "fuzzed").glob("*.eml")), ids=lambda path: path.stem)
def test_what_a_fuzzer_came_upon_is_read_in_every_way(path: Path) -> None:
    raw = path.read_bytes()
    root = mime.parse(raw)
    assert all(is_safe(line) for line in display.message(raw, shown=lambda name: True, width=60))
    line = summary.from_head(root.head(), len(raw), 0)
    assert json.loads("".join(outline.written(outline.message(1, "N", 0, line, raw))))
    assert all(map(is_safe, [*dissection.listed(raw, 1), *dissection.decoded(raw, 1), *display.source(raw)]))
    assert all(attachments.safe_name(part) for part in attachments.attachments(root))
    assert not bodysearch.Search("nowhere").matches(raw)


@given(st.binary(max_size=300), st.sampled_from(sorted(MAIL.glob("*.eml"))), st.integers(0, 2000))
def test_nothing_in_a_letter_drives_the_terminal(noise: bytes, path: Path, at: int) -> None:
    raw = path.read_bytes()
    assert all(map(is_safe, display.message(raw[:at] + noise + raw[at:], shown=lambda name: True, width=60)))


def is_safe(line: str) -> bool:
    """Whether a line has no control, no bidi override or embedding, no private use, no open isolate."""
    controls = any(char < " " and char != "\t" or "\x7f" <= char < "\xa0" for char in line)
    strange = any("\u202a" <= char <= "\u202e" or "\ud800" <= char <= "\uf8ff" for char in line)
    return not controls and not strange and sum(map(line.count, "\u2066\u2067\u2068")) <= line.count("\u2069")


def test_a_letter_that_the_reader_fails_on_is_shown_as_it_came() -> None:
    def fails(name: str) -> bool:
        raise RecursionError

    lines = list(display.message(b"Subject: x\n\nte\x1bxt\n", shown=fails))
    assert lines == ["[-- cannot be read as mail (RecursionError): shown as it came --]", "Subject: x", "", "te^[xt"]


def test_a_text_cannot_make_remarks_of_the_program() -> None:
    lines = shown(b"From: a@b\n\n[-- signature checked --]\n")
    assert lines[-1] == " [-- signature checked --]"
    assert " [-- checked --]" in shown(b"From: a@b\n[-- checked --]\n\nhi\n")
    assert shown(b"From: a@b\nContent-Type: text/html\n\n<p>[-- safe --]")[-1] == " [-- safe --]"
