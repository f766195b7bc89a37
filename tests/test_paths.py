"""Paths are what os.path says they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import paths

NAMES = st.lists(st.sampled_from(["/", "a", "b", ".", "..", "//", " "]), max_size=6).map("".join)


@given(NAMES, NAMES, NAMES)
def test_names_are_joined_as_os_path_joins_them(one: str, two: str, three: str) -> None:
    assert paths.join(one, two) == os.path.join(one, two)
    assert paths.join(one, two, three) == os.path.join(one, two, three)


@given(NAMES)
def test_folder_of_a_path_is_what_os_path_says(path: str) -> None:
    assert paths.dirname(path) == os.path.dirname(path)


@given(NAMES)
def test_path_without_links_is_what_os_path_says(path: str) -> None:
    assert paths.realpath("/" + path) == os.path.realpath("/" + path).replace("//", "/")
    assert paths.realpath(path) == os.path.realpath(path).replace("//", "/")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file, a folder, and links to both, to each other, to nothing and to themselves."""
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "file").touch()
    links = {
        "to-file": "file", "to-folder": "folder", "absolute": str(tmp_path / "folder"), "chain": "to-folder/inner",
        "up": "folder/inner/..", "nothing": "not-there/x", "self": "self", "folder/inner/back": "../../to-folder",
    }  # fmt: skip
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    monkeypatch.chdir(tmp_path)
    return tmp_path


PLACES = """
    file folder to-file to-folder absolute chain up nothing folder/inner/back folder/inner/back/inner/back
    to-file/x absolute/../file chain/../../file nothing/y not-there a\0b
""".split()


@pytest.mark.parametrize("name", PLACES)
def test_what_is_there_is_found_through_links(tree: Path, name: str) -> None:
    assert paths.exists(name) == os.path.exists(name)
    assert paths.lexists(name) == os.path.lexists(name)
    assert paths.isdir(name) == os.path.isdir(name)


@pytest.mark.parametrize("name", PLACES[:-1])
def test_links_are_followed_to_their_end(tree: Path, name: str) -> None:
    assert paths.realpath(name) == os.path.realpath(name)
    assert paths.realpath(str(tree / name)) == os.path.realpath(name)


def test_link_that_leads_to_itself_is_left_in_the_path(tree: Path) -> None:
    assert paths.realpath("self/x") == str(tree.resolve() / "self" / "x")
