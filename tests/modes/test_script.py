"""Mail for scripts: --json and --extract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from letters import letter, mbox
from program import Home, Run

WITH_FILE = b"""From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>
Subject: files
Message-ID: <1@x.example>
Status: RO
X-Status: A
Content-Type: multipart/mixed; boundary=b

--b

text
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename="../../a\x1b.pdf"

content
--b--
"""


@pytest.fixture
def box(home: Home) -> Path:
    return mbox(home.path / "box", [letter("one", "1\n"), WITH_FILE, letter("three", "3\n")])


def test_h_with_json_lists_all_messages(box: Path, pymail: Run) -> None:
    done = pymail("-H", "--json", "-f", str(box))
    found = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert [(each["number"], each["subject"]) for each in found] == [(1, "one"), (2, "files"), (3, "three")]
    assert found[1]["from"] == {"name": "J\u00fcrgen", "address": "j@x.example"}
    assert (found[1]["state"], found[1]["flags"]) == ("A", ["seen", "old", "answered"])
    assert found[1]["message-id"] == "<1@x.example>"
    assert len(done.out.splitlines()) == 5 and done.out.isascii()


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["-f", "box", "3"], [3]),
        (["-f", "box"], [1, 2, 3]),
        (["-f", "box", "1", "/file"], [1, 2]),
        (["--file=box", "2-3"], [2, 3]),
        (["-L", ":r", "-f", "box"], [2]),
        (["2"], [2]),
        ([], [1, 2, 3]),
    ],
)
def test_operands_name_messages(box: Path, home: Home, pymail: Run, words: list[str], numbers: list[int]) -> None:
    home.inbox.write_bytes(box.read_bytes())
    done = pymail("--json", *words, env={"POSIXLY_CORRECT": "1"})
    assert [each["number"] for each in json.loads(done.out)] == numbers


def test_messages_are_given_whole(box: Path, pymail: Run) -> None:
    before = box.stat()
    (found,) = json.loads(pymail("--json", "-f", str(box), "2").out)
    assert found["text"] == "text\n"
    assert [part["type"] for part in found["parts"]] == ["text/plain", "application/pdf"]
    assert found["attachments"][0]["file"] == "a_.pdf"
    assert (box.stat().st_mtime_ns, box.stat().st_size) == (before.st_mtime_ns, before.st_size)


@pytest.mark.parametrize("words", [["--json"], ["-H", "--json"], ["--json", "-f", "box", "/nothing"]])
def test_where_there_is_no_message_the_array_is_empty(box: Path, pymail: Run, words: list[str]) -> None:
    done = pymail(*words)
    assert (done.out, done.status) == ("[]\n", 1)


@pytest.mark.parametrize(
    ("words", "status"),
    [(["-f", "nosuch"], 66), (["-f", "box", "9"], 1), (["-f", "box", "2.1"], 1), (["--extract", "x", "-f", "box"], 64)],
)
def test_what_is_wrong_is_told_on_standard_error(box: Path, pymail: Run, words: list[str], status: int) -> None:
    done = pymail("--json", *words)
    assert (done.out, done.status) == ("", status) and done.err.startswith("pymail: ")


def test_extract_saves_text_and_attachments(box: Path, home: Home, pymail: Run) -> None:
    done = pymail("--extract", "out", "-f", str(box), "1", "2")
    assert done.status == 0
    assert {path.name: path.read_text() for path in (home.path / "out").iterdir()} == {
        "message-1.txt": "1\n", "message-2.txt": "text", "a_.pdf": "content",
    }  # fmt: skip
    assert (home.path / "out").stat().st_mode & 0o777 == 0o700
    assert done.out.splitlines()[2] == '"out/a_.pdf" [New file] 7 octets (application/pdf)'
    pymail("--extract", "out", "-f", str(box), "2.2")
    assert (home.path / "out" / "a_-1.pdf").read_text() == "content"


def test_extract_makes_no_folder_where_it_cannot(box: Path, pymail: Run) -> None:
    assert pymail("--extract", "/proc/x/y", "-f", str(box)).status == 73
    assert pymail("--extract", "box", "-f", str(box)).status == 73
    assert pymail("--extract", "", "-f", str(box)).status == 64
