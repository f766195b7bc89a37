"""Header blocks taken apart and fields written, against the RFCs and against Python's own email package."""

from __future__ import annotations

import base64
import email
import email.header
import email.message
import email.policy
import email.utils
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import headers

LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=300)
BLOCK = b"""From bob Mon Jan  5 10:00:00 2015
Received: from a by b;
\tMon, 5 Jan 2015
received: from c
FROM: Bob
 <bob@example.org>
Subject : obsolete
X-Empty:
no field at all
X-Crlf: a\r
 b\r

Body: no header
"""


def test_fields_come_in_order_unfolded_with_names_as_written() -> None:
    assert headers.fields(BLOCK) == [
        ("Received", b"from a by b; Mon, 5 Jan 2015"),
        ("received", b"from c"),
        ("FROM", b"Bob <bob@example.org>"),
        ("Subject", b"obsolete"),
        ("X-Empty", b""),
        ("X-Crlf", b"a b"),
    ]


@pytest.mark.parametrize("head", [b"", b"\n", b"\nSubject: body\n", b" continued\n\n", b":\n", b"a b: c\n", b"\0: c\n"])
def test_what_is_no_field_is_left_out(head: bytes) -> None:
    assert headers.fields(head) == []


def test_get_takes_the_first_of_a_name_in_any_case() -> None:
    found = headers.fields(BLOCK)
    assert headers.get(found, "RECEIVED") == b"from a by b; Mon, 5 Jan 2015"
    assert headers.get_all(found, "received") == [b"from a by b; Mon, 5 Jan 2015", b"from c"]
    assert headers.get(found, "Date") is None
    assert headers.get_all(found, "Date") == []


@pytest.mark.parametrize("name", ["From", "Subject", "X-Empty", "X-Crlf", "Body", "X", "field"])
def test_find_agrees_with_fields(name: str) -> None:
    head = BLOCK.partition(b"\n\n")[0]
    assert headers.find(head, name.encode()) == headers.get(headers.fields(head), name)


@given(st.lists(st.tuples(st.sampled_from(["A", "a", "Ab", "aB"]), st.sampled_from([b"x", b"", b"y\n z", b":"]))))
def test_find_and_get_agree_where_a_name_is_spelled_one_way(pairs: list[tuple[str, bytes]]) -> None:
    spelled = {name.lower(): name for name, _ in reversed(pairs)}
    head = b"".join(spelled[name.lower()].encode() + b": " + value + b"\n" for name, value in pairs)
    for name in ("A", "ab"):
        assert headers.find(head, name.encode()) == headers.get(headers.fields(head), name)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("A", "b", b"A: b\n"),
        ("A", "", b"A:\n"),
        ("A", "b\r\nBcc: c\n\nd\0e", b"A: b Bcc: c  d e\n"),
        ("A", "b\x1b[31m\x7f", b"A: b [31m\n"),
        ("A", "ü@example.org", "A: ü@example.org\n".encode()),
        ("A", "x" * 75, b"A: " + b"x" * 75 + b"\n"),
        ("A", "x" * 76, b"A:\n " + b"x" * 76 + b"\n"),
        ("A", "x " * 50, b"A:" + b" x" * 38 + b"\n" + b" x" * 12 + b"\n"),
        ("A", "x" * 70 + " " * 20 + "y", b"A: " + b"x" * 70 + b"\n" + b" " * 20 + b"y\n"),
        ("A", "x" * 90 + " y", b"A: " + b"x" * 90 + b"\n y\n"),
        ("A" * 400, "x" * 700, b"A" * 400 + b":\n " + b"x" * 700 + b"\n"),
        ("A", "x" * 1500, b"A:\n " + b"x" * 989 + b"\n " + b"x" * 511 + b"\n"),
    ],
)
def test_a_field_is_folded_at_blanks(name: str, value: str, line: bytes) -> None:
    assert headers.fold(name, value) == line


@given(st.text(max_size=100), st.integers(1, 60))
def test_a_folded_field_is_one_field_without_long_or_blank_lines(text: str, times: int) -> None:
    line = headers.fold("Subject", text * times)
    assert [name for name, _ in headers.fields(line)] == ["Subject"]
    first, *rest = line[:-1].split(b"\n")
    assert first.startswith(b"Subject:")
    assert all(each.startswith(b" ") and each.strip() for each in rest)
    assert all(len(each) <= 998 for each in (first, *rest))


def test_folding_keeps_each_word() -> None:
    words = [f"person{number}@example.org" for number in range(500)]
    line = headers.fold("To", ", ".join(words))
    assert all(len(each) <= 78 for each in line.splitlines())
    assert headers.find(line, b"To") == ", ".join(words).encode()


