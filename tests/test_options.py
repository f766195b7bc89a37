"""The command line."""

from __future__ import annotations

import pytest
from program import Run

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


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--exist"], "exists"), (["--nosum"], "no-headers"), (["--norc"], "no-system-rc"),
        (["--byname"], "record-recipient"),
        (["--template"], "read-recipients"), (["--batch-mode"], "batch"), (["-?"], "help"), (["--append=X: y"], "add"),
        (["--return-address", "me@x"], "from"), (["-MT"], "text-type"), (["--no-mime"], "mime"),
        (["-:", "/"], "resource-files"),
        (["--header-summary"], "headers"), (["--inbox-of=bob"], "user"), (["--search", ":u"], "list"),
    ],
)  # fmt: skip
def test_long_names_of_other_programs_are_known(words: list[str], name: str) -> None:
    assert options.parse(words).has(name)


def test_file_may_follow_the_long_form_of_f() -> None:
    assert options.parse(["--file=box"]).last("file") == "box"
    assert options.parse(["--file", "box"]).operands == ["box"]


@pytest.mark.parametrize("word", ["-.", "--end-options"])
def test_a_dot_ends_the_options_and_asks_for_sending(word: str) -> None:
    given = options.parse(["-sx", word, "-c", "bob"])
    assert given.has("end-options") and given.literal == ["-c", "bob"]


def test_options_keep_their_order() -> None:
    assert options.parse(["-a", "x", "--attach=y", "-az"]).order == [("add", "x"), ("attach", "y"), ("add", "z")]


def test_every_short_option_has_a_long_form_and_no_two_rows_clash() -> None:
    shorts = [row.short for row in options.TABLE if row.short]
    longs = [row.long for row in options.TABLE]
    assert all(longs)
    assert len(shorts) == len(set(shorts))
    assert len(longs) == len(set(longs))
    names = [name for row in options.TABLE for name in (row.long, *row.also)]
    assert len(names) == len(set(names))


def test_help_shows_every_option() -> None:
    text = options.usage()
    words = " ".join(text.split())
    for row in options.TABLE:
        assert row.spelling() in text
        assert row.text in words
    assert max(map(len, text.splitlines())) < 80


@pytest.mark.parametrize(
    ("word", "near"), [("--sbject=x", "--subject?"), ("--debug-lvl", "--debug-level"), ("--zzz", "--help")]
)
def test_a_wrong_long_option_names_those_that_look_like_it(word: str, near: str) -> None:
    with pytest.raises(MailError, match=near):
        options.parse([word])


def test_gnu_mails_options_about_its_own_settings_are_understood(pymail: Run) -> None:
    words = ["--no-config", "--debug-line-info", "--config-verbose", "--debug-level=smtp.trace7", "--nosum", "-n"]
    sent = pymail(*words, "-S", "mta=test:", "bob@example.org", input="text\n")
    assert sent.status == 0
    assert "To: bob@example.org" in sent.out
