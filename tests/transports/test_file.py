"""The transports that end in a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sink import Text

from pymail.errors import CANTCREAT, CONFIG, USAGE, MailError
from pymail.transports.file import open_transport
from pymail.transports.transport import Envelope
from pymail.variables.values import Variables

ENVELOPE = Envelope("me@here", ["bob@there", "smith@there"])
WRITTEN = b"MAIL FROM:<me@here>\nRCPT TO:<bob@there>\nRCPT TO:<smith@there>\nDATA\n"


def send(url: str, octets: bytes, envelope: Envelope = ENVELOPE) -> list[int]:
    answers = open_transport(url, Variables(strict=False)).send(envelope, Text(octets, 3, eightbit=True))
    assert [answer.recipient for answer in answers] == envelope.recipients
    return [answer.code for answer in answers]


def test_test_writes_envelope_and_letter_to_a_private_file(tmp_path: Path) -> None:
    url = f"test://{tmp_path}/out"
    assert send(url, b"Subject: x\n\nhi\n") == [250, 250]
    assert send(url, b"Subject: y\n\nho") == [250, 250]
    assert (tmp_path / "out").read_bytes() == (WRITTEN + b"Subject: x\n\nhi\n.\n" + WRITTEN + b"Subject: y\n\nho\n.\n")
    assert os.stat(tmp_path / "out").st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("octets", "written"),
    [
        (b".\n..\na.\n.b", b"..\n...\na.\n..b\n.\n"),
        (b"aa\n.b\n", b"aa\n..b\n.\n"),
        (b"a\n.\n.\n", b"a\n..\n..\n.\n"),
        (b"ab\n.", b"ab\n..\n.\n"),
        (b"", b".\n"),
        (b"\0\xff\r\n", b"\0\xff\r\n.\n"),
    ],
)
def test_a_dot_cannot_end_a_letter_early(tmp_path: Path, octets: bytes, written: bytes) -> None:
    send(f"test://{tmp_path}/out", octets)
    assert (tmp_path / "out").read_bytes() == WRITTEN + written


def test_test_alone_writes_to_standard_output() -> None:
    program = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from test_file import send; print('before'); send(sys.argv[3], b'hi\\n')"
    )
    here = Path(__file__).parent
    for url in ("test:", "test://"):
        argv = [sys.executable, "-c", program, str(here.parents[1]), str(here), url]
        assert subprocess.run(argv, capture_output=True, check=True).stdout == b"before\n" + WRITTEN + b"hi\n.\n"


def test_a_full_disk_is_told() -> None:
    with pytest.raises(MailError, match="test:///dev/full: .*No space left"):
        send("test:///dev/full", b"x\n")


def test_an_address_cannot_become_a_second_command(tmp_path: Path) -> None:
    with pytest.raises(MailError) as caught:
        send(f"test://{tmp_path}/out", b"x\n", Envelope("me@here", ["a@b>\nRCPT TO:<evil@x"]))
    assert caught.value.status == USAGE


@pytest.mark.parametrize("url", ["test://relative", "mbox:", "mbox://relative", "maildir:", "maildir://x/y"])
def test_a_path_has_to_begin_at_the_root(url: str) -> None:
    with pytest.raises(MailError, match="write (test|mbox|maildir):///path") as caught:
        open_transport(url, Variables(strict=False))
    assert caught.value.status == CONFIG


def test_mbox_appends_one_letter_for_all_recipients(tmp_path: Path) -> None:
    for _ in range(2):
        assert send(f"mbox://{tmp_path}/box", b"Subject: x\n\nFrom me\n") == [250, 250]
    lines = (tmp_path / "box").read_bytes().splitlines(keepends=True)
    assert lines[0].startswith(b"From me@here ") and lines[5].startswith(b"From me@here ")
    assert b"".join(lines[1:5]) == b"Subject: x\n\n>From me\n\n"
    assert os.stat(tmp_path / "box").st_mode & 0o777 == 0o600


def test_maildir_adds_a_file(tmp_path: Path) -> None:
    assert send(f"maildir://{tmp_path}/box", b"Subject: x\n\nhi\n") == [250, 250]
    files = [path for path in (tmp_path / "box").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [b"Subject: x\n\nhi\n"]


def test_a_mailbox_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(MailError, match="none/box: No such file or directory"):
        send(f"mbox://{tmp_path}/none/box", b"x\n")


@pytest.mark.parametrize("scheme", ["test", "mbox"])
@pytest.mark.parametrize("folder", ["none", "file"])
def test_file_whose_folder_is_none_cannot_be_created(scheme: str, folder: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MailError) as caught:
        send(f"{scheme}://{tmp_path}/{folder}/x", b"x\n")
    assert caught.value.status == CANTCREAT
