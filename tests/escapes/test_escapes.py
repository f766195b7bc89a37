"""Tilde escapes: what each does to a letter, on a folder that is a list."""

from __future__ import annotations

from pathlib import Path

import pytest
from boxes import letter
from sessions import Room, Typist, room

from pymail import collect
from pymail.addresses import Address
from pymail.draft import Draft
from pymail.escapes.every import ESCAPES


@pytest.fixture
def s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.chdir(tmp_path)
    s = room([letter(1), b"From: bob@example.org\nSubject: two\nX-More: 1\n\nBODY-2\n\nend\n"], home=tmp_path)
    s.do("set noasksub indentprefix='> '", "ignore x-more")
    return s


def typed(s: Room, text: str, draft: Draft | None = None) -> Draft:
    """The draft that comes of typing this."""
    draft = draft or Draft()
    s.keyboard = Typist(text)
    s.interactive = True
    collect.collect(s, draft)
    return draft


def body(draft: Draft) -> str:
    return b"".join(draft.body.pieces()).decode()


TWO = "From: bob@example.org\nSubject: two\n\nBODY-2\n\nend\n"
QUOTED = "> From: bob@example.org\n> Subject: two\n\n> BODY-2\n\n> end\n"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("a\n~.\nb\n", "a\n"),
        ("~~tilde\n", "~tilde\n"),
        ("a ~s b\n", "a ~s b\n"),
        ("~a\n", "Bye\n\tme\n"),
        ("~A\n", "The Boss\n"),
        ("x\n~i sign\n", "x\nBye\n\tme\n"),
        ("~I Sign\nx\n", "The Bossx\n"),
        ("x\n~i nothing\ny\n", "x\ny\n"),
        ("~r file\nx\n", "from file\nx\n"),
        ("~< file\n", "from file\n"),
        ("~r ~/file\n", "from file\n"),
        ("~r !echo out\n", "out\n"),
        ("~<!echo out\n", "out\n"),
        ("~R file\n", "> from file\n"),
        ("~r - END\none\n~s two\nEND\nx\n", "one\n~s two\nx\n"),
        ("~d\n", "dead words\n"),
        ("b\na\n~|sort\n", "a\nb\n"),
        ("b\na\n~| false\n", "b\na\n"),
        ("x\n~e\n", "x\nadded\n"),
        ("x\n~v\n", "x\nadded\n"),
        ("x\n~w out\ny\n", "x\ny\n"),
        ("x\n~Z\ny\n", "x\ny\n"),
        ("x\n~r nothing\ny\n", "x\ny\n"),
        ("x\n~m 9\ny\n", "x\ny\n"),
        ("~f 2\n", TWO),
        ("~F 2\n", TWO.replace("two\n", "two\nX-More: 1\n")),
        ("~u 2\n", "BODY-2\n\nend\n"),
        ("~m 2\n", QUOTED),
        ("~M 2\n", QUOTED.replace("two\n", "two\n> X-More: 1\n")),
        ("~U 2\n", "> BODY-2\n\n> end\n"),
        ("~Q 2\n", "bob@example.org wrote:\n> BODY-2\n>\n> end\n\n"),
        ("~u 1-2\n", "BODY-1\nBODY-2\n\nend\n"),
        ("~u\n", "BODY-1\n"),
        ("~: set sign=new\n~a\n", "new\n"),
        ("~_set sign=new\n~a\n", "new\n"),
        ("~- set sign=new\n~a\n", "new\n"),
        ("~!true\nx\n", "x\n"),
        ("~?\nx\n", "x\n"),
        ("~p\nx\n", "x\n"),
        ("~l\nx\n", "x\n"),
    ],
)
def test_what_is_typed_makes_this_text(s: Room, tmp_path: Path, lines: str, text: str) -> None:
    (tmp_path / "file").write_text("from file")
    (tmp_path / "dead.letter").write_text("dead words\n")
    editor = "'sh -c \"echo added >>\\$0\"'"
    s.do("set sign='Bye\\n\\tme' Sign='The Boss'", f"set EDITOR={editor} VISUAL={editor}")
    assert body(typed(s, lines)) == text


