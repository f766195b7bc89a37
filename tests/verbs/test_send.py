"""The verbs that write letters, answers and copies."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessions import Room, room

from pymail.summary import ANSWERED


def message(**fields: str) -> bytes:
    head = {"From": "Alice <alice@example.org>", "To": "me@example.org, carol@example.org", "Subject": "tea"}
    head |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = "".join(f"{name}: {value}\n" for name, value in head.items() if value)
    return f"{lines}Message-ID: <{head['Subject'].replace(' ', '')}@x>\n\nBODY\n".encode()


BOX = [message(Cc="dave@example.org"), message(From="bob@example.org", Reply_To="desk@example.org", Subject="Re: milk")]


def writer(home: Path, typed: str = "hello\n", **how: bool) -> Room:
    return room(BOX, home=home, typed=typed, **how)


def recipients(s: Room) -> list[str]:
    return [line[9:-1] for line in s.sent().splitlines() if line.startswith("RCPT TO:")]


def field(s: Room, name: str) -> str:
    lines = [line for line in s.sent().splitlines() if line.startswith(name + ": ")]
    return lines[0].partition(": ")[2] if lines else ""


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("mail bob@x ann@y", "bob@x ann@y"),
        ("m bob@x, ann@y", "bob@x ann@y"),
        ("mail staff", "bob@x ann@y"),
        ('mail "Bob B <bob@x>" \'Ann <ann@y>\' "c, d" <cd@x>', "bob@x ann@y cd@x"),
        ("reply 1", "alice@example.org carol@example.org dave@example.org"),
        ("respond 1 2", "alice@example.org carol@example.org dave@example.org"),
        ("Reply 1", "alice@example.org"),
        ("Reply 1 2", "alice@example.org desk@example.org"),
        ("Reply 2 1", "desk@example.org alice@example.org"),
        ("reply 2 1", "desk@example.org carol@example.org"),
        ("reply 2", "desk@example.org carol@example.org"),
        ("set flipr\nreply 1", "alice@example.org"),
        ("set Replyall\nReply 1", "alice@example.org carol@example.org dave@example.org"),
        ("set flipr\nreplyall 1", "alice@example.org carol@example.org dave@example.org"),
        ("replysender 1", "alice@example.org"),
        ("set metoo\nreply 1", "alice@example.org me@example.org carol@example.org dave@example.org"),
        ("alternates CAROL@example.org\nreply 1", "alice@example.org dave@example.org"),
        ("set noreply-to-honour\nReply 2", "bob@example.org"),
        ("set noreply-to-honour reply-to-swap-in\nReply 2", "desk@example.org"),
        ("set reply-to-honour=no\nReply 2", "bob@example.org"),
        ("followup 1", "alice@example.org carol@example.org dave@example.org"),
        ("Followup 1", "alice@example.org"),
        ("set flipr\nfollowupall 1", "alice@example.org carol@example.org dave@example.org"),
        ("followupsender 1", "alice@example.org"),
    ],
)
def test_letters_go_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, people: str) -> None:
    monkeypatch.chdir(tmp_path)
    s = writer(tmp_path)
    s.do("alias staff bob@x ann@y", *line.split("\n"))
    assert recipients(s) == people.split(), s.complained


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("reply 1", "sent-mail"),
        ("mail bob@x", "sent-mail"),
        ("followup 1", "alice"),
        ("Followup 1 2", "alice"),
        ("Mail bob@x", "bob"),
        ("followupall 2", "bob"),
    ],
)
def test_copies_go_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, file: str) -> None:
    monkeypatch.chdir(tmp_path)
    s = writer(tmp_path)
    s.do("set record=sent-mail", line)
    made = {path.name for path in tmp_path.iterdir() if path.is_file()} - {"sent"}
    assert made == {file}


@pytest.mark.parametrize(
    ("setting", "file"),
    [
        ("record=copies", "copies"),
        ("record=+copies", "mail/copies"),
        ("outfolder record=copies", "mail/copies"),
        ("outfolder record=$HOME/copies", "copies"),
        ("outfolder=sub record=copies", "mail/sub/copies"),
        ("outfolder=yes record=copies", "mail/copies"),
    ],
)
def test_record_names_the_file_for_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, file: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mail" / "sub").mkdir(parents=True)
    s = writer(tmp_path)
    s.do(f"set folder=mail {setting}", "mail bob@x")
    assert "hello" in (tmp_path / file).read_text()


def test_an_answer_has_subject_and_thread_and_marks_the_message(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("reply 1")
    assert (field(s, "Subject"), field(s, "In-Reply-To"), field(s, "References")) == ("Re: tea", "<tea@x>", "<tea@x>")
    assert s.folder is not None and s.folder.flags[0] & ANSWERED


def test_answers_to_several_have_the_first_subject(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("Reply 1 2")
    assert field(s, "Subject") == "Re: tea"


def test_a_subject_that_begins_with_re_keeps_it_once(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("reply 2")
    assert field(s, "Subject") == "Re: milk"


@pytest.mark.parametrize(
    ("setting", "subject"),
    [("replyprefix='AW: '", "AW: milk"), ("reply-strings=Q:,X", "Re: milk"), ("noreplyprefix", "milk")],
)
def test_prefixes_of_answers_are_chosen_and_known(tmp_path: Path, setting: str, subject: str) -> None:
    mark = "X: Q: " if setting.startswith("reply-strings") else "Re: "
    s = room([message(From="a@x", To="me@example.org", Subject=mark + "milk")], home=tmp_path, typed="x\n")
    s.do(f"set {setting}", "reply 1")
    assert field(s, "Subject") == subject


def test_a_message_goes_along_with_its_answer_as_it_is(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("set quote quote-as-attachment", "reply 1")
    sent = s.sent()
    assert "Content-Type: message/rfc822" in sent and "\nBODY\n" in sent and "Alice wrote:" not in sent


def test_aliases_are_not_applied_to_an_answer(tmp_path: Path) -> None:
    s = room([message(From="bob", To="me@example.org")], home=tmp_path, typed="x\n")
    s.do("alias bob wrong@example.org", "Reply 1")
    assert [person.partition("@")[0] for person in recipients(s)] == ["bob"]


@pytest.mark.parametrize(
    ("setting", "people"),
    [("", "alice@example.org ME@there carol@example.org"), ("allnet", "alice@example.org carol@example.org")],
)
def test_allnet_knows_me_and_others_by_the_login_alone(tmp_path: Path, setting: str, people: str) -> None:
    letter = message(To="ME@there, carol@example.org, Carol@elsewhere" if setting else "ME@there, carol@example.org")
    s = room([letter], home=tmp_path, typed="x\n")
    s.do(f"set {setting}", "reply 1")
    assert recipients(s) == people.split()


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("quote", "Alice wrote:\n> BODY\n\nhello\n"),
        ("quote=noheading", "> BODY\n\nhello\n"),
        ("quote quote-inject-tail='(%s)'", "Alice wrote:\n> BODY\n(tea)\n\nhello\n"),
        ("quote quote-inject-head='%a (%s) %%\\n' indentprefix='| '", "alice@example.org (tea) %\n\n| BODY\n\nhello\n"),
    ],
)
def test_quote_repeats_the_message_in_the_answer(tmp_path: Path, setting: str, text: str) -> None:
    s = writer(tmp_path)
    s.do(f"set {setting}", "reply 1")
    assert s.sent().partition("\n\n")[2] == text + ".\n"


MIXED = b"""From: alice@example.org
Subject: tea
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=koi8-r; format=flowed

