"""The command line."""

from __future__ import annotations

import pytest

from pymail import options
from pymail.errors import USAGE, MailError


def test_options_stand_after_addresses_too() -> None:
    given = options.parse(["-s", "Hello world", "bob@host", "-c", "smith@host", "-b", "root@host"])
    assert given.operands == ["bob@host"]
    assert (given.last("subject"), given.all("cc"), given.all("bcc")) == ("Hello world", ["smith@host"], ["root@host"])


def test_two_dashes_end_the_options() -> None:
    given = options.parse(["-s", "x", "--", "-c", "bob"])
    assert given.literal == ["-c", "bob"]
    assert not given.has("cc")


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["-sx"], "subject", "x"),
        (["-s", "x", "-s", "y"], "subject", "y"),
        (["--subject=x"], "subject", "x"),
        (["--subject", "x"], "subject", "x"),
        (["--subj", "x"], "subject", "x"),
        (["-ns", "x"], "subject", "x"),
        (["-s", "-n"], "subject", "-n"),
        (["--subject="], "subject", ""),
    ],
)
def test_an_argument_is_found(words: list[str], name: str, value: str) -> None:
    assert options.parse(words).last(name) == value


def test_f_takes_its_file_from_the_operands() -> None:
    given = options.parse(["-fin", "box"])
    assert given.has("file") and given.has("ignore-interrupts") and given.has("no-system-rc")
    assert given.operands == ["box"]


@pytest.mark.parametrize("words", [["-s"], ["--nonsense"], ["-%"], ["--flush=1"], ["--re"], ["--subject"]])
def test_a_wrong_option_is_a_usage_error_that_names_it(words: list[str]) -> None:
    with pytest.raises(MailError) as caught:
        options.parse(words)
    assert caught.value.status == USAGE
    assert caught.value.text.startswith(words[0].partition("=")[0])


def test_every_short_option_has_a_long_form_and_no_two_rows_clash() -> None:
    shorts = [row.short for row in options.TABLE if row.short]
    longs = [row.long for row in options.TABLE]
    assert all(longs)
    assert len(shorts) == len(set(shorts))
    assert len(longs) == len(set(longs))


def test_help_shows_every_option() -> None:
    text = options.usage()
    for row in options.TABLE:
        assert row.spelling() in text
        assert row.text in text
