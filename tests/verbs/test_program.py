"""The verbs that make new words."""

from __future__ import annotations

import pytest
from sessions import room


def test_macros_are_defined_called_listed_and_removed() -> None:
    s = room()
    s.do("define hi {", "  echo one", "  echo two", "}")
    assert s.do("call hi") == "one\ntwo\n"
    assert s.do("define") == "define hi {\n    echo one\n    echo two\n}\n"
    s.do("undefine hi", "call hi")
    assert "hi: no such macro" in s.complained


def test_localopts_takes_back_what_a_macro_sets() -> None:
    s = room()
    s.do("set x=1", "define a {", "localopts on", "set x=2", "echo-x", "}", "define b {", "set x=3", "}", "call a")
    assert s.variables.get("x") == "1"
    s.do("call b")
    assert s.variables.get("x") == "3"
    s.do("define c {", "localopts on", "localopts off", "set x=4", "}", "call c")
    assert s.variables.get("x") == "4"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("define hi", "define hi: a { is wanted"),
        ("define hi {", "hi: the closing } is missing"),
        ("account nobody", "nobody: no such account"),
        ("uncommandalias x", "x: no such command alias"),
        ("unshortcut x", "x: no such shortcut"),
        ("shortcut x y z", "z: a path is wanted"),
        ("shortcut x", "x: no such shortcut"),
        ("commandalias x", "x: no such command alias"),
        ("undefine x", "x: not defined"),
        ("vexpr + 1 1", "vexpr: pymail leaves out s-nail's programming; see DIFFERENCES in pymail(1)"),
        ("decrypt", "decrypt: pymail leaves out cryptography of letters"),
        ("headres", "headres: unknown command; did you mean headers"),
    ],
)
def test_what_is_wrong_is_said(line: str, text: str) -> None:
    s = room()
    s.do(line)
    assert text in s.complained


def test_accounts_are_listed_and_removed() -> None:
    s = room()
    s.do("account work {", "set from=w@x", "}", "account work")
    assert (s.account, s.variables.text("from")) == ("work", "w@x")
    assert s.do("account") == "account work {\n    set from=w@x\n}\n"
    assert s.do("unaccount *", "account") == ""


def test_commands_get_other_names() -> None:
    s = room()
    s.do("commandalias say 'echo said'", "commandalias echo 'echo twice'")
    assert s.do("say so") == "twice said so\n"
    assert s.do("echo x") == "twice x\n"
    assert s.do("\\echo x") == "x\n"
    assert s.do("commandalias say") == "commandalias say 'echo said'\n"
    assert s.do("uncommandalias *", "echo x") == "x\n"


def test_shortcuts_are_listed_and_removed() -> None:
    s = room()
    assert s.do("shortcut a ~/a b +b", "shortcut") == "shortcut a ~/a\nshortcut b +b\n"
    assert s.do("unshortcut a", "shortcut") == "shortcut b +b\n"


def test_eval_replaces_variables() -> None:
    assert room().do("set a=1", "eval echo $a ${a}2 $HOME $nothing.") == "1 12 /nowhere .\n"


def test_ignerr_never_minds_and_wysh_is_only_a_word() -> None:
    s = room()
    assert s.do("ignerr nonsense", "wysh echo yes") == "yes\n"
    assert s.complained == ""


@pytest.mark.parametrize("word", ["bind", "colour", "filetype", "mimetype", "charsetalias", "unbind", "netrc"])
def test_settings_of_s_nail_are_accepted(word: str) -> None:
    s = room()
    s.do(f"{word} anything at all")
    assert s.complained == ""


def test_what_was_typed_is_listed_and_done_again() -> None:
    from pymail import interpreter

    s = room(typed="echo one\nhistory\nhistory 1\nhistory clear\nhistory\nhistory 9\n", terminal=True)
    interpreter.run(s, s.keyboard)
    assert s.said == "one\n   1  echo one\n   2  history\none\n   1  history\n\n"
    assert "history 9: show, clear, delete or a number" in s.complained


def test_lines_of_the_history_are_named_from_its_end_too_and_deleted() -> None:
    from pymail import interpreter

    typed = "echo one\necho two\nhistory -2\nhistory delete 1 -1\nhistory show\nhistory -9\n"
    s = room(typed=typed, terminal=True)
    interpreter.run(s, s.keyboard)
    assert s.said == "one\ntwo\none\n   1  echo two\n   2  history delete 1 -1\n   3  history show\n\n"
    assert "history -9:" in s.complained


def test_what_an_account_sets_is_taken_back_and_what_the_user_sets_meanwhile_is_not() -> None:
    s = room()
    s.do("account work {", "set from=w@x toplines=9", "}", "account home {", "localopts off", "set from=h@x", "}")
    s.do("set toplines=2", "account work", "set prompt=x", "account null")
    values = [s.variables.get(name) for name in ("from", "toplines", "prompt")]
    assert values == ["me@example.org", "2", "x"]
    s.do("account home", "account null")
    assert s.variables.get("from") == "h@x"


def test_localopts_of_a_folder_hook_lasts_until_the_next_mailbox() -> None:
    from pymail import interpreter

    s = room(1)
    s.do("define a {", "localopts on", "set x=in-a", "}", "set folder-hook-a=a")
    interpreter.run_folder_hook(s, "a")
    assert s.variables.get("x") == "in-a"
    interpreter.run_folder_hook(s, "b")
    assert s.variables.get("x") is None


def test_unknown_variables_are_kept_unless_variable_strict_is_set() -> None:
    s = room()
    s.do("set crtt=5")
    assert s.variables.get("crtt") == "5"
    assert "did you mean crt?" in s.do("varshow crtt")
    s.do("set variable-strict", "set crtt=6")
    assert s.variables.get("crtt") == "5"
    assert "set crtt: no such variable; did you mean crt?" in s.complained