\xf0\xd2 \none

>> two
--x
Content-Type: text/html

<p>see <a href="http://x.example">this</a>
--x
Content-Type: application/pdf; name=a.pdf

%PDF-
--x--
"""


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("", "> \u041f\u0440 one\n>\n> >> two\n>\n> see this[1]\n>\n> [1] http://x.example\n\nhello\n"),
        ("format-flowed", "> \u041f\u0440 one\n>\n>>> two\n>\n> see this[1]\n>\n> [1] http://x.example\n\nhello\n"),
    ],
)
def test_an_answer_quotes_the_text_alone(tmp_path: Path, setting: str, text: str) -> None:
    s = room([MIXED], home=tmp_path, typed="hello\n")
    s.do(f"set quote=noheading encoding=8bit noreply-in-same-charset {setting}", "reply 1")
    assert s.sent().partition("\n\n")[2] == text + ".\n"


def test_an_answer_quotes_fields_when_that_is_wanted(tmp_path: Path) -> None:
    s = room([MIXED], home=tmp_path, typed="hello\n")
    s.do("set quote=headers quote-inject-head=", "reply 1")
    assert "\n\n> From: alice@example.org\n> Subject: tea\n>\n> " in s.sent()
    s.do("set quote=allheaders", "reply 1")
    assert "\n> MIME-Version: 1.0\n" in s.sent()


@pytest.mark.parametrize("verb", ["reply", "Followup", "Lreply"])
@pytest.mark.parametrize(
    ("typed", "charset"), [("\u041f\u0440\n", "koi8-r"), ("\u65e5\n", "utf-8"), ("a\n", "us-ascii")]
)
def test_an_answer_is_in_the_charset_of_the_message(tmp_path: Path, verb: str, typed: str, charset: str) -> None:
    s = room([b"List-Post: <mailto:list@x>\n" + MIXED], home=tmp_path, typed=typed)
    s.do(f"cd {tmp_path}", f"{verb} 1")
    assert field(s, "Content-Type") == f"text/plain; charset={charset}"


def test_an_answer_can_be_in_utf8_whatever_the_charset_of_the_message(tmp_path: Path) -> None:
    s = room([MIXED], home=tmp_path, typed="\u041f\u0440\n")
    s.do("set noreply-in-same-charset", "reply 1")
    assert field(s, "Content-Type") == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("setting", "flag"), [("", ANSWERED), ("nomarkanswered", 0)], ids=["markanswered", "nomarkanswered"]
)
def test_markanswered_decides_whether_answers_are_marked(tmp_path: Path, setting: str, flag: int) -> None:
    s = writer(tmp_path)
    s.do(f"set {setting}", "reply 1")
    assert s.folder is not None and s.folder.flags[0] & ANSWERED == flag


def test_without_fullnames_answers_name_nobody(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("set nofullnames", "Reply 1")
    assert field(s, "To") == "alice@example.org"


def test_recipients_in_cc_moves_those_of_to(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("set recipients-in-cc", "reply 1")
    assert (field(s, "To"), field(s, "Cc")) == ("Alice <alice@example.org>", "carol@example.org, dave@example.org")


def test_mail_asks_on_a_terminal_to_whom(tmp_path: Path) -> None:
    s = writer(tmp_path, "bob@x\nsubject\nhello\n", terminal=True)
    s.do("mail")
    assert recipients(s) == ["bob@x"]
    assert s.keyboard.asked[0] == "To: "  # type: ignore[attr-defined]


def test_mail_to_nobody_is_refused(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("mail")
    assert "mail: to whom?" in s.complained


@pytest.mark.parametrize(
    ("setting", "count", "said"),
    [
        ("", 1, "Null message body; hope that's ok"),
        ("nullbodymsg='No text'", 1, "No text"),
        ("nullbodymsg=", 1, ""),
        ("skipemptybody", 0, ""),
        ("skipempty", 0, ""),
        ("nonullbody", 0, "nonullbody is set"),
    ],
)
def test_a_letter_without_text_is_sent_or_not(tmp_path: Path, setting: str, count: int, said: str) -> None:
    s = writer(tmp_path, "")
    s.do(f"set {setting}", "mail bob@x")
    assert len(recipients(s)) == count
    assert said in s.complained


def test_macros_run_around_a_letter(tmp_path: Path) -> None:
    s = writer(tmp_path)
    for hook in ("enter", "leave", "cleanup"):
        s.macros[hook] = [f"echo {hook}"]
        s.do(f"set on-compose-{hook}={hook}")
    s.macros["enter"].append("set from=other@example.org")
    assert s.do("mail bob@x") == "enter\nleave\ncleanup\n"
    assert field(s, "From") == "other@example.org"


def test_a_macro_that_is_missing_is_told(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("set on-compose-enter=nothing", "mail bob@x")
    assert "nothing: no such macro, though on-compose-enter names it" in s.complained
    assert recipients(s) == ["bob@x"]


def test_a_letter_to_a_bad_address_is_refused_before_it_is_written(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("mail 'bob@@x'")
    assert "more than one @" in s.complained
    assert not s.sent()


@pytest.mark.parametrize(
    ("value", "answer", "people"),
    [
        ("ask-yes", "", "desk@example.org"),
        ("ask-yes", "n", "bob@example.org"),
        ("ask-no", "", "bob@example.org"),
        ("ASK-NO", "Yes", "desk@example.org"),
    ],
)
def test_who_wants_to_be_asked_is_asked_whether_a_reply_to_counts(
    tmp_path: Path, value: str, answer: str, people: str
) -> None:
    s = writer(tmp_path, f"{answer}\nhello\n", terminal=True)
    s.do("set nofollowup-to-honour", f"set reply-to-honour={value}", "Reply 2")
    assert recipients(s) == people.split(), s.complained
    default = "y" if value == "ask-yes" else "n"
    assert s.keyboard.asked[0] == f"Reply-To desk@example.org: follow it? [{default}] "


def test_nobody_is_asked_where_there_is_no_reply_to_or_no_terminal(tmp_path: Path) -> None:
    s = writer(tmp_path, terminal=True)
    s.do("set reply-to-honour=ask-yes", "Reply 1")
    assert not any("follow" in prompt for prompt in s.keyboard.asked)
    s = writer(tmp_path, terminal=False)
    s.do("set reply-to-honour=ask-no", "Reply 2")
    assert recipients(s)[-1:] == ["bob@example.org"]


@pytest.mark.parametrize(
    ("setting", "subject"),
    [("set replyregex='^milk[: ]*'", "Re: Re: milk"), ("set replyregex='^re: *mi'", "Re: lk"), ("", "Re: milk")],
)
def test_what_marks_an_answer_may_be_a_regular_expression(tmp_path: Path, setting: str, subject: str) -> None:
    s = writer(tmp_path)
    s.do(setting, "Reply 2")
    assert field(s, "Subject") == subject.replace("Re: Re:", "Re:")


def test_a_replyregex_that_is_none_is_an_error(tmp_path: Path) -> None:
    s = writer(tmp_path)
    s.do("set replyregex='('", "Reply 2")
    assert "replyregex=(: " in s.complained and not s.sent()
