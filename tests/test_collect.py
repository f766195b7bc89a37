"""Typing a letter: what is asked, what ends it, what an interrupt does."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessions import Room, Typist, room

from pymail import collect
from pymail.draft import Draft

INTERRUPT = "^C"


class Nervous(Typist):
    """A typist who interrupts where a line is ^C and ends the input where one is ^D."""

    def _read(self) -> bytes:
        line = super()._read()
        if line == b"^C\n":
            raise KeyboardInterrupt
        return b"" if line == b"^D\n" else line


def typed(s: Room, text: str, draft: Draft | None = None) -> Draft:
    draft = draft or Draft()
    s.keyboard = Nervous(text)
    s.interactive = True
    collect.collect(s, draft)
    return draft


def asked(s: Room) -> list[str]:
    assert isinstance(s.keyboard, Typist)
    return s.keyboard.asked


def body(draft: Draft) -> str:
    return b"".join(draft.body.pieces()).decode()


@pytest.mark.parametrize(
    ("setting", "prompts"),
    [
        ("", ["Subject: "]),
        ("noask", []),
        ("askcc askbcc", ["Subject: ", "Cc: ", "Bcc: "]),
        ("noasksub askbcc", ["Bcc: "]),
        ("askcc askbcc askatend", ["Subject: ", "Cc: ", "Bcc: "]),
        ("askattach", ["Subject: ", "Attach: "]),
        ("asksend", ["Subject: ", "Send this letter? [y] "]),
    ],
)
def test_variables_say_what_is_asked(setting: str, prompts: list[str]) -> None:
    s = room()
    s.do(f"set {setting}")
    typed(s, "")
    assert asked(s) == prompts


@pytest.mark.parametrize(
    ("setting", "lines"),
    [("askcc askbcc", "hi\nann@x\njoe@y\nhello\n"), ("askcc askbcc askatend", "hi\nhello\n^D\nann@x\njoe@y\n")],
)
def test_copies_are_asked_for_before_or_behind_the_text(setting: str, lines: str) -> None:
    s = room()
    s.do(f"set {setting}")
    draft = typed(s, lines)
    assert (draft.subject, draft.cc[0].spec, draft.bcc[0].spec, body(draft)) == ("hi", "ann@x", "joe@y", "hello\n")


def test_what_is_given_is_not_asked_for() -> None:
    s = room()
    draft = Draft()
    draft.subject = "given"
    typed(s, "hello\n", draft)
    assert asked(s) == []


def test_a_bad_copy_is_told_and_asked_for_again() -> None:
    s = room()
    s.do("set askcc noask")
    draft = typed(s, "a@@b\nann@x\nhello\n")
    assert draft.cc[0].spec == "ann@x" and "more than one @" in s.complained


def test_files_are_asked_for_behind_the_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    s = room()
    s.do("set askattach noask")
    draft = typed(s, f"hello\n^D\n{tmp_path}/a\n\n")
    assert [file.name for file in draft.attachments] == ["a"]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_text_that_speaks_of_an_attachment_is_asked_about_on_a_terminal_alone(tmp_path: Path, terminal: bool) -> None:
    (tmp_path / "file").write_text("x")
    s = room(home=tmp_path, terminal=terminal)
    s.do("set noask")
    draft = Draft()
    s.keyboard = Typist(f"It is attached.\n.\nn\n~@ {tmp_path}/file\n.\n", terminal)
    collect.collect(s, draft)
    question = "You wrote of an attachment, but nothing is attached. Send anyway? [y] "
    assert asked(s) == ([question] if terminal else [])
    if terminal:
        assert (body(draft), len(draft.attachments)) == ("It is attached.\n", 1)


def test_posix_asks_nothing_behind_the_text() -> None:
    s = room(strict=True)
    s.do("set noask dot")
    assert body(typed(s, "It is attached.\n.\n")) == "It is attached.\n"
    assert not asked(s)


@pytest.mark.parametrize("answer", ["y", "", "yes", "^C\ny"])
def test_a_letter_can_go_without_what_it_speaks_of(answer: str) -> None:
    s = room()
    s.do("set noask")
    assert not typed(s, f"It is attached.\n.\n{answer}\n").attachments


def test_a_file_that_is_missing_is_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "a b").write_text("x")
    s = room()
    s.do("set askattach noask")
    draft = typed(s, f".\n{tmp_path}/nothing\n{tmp_path}/a b\n'{tmp_path}/a b'\n\n")
    assert [file.name for file in draft.attachments] == ["a b", "a b"]
    assert "nothing: No such file" in s.complained


def test_a_letter_that_is_not_to_be_sent_yet_goes_on() -> None:
    s = room()
    s.do("set asksend noask dot")
    assert body(typed(s, "one\n.\nno\ntwo\n.\nyes\n")) == "one\ntwo\n"


@pytest.mark.parametrize(("setting", "text"), [("editalong", "by EDITOR\n"), ("editalong=v", "by VISUAL\n")])
def test_editalong_begins_in_an_editor(setting: str, text: str) -> None:
    s = room()
    for variable in ("EDITOR", "VISUAL"):
        s.do(f"set {variable}='sh -c \"echo by {variable} >>\\$0\"'")
    s.do(f"set noask {setting}")
    assert body(typed(s, "")) == text


@pytest.mark.parametrize(
    ("setting", "lines", "text"),
    [
        ("dot", "a\n.\nb\n", "a\n"),
        ("nodot", "a\n.\nb\n", "a\n.\nb\n"),
        ("dot", "a\n..\n", "a\n..\n"),
        ("nodot ignoreeof", "a\n^D\nb\n.\nc\n", "a\nb\n"),
        ("nodot ignoreeof", "a\n^D\n~.\nc\n", "a\n"),
        ("noignoreeof", "a\n^D\nb\n", "a\n"),
    ],
)
def test_a_dot_or_the_end_of_input_ends_a_letter(setting: str, lines: str, text: str) -> None:
    s = room()
    s.do(f"set noask {setting}")
    assert body(typed(s, lines)) == text


def test_an_end_of_input_that_is_ignored_says_what_to_do() -> None:
    s = room()
    s.do("set noask ignoreeof")
    typed(s, "a\n^D\n.\n")
    assert 'Use "." to terminate letter.\n' in s.said


def test_a_terminal_that_is_gone_ends_a_letter_even_so() -> None:
    s = room()
    s.do("set noask ignoreeof")
    assert body(typed(s, "a\n")) == "a\n"


def test_one_interrupt_is_told_and_the_letter_goes_on() -> None:
    s = room()
    s.do("set noask")
    assert body(typed(s, "a\n^C\nb\n^C\nc\n")) == "a\nb\nc\n"
    assert s.said.count("(Interrupt -- one more to kill letter)") == 2


@pytest.mark.parametrize("lines", ["a\n^C\n^C\n", "^C\n^C\n"])
def test_two_interrupts_in_a_row_kill_the_letter(lines: str) -> None:
    s = room()
    s.do("set noask")
    with pytest.raises(collect.Aborted) as caught:
        typed(s, lines)
    assert caught.value.save


def test_interrupts_at_a_question_count_too() -> None:
    s = room()
    draft = typed(s, "^C\nhi\nhello\n")
    assert (draft.subject, body(draft), asked(s)) == ("hi", "hello\n", ["Subject: ", "Subject: "])
    with pytest.raises(collect.Aborted):
        typed(room(), "^C\n^C\n")


def test_ignored_interrupts_are_shown_as_posix_wants() -> None:
    s = room()
    s.do("set noask ignore")
    assert body(typed(s, "a\n^C\n^C\nb\n")) == "a\nb\n"
    assert s.said == "@\n@\n"


def test_composing_ends_also_when_the_letter_is_given_up() -> None:
    s = room()
    s.do("set noask")
    with pytest.raises(collect.Aborted):
        typed(s, "~x\n")
    assert not s.composing
