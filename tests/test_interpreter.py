"""Lines -> words -> verb: the gate, conditions, errors."""

from __future__ import annotations

import io

import pytest
from sessions import Room, room

from pymail import interpreter, msglist
from pymail.errors import MailError
from pymail.input import Script
from pymail.session import Leave
from pymail.verbs import table


def session(count: int = 0, *, strict: bool = False) -> Room:
    return room(count, strict=strict)


def output(s: Room, text: str) -> str:
    """What these lines print, as a start-up file's or as typed when there is a folder."""
    interpreter.run(s, Script("rc", text.split("\n"), startup=s.folder is None))
    return s.said


def errors(s: Room) -> str:
    return s.complained


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("a", "alias"), ("al", "alias"), ("alt", "alternates"), ("c", "copy"), ("C", "Copy"), ("ch", "cd"),
        ("co", "copy"),
        ("d", "delete"), ("di", "discard"), ("dp", "dp"), ("dt", "dp"), ("e", "edit"), ("ec", "echo"), ("el", "else"),
        ("en", "endif"), ("ex", "exit"), ("f", "from"), ("fi", "file"), ("fo", "followup"), ("fold", "file"),
        ("F", "Followup"), ("g", "alias"), ("h", "headers"), ("he", "headers"), ("hel", "help"), ("ho", "hold"),
        ("i", "if"),
        ("ig", "discard"), ("l", "list"), ("m", "mail"), ("mb", "mbox"), ("n", "next"), ("p", "print"), ("P", "Print"),
        ("pi", "pipe"), ("pre", "hold"), ("q", "quit"), ("r", "reply"), ("R", "Reply"), ("ret", "retain"),
        ("s", "save"),
        ("S", "Save"), ("se", "set"), ("sh", "shell"), ("si", "size"), ("so", "source"), ("t", "print"), ("T", "Print"),
        ("to", "top"), ("tou", "touch"), ("u", "undelete"), ("una", "unalias"), ("unr", "unread"), ("uns", "unset"),
        ("v", "visual"), ("ve", "version"), ("w", "write"), ("x", "exit"), ("z", "z"), ("=", "="), ("!", "!"),
        ("|", "pipe"),
        ("?", "help"), ("inc", "incorporate"),
    ],
)  # fmt: skip
def test_posix_abbreviations_mean_what_posix_says(word: str, verb: str) -> None:
    assert interpreter.lookup(word).name == verb


def test_no_two_verbs_answer_to_the_same_word() -> None:
    interpreter.load_all()
    for row in table.VERBS:
        for short, whole in row.words:
            for end in range(len(short), len(whole) + 1):
                assert [other.name for other in table.VERBS if other.answers_to(whole[:end])] == [row.name]


def test_every_verb_has_a_sentence_of_help() -> None:
    interpreter.load_all()
    for row in table.VERBS:
        assert row.help[0].isupper() and row.help.endswith("."), row.name


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("f2", ["2"]), ("f 1 3", ["1", "3"]), ("f1-2", ["1", "2"]), ("f$", ["3"]), ("f*", ["1", "2", "3"]),
        ("f:n", ["1", "2", "3"]), ("f{1 3}", ["1", "3"]), ("f(subject 2)", ["2"]),
    ],
)  # fmt: skip
def test_a_message_list_needs_no_blank_after_the_verb(line: str, numbers: list[str]) -> None:
    s = session(3)
    assert [text.split()[0].lstrip(">N") or text.split()[1] for text in output(s, line).splitlines()] == numbers


@pytest.mark.parametrize(
    ("lines", "printed"),
    [
        ("if s\necho a\nelse\necho b\nendif", "b\n"),
        ("if r\necho a\nelse\necho b\nendif", "a\n"),
        ("if s\nif r\necho a\nendif\necho b\nendif\necho c", "c\n"),
        ("if s\nnonsense\nelse\necho b\nendif", "b\n"),
        ("set x=1\nif $x == 1\necho one\nelif $x == 2\necho two\nelse\necho else\nendif", "one\n"),
        ("set x=2\nif $x == 1\necho one\nelif $x == 2\necho two\nelse\necho else\nendif", "two\n"),
        ("set x=3\nif $x == 1\necho one\nelif $x == 2\necho two\nelse\necho else\nendif", "else\n"),
        ("if -N x\necho set\nelse\necho unset\nendif", "unset\n"),
        ("set x=abc\nif -N x && $x =~ ^a && ! $x =% z\necho yes\nendif", "yes\n"),
        ("if [ r || s ] && -Z y\necho yes\nendif", "yes\n"),
        ("if r\necho a\nif s\necho b\nelse\necho c\nendif\nelse\necho d\nendif\necho e", "a\nc\ne\n"),
        ("if s\nif r\necho a\nelif r\necho b\nelse\necho c\nendif\nelif r\necho d\nendif", "d\n"),
    ],
)
def test_conditions_choose_the_lines_that_are_carried_out(lines: str, printed: str) -> None:
    assert output(session(), lines) == printed


