"""What a person reads of a letter: which parts, as what text."""

from __future__ import annotations

import pytest

from pymail import decode
from pymail.errors import NOINPUT, MailError


def alternative(*parts: bytes) -> bytes:
    body = b"".join(b"--x\nContent-Type: " + part + b"\n" for part in parts)
    return b"Content-Type: multipart/alternative; boundary=x\n\n" + body + b"--x--\n"


LONG_HTML = b"text/html\n\n<p>" + b"What there is to say. " * 20
HTML = b"text/html\n\n<p>rich"


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (alternative(b"text/plain\n\nplain", HTML), "1"),
        (alternative(HTML, b"text/plain\n\nplain"), "2"),
        (alternative(b"text/plain\n\n", LONG_HTML), "2"),
        (alternative(b"text/plain\n\nUse an HTML reader.", LONG_HTML), "2"),
        (alternative(b"text/plain\n\n" + b"What there is to say. " * 20, LONG_HTML), "1"),
        (alternative(HTML, b"text/x-amp-html\n\n<p>amp"), "1"),
        (alternative(b"text/plain\n\n\n<!DOCTYPE HTML>" + b"<p>words " * 50, HTML), "2"),
        (alternative(b"text/plain\n\nplain", b"text/calendar\n\nBEGIN:VCALENDAR"), "1"),
        (alternative(b"image/gif\n\nx", b"image/png\n\nx"), "2"),
        (alternative(b"text/richtext\n\nx"), "1"),
    ],
)
def test_the_best_form_is_chosen(raw: bytes, number: str) -> None:
    assert decode.best(decode.parse(raw)).number == number


def test_an_alternative_that_is_not_shown_still_gives_its_attachments() -> None:
    related = (
        b"multipart/related; boundary=y\n\n--y\nContent-Type: text/html\n\n<p>rich\n"
        b"--y\nContent-Type: image/png\nContent-ID: <a>\n\nx\n"
        b"--y\nContent-Type: application/pdf; name=a.pdf\n\nx\n--y--"
    )
    items = decode.items(decode.parse(alternative(b"text/plain\n\nplain", related)))
    assert [(item.kind, item.part.type) for item in items] == [("text", "text/plain"), ("named", "application/pdf")]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\nplain\n", "plain\n"),
        (b"\nno line end", "no line end\n"),
        (b"", ""),
        (b"Content-Type: text/html\n\n<p>one<p>two &amp; three <a href='http://x.example'>x</a>", None),
        (b"Content-Type: text/plain; format=flowed\n\na \nb\n", "a b\n"),
        (b"Content-Type: text/plain; format=flowed; delsp=yes\n\na \nb\n", "ab\n"),
        (b"Content-Type: text/enriched\n\n<bold>a</bold>\nb <<c>", "a\nb <c>\n"),
        (b"Content-Type: image/gif\n\nGIF", ""),
        (b"Content-Type: text/html\n\n<a href='http://x.example/'>tea</a>", "tea[1]\n\n[1] http://x.example/\n"),
        (b"Content-Type: text/html\n\n<meta charset='iso-8859-2'>\xb1", "\u0105\n"),
    ],
)
def test_the_text_is_what_a_person_reads(raw: bytes, text: str | None) -> None:
    found = "".join(line + "\n" for line in decode.text_of(decode.parse(raw)))
    assert found == text if text is not None else found.startswith("one\n\ntwo & three x[1]")


def test_a_part_is_found_by_its_number() -> None:
    root = decode.parse(alternative(b"text/plain\n\nbegin 644 x\n#86)C\n`\nend\n", HTML))
    assert decode.find(root, "2").type == "text/html"
    assert decode.find(root, "1.1").octets() == b"abc"
    with pytest.raises(MailError, match="7: no part") as caught:
        decode.find(root, "7")
    assert caught.value.status == NOINPUT
