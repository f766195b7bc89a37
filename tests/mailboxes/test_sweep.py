"""The quick way over a large mbox tells what the patient one tells, whatever the file is made of."""

from __future__ import annotations

import os
import tempfile
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from pymail.mailboxes import scan

LINES = [
    b"From bob@example.org Tue Nov 14 22:13:20 2023\n",
    b"From bob@example.org Tue Nov 14 22:13:20 2023\r\n",
    b"From the sea\n",
    b"Status: RO\n",
    b"Status: O\n",
    b"Status: R\n",
    b"Status:RO\n",
    b"status: OR\n",
    b"X-Status: AF\n",
    b"x-status: T\n",
    b"Status: RO\r\n",
    b"STATUS: RO\n",
    b"Subject: Status: RO\n",
    b"Content-Length: 3\n",
    b"From: bob\r\n",
    b"S\n",
    b"tatus: R\n",
    b"X" * 400 + b"\n",
    b"\n",
    b"\n",
    b"\n",
    b"\r\n",
    b"text",
]


def columns_of(data: bytes, large: int) -> tuple[object, ...]:
    with tempfile.TemporaryFile() as file, patch.object(scan, "LARGE", large):
        file.write(data)
        file.flush()
        columns = scan.Columns()
        scan.extend(file.fileno(), columns, os.fstat(file.fileno()).st_size)
    return list(columns.starts), list(columns.bodies), list(columns.marks), bytes(columns.flags), columns.lacking


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.sampled_from(LINES), max_size=60).map(b"".join),
    st.sampled_from([50, 170, 1000]),
    st.sampled_from([60, 600, 5000]),
)
def test_quick_and_patient_scan_agree(lines: bytes, block: int, overlap: int) -> None:
    data = LINES[0] + b"Subject: a\n\n\n" + lines
    with patch.object(scan, "BLOCK", block), patch.object(scan, "OVERLAP", overlap):
        assert columns_of(data, 1) == columns_of(data, 1 << 30)
