"""What the names of mailboxes stand for (POSIX mailx, `file` and `folder`)."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
import users

from pymail.errors import MailError
from pymail.mailboxes.names import Names, journal_folder, system_mailbox

ROOT_HOME = pwd.getpwnam("root").pw_dir


@pytest.fixture
def names(tmp_path: Path) -> Names:
    for name in ("one.mbox", "two.mbox", "lone.box"):
        (tmp_path / name).touch()
    return Names(
        home=str(tmp_path),
        system="/var/mail/me",
        mbox="~/mbox",
        folder="Mail",
        previous="/before",
        environ={"BOX": "abc", "HOME": "/elsewhere"},
        spool="/spool",
    )


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("%", "/var/mail/me"),
        ("%bob", "/spool/bob"),
        ("#", "/before"),
        ("#x", "#x"),
        ("&", "{home}/mbox"),
        ("&x", "&x"),
        ("+work", "{home}/Mail/work"),
        ("+", "{home}/Mail/"),
        ("~", "{home}"),
        ("~/box", "{home}/box"),
        ("~root/box", ROOT_HOME + "/box"),
        ("~nobody-of-this-name/box", "~nobody-of-this-name/box"),
        ("$BOX/x", "abc/x"),
        ("a${BOX}b", "aabcb"),
        ("$UNSET/x", "/x"),
        ("a$", "a$"),
        ("${BOX", "${BOX"),
        ("/plain/path", "/plain/path"),
        ("relative", "relative"),
        ("-", "-"),
        ("{home}/on*.mbox", "{home}/one.mbox"),
        ("{home}/none*", "{home}/none*"),
        ("mbox://~/box", "mbox://{home}/box"),
        ("maildir:///m", "maildir:///m"),
        ("mbox://%", "mbox:///var/mail/me"),
        ("imaps://a@b/c*", "imaps://a@b/c*"),
    ],
)
def test_a_name_stands_for_a_path(names: Names, name: str, path: str) -> None:
    name, path = name.replace("{home}", names.home), path.replace("{home}", names.home)
    assert names.expand(name) == path


def test_a_pattern_of_several_files_is_an_error_that_names_it(names: Names) -> None:
    with pytest.raises(MailError, match="2 files"):
        names.expand(f"{names.home}/*.mbox")


def test_a_file_that_is_named_like_a_pattern_is_that_file(names: Names) -> None:
    path = os.path.join(names.home, "a[b]*")
    Path(path).touch()
    assert names.expand(path) == path


@pytest.mark.parametrize("name", ["%a/b", "%..", "%."])
def test_a_user_is_no_path(names: Names, name: str) -> None:
    with pytest.raises(MailError, match="not a user"):
        names.expand(name)


def test_no_previous_mailbox_is_an_error(names: Names) -> None:
    names.previous = ""
    with pytest.raises(MailError, match="previous"):
        names.expand("#")


def test_without_a_folder_plus_is_a_letter(names: Names) -> None:
    names.folder = ""
    assert names.expand("+work") == "+work"
    assert names.directory == ""


def test_an_absolute_folder_is_not_below_home(names: Names) -> None:
    names.folder = "/mail"
    assert names.expand("+work") == "/mail/work"


def test_mail_counts_when_it_is_the_users_own(tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert system_mailbox("me", {"MAIL": str(own)}, "") == str(own)
    own.touch()
    assert system_mailbox("me", {"MAIL": str(own)}, "") == str(own)
    assert system_mailbox("no-such-user", {"MAIL": "/etc/passwd/x"}, "") == "/var/mail/no-such-user"
    assert system_mailbox("no-such-user", {"MAIL": "/var/mail/another"}, "") == "/var/mail/no-such-user"
    os.mkfifo(tmp_path / "fifo")
    assert system_mailbox("no-such-user", {"MAIL": str(tmp_path / "fifo")}, "") == "/var/mail/no-such-user"


@pytest.mark.skipif(not users.is_root, reason="only root can give files away")
def test_the_mailbox_of_another_is_not_ours(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()
    users.own(other)
    assert system_mailbox("no-such-user", {"MAIL": str(other)}, "") == "/var/mail/no-such-user"


def test_the_inbox_is_the_place_where_there_is_no_other(tmp_path: Path) -> None:
    (tmp_path / "inbox").touch()
    assert system_mailbox("no-such-user", {}, str(tmp_path)) == str(tmp_path / "inbox")
    assert system_mailbox("no-such-user", {}, str(tmp_path), "/spool") == "/spool/no-such-user"
    assert journal_folder("/x") == "/x/journal"
