"""/etc/aliases: which users a name stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pymail.errors import TEMPFAIL, MailError
from pymail.transports.aliases import read, resolve

TEXT = r"""
# comment
mailer-daemon: postmaster
postmaster: Root
root: bob,   smith
Team: bob, smith,
	anna
    , postmaster
"two words" : bob
loop: pool
pool: loop, bob
self: \self, archive
archive: self
prog: "|/usr/bin/vacation bob"
file: /var/mail/archive
include: :include:/etc/list
remote: bob@example.com
mixed: bob, prog
quoted: "bob"
nobody:
"""


@pytest.fixture
def aliases(tmp_path: Path) -> dict[str, list[str]]:
    path = tmp_path / "aliases"
    path.write_text(TEXT)
    return read(str(path))


@pytest.mark.parametrize(
    ("name", "users"),
    [
        ("bob", ["bob"]),
        ("Bob", ["Bob"]),
        ("mailer-daemon", ["bob", "smith"]),
        ("MAILER-DAEMON", ["bob", "smith"]),
        ("team", ["bob", "smith", "anna"]),
        ("two words", ["bob"]),
        ("loop", ["loop", "bob"]),
        ("self", ["self"]),
        ("archive", ["self", "archive"]),
        ("\\root", ["root"]),
        ("quoted", ["bob"]),
        ("nobody", []),
    ],
)
def test_a_name_stands_for_users(aliases: dict[str, list[str]], name: str, users: list[str]) -> None:
    assert resolve(name, aliases) == users


@pytest.mark.parametrize("name", ["prog", "file", "include", "remote", "mixed"])
def test_what_is_no_plain_user_needs_a_server(aliases: dict[str, list[str]], name: str) -> None:
    with pytest.raises(MailError, match="needs a mail server") as caught:
        resolve(name, aliases)
    assert caught.value.status == TEMPFAIL


def test_a_missing_file_has_no_aliases(tmp_path: Path) -> None:
    assert read(str(tmp_path / "none")) == {}


def test_an_unreadable_file_is_told_and_not_taken_for_empty(tmp_path: Path) -> None:
    with pytest.raises(MailError, match="Is a directory"):
        read(str(tmp_path))


def test_aliases_that_multiply_are_followed_once() -> None:
    aliases = {f"a{depth}": [f"a{depth + 1}"] * 10 for depth in range(20)}
    assert resolve("a0", aliases) == ["a20"]
