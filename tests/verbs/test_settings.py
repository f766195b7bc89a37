"""The verbs of start-up files: variables, aliases, environment, files, directories."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sessions import room


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["set foo=bar"], 'foo="bar"'),
        (["set foo='a  b'"], 'foo="a  b"'),
        (["set foo=a\\ b"], 'foo="a b"'),
        (["set foo=$'a\\tb'"], 'foo="a\tb"'),
        (["set foo="], "foo"),
        (["set foo"], "foo"),
        (["set toplines=9"], 'toplines="9"'),
        (["set metoo"], "metoo"),
        (["unset hold", "set hold"], "hold"),
        (["set noask", "set ask"], "asksub"),
        (["set x=1 y=2", "set nox"], 'y="2"'),
    ],
)
def test_set_lists_what_is_set(lines: list[str], line: str) -> None:
    s = room()
    s.do(*lines)
    assert line in s.do("set").splitlines()


@pytest.mark.parametrize("line", ["unset foo", "set nofoo", "unset foo bar"])
def test_unset_variables_are_gone(line: str) -> None:
    s = room()
    assert "foo" not in s.do("set foo=zork", line, "set")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("set =5", "set =5: a name is wanted before the ="),
        ("set toplines=many", "set toplines=many: a number is wanted"),
        ("set outfilename=nick", "set outfilename=nick: allowed are local, domain, email"),
        ("unset", "an argument is missing"),
        ("unalias nobody", "nobody: no such alias"),
        ("source /nowhere/rc", "/nowhere/rc: No such file"),
        ("cd /nowhere", "/nowhere: No such file"),
        ("else", "else: there is no if"),
        ("endif", "endif: there is no if"),
        ("if", "if: something is missing"),
        ("if maybe", "if maybe: s, r, t or a test"),
        ("environ paint x", "environ paint: set, unset and link"),
    ],
)
def test_what_is_wrong_is_said(line: str, text: str) -> None:
    s = room()
    s.do(line)
    assert text in s.complained


def test_variables_are_explained() -> None:
    s = room()
    text = s.do("set all")
    assert "nometoo" in text and "Leave my own address among the recipients" in text
    assert s.do("variables toplines ask foo").splitlines() == [
        'toplines="5"             How many lines top prints.',
        "asksub                   Another name of asksub.",
        "nofoo                    Not known to pymail.",
    ]


def test_who_an_alias_stands_for_in_the_end_is_shown() -> None:
    s = room()
    assert s.do("alias team bob@x jo", "alias jo 'Jo <jo@y>'", "alias - team") == "bob@x, Jo <jo@y>\n"


def test_aliases_add_up_are_listed_and_removed() -> None:
    s = room()
    s.do("alias staff bob carol", "group staff 'Dan D <dan@x>'", "alias us \\staff me")
    assert s.do("alias staff") == "staff\tbob carol Dan D <dan@x>\n"
    assert s.do("alias") == "staff\tbob carol Dan D <dan@x>\nus\t\\staff me\n"
    assert s.do("unalias staff", "alias") == "us\t\\staff me\n"
    assert s.do("ungroup *", "alias") == ""


def test_alternates_are_replaced_listed_and_removed() -> None:
    s = room()
    s.do("alternates one@x two@y", "alternates three@z Four@z")
    assert s.do("alternates") == "three@z Four@z\n"
    assert s.do("unalternates FOUR@z", "alternates") == "three@z\n"
    assert s.do("unalternates *", "alternates") == ""


def test_environment_variables_reach_other_programs() -> None:
    s = room(1)
    s.do("setenv COLOUR=red SHAPE=round", "unsetenv SHAPE", "environ set SIZE=big", "environ unset HOME")
    assert "COLOUR=red" in s.do("setenv") and "SHAPE" not in s.do("setenv")
    assert s.do("environ link SIZE", "variables SIZE").startswith('SIZE="big"')
    assert "HOME" not in s.environ


def test_a_file_is_carried_out_and_what_it_sources(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"echo before\nsource {tmp_path}/b\necho after\n")
    (tmp_path / "b").write_text("echo within\n")
    assert room().do(f"source {tmp_path}/a") == "before\nwithin\nafter\n"


def test_what_a_command_prints_is_carried_out() -> None:
    assert room().do("source 'echo echo made|'") == "made\n"


def test_files_that_source_each_other_end_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"source {tmp_path}/a\n")
    s = room()
    s.do(f"source {tmp_path}/a")
    assert "source each other without end" in s.complained


def test_the_directory_is_changed_and_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    (tmp_path / "sub").mkdir()
    s = room(home=tmp_path)
    assert s.do("cd ~/sub", "cwd") == f"{tmp_path}/sub\n"
    assert s.do("chdir", "cwd") == f"{tmp_path}\n"
    assert os.getcwd() == str(tmp_path)


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("echo a  b", "a b\n"),
        ('echo "a  b" c', "a  b c\n"),
        ("echo it's", "it's\n"),
        ("echo a\\ b", "a b\n"),
        ("echo 'a\\b'", "a\\b\n"),
        ("echo", "\n"),
    ],
)
def test_echo_prints_its_words(line: str, printed: str) -> None:
    assert room().do(line) == printed


def test_an_if_without_endif_is_told() -> None:
    s = room()
    s.do("if r", "echo yes")
    assert "if: its endif is missing" in s.complained


def test_errexit_ends_a_run_without_a_terminal() -> None:
    from pymail.session import Leave

    s = room()
    with pytest.raises(Leave) as caught:
        s.do("set errexit", "nonsense", "echo not reached")
    assert caught.value.status == 64
    assert s.said == ""


def test_posix_can_be_asked_for_and_refused() -> None:
    s = room()
    assert 'prompt="? "' in s.do("set posix", "set")
    assert 'prompt="& "' in s.do("set noposix", "set")
