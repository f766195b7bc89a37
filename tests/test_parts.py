"""Attachments, foreign content types and texts that must go as they are."""

from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.body import Body
from pymail.draft import Draft
from pymail.enclosure import Attachment
from pymail.errors import DATA, USAGE, MailError
from pymail.headers import content, find
from pymail.mediatypes import by_content, by_name
from pymail.parts import attached, tree, unix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.parts import Part


def part_of(name: str, octets: bytes, kind: str | None = None) -> Part:
    return attached(Attachment("", name, kind, Body(octets)))


def type_of(part: Part) -> tuple[str, str]:
    kind, parameters = content(find(part.fields(), b"Content-Type") or b"")
    return kind, parameters.get("charset", "")


@pytest.mark.parametrize(
    ("name", "octets", "expected"),
    [
        ("a.pdf", b"anything", ("application/pdf", "")),
        ("A.PDF", b"anything", ("application/pdf", "")),
        ("a", b"%PDF-1.4", ("application/pdf", "")),
        ("a", b"\x89PNG\r\n\x1a\n", ("image/png", "")),
        ("a.csv", b"a;b\n", ("text/csv", "us-ascii")),
        ("a.csv", "ü;b\n".encode(), ("text/csv", "utf-8")),
        ("a.txt", b"caf\xe9", ("text/plain", "iso-8859-1")),
        ("a.txt", "hi".encode("utf-16"), ("text/plain", "utf-16")),
        ("a.txt", b"a\0b", ("application/octet-stream", "")),
        ("a", b"plain\n", ("text/plain", "us-ascii")),
        ("a", b"", ("text/plain", "us-ascii")),
        ("a", b"\x00\x01", ("application/octet-stream", "")),
        ("a", b"\x07", ("application/octet-stream", "")),
        ("a", b"<html>x", ("text/html", "us-ascii")),
        ("1700000000.M1P2.host:2,S", b"Return-Path: <a@x>\nSubject: x\n\nbody\n", ("message/rfc822", "")),
        ("a", b"Return-Path: <a@x>\n\n" + b"x" * 999, ("application/octet-stream", "")),
        ("a.unheard-of", b"\0", ("application/octet-stream", "")),
        ("a.tiff", b"", ("image/tiff", "")),
        ("a.eml", b"Subject: x\n\nbody\n", ("message/rfc822", "")),
        ("a.eml", b"no letter", ("application/octet-stream", "")),
        ("a.eml", b"From bob Mon\nSubject: x\n\nb\n", ("application/octet-stream", "")),
        ("a.eml", b"Subject: x\n\n" + b"x" * 999, ("application/octet-stream", "")),
        ("a.eml", b"Subject: x\n\na\rb", ("application/octet-stream", "")),
        ("a.eml", b"Subject: x\n\na\0b", ("application/octet-stream", "")),
    ],
)
def test_the_type_is_found_by_name_and_content(name: str, octets: bytes, expected: tuple[str, str]) -> None:
    assert type_of(part_of(name, octets)) == expected


@pytest.mark.parametrize("kind", ["text/x-test", "TEXT/x-test", "application/x-test", "text/plain; charset=koi8-r"])
def test_a_given_type_is_believed(kind: str) -> None:
    found, charset = type_of(part_of("a.pdf", b"x", kind))
    assert found == kind.lower().partition(";")[0]
    assert charset == ("koi8-r" if "koi8" in kind else "us-ascii" if found.startswith("text") else "")


@pytest.mark.parametrize("kind", ["text", "", "a/", "/b", "a b/c", "a/b c; x", "ü/x", "a/b\x1b", "a/b; x=ü"])
def test_what_is_no_type_is_refused(kind: str) -> None:
    with pytest.raises(MailError) as failure:
        part_of("a", b"", kind or "no type")
    assert failure.value.status == USAGE
    if kind:
        draft = Draft()
        draft.content_type = kind
        with pytest.raises(MailError):
            tree(draft)


@pytest.mark.parametrize("alternative", [False, True])
def test_a_text_that_is_no_utf8_has_the_charset_that_the_user_names(alternative: bool) -> None:
    draft = Draft()
    draft.octets, draft.alternative = "koi8-r", alternative
    draft.attachments = [Attachment("", "a.txt", None, Body(b"\xf0")), Attachment("", "b.txt", None, Body(b"a"))]
    octets = b"".join(tree(draft).pieces())
    assert octets.count(b"charset=koi8-r") == 1 and octets.count(b"charset=us-ascii") == 2


