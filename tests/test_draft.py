"""Letters before they are sent: bodies of any size, attachments, fields by hand and by -t."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import heading
from pymail.addresses import Address, split
from pymail.body import Body
from pymail.collect import forgets_attachment
from pymail.draft import Draft
from pymail.enclosure import Attachment
from pymail.errors import DATA, IOERR, NOINPUT, USAGE, MailError
from pymail.headers import message_ids


def octets(body: Body) -> bytes:
    return b"".join(body.pieces())


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_a_body_gives_back_what_was_written_as_often_as_asked(pieces: list[bytes]) -> None:
    body = Body()
    for piece in pieces:
        body.write(piece)
    assert octets(body) == octets(body) == b"".join(pieces)
    assert body.size == len(b"".join(pieces))


@pytest.mark.parametrize("octets", [b"", b"a", b"a\n", b"x" * (1 << 21), b"\n" * (1 << 21)], ids=len)
def test_a_body_can_end_its_last_line(octets: bytes) -> None:
    body = Body(octets)
    body.end_line()
    assert b"".join(body.pieces()) == (octets + b"\n" if octets and not octets.endswith(b"\n") else octets)
    body.truncate()
    body.end_line()
    assert not body.size


def test_a_large_body_is_kept_out_of_memory_in_a_file_that_nobody_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    body = Body(b"start ")
    block = bytes(range(256)) * 2048
    for _ in range(10):
        body.write(block)
    body.write(b" end")
    assert list(tmp_path.iterdir()) == []
    assert not body._memory
    assert octets(body) == b"start " + block * 10 + b" end"
    body.truncate()
    body.write(b"new")
    assert octets(body) == b"new"


def test_a_body_finds_room_where_files_without_name_are_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(os, "O_TMPFILE", os.O_DIRECTORY | os.O_EXCL | os.O_CREAT)
    body = Body(b"x" * 2_000_000)
    assert list(tmp_path.iterdir()) == [] and body.size == 2_000_000


def test_a_body_that_cannot_be_stored_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/nonexistent")
    with pytest.raises(MailError, match="^temporary file: /nonexistent") as failure:
        Body(b"x" * 2_000_000)
    assert failure.value.status == IOERR
    if os.path.exists("/dev/full"):
        body = Body(name="letter", descriptor=os.open("/dev/full", os.O_RDWR))
        with pytest.raises(MailError, match="^letter: temporary file: No space left"):
            body.write(b"x")


def test_attachments_are_opened_at_once_and_stay_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a b.txt"
    path.write_bytes(b"hello")
    attachment = Attachment(str(path))
    assert (attachment.name, attachment.type) == ("a b.txt", None)
    path.write_bytes(b"hello, world")
    assert octets(attachment.content) == b"hello"
    path.unlink()
    assert octets(attachment.content) == b"hello"
    assert Attachment("", "n.txt", "text/x", Body(b"x")).name == "n.txt"


def test_an_attachment_that_shrinks_is_an_error_not_a_short_letter(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 100_000)
    attachment = Attachment(str(path))
    path.write_bytes(b"x")
    with pytest.raises(MailError, match="became shorter") as failure:
        octets(attachment.content)
    assert failure.value.status == IOERR


def test_an_attachment_may_be_a_pipe() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"from a pipe")
    os.close(writing)
    attachment = Attachment(f"/dev/fd/{reading}", "x")
    os.close(reading)
    assert octets(attachment.content) == octets(attachment.content) == b"from a pipe"


@pytest.mark.parametrize("name", ["missing", "", ".", "missing\n\x1b[1m"])
def test_what_cannot_be_attached_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(MailError, match="No such file|Is a directory") as failure:
        Attachment(f"{tmp_path}/{name}")
    assert failure.value.status == NOINPUT
    assert failure.value.text.startswith(str(tmp_path)) and failure.value.text.isprintable()


def test_recipients_are_all_who_get_it_each_once() -> None:
    draft = Draft()
    draft.to, draft.cc, draft.bcc = split("a@x b@x"), split("B@x c"), split("c d@x")
    assert draft.recipients() == split("a@x b@x c d@x")
    draft.cc.append(Address("", "|id", "x"))
    with pytest.raises(MailError, match=r"^\|id@x: "):
        draft.recipients()


def test_who_is_named_twice_stands_once_in_the_header() -> None:
    draft = Draft()
    draft.to, draft.cc = split("a@x b@x a@X"), split("c b@x c")
    draft.name_once()
    assert (draft.to, draft.cc) == (split("a@x b@x"), split("c"))


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("X-Tag: 7", "headers", [("X-Tag", "7")]),
        ("X-Tag:7", "headers", [("X-Tag", "7")]),
        ("subject: a", "subject", "a"),
        ("Reply-To: a@x, b@x", "reply_to", split("a@x b@x")),
        ("Date: Mon, 5 Jan 2015 10:00:00 +0100", "date", "Mon, 5 Jan 2015 10:00:00 +0100"),
        ("Date: soon", "date", ""),
        ("Message-ID: <a@x>", "message_id", "<a@x>"),
        ("Message-ID: a", "message_id", ""),
        ("In-Reply-To: <a@x>", "in_reply_to", ["<a@x>"]),
        ("References: <a@x> <b@x>", "references", ["<a@x>", "<b@x>"]),
        ("Content-Type: text/html", "content_type", "text/html"),
        ("Status: RO", "headers", []),
    ],
)
def test_a_field_by_hand_goes_where_it_belongs(text: str, attribute: str, value: object) -> None:
    draft = Draft()
    heading.add(draft, text)
    assert getattr(draft, attribute) == value


@pytest.mark.parametrize(
    "text",
    ["From: a@x", "to: a", "BCC: a", "Sender: x", "Resent-To: x", "MIME-Version: 2", "no field", "a b: c", ": x"],
)
def test_fields_that_are_not_the_users_to_write_are_refused(text: str) -> None:
    with pytest.raises(MailError) as failure:
        heading.add(Draft(), text)
    assert failure.value.status == USAGE


@pytest.mark.parametrize(
    ("text", "forgotten"),
    [
        ("see the attached file\n", True),
        ("Die Datei ist ANGEHÄNGT.\n", True),
        ("添付します\n", True),
        ("V příloze posílám tabulku.\n", True),
        ("hello\n", False),
        ("allegations\n", False),
        ("> see the attached file\nthanks\n", False),
        ("hello\n-- \nno attachments, please\n", False),
        ("", False),
    ],
)
def test_a_letter_that_speaks_of_an_attachment_should_have_one(text: str, forgotten: bool) -> None:
    draft = Draft()
    draft.body.write(text.encode())
    assert forgets_attachment(draft) == forgotten
    draft.attachments.append(Attachment("", "x", None, Body(b"x")))
    assert not forgets_attachment(draft)


LETTER = b"""From: Bob <bob@x>
To: a@x, "B, C" <b@x>
Cc: c@x
to: d@x
Bcc: secret@x
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
 and more
