"""What pymail sends, read back by Python's email package and looked at on the wire."""

from __future__ import annotations

import email
import email.policy
import email.utils
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage, MIMEPart
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.addresses import Address, split
from pymail.body import Body
from pymail.draft import Draft
from pymail.enclosure import Attachment
from pymail.encode import Message, date, message_id
from pymail.errors import USAGE, MailError
from pymail.headers import decode, fields, find, get_all, message_ids

NOW = 1420452000.0  # Mon, 05 Jan 2015 10:00:00 UTC
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=120)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(str.encode),
    st.lists(st.sampled_from([b"From ", b"\n", b"\r", b".", b"\0", b"=", b" ", b"x" * 990, b"--"])).map(b"".join),
)


def a_draft(body: bytes = b"text\n", **more: object) -> Draft:
    draft = Draft()
    draft.sender = Address("Bob", "bob", "example.org")
    draft.to = split("a@example.org")
    draft.body = Body(body)
    for name, value in more.items():
        setattr(draft, name, value)
    return draft


def sent(draft: Draft, hostname: str = "host.example") -> bytes:
    return b"".join(Message(draft, hostname=hostname, now=NOW).pieces())


def parsed(octets: bytes) -> EmailMessage:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def decoded(part: MIMEPart) -> bytes:
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    is_base64 = part["Content-Transfer-Encoding"] == "base64"
    return octets.replace(b"\r\n", b"\n") if is_base64 and part.get_content_maintype() == "text" else octets


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the time zone of this process, for one test."""

    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


def test_a_plain_letter_has_each_field_once_in_a_readable_order(zone: Callable[[str], None]) -> None:
    zone("UTC")
    octets = sent(a_draft(subject="hello", cc=split("c@example.org"), bcc=split("secret@example.org")))
    head, body = octets.split(b"\n\n", 1)
    lines = head.decode().split("\n")
    assert lines.pop(5).startswith("Message-ID: <14ab9897100.")
    assert lines == [
        "Date: Mon, 05 Jan 2015 10:00:00 +0000",
        "From: Bob <bob@example.org>",
        "To: a@example.org",
        "Cc: c@example.org",
        "Subject: hello",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "Content-Transfer-Encoding: 7bit",
    ]
    assert body == b"text\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UTC", "Mon, 05 Jan 2015 10:00:00 +0000"),
        ("XXX-5:30", "Mon, 05 Jan 2015 15:30:00 +0530"),
        ("XXX+3:30", "Mon, 05 Jan 2015 06:30:00 -0330"),
        ("XXX+11", "Sun, 04 Jan 2015 23:00:00 -1100"),
    ],
)
def test_the_date_is_local_and_english(zone: Callable[[str], None], name: str, expected: str) -> None:
    zone(name)
    assert date(NOW) == expected
    assert email.utils.parsedate_to_datetime(expected).timestamp() == NOW


@pytest.mark.parametrize(
    ("hostname", "domain", "host"),
    [
        ("host.example", "x.example", "host.example"),
        ("localhost", "x.example", "x.example"),
        ("localhost.localdomain", "x.example", "x.example"),
        ("", "x.example", "x.example"),
        ("localhost", "", "localhost"),
        ("", "", "localhost"),
        ("höst.example", "", "xn--hst-sna.example"),
        ("bad host>\n", "", "localhost"),
        ("", "[192.0.2.1]", "[192.0.2.1]"),
    ],
)
def test_the_message_id_names_a_host_that_means_something(hostname: str, domain: str, host: str) -> None:
    found = message_id(hostname, Address("", "bob", domain), NOW)
    assert found.startswith("<") and found.endswith(f"@{host}>")
    assert found != message_id(hostname, None, NOW)


def test_a_letter_to_nobody_named_says_so() -> None:
    head = parsed(sent(a_draft(to=[], bcc=split("a@x"))))
    assert head.get_all("To") == ["undisclosed-recipients:;"]
    assert head["Bcc"] is None


def test_blind_copies_are_in_the_record_only() -> None:
    message = Message(a_draft(bcc=split("Secret <secret@x>")), hostname="h", now=NOW)
    record, octets = b"".join(message.record()), b"".join(message.pieces())
    assert b"secret" not in octets
    assert record.replace(b"Bcc: Secret <secret@x>\n", b"") == octets


def test_every_call_gives_the_same_octets() -> None:
    draft = a_draft(attachments=[Attachment("", "x", None, Body(b"x" * 100_000))], html=Body(b"<p>x"))
    message = Message(draft, hostname="h", now=NOW)
    assert b"".join(message.pieces()) == b"".join(message.pieces())


@given(LINES, NAMES, st.lists(NAMES, max_size=4))
def test_any_text_and_names_arrive(subject: str, name: str, names: list[str]) -> None:
    names = [" ".join(each.split()) for each in names]
    draft = a_draft(subject=subject)
    draft.sender = Address(" ".join(name.split()), "bob", "example.org")
    draft.to = [Address(each, f"p{number}", "example.org") for number, each in enumerate(names)]
    octets = sent(draft)
    head = octets.partition(b"\n\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\n")) and head.isascii()
    message = parsed(octets)
    assert decode(find(head, b"Subject") or b"") == subject
    assert message["From"].addresses[0].addr_spec == "bob@example.org"
    assert [each.addr_spec for each in message["To"].addresses] == [f"p{n}@example.org" for n in range(len(names))]
    foreign = email.message_from_bytes(octets)  # the other one of Python's two readers
    shown = [str(email.header.make_header(email.header.decode_header(foreign["From"])))]
    assert [email.utils.parseaddr(foreign["From"])[1]] == ["bob@example.org"]
    assert all(word in shown[0].replace("\\", "") for word in draft.sender.name.replace("\\", "").split('"'))


@given(BODIES)
def test_any_octets_arrive_as_one_text(body: bytes) -> None:
    octets = sent(a_draft(body))
    message = parsed(octets)
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() in ("us-ascii", "utf-8", "iso-8859-1")
    assert message["Content-Transfer-Encoding"] in ("7bit", "quoted-printable", "base64")
    is_open_7bit = message["Content-Transfer-Encoding"] == "7bit" and body and not body.endswith(b"\n")
    assert decoded(message) == body + b"\n" * bool(is_open_7bit)
    body.decode(message.get_content_charset() or "")
    assert octets.isascii() and b"\r" not in octets and b"\0" not in octets
    assert all(len(line) <= 998 for line in octets.split(b"\n"))
    assert not any(line.startswith(b"From ") for line in octets.split(b"\n"))
    assert octets.endswith(b"\n") and message.defects == []


@given(BODIES, st.lists(st.tuples(LINES.filter(bool), BODIES), min_size=1, max_size=3), st.booleans())
def test_any_set_of_attachments_arrives_octet_for_octet(
    body: bytes, files: list[tuple[str, bytes]], with_html: bool
) -> None:
    draft = a_draft(body, html=Body(b"<p>x</p>") if with_html else None)
    draft.attachments = [Attachment("", name, "text/x-test", Body(octets)) for name, octets in files]
    octets = sent(draft)
    assert all(len(line) <= 998 for line in octets.split(b"\n")) and octets.isascii()
    first, *rest = parsed(octets).iter_parts()
    if with_html:
        first, html = first.iter_parts()
        assert decoded(html) == b"<p>x</p>"
    assert decoded(first) == body
    assert [part.get_payload(decode=True) for part in rest] == [content for _, content in files]
    assert [part.get_filename() for part in rest] == [name.strip() for name, _ in files]


@pytest.mark.parametrize("text", ["x\r\nBcc: e@v\n\nbody", "x\0\rBcc: e@v", "=?utf-8?Q?x=0D=0ABcc:_e@v?="])
def test_nothing_in_an_argument_makes_a_second_field(text: str) -> None:
    draft = a_draft(subject=text, headers=[("X-Tag", text)], content_type="text/plain")
    draft.to = [Address(text, "a", "x")]
    draft.sender = Address(text, "b", "x")
    draft.attachments = [Attachment("", text, None, Body(b""))]
    message = parsed(sent(draft))
    assert message["Bcc"] is None
    assert sorted(message.keys()) == sorted(
        ["Date", "From", "To", "Subject", "Message-ID", "X-Tag", "MIME-Version", "Content-Type"]
    )
    assert [part["Bcc"] for part in message.walk()] == [None] * 3


@given(NAMES, st.text(max_size=30), st.binary(max_size=50))
def test_the_header_is_ascii_whatever_goes_in(name: str, text: str, octets: bytes) -> None:
    draft = a_draft(subject=text, headers=[("X-" + "x" * 400, text * 9), ("Y", text)])
    draft.to = [Address(name, "a", "x")]
    draft.in_reply_to = message_ids(octets + b"<" + octets + b">")
    draft.attachments = [Attachment("", text, None, Body(octets))]
    written = sent(draft)
    assert written.isascii() and all(len(line) <= 998 for line in written.split(b"\n"))


def test_five_hundred_recipients_are_folded() -> None:
    people = [Address(f"Person, Number {number}", f"p{number}", "example.org") for number in range(500)]
    octets = sent(a_draft(to=people))
    assert all(len(line) <= 78 for line in octets.split(b"\n"))
    assert len(parsed(octets)["To"].addresses) == 500


def test_references_are_bounded_and_folded() -> None:
    ids = [f"<{number}.{'x' * 60}@example.org>" for number in range(100)]
    draft = a_draft(in_reply_to=ids[-1:], references=ids)
    head = fields(sent(draft))
    assert get_all(head, "In-Reply-To") == [ids[-1].encode()]
    assert get_all(head, "References") == [" ".join([ids[0], *ids[-19:]]).encode()]


def test_several_authors_have_a_sender() -> None:
    message = parsed(sent(a_draft(authors=split("a@x b@x"))))
    assert (message["From"], message["Sender"]) == ("a@x, b@x", "Bob <bob@example.org>")
    alone = parsed(sent(a_draft(sender=None, authors=split("a@x"))))
    assert (alone["From"], alone["Sender"]) == ("a@x", None)


def test_a_letter_of_nobody_is_refused() -> None:
    with pytest.raises(MailError) as failure:
        sent(a_draft(sender=None))
    assert failure.value.status == USAGE


def test_what_t_brought_is_kept() -> None:
    draft = a_draft(date="Tue, 6 Jan 2015 10:00:00 +0900", message_id="<mine@x>", reply_to=split("r@x"))
    message = parsed(sent(draft))
    assert (message["Date"], message["Message-ID"]) == ("Tue, 06 Jan 2015 10:00:00 +0900", "<mine@x>")
    assert message["Reply-To"] == "r@x"


def test_addresses_beyond_ascii_ask_for_smtputf8_only_where_they_must() -> None:
    message = Message(a_draft(to=split("a@münchen.example")), hostname="h", now=NOW)
    assert (message.utf8, message.eightbit) == (False, False)
    assert b"To: a@xn--mnchen-3ya.example\n" in b"".join(message.pieces())
    message = Message(a_draft(to=split("jörg@münchen.example")), hostname="h", now=NOW)
    assert (message.utf8, message.eightbit) == (True, True)
    assert "To: jörg@xn--mnchen-3ya.example\n".encode() in b"".join(message.pieces())


@given(BODIES)
def test_the_size_is_about_that_of_the_wire_form(body: bytes) -> None:
    for attachments in ([], [Attachment("", "x", None, Body(body * 20))]):
        message = Message(a_draft(body, attachments=attachments), hostname="h", now=NOW)
        real = sum(len(piece.replace(b"\n", b"\r\n")) for piece in message.pieces())
        assert abs(message.size - real) < 100 + real // 4


def test_a_large_attachment_goes_out_in_small_pieces(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    block = bytes(range(256)) * 4096
    with path.open("wb") as file:
        for _ in range(8):
            file.write(block)
    message = Message(a_draft(attachments=[Attachment(str(path))]), hostname="h", now=NOW)
    assert max(map(len, message.pieces())) < 100_000
    [_, part] = parsed(b"".join(message.pieces())).iter_parts()
    assert part.get_payload(decode=True) == block * 8
