"""The help about verbs, variables and escapes."""

from __future__ import annotations

from sessions import room

from pymail import msglist
from pymail.verbs import table


def test_help_explains_one_command_or_all() -> None:
    s = room()
    assert s.do("? d").splitlines() == [
        "d[elete] [msglist]", "    Delete messages, when the mailbox is left.", "    Not in a read-only mailbox.",
    ]  # fmt: skip
    text = s.do("help")
    assert all(row.help in text for row in table.VERBS)
    assert all(form in text for form, _ in msglist.FORMS)


def test_help_is_one_line_a_command_on_a_usual_screen() -> None:
    lines = room().do("?").splitlines()
    assert len(lines) == len(table.VERBS) + len(msglist.FORMS) + 2
    assert max(map(len, lines)) < 80


def test_list_names_all_commands() -> None:
    names = room().do("list").replace("\n", " ").replace(" ", "").split(",")
    assert sorted(names) == sorted(word for row in table.VERBS for _, word in row.words)


def test_version_is_printed() -> None:
    from pymail import __version__

    assert room().do("version") == f"pymail {__version__}\n"
