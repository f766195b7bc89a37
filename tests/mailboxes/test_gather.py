"""Headers read in bulk tell what they tell one by one, whatever is in them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pymail.mailboxes import mbox
from pymail.mailboxes.mailbox import Settings
from pymail.mailboxes.opening import open_mailbox

FIELDS = [
    b"From: Alice A <alice@a.example>\n",
    b'From: "A, B" <b@a.example>\n',
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@a.example>\n",
    b"From:c@a.example\n",
    b"from: d@a.example\n",
    b"From:\n",
    b"From: Nobody\n",
    b"From: <>\n",
    b"Date: Thu, 1 Jan 1970 00:00:00 +0000\n",
    b"From: folded\n <e@a.example>\n",
    b"Date: Thu, 1 Jan 2015 02:13:16 +0200\n",
    b"Date: 31 Dec 2014 23:59:60 -0500\n",
    b"Date: 31 Dec 2014 23:59:59 -0500 (EST)\n",
    b"Date: Thu, 0 Jan 2015 02:13:16 +0200\n",
    b"Date: Thu, 1 Jan 2015 02:13:16 +0200\r\n",
    b"Date: Sun, 29 Feb 2015 02:13 GMT\n",
    b"Date: yesterday\n",
    b"DATE: Fri, 2 Jan 2015 02:13:16 +0200\n",
    b"Subject: words\n",
    b"Subject:  Subject: more words \n",
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n",
    b"Subject: Gr\xc3\xbc\xc3\x9fe\n",
    b"Subject: bell \x07 and \x1b[31m\n",
    b"Subject: folded\n\tinto two\n",
    b"Subject:\n",
    b"SUBJECT: loud\n",
    b"Resent-From: x@a.example\n",
    b"From the sea\n",
    b"\tstray\n",
]
LETTER = st.lists(st.sampled_from(FIELDS), max_size=7).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(LETTER, min_size=1, max_size=8), st.booleans())
def test_bulk_and_single_reading_agree(heads: list[bytes], crlf: bool) -> None:
    octets = b"".join(b"From bob Tue Nov 14 22:13:20 2023\n%b\ntext\nmore\n\n" % head for head in heads)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder, "box")
        path.write_bytes(octets.replace(b"\n", b"\r\n") if crlf else octets)
        box = open_mailbox(str(path), Settings(""), readonly=True)
        told = []
        for many in (1, 1000):
            patch.setattr(mbox, "_MANY", many)
            numbers = range(len(box))
            rows = [(n, s.name, s.address, s.date, s.zone, s.size, s.subject, x) for n, s, x in box.listing(numbers)]
            told.append((rows, *(list(box.values(name, numbers)) for name in (b"Subject", b"From", b"Date"))))
        assert told[0] == told[1]
        box.close()
