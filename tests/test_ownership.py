"""Whose files are used, tried as the ordinary user and as root."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest
from users import as_ordinary, is_root, own

from pymail.errors import NOPERM, MailError
from pymail.ownership import make_folder, open_private, trusted

needs_root = pytest.mark.skipif(not is_root, reason="only root can make another's files")


@pytest.fixture
def folder() -> Iterator[str]:
    """The ordinary user's own folder, reachable for him (pytest's own are not)."""
    with tempfile.TemporaryDirectory(prefix="pymail-", dir="/tmp") as name:
        own(name)
        yield name


def make(path: str, mode: int = 0o600, text: str = "old") -> str:
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def refused(path: str, why: str, flags: int = os.O_RDWR | os.O_CREAT, root: bool = False) -> None:
    for attempt in (lambda: trusted(path, root=root), lambda: open_private(path, flags, root=root)):
        with pytest.raises(MailError, match=why) as caught:
            attempt()
        assert caught.value.status == NOPERM
        assert caught.value.text.startswith(f"{path}: not used: ")


def used(path: str, flags: int = os.O_RDWR, root: bool = False) -> os.stat_result:
    trusted(path, root=root)
    descriptor = open_private(path, flags, root=root)
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def test_the_users_own_file_is_used(folder: str) -> None:
    as_ordinary(lambda: used(make(folder + "/rc", 0o644)))


def test_a_new_file_is_made_for_the_user_alone(folder: str) -> None:
    def try_it() -> None:
        os.umask(0)
        assert used(folder + "/new", os.O_WRONLY | os.O_CREAT).st_mode & 0o777 == 0o600

    as_ordinary(try_it)


def test_a_missing_file_is_an_ordinary_error(folder: str) -> None:
    def try_it() -> None:
        trusted(folder + "/none")
        with pytest.raises(FileNotFoundError):
            open_private(folder + "/none", os.O_RDONLY)
        with pytest.raises(FileNotFoundError):
            open_private(folder + "/none/at/all", os.O_RDONLY)

    as_ordinary(try_it)


def test_truncation_waits_for_the_checks(folder: str) -> None:
    def try_it() -> None:
        path = make(folder + "/rc", 0o620)
        refused(path, "others can write it", os.O_WRONLY | os.O_TRUNC)
        assert os.path.getsize(path) == 3
        os.chmod(path, 0o600)
        assert used(path, os.O_WRONLY | os.O_TRUNC).st_size == 0

    as_ordinary(try_it)


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666])
def test_a_file_that_others_can_write_is_not_used(folder: str, mode: int) -> None:
    as_ordinary(lambda: refused(make(folder + "/rc", mode), r"others can write it \(chmod go-w"))


@pytest.mark.parametrize("mode", [0o702, 0o720, 0o777])
def test_a_file_in_a_folder_that_others_can_write_is_not_used(folder: str, mode: int) -> None:
    def try_it() -> None:
        path = make(folder + "/rc")
        os.chmod(folder, mode)
        refused(path, "others can write its folder")
        refused(folder + "/new", "others can write its folder")
        assert not os.path.exists(folder + "/new")

    as_ordinary(try_it)


def test_a_sticky_folder_does_for_ones_own_and_new_files(folder: str) -> None:
    def try_it() -> None:
        os.chmod(folder, 0o1777)
        used(make(folder + "/rc"))
        used(folder + "/new", os.O_WRONLY | os.O_CREAT)

    as_ordinary(try_it)


def test_a_folder_itself_is_no_better_for_being_sticky(folder: str) -> None:
    def try_it() -> None:
        trusted(folder)
        os.chmod(folder, 0o1777)
        with pytest.raises(MailError, match="others can write it"):
            trusted(folder)

    as_ordinary(try_it)


@pytest.mark.parametrize("target", ["there", "missing", "."])
def test_a_symbolic_link_is_not_followed(folder: str, target: str) -> None:
    def try_it() -> None:
        make(folder + "/there")
        os.symlink(target, folder + "/rc")
        refused(folder + "/rc", "symbolic link")
        assert not os.path.exists(folder + "/missing")

    as_ordinary(try_it)


def test_a_file_with_two_names_is_not_used(folder: str) -> None:
    def try_it() -> None:
        os.link(make(folder + "/rc"), folder + "/other")
        refused(folder + "/rc", "second name")

    as_ordinary(try_it)


def test_a_fifo_is_refused_without_waiting_for_its_other_end(folder: str) -> None:
    def try_it() -> None:
        os.mkfifo(folder + "/rc", 0o600)
        refused(folder + "/rc", "not a regular file", os.O_RDONLY)

    as_ordinary(try_it)


def test_the_null_device_stands_for_any_file(folder: str) -> None:
    def try_it() -> None:
        os.symlink("/dev/null", folder + "/rc")
        for path in ("/dev/null", folder + "/rc"):
            used(path, os.O_RDONLY)
            used(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC)

    as_ordinary(try_it)


def test_no_other_device_does(folder: str) -> None:
    os.symlink("/dev/zero", folder + "/rc")
    as_ordinary(lambda: refused(folder + "/rc", "symbolic link"))


@needs_root
def test_anothers_file_is_not_used_even_where_it_can_be_read(folder: str) -> None:
    os.chmod(folder, 0o1777)
    make(folder + "/readable", 0o644)
    as_ordinary(lambda: refused(folder + "/readable", "it belongs to another user", os.O_RDONLY))


@needs_root
def test_roots_file_is_used_as_an_rc_file_only(folder: str) -> None:
    os.chown(folder, 0, 0)
    os.chmod(folder, 0o755)
    make(folder + "/rc", 0o644)
    as_ordinary(lambda: used(folder + "/rc", os.O_RDONLY, root=True))
    as_ordinary(lambda: refused(folder + "/rc", "belongs to another user", os.O_RDONLY))


@needs_root
def test_root_uses_nothing_of_another_user(folder: str) -> None:
    own(make(folder + "/rc"))
    refused(folder + "/rc", "folder .* belongs to another user")
    os.chown(folder, 0, 0)
    refused(folder + "/rc", "it belongs to another user")
    with pytest.raises(MailError, match="belongs to another user"):
        own(folder)
        make_folder(folder + "/state/pymail")
    assert not os.path.exists(folder + "/state")


def test_a_folder_is_made_with_all_above_it_for_the_user_alone(folder: str) -> None:
    def try_it() -> None:
        os.umask(0)
        make_folder(folder + "/state/pymail/outbox")
        make_folder(folder + "/state/pymail/outbox")
        assert os.stat(folder + "/state/pymail/outbox").st_mode & 0o777 == 0o700
        assert os.stat(folder + "/state").st_mode & 0o777 == 0o700

    as_ordinary(try_it)


def test_a_folder_that_leads_elsewhere_is_not_used(folder: str) -> None:
    def try_it() -> None:
        os.mkdir(folder + "/real", 0o700)
        os.symlink("real", folder + "/outbox")
        with pytest.raises(MailError, match="symbolic link"):
            make_folder(folder + "/outbox")

    as_ordinary(try_it)
