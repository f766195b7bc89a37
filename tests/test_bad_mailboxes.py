"""Files that no mail program wrote: the program opens, lists and reads them in bounded time and memory, and exit
leaves every octet as it was."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest
from program import PYMAIL, Home

FROM = b"From a@b Tue Nov 14 22:13:20 2023\n"
DATES = (
    b"Mon, 99 Foo 99999 99:99:99 +9999", b"-1", b"0", b"Thu, 1 Jan 1970 00:00:00 -2400", b"1" * 10_000, b"\xff\xfe",
    b"Fri, 31 Dec 9999 23:59:60 +1400", b"Tue, 14 Nov 23 22:13 EST", b"(" * 20_000,
    b"Tue, 14 Nov 2023 22:13:20 +9999999999999", b"Tue, 14 Nov 18446744073709551616 22:13:20 GMT",
)  # fmt: skip
# What is in each, by what is wrong with it, and how often.
BOXES = {
    "a line of 100 MB": (FROM + b"Subject: s\n\n", b"x" * 1_000_000, 100),
    "a subject of 100 MB": (FROM + b"Subject: ", b"z" * 1_000_000, 100),
    "a header without end": (FROM, b"q" * 1_000_000, 100),
    "a million header lines": (FROM, b"X-Line: y\n", 1_000_000),
    "a million Status lines": (FROM, b"Status: RO\n", 1_000_000),
    "a folded line without end": (FROM + b"Subject: a\n", b" b\n", 2_000_000),
    "From_ lines alone": (b"", FROM, 500_000),
    "From without dates": (FROM + b"A: b\n\n", b"From x\n\n", 1_000_000),
    "quotes without end": (FROM + b"A: b\n\n", b">" * 1_000_000, 50),
    "wrong lengths": (b"", FROM + b"Content-Length: 12345678\nA: b\n\nFrom x\n\n", 20_000),
    "absurd lengths": (b"", FROM + b"Content-Length: 99999999999999999999\n\n" + FROM + b"Content-Length: -5\n\n", 500),
    "NULs": (FROM + b"A: b\n\n", bytes(1_000_000), 30),
    "carriage returns": (FROM + b"A: b\n\n", b"\r" * 1_000_000, 30),
    "mixed line ends": (b"", FROM + b"A: b\r\n\nx\r\n\n", 20_000),
    "dates from hell": (b"", b"".join(FROM + b"Date: " + date + b"\nA: b\n\nx\n\n" for date in DATES), 10),
    "comments without end": (FROM + b"From: ", b"(", 3_000_000),
    "addresses without end": (FROM + b"From: ", b"a@b,", 1_000_000),
    "encoded words without end": (FROM + b"Subject: ", b"=?utf-8?q?a?= ", 1_000_000),
    "parts without end": (FROM + b"Content-Type: multipart/mixed; boundary=a\n\n", b"--a\n", 1_000_000),
    "a file cut off in a header": (FROM + b"Subj", b"", 1),
    "a file cut off in a From_ line": (FROM + b"A: b\n\nx\n\nFrom a@b Tue No", b"", 1),
}


def limited() -> None:
    """Half a minute of the processor, half a gigabyte."""
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))


@pytest.mark.slow
@pytest.mark.parametrize("what", BOXES)
def test_a_bad_mailbox_is_read_and_left_as_it_was(tmp_path: Path, home: Home, what: str) -> None:
    begin, more, count = BOXES[what]
    box = home.path / "box"
    with open(box, "wb") as file:
        file.write(begin)
        for _ in range(count):
            file.write(more)
    box.chmod(0o600)
    (tmp_path / "copy").write_bytes(box.read_bytes())
    before = box.stat()
    for typed in (b"h $\n1\nfrom /zzz\nfrom :n\nd1\nthread\nx\n", b"top 1\nsize 1\nlist\nd*\nu*\nx\n"):
        done = subprocess.run(
            [*PYMAIL, *home.options, "-f", str(box)], input=typed, env=home.env, capture_output=True, preexec_fn=limited
        )
        assert done.returncode in (0, 1), done.stderr[-500:]
        assert b"Traceback" not in done.stderr and b"1 message" in done.stdout or b" messages" in done.stdout
    after = box.stat()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
    assert subprocess.run(["cmp", box, tmp_path / "copy"]).returncode == 0
    (tmp_path / "copy").unlink()
    box.unlink()
