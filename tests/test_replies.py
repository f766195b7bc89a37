"""Who gets an answer, what it is about, and what a hostile letter cannot do to it (POSIX mailx, Reply)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail.addresses import split
from pymail.body import Body
from pymail.draft import Draft
from pymail.encode import Message
from pymail.errors import MailError
from pymail.headers import fields
from pymail.replies import forward, list_post, reply

ME = split("me me@host alias@other")


def answer(*heads: str, everyone: bool = True, **more: bool) -> Draft:
    return reply([fields(head.encode()) for head in heads], everyone=everyone, me=ME, **more)


def people(draft: Draft) -> tuple[str, str]:
    return " ".join(each.spec for each in draft.to), " ".join(each.spec for each in draft.cc)


@pytest.mark.parametrize(
    ("head", "everyone", "to", "cc"),
    [
        ("From: a@x", True, "a@x", ""),
        ("From: a@x\nTo: me, b@x\nCc: c@x", True, "a@x b@x", "c@x"),
        ("From: a@x\nTo: me, b@x\nCc: c@x", False, "a@x", ""),
        ("From: a@x\nTo: ME@HOST, alias@other, me@elsewhere", True, "a@x me@elsewhere", ""),
        ("From: a@x\nReply-To: r@x, s@x\nTo: b@x\nCc: c@x", True, "r@x s@x b@x", "c@x"),
        ("From: a@x\nReply-To: r@x, s@x\nTo: b@x\nCc: c@x", False, "r@x s@x", ""),
        ("From: a@x\nReply-To: <broken\nTo: b@x", False, "broken", ""),
        ("From: a@x\nReply-To:\nTo: b@x", False, "a@x", ""),
        ("From: a@x, b@x\nTo: me", False, "a@x b@x", ""),
        ("From: a@x\nTo: b@x, A@X, b@x\nCc: b@x, c@x, C@x", True, "a@x b@x", "c@x"),
        ("From: a@x\nTo: team: b@x, c@x;\nCc: d@x\nCc: e@x", True, "a@x b@x c@x", "d@x e@x"),
        ("From: a@x\nMail-Followup-To: l@x\nTo: b@x\nCc: c@x", True, "l@x", ""),
        ("From: a@x\nMail-Followup-To: l@x\nTo: b@x\nCc: c@x", False, "a@x", ""),
        ("From: a@x\nMail-Followup-To: me\nTo: b@x", True, "me", ""),
        ("From: me\nTo: b@x\nCc: c@x", True, "b@x", "c@x"),
        ("From: me\nTo: b@x\nCc: c@x", False, "me", ""),
        ("From: me\nTo: me\nCc: c@x", True, "c@x", ""),
        ("From: me@host\nTo: me", True, "me@host me", ""),
        ("Sender: s@x\nTo: b@x", False, "s@x", ""),
        ("Return-Path: <s@x>\nTo: b@x", False, "s@x", ""),
        ("Subject: from nobody", True, "", ""),
    ],
)
def test_an_answer_goes_to_the_right_people(head: str, everyone: bool, to: str, cc: str) -> None:
    assert people(answer(head, everyone=everyone)) == (to, cc)


def test_what_counts_can_be_told_otherwise() -> None:
    head = "From: a@x\nReply-To: r@x\nMail-Followup-To: l@x\nTo: me, b@x\nCc: c@x"
    assert people(answer(head, followup_to_honour=False)) == ("r@x me b@x".replace("me ", ""), "c@x")
    assert people(answer(head, followup_to_honour=False, reply_to_honour=False)) == ("a@x b@x", "c@x")
    assert people(answer(head, followup_to_honour=False, recipients_in_cc=True)) == ("r@x", "b@x c@x")
    assert people(answer(head, followup_to_honour=False, metoo=True)) == ("r@x me b@x", "c@x")


def test_several_letters_are_answered_at_once() -> None:
    draft = answer(
        "From: a@x\nSubject: one\nMessage-ID: <1@x>\nReferences: <0@x>",
        "From: b@x\nSubject: two\nMessage-ID: <2@x>",
        "From: a@x\nSubject: three",
        everyone=False,
    )
    assert people(draft) == ("a@x b@x", "")
    assert draft.subject == "Re: one"
    assert (draft.in_reply_to, draft.references) == (["<1@x>", "<2@x>"], [])


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("tea", "Re: tea"),
        ("Re: tea", "Re: tea"),
        ("RE:tea", "Re: tea"),
        ("re: Re: AW: tea", "Re: tea"),
        ("Re[2]: tea", "Re: tea"),
        ("Re (3): tea", "Re: tea"),
        ("AW^2: tea", "Re: tea"),
        ("SV: Antw: tea", "Re: tea"),
        ("回复：茶", "Re: 茶"),
        ("Odp: SV: VS: Vá: YNT: Atb: ΑΠ: Отв: השב: רد 회신: tea".replace("רد", "رد:"), "Re: tea"),
        ("RE : Ré: tea", "Re: Ré: tea"),
        ("=?utf-8?B?5Zue5aSNOiDojLY=?=", "Re: 茶"),
        ("Re: [list] Re: tea", "Re: [list] Re: tea"),
        ("Recipe: tea", "Re: Recipe: tea"),
        ("Note: tea", "Re: Note: tea"),
        ("Re:", "Re:"),
        ("", ""),
        ("a =?utf-8?Q?=0D=0ABcc:_e@v?=", "Re: a   Bcc: e@v"),
    ],
)
def test_the_subject_has_one_re(subject: str, expected: str) -> None:
    assert answer(f"From: a@x\nSubject: {subject}").subject == expected


@pytest.mark.parametrize(
    ("head", "in_reply_to", "references"),
    [
        ("Message-ID: <1@x>", ["<1@x>"], ["<1@x>"]),
        ("Message-ID: <2@x>\nReferences: <0@x>\n <1@x>", ["<2@x>"], ["<0@x>", "<1@x>", "<2@x>"]),
        ("Message-ID: <2@x>\nIn-Reply-To: <1@x>", ["<2@x>"], ["<1@x>", "<2@x>"]),
        ("Message-ID: <2@x>\nIn-Reply-To: <1@x> <0@x>", ["<2@x>"], ["<2@x>"]),
        ("Message-ID: <2@x>\nIn-Reply-To: Your message of today", ["<2@x>"], ["<2@x>"]),
        ("Message-ID: <1@x>\nReferences: <1@x> <0@x>", ["<1@x>"], ["<0@x>", "<1@x>"]),
        ("References: <0@x>", [], ["<0@x>"]),
        ("Message-ID: none", [], []),
    ],
)
def test_an_answer_is_in_the_thread(head: str, in_reply_to: list[str], references: list[str]) -> None:
    draft = answer("From: a@x\n" + head)
    assert (draft.in_reply_to, draft.references) == (in_reply_to, references)


HOSTILE = [
    "=?utf-8?Q?x=0ABcc:_evil@x?= <a@x>",
    '"x\\\nBcc: evil@x" <a@x>',
    "x\r\rBcc: evil@x <a@x>",
    "=?utf-8?B?IixldmlsQHgsIg==?= <a@x>",
    "<a@x\x00>, \x1b]0;x\x07@x",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_letter_cannot_add_fields_or_people(name: str) -> None:
    draft = answer(f"From: {name}\nSubject: {name}\nMessage-ID: {name}<i\x1bd@x>\nReferences: {name}")
    draft.sender = ME[0]
    octets = b"".join(Message(draft, hostname="h", now=0).pieces())
    names = [field for field, _ in fields(octets)]
    assert "Bcc" not in names and len(names) == len(set(names))
    assert b"\x1b" not in octets and b"\r" not in octets and b"\0" not in octets
    assert "evil@x" not in [person.spec for person in [*draft.to, *draft.cc]]


@pytest.mark.parametrize("sender", ["|id@x", "-oQ/tmp", "/etc/passwd", '"|id" <|id>', '"+f"@x', "<./x>"])
def test_an_answer_to_a_command_file_or_option_is_refused(sender: str) -> None:
    with pytest.raises(MailError):
        answer(f"From: {sender}").recipients()


@given(st.binary(max_size=300))
def test_any_letter_can_be_answered(head: bytes) -> None:
    letter = fields(b"From: a@x\n" + head)
    draft = reply([letter], everyone=True, me=ME)
    draft.sender = ME[0]
    octets = b"".join(Message(draft, hostname="h", now=0).pieces())
    assert all(len(line) <= 998 for line in octets.split(b"\n"))
    forward(letter)
    list_post(letter)


def test_a_letter_is_passed_on_inline_or_whole() -> None:
    letter = fields(b"Subject: Fwd: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n")
    assert forward(letter).subject == "Fwd: Grüße"
    assert forward([]).subject == "Fwd:"
    draft = forward(letter, Body(b"Subject: x\n\nbody\n"))
    assert (draft.attachments[0].name, draft.attachments[0].type) == ("forwarded.eml", "message/rfc822")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<mailto:list@x>", ["list@x"]),
        ("<https://x/post>, <MAILTO:l%2Bx@x?subject=a> (text)", ["l+x@x"]),
        ("NO (closed)", []),
        ("<mailto:>", []),
    ],
)
def test_the_list_says_where_to_post(value: str, expected: list[str]) -> None:
    assert [each.spec for each in list_post(fields(f"List-Post: {value}\n".encode()))] == expected
    assert list_post([]) == []