@given(LINES)
def test_python_reads_an_encoded_subject_as_it_was_given(text: str) -> None:
    line = headers.fold("Subject", headers.encode(text))
    assert all(len(each) <= 78 for each in line.splitlines() if b"=?" in each)
    assert headers.decode(headers.find(line, b"Subject") or b"") == text
    subject = str(email.message_from_bytes(line + b"\n", policy=email.policy.compat32)["Subject"])
    decoded = str(email.header.make_header(email.header.decode_header(subject.replace("\n ", " "))))
    assert decoded == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"text/plain; charset=us-ascii (Plain text)", ("text/plain", {"charset": "us-ascii"})),
        (b'TEXT/Plain; Charset="utf-8"', ("text/plain", {"charset": "utf-8"})),
        (b"text/plain charset=x", ("text/plain", {"charset": "x"})),
        (b'a/b; name="x;\\"y\\\\z"; q=1', ("a/b", {"name": 'x;"y\\z', "q": "1"})),
        (b'a/b; name="C:\\dir\\x"', ("a/b", {"name": "C:\\dir\\x"})),
        (b'a/b; name="\\\\host\\x"', ("a/b", {"name": "\\host\\x"})),
        (b'a/b; name="of\\path\\3d"', ("a/b", {"name": "ofpath3d"})),
        (b"attachment; filename=a (1) b.txt", ("attachment", {"filename": "a (1) b.txt"})),
        (b'attachment; filename="open', ("attachment", {"filename": "open"})),
        (b"attachment; filename==?utf-8?Q?=C3=BC?=", ("attachment", {"filename": "ü"})),
        (b'attachment; filename="=?utf-8?Q?=C3=BC?="', ("attachment", {"filename": "ü"})),
        (b"attachment; filename*=utf-8'de'%C3%BC%", ("attachment", {"filename": "ü%"})),
        (b"attachment; filename*=iso-8859-1''%FC; filename=u", ("attachment", {"filename": "ü"})),
        (b"attachment; filename*=%C3%BC", ("attachment", {"filename": "ü"})),
        (b'attachment; filename*="100%  x %1 %+1 %a"', ("attachment", {"filename": "100%  x %1 %+1 %a"})),
        (b"x; a*1=c; a*0=b; a*2*=%64", ("x", {"a": "bcd"})),
        (b"x; a*0*=utf-8''%C3; a*1*=%BC", ("x", {"a": "ü"})),
        (b"x; a*0*=utf-8''%0A", ("x", {"a": " "})),
        (b"x; a=1; a=2", ("x", {"a": "1"})),
        (b"", ("", {})),
        (b";;=;*=;**=a; =b", ("", {})),
        (b"(comment)", ("", {})),
    ],
)
def test_parameters_are_read_however_they_are_written(value: bytes, expected: tuple[str, dict[str, str]]) -> None:
    assert headers.content(value) == expected


@given(LINES)
def test_a_parameter_is_read_back_here_and_by_python(name: str) -> None:
    line = headers.fold("Content-Disposition", "attachment; " + headers.parameter("filename", name))
    assert all(len(each) <= 78 for each in line.splitlines())
    assert headers.content(headers.find(line, b"Content-Disposition") or b"") == ("attachment", {"filename": name})
    assert email.message_from_bytes(line + b"\n").get_filename("") == name.strip()


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=120))
def test_a_name_that_python_writes_is_read(name: str) -> None:
    for value in (email.utils.encode_rfc2231(name, "utf-8"), email.utils.encode_rfc2231(name, "utf-8", "de")):
        assert headers.content(f"attachment; filename*={value}".encode())[1]["filename"] == name
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message.add_header("Content-Disposition", "attachment", filename=name)
    head = message.as_bytes()
    foreign = email.message_from_bytes(head, policy=email.policy.default).get_filename()
    assert headers.content(headers.find(head, b"Content-Disposition") or b"")[1]["filename"] in (name, foreign)


@given(st.binary(max_size=200))
def test_any_octets_are_read_without_an_error(octets: bytes) -> None:
    for name, value in headers.fields(octets):
        assert "\n" not in name and b"\n" not in value
    kind, parameters = headers.content(octets)
    assert not {"\n", "\r"} & {*kind, *"".join(parameters.values())}
    headers.find(octets, b"a")


@pytest.mark.parametrize(
    "block",
    [
        b"A: b\n" * 200_000,
        b"A: b\n" + b" c\n" * 200_000,
        b"Content-Type: x" + b"; a*1=b" * 100_000,
        b'Content-Type: x; a="' + b";" * 300_000,
        b"Subject: " + b"=?a?q?" * 100_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 70_000,
        b"\nsubjectx: a" * 80_000,
    ],
)
def test_a_huge_header_takes_linear_time(block: bytes) -> None:
    started = time.process_time()
    for _, value in headers.fields(block):
        headers.decode(value)
        headers.content(value)
    headers.find(block, b"subject")
    assert time.process_time() - started < 5


def test_what_a_fuzzer_came_upon_is_read() -> None:
    for line in (Path(__file__).parent / "mail/fuzzed/headers.txt").read_text().splitlines():
        block = base64.b64decode(line)
        for _, value in headers.fields(block):
            assert not set("\r\n") & set(headers.decode(value))
        kind, parameters = headers.content(block)
        assert not set("\r\n") & {*kind, *"".join(parameters.values())}
        written = headers.fold("Subject", headers.encode(headers.decode(block)))
        assert written.replace(b"\n ", b"").count(b"\n") == 1 and max(map(len, written.split(b"\n"))) <= 998