@pytest.mark.parametrize(
    ("lines", "printed", "where"),
    [
        ("if r\necho a\nelse\necho b\nelse\necho c\nendif\necho d", "a\nd\n", "rc:5: else"),
        ("if s\necho a\nelse\necho b\nelse\necho c\nendif\necho d", "b\nd\n", "rc:5: else"),
        ("if s\necho a\nelse\necho b\nelif r\necho c\nendif\necho d", "b\nd\n", "rc:5: elif"),
    ],
)
def test_what_follows_the_else_of_an_if_is_no_branch(lines: str, printed: str, where: str) -> None:
    s = session()
    assert output(s, lines) == printed
    assert errors(s) == f"pymail: {where}: there was an else before it; an if has one, at its end\n"


def test_a_line_goes_on_after_a_backslash() -> None:
    assert output(session(), "echo a \\\n   b") == "a b\n"


def test_an_error_in_a_file_names_file_and_line_and_the_rest_goes_on() -> None:
    s = session()
    assert output(s, "echo a\nnonsense\necho b") == "a\nb\n"
    assert errors(s).startswith("pymail: rc:2: nonsense: unknown command")


def test_with_posixly_correct_the_rest_of_a_bad_start_up_file_is_skipped() -> None:
    assert output(session(strict=True), "echo a\nnonsense\necho b") == "a\n"


@pytest.mark.parametrize(
    "line", ["!ls", "edit", "hold", "mail bob", "reply", "Reply", "Save", "shell", "visual", "Copy", "fo"]
)
def test_posix_forbids_these_in_start_up_files(line: str) -> None:
    s = session()
    output(s, line)
    assert "start-up file" in errors(s)


def test_an_unknown_command_suggests_the_nearest() -> None:
    with pytest.raises(MailError, match="headres: unknown command; did you mean headers"):
        interpreter.execute(session(), "headres")


def test_a_verb_on_messages_needs_a_mailbox() -> None:
    with pytest.raises(MailError, match="no mailbox is open"):
        interpreter.execute(session(), "delete")


def test_a_read_only_mailbox_refuses_changes_and_says_why() -> None:
    s = session(2)
    assert s.folder is not None
    s.folder.mailbox.readonly = "opened with -R"
    with pytest.raises(MailError, match="delete: list is read-only: opened with -R"):
        interpreter.execute(s, "delete 1")


def test_exit_takes_a_status() -> None:
    with pytest.raises(Leave) as caught:
        interpreter.execute(session(), "exit 3")
    assert caught.value.status == 3


def test_macros_and_command_aliases_are_carried_out() -> None:
    s = session()
    text = "define hi {\necho one\necho two\n}\ncall hi\ncommandalias say 'echo said'\nsay so"
    assert output(s, text) == "one\ntwo\nsaid so\n"


def test_a_macro_that_calls_itself_ends_with_an_error() -> None:
    s = session()
    output(s, "define a {\ncall a\n}\ncall a")
    assert "calls itself without end" in errors(s)


def test_delete_moves_on_and_undelete_brings_back() -> None:
    s = session(3)
    assert s.folder is not None
    interpreter.execute(s, "delete 2")
    assert s.folder.dot == 3
    interpreter.execute(s, "delete 3")
    assert s.folder.dot == 1
    interpreter.execute(s, "undelete")
    assert not s.folder.deleted(2) and s.folder.deleted(3)


def test_hold_overrides_delete() -> None:
    s = session(2)
    assert s.folder is not None
    interpreter.run(s, Script("", ["delete 1", "undelete 1", "delete 2"]))
    assert not s.folder.deleted(1) and s.folder.deleted(2)


def test_help_has_a_line_for_each_verb_and_each_form_of_a_message_list() -> None:
    s = session(1)
    interpreter.execute(s, "?")
    assert isinstance(s.out, io.StringIO)
    lines = s.out.getvalue().splitlines()
    assert len(lines) == len(table.VERBS) + len(msglist.FORMS) + 2
    assert max(map(len, lines)) < 80