@pytest.mark.parametrize(
    ("lines", "to", "cc", "bcc"),
    [
        ("~t bob@x\n~t ann@y, joe@z\n", "bob@x ann@y joe@z", "", ""),
        ("~c bob@x ann@y\n~b joe@z\n", "", "bob@x ann@y", "joe@z"),
        ("~t staff\n", "one@x two@x", "", ""),
        ("~h\nnew\nbob@x\nann@y\njoe@z\n", "bob@x", "ann@y", "joe@z"),
        ("~t bob@x\n~h\n\n\nann@y\n\n", "bob@x", "ann@y", ""),
        ("~t bob@x\n~c ann@y\n~b joe@z\n~h\n\n\n \n \n", "bob@x", "", ""),
    ],
)
def test_escapes_name_these_recipients(s: Room, lines: str, to: str, cc: str, bcc: str) -> None:
    s.do("alias staff one@x two@x")
    draft = typed(s, lines)
    assert [[person.spec for person in people] for people in (draft.to, draft.cc, draft.bcc)] == [
        to.split(), cc.split(), bcc.split()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "subject"),
    [("~s a new one\n", "a new one"), ("~sx\n", "x"), ("~h\nx\n", "x"), ("~s x\n~h\n \n", "")],
)
def test_escapes_set_this_subject(s: Room, lines: str, subject: str) -> None:
    assert typed(s, lines).subject == subject


def test_rare_fields_are_asked_for(s: Room) -> None:
    draft = typed(s, "~H\nme@x, you@x\ndesk@x\nsec@x\n")
    assert [person.spec for person in draft.authors] == ["me@x", "you@x"]
    assert draft.sender is not None and draft.sender.spec == "sec@x"
    assert [person.spec for person in draft.reply_to] == ["desk@x"]
    alone = typed(s, "~H\nme@x\n\n\n")
    assert alone.sender is not None and (alone.sender.spec, alone.authors) == ("me@x", [])


def test_nothing_of_a_letter_drives_the_terminal_when_its_answer_is_looked_over(s: Room) -> None:
    draft = Draft()
    draft.subject = "Re: \x1b[31mred\x07"
    draft.to = [Address("\x1b]0;x\x07\u202eJörg", "a", "x")]
    typed(s, "~h\n\n\n\n\n~p\n", draft)
    assert isinstance(s.keyboard, Typist)
    assert s.keyboard.asked[:2] == ["Subject [Re: ^[[31mred^G]: ", 'To ["^[]0;x^G\\u{202e}Jörg" <a@x>]: ']
    assert "\x1b" not in s.said and "Subject: Re: ^[[31mred^G\n" in s.said
    assert (draft.subject, draft.to[0].name) == ("Re: \x1b[31mred\x07", "\x1b]0;x\x07\u202eJörg")


def test_a_subject_is_shown_in_one_line(s: Room) -> None:
    draft = Draft()
    draft.subject = "tea\u2028To: evil@x\x0bCc: evil@x\x85Bcc: evil@x"
    typed(s, "~p\n", draft)
    assert "Subject: tea\\u{2028}To: evil@x^KCc: evil@x\\u{85}Bcc: evil@x\n" in s.said


def test_names_are_shown_and_taken_as_people_write_them(s: Room) -> None:
    draft = Draft()
    draft.to = [Address("Jörg Müller", "a", "x"), Address("Müller, Jörg", "b", "x"), Address("", "c", "x")]
    s.do("set noask")
    typed(s, "text\n~p\n~|| sed s/text/words/\n", draft)
    assert 'To: Jörg Müller <a@x>, "Müller, Jörg" <b@x>, c@x\n' in s.said
    assert [(each.name, each.spec) for each in draft.to] == [
        ("Jörg Müller", "a@x"), ("Müller, Jörg", "b@x"), ("", "c@x"),
    ]  # fmt: skip


def test_files_are_attached_listed_and_taken_off(s: Room, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name * 3)
    draft = typed(s, "~@ a b\n~+ c\n~^ 2\n~l\n~^ 7\n")
    assert [file.name for file in draft.attachments] == ["a", "c"]
    assert s.said.endswith("1: a 3 octets\n2: c 3 octets\n")
    assert "~^ 7: the number of an attachment is wanted" in s.complained
    assert [file.name for file in typed(s, "~@\nb\nc\n\n").attachments] == ["b", "c"]


def test_files_become_forms_of_the_text_and_files_again(s: Room) -> None:
    assert typed(s, "~/\n").alternative and not typed(s, "~/\n~/\n").alternative
    assert s.said == "multipart/alternative\n" * 2 + "multipart/mixed\n"


@pytest.mark.parametrize(
    ("setting", "cc"), [("", ""), ("forward-add-cc", "bob@example.org"), ("quote-add-cc", "bob@example.org")]
)
def test_who_wrote_what_is_inserted_may_get_a_copy(s: Room, setting: str, cc: str) -> None:
    s.do(f"set noask {setting}")
    draft = typed(s, "~Q 2\n" if setting == "quote-add-cc" else "~m 2\n")
    assert [person.spec for person in draft.cc] == cc.split()


