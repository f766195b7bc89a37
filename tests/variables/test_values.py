"""Variables: defaults, kinds, where values come from."""

from __future__ import annotations

import pytest

from pymail.errors import MailError
from pymail.variables.table import FLAG, NUMBER, TABLE
from pymail.variables.values import Variables, shown, veiled


def test_posixly_correct_flips_the_defaults() -> None:
    today, posix = Variables(strict=False), Variables(strict=True)
    assert [today.flag(name) for name in ("hold", "keepsave", "append", "dot")] == [True] * 4
    assert [posix.flag(name) for name in ("hold", "keepsave", "append", "dot")] == [False] * 4
    assert (today.text("prompt"), posix.text("prompt")) == ("& ", "? ")
    assert (today.text("indentprefix"), posix.text("indentprefix")) == ("> ", "\t")


def test_no_before_a_name_unsets_it() -> None:
    v = Variables(strict=False)
    v.set("nohold", "")
    assert not v.flag("hold")
    v.set("ask", "")
    assert v.flag("asksub")
    v.set("noask", "")
    assert not v.flag("asksub")


def test_an_option_wins_over_a_start_up_file_but_not_over_the_user() -> None:
    v = Variables(strict=False)
    v.set("indentprefix", "zork", "option")
    v.set("indentprefix", "rc", "rc")
    assert v.text("indentprefix") == "zork"
    v.set("indentprefix", "mine")
    assert v.text("indentprefix") == "mine"


def test_a_wrong_value_is_an_error_that_says_what_is_allowed() -> None:
    v = Variables(strict=False)
    with pytest.raises(MailError, match="set toplines=many: a number is wanted"):
        v.set("toplines", "many")
    with pytest.raises(MailError, match="mbox, maildir"):
        v.set("newfolders", "zip")


@pytest.mark.parametrize(
    ("given", "number"), [("9" * 5000, 10**9), ("9223372036854775808", 10**9), ("0" * 5000 + "7", 7), ("", 0)]
)
def test_a_number_of_any_length_is_one_that_can_be_used(given: str, number: int) -> None:
    v = Variables(strict=False)
    v.set("smtp-timeout", given)
    assert v.number("smtp-timeout") == number


def test_unknown_variables_are_kept() -> None:
    v = Variables(strict=False)
    v.set("my-own", "text")
    assert v.get("my-own") == "text"
    assert 'my-own="text"' in [shown(row, value) for row, value in v.items()]


def test_a_name_that_no_table_has_is_a_mistake_in_our_code() -> None:
    with pytest.raises(KeyError):
        Variables(strict=False).flag("nonsense")


def test_the_environment_comes_before_start_up_files_and_after_options() -> None:
    v = Variables(strict=False)
    v.set("PAGER", "most", "option")
    v.import_environment({"PAGER": "less", "EDITOR": "ed", "HOME": "/x"})
    assert (v.text("PAGER"), v.text("EDITOR")) == ("most", "ed")
    v.set("EDITOR", "joe", "rc")
    assert v.text("EDITOR") == "joe"


@pytest.mark.parametrize(
    ("old", "name"),
    [
        ("sendmail-arguments", "mta-arguments"), ("sendmail-progname", "mta-argv0"),
        ("fwdheading", "forward-inject-head"), ("varstrict", "variable-strict"),
        ("NAIL_EXTRA_RC", "mailx-extra-rc"),
    ],
)  # fmt: skip
def test_old_names_are_known(old: str, name: str) -> None:
    v = Variables(strict=False)
    v.set(old, "text")
    assert v.text(name) == "text"


def test_sendmail_is_another_name_of_mta() -> None:
    v = Variables(strict=False)
    v.set("sendmail", "/usr/lib/sendmail", "rc")
    assert v.text("mta") == "/usr/lib/sendmail"
    assert v.origin("mta") == "rc"


@pytest.mark.parametrize("value", ["0", "no", "off", "False", "ask-no"])
def test_a_flag_that_is_set_to_no_is_not_set(value: str) -> None:
    variables = Variables(False)
    variables.set("hold", value)
    variables.set("reply-to-honour", "ask-yes")
    assert not variables.flag("hold") and variables.flag("reply-to-honour")


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_every_row_passes_its_own_check(row: object) -> None:
    from pymail.variables.table import Variable

    assert isinstance(row, Variable)
    assert row.text[0].isupper() and row.text.endswith(".")
    for default in (row.default, row.posix):
        if default is not None:
            assert not row.wrong(default)
            assert row.kind != FLAG or default == ""
            assert row.kind != NUMBER or default == "" or default.isdecimal()
    assert not row.same or row.same in TABLE


@pytest.mark.parametrize(
    ("line", "safe"),
    [
        ("set mta=smtp://me:a/b@c@host:25 next", "set mta=smtp://me:***@host:25 next"),
        ("set mta=smtp://me@host", "set mta=smtp://me@host"),
        ("smtps://host:465/", "smtps://host:465/"),
        ('set smtp-auth-password="two words" hold', "set smtp-auth-password=*** hold"),
        ("set password-me@host='x y' hold", "set password-me@host=*** hold"),
        ('set password="not closed', "set password=***"),
        ("set my-api-token=x", "set my-api-token=***"),
        ("set password-command='pass show mail'", "set password-command='pass show mail'"),
        ("set password-file=~/.secret", "set password-file=~/.secret"),
    ],
)
def test_a_line_is_told_without_its_secrets(line: str, safe: str) -> None:
    assert veiled(line) == safe


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [("hold", "", "hold"), ("hold", "Yes", "hold"), ("outfolder", "sub", 'outfolder="sub"')],
)
def test_a_flag_is_shown_without_a_value_that_says_no_more(name: str, value: str, line: str) -> None:
    v = Variables(strict=False)
    v.set(name, value)
    assert line in [shown(row, text) for row, text in v.items()]


def test_secrets_are_in_no_list() -> None:
    v = Variables(strict=False)
    for name in ("smtp-auth-password", "password-me@host", "client-secret"):
        v.set(name, "geheim")
    v.set("mta", "smtp://me:geheim@host smtps://me:geheim@host")
    lines = [shown(row, value) for row, value in v.items() if value != row.default]
    assert 'mta="smtp://me:***@host smtps://me:***@host"' in lines and 'client-secret="***"' in lines
    assert not any("geheim" in line for line in lines)
