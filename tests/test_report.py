"""Parts for programs, told in a line or two."""

from __future__ import annotations

import pytest

from pymail import report
from pymail.mime import parse

EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\n%s\nEND:VEVENT\nEND:VCALENDAR\n"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("SUMMARY:Lunch\\, long\nDTSTART;VALUE=DATE:20260601", "Lunch, long, 2026-06-01"),
        (
            "SUMMARY:a\nDTSTART:20260601T080000Z\nDTEND:20260602T080000Z",
            "a, 2026-06-01 08:00 UTC to 2026-06-02 08:00 UTC",
        ),
        ('SUMMARY:a\nDTSTART;TZID="x:y":20260601T080000\nDTEND:20260601T090000', "a, 2026-06-01 08:00 to 09:00 x:y"),
        ("SUMMARY:fol\n ded\nORGANIZER:MAILTO:a@b\nLOCATION:here", "folded, at here, by a@b"),
        ("DTSTART:tomorrow", "event, tomorrow"),
    ],
)
def test_an_event_is_told_in_a_sentence(lines: str, told: str) -> None:
    assert report.told(parse(b"Content-Type: text/calendar\n\n" + (EVENT % lines).encode())) == [told]


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        (
            "message/delivery-status",
            "Reporting-MTA: x\n\nOriginal-Recipient: rfc822;a@b\nAction: delayed\n",
            ["a@b: delayed"],
        ),
        ("message/disposition-notification", "Disposition: manual; displayed\n", ["Disposition: manual; displayed"]),
        ("message/partial; number=2; total=3", "\nx", ["piece 2 of 3 of a longer letter"]),
        ('message/external-body; access-type=url; url="http://x"', "\n", ["is kept elsewhere: url http://x"]),
        ("message/rfc822", "Subject: a\n\nb", ["From: ", "Subject: a"]),
        ("image/gif", "GIF", []),
    ],
)
def test_reports_are_told(kind: str, body: str, told: list[str]) -> None:
    assert report.told(parse(f"Content-Type: {kind}\n\n{body}".encode())) == told


def test_what_is_told_is_bounded() -> None:
    body = b"Final-Recipient: rfc822; a@b\n\n" * 10_000
    assert len(report.told(parse(b"Content-Type: message/delivery-status\n\n" + body))) == 20