def test_messages_are_attached_by_number(s: Room) -> None:
    draft = typed(s, "~@ #2\n~@ #9\n")
    assert [(file.name, file.type) for file in draft.attachments] == [("message-2.eml", "message/rfc822")]
    assert b"".join(draft.attachments[0].content.pieces()).endswith(b"BODY-2\n\nend\n")
    assert "9: no such message" in s.complained


def test_a_missing_file_is_told_and_the_letter_goes_on(s: Room) -> None:
    draft = typed(s, "x\n~@ nothing\ny\n")
    assert "nothing: No such file or directory" in s.complained
    assert body(draft) == "x\ny\n"


def test_text_is_appended_to_a_file_and_counted(s: Room, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old\n")
    typed(s, "one\ntwo\n~w out\n")
    assert (tmp_path / "out").read_text() == "old\none\ntwo\n"
    assert '"out" 2/8' in s.said


def test_inserted_files_are_counted(s: Room, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a\nb")
    typed(s, "~r f\n")
    assert '"f" 2/4' in s.said


def test_the_letter_is_printed(s: Room) -> None:
    typed(s, "~t bob@x\n~s hi\nhello\n~p\n")
    assert s.said.splitlines() == [
        "-------", "Message contains:", "To: bob@x", "Subject: hi", "", "hello", "(continue)",
    ]  # fmt: skip


def test_the_head_is_edited_with_the_text_when_that_is_wanted(s: Room, tmp_path: Path) -> None:
    script = "s/^To:.*/To: staff/;s/^Subject:.*/Subject: new\\nX-Tag: 7/"
    (tmp_path / "ed").write_text(f"#!/bin/sh\nsed -i '{script}' \"$1\"\n")
    (tmp_path / "ed").chmod(0o755)
    s.do("alias staff one@x two@x", f"set editheaders EDITOR={tmp_path}/ed")
    draft = typed(s, "~t bob@x\n~c ann@y\nhello\n~e\n")
    assert [person.spec for person in draft.to] == ["one@x", "two@x"]
    assert (draft.subject, draft.headers, body(draft)) == ("new", [("X-Tag", "7")], "hello\n")
    assert [person.spec for person in draft.cc] == ["ann@y"]


def test_a_head_that_is_none_changes_nothing(s: Room) -> None:
    draft = typed(s, "~s keep\nhello\n~|| echo nonsense\n")
    assert (draft.subject, body(draft)) == ("keep", "hello\n")
    assert "'nonsense' is no field" in s.complained


def test_the_whole_letter_is_filtered(s: Room) -> None:
    draft = typed(s, "~s hi\nhello\n~|| tr h H\n")
    assert (draft.subject, body(draft)) == ("Hi", "Hello\n")


def test_a_filter_that_fails_tells_its_status(s: Room) -> None:
    typed(s, "x\n~| exit 3\n")
    assert "exit 3: failed with status 3" in s.complained


@pytest.mark.parametrize(("line", "save"), [("~q", True), ("~x", False)])
def test_a_letter_is_abandoned(s: Room, line: str, save: bool) -> None:
    with pytest.raises(collect.Aborted) as caught:
        typed(s, f"words\n{line}\n")
    assert caught.value.save == save


def test_messages_that_were_inserted_count_as_read(s: Room) -> None:
    assert s.folder is not None
    typed(s, "~m 2\n")
    assert list(s.folder.flags) == [0, 1]


def test_verbs_that_write_letters_are_refused_within_one(s: Room) -> None:
    typed(s, "~: mail bob@x\n")
    assert "mail: not while a letter is being written" in s.complained


@pytest.mark.parametrize(
    ("setting", "lines", "text"),
    [
        ("escape=!", "!s x\n~s y\n!!z\n", "~s y\n!z\n"),
        ("escape=", "~s x\n~~y\n", "~s x\n~~y\n"),
        ("noescape", "~s x\n", ""),
    ],
)
def test_escape_is_another_character_or_none(s: Room, setting: str, lines: str, text: str) -> None:
    s.do(f"set {setting}")
    assert body(typed(s, lines)) == text


def test_every_escape_has_a_sentence_and_is_shown_by_help(s: Room) -> None:
    typed(s, "~?\n")
    assert max(map(len, s.said.splitlines())) < 80
    for row in ESCAPES:
        assert row.help[0].isupper() and row.help.endswith(".")
        assert all(f"~{spelling}" in s.said for spelling in row.spellings)
        assert row.help in s.said
    assert max(map(len, s.said.splitlines())) < 80


def test_no_two_escapes_have_the_same_spelling() -> None:
    spellings = [spelling for row in ESCAPES for spelling in row.spellings]
    assert len(spellings) == len(set(spellings)) > 30