def test_a_multipart_without_boundary_is_refused() -> None:
    draft = Draft()
    draft.content_type = "multipart/mixed; charset=utf-8"
    with pytest.raises(MailError, match="names no boundary") as caught:
        tree(draft)
    assert caught.value.status == USAGE


@pytest.mark.parametrize(
    "name", ["simple.txt", 'quo"te\\.txt', "ü b.csv", "日本" * 60 + ".txt", "a;b%c'd*.x", "x" * 255]
)
def test_names_arrive_by_rfc_2231_and_by_encoded_words(name: str) -> None:
    head = part_of(name, b"").fields()
    # A name without blanks is not parted for those who know no RFC 2231.
    assert all(len(line) <= 78 or line.startswith(b" name=") for line in head.splitlines())
    assert content(find(head, b"Content-Disposition") or b"") == ("attachment", {"filename": name})
    assert content(find(head, b"Content-Type") or b"")[1].get("name") == name
    assert email.message_from_bytes(head, policy=email.policy.default).get_filename() == name


def test_a_letter_is_attached_as_it_is() -> None:
    letter = b"Subject: x\r\nTo: \xc3\xbc\r\n\r\nbody\r\n"
    part = part_of("a.eml", letter)
    assert b"Content-Transfer-Encoding: 8bit\n" in part.fields() and part.eightbit
    assert b"".join(part.pieces()) == letter.replace(b"\r\n", b"\n")
    part = part_of("a.eml", b"Subject: x\n\nopen")
    assert b"Content-Transfer-Encoding: 7bit\n" in part.fields() and not part.eightbit
    assert part.ending == b"\n"


def a_draft(body: bytes, kind: str = "", encoding: str = "") -> Draft:
    draft = Draft()
    draft.body = Body(body)
    draft.content_type, draft.encoding = kind, encoding
    return draft


def test_a_text_of_another_type_gets_its_charset() -> None:
    assert type_of(tree(a_draft("ü".encode(), "text/html"))) == ("text/html", "utf-8")
    assert type_of(tree(a_draft(b"\xfc", "text/html; charset=latin1"))) == ("text/html", "latin1")


def test_a_body_that_is_no_text_goes_octet_for_octet() -> None:
    part = tree(a_draft(b"\0\r\n", "application/pdf"))
    assert type_of(part) == ("application/pdf", "")
    assert b"base64" in part.fields() and b"".join(part.pieces()) == b"AA0K"


def test_a_multipart_made_elsewhere_is_not_touched() -> None:
    body = b"--b\nContent-Type: text/plain; charset=utf-8\n\n\xc3\xbc\n--b--\n"
    part = tree(a_draft(body, "multipart/mixed; boundary=b"))
    assert part.eightbit and b"".join(part.pieces()) == body and b"8bit" in part.fields()
    for octets in (b"x" * 999, b"a\rb", b"a\0b"):
        with pytest.raises(MailError) as failure:
            tree(a_draft(octets, "multipart/mixed; boundary=b"))
        assert failure.value.status == DATA


def test_a_text_that_is_encoded_already_is_not_encoded_again() -> None:
    part = tree(a_draft(b"=C3=BC\n", "text/plain; charset=utf-8", "quoted-printable"))
    assert b"quoted-printable" in part.fields() and b"".join(part.pieces()) == b"=C3=BC\n"
    part = tree(a_draft(b"a=b\n", "text/plain", "8bit"))
    assert b"7bit" in part.fields()
    with pytest.raises(MailError):
        tree(a_draft(b"\xc3\n", "text/plain", "base64"))


@given(st.lists(st.sampled_from([b"\r", b"\n", b"x"])), st.lists(st.integers(0, 5)))
def test_line_ends_are_found_across_blocks(octets: list[bytes], sizes: list[int]) -> None:
    whole = b"".join(octets)
    pieces, at = [], 0
    for size in [*sizes, len(whole)]:
        pieces.append(whole[at : at + size])
        at += size
    assert b"".join(unix(pieces)) == whole.replace(b"\r\n", b"\n")


def test_the_tables_name_types_only() -> None:
    assert by_name("a.tar.gz") == "application/gzip" and by_name("noext") == "" == by_name("a.")
    assert by_content(b"From bob") == "application/mbox"


def test_rare_names_are_looked_up_in_the_large_table() -> None:
    assert by_name("a.class").startswith("application/")