Subject: second
Date: Mon, 5 Jan 2015 10:00:00 +0100
Message-ID: <id@x>
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable
MIME-Version: 1.0
Status: RO
X-Tag: 7

text

more
"""


@pytest.mark.parametrize("letter", [LETTER, LETTER.replace(b"\n", b"\r\n"), b"From bob Mon Jan  5\n" + LETTER])
def test_a_letter_with_its_header_becomes_a_draft(letter: bytes) -> None:
    draft = heading.from_letter(Body(letter))
    assert draft.authors == split("bob@x") and draft.authors[0].name == "Bob"
    assert draft.to == split("a@x b@x d@x")
    assert (draft.cc, draft.bcc) == (split("c@x"), split("secret@x"))
    assert draft.subject == "Grüße and more"
    assert draft.date == "Mon, 5 Jan 2015 10:00:00 +0100"
    assert draft.message_id == "<id@x>"
    assert (draft.content_type, draft.encoding) == ("text/html", "quoted-printable")
    assert draft.headers == [("X-Tag", "7")]
    assert octets(draft.body).replace(b"\r", b"") == b"text\n\nmore\n"


@pytest.mark.parametrize(
    ("letter", "body"), [(b"To: a", b""), (b"To: a\n", b""), (b"To: a\n\n", b""), (b"\nTo: a\n\nb", b"To: a\n\nb")]
)
def test_a_letter_may_end_with_its_header(letter: bytes, body: bytes) -> None:
    assert octets(heading.from_letter(Body(letter)).body) == body


def test_a_long_letter_is_split_at_the_end_of_its_header() -> None:
    letter = b"To: a@x\nX-Long: " + b"y " * 100_000 + b"\n\n" + b"z\n" * 1_000_000
    draft = heading.from_letter(Body(letter))
    assert draft.to == split("a@x")
    assert octets(draft.body) == b"z\n" * 1_000_000


@pytest.mark.parametrize(
    ("letter", "status"),
    [
        (b"hello\n\nbody", DATA),
        (b"To: a\nhello\x1b world\n\nbody", DATA),
        (b"To: |id\n\nbody", USAGE),
        (b"Cc: -oQ/tmp\n\nbody", USAGE),
        (b"Bcc: /etc/passwd\n\nbody", USAGE),
        (b"X: " + b"x" * 2_000_000, DATA),
    ],
)
def test_a_bad_header_is_refused_by_name(letter: bytes, status: int) -> None:
    with pytest.raises(MailError) as failure:
        heading.from_letter(Body(letter))
    assert failure.value.status == status
    assert failure.value.text.isprintable()


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (b"<a@x> text <b@x><a@x>", ["<a@x>", "<b@x>"]),
        (b"no id", []),
        (b"<>", []),
        (b"<a b>", []),
        (b"<a\x1b>", []),
        (b"<a\xff>", []),
        (b"<open", []),
        (b"<" + b"x" * 2000 + b">", []),
        ("<ü@x>".encode(), []),
    ],
)
def test_message_ids_are_found_and_nothing_else(value: bytes, ids: list[str]) -> None:
    assert message_ids(value) == ids
