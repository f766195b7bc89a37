"""The verbs of header lists: pages, orders, threads, numbers."""

from __future__ import annotations

import re

import pytest
from boxes import letter
from sessions import Room, room

from pymail.summary import ANSWERED, FLAGGED, OLD, SEEN


def numbers(text: str) -> list[int]:
    """The message numbers in header lines."""
    return [int(found) for found in re.findall(r"(?m)^[> ][A-Z*+ ] *(\d+) ", text)]


def page(s: Room, line: str) -> tuple[int, int] | str:
    """The first and the last number of the page that a line prints, or what it says instead."""
    text = s.do(line)
    found = numbers(text)
    return (found[0], found[-1]) if found else text.strip()


FIRST, LAST = "On first screenful of messages", "On last screenful of messages"


@pytest.mark.parametrize(
    ("lines", "pages"),
    [
        (["headers", "z", "z", "z"], [(1, 10), (11, 20), (21, 25), LAST]),
        (["headers", "z-"], [(1, 10), FIRST]),
        (["z+", "z+", "z-"], [(11, 20), (21, 25), (11, 20)]),
        (["z$", "z^", "z."], [(21, 25), (1, 10), (1, 10)]),
        (["z2", "z3", "z1", "z9"], [(11, 20), (21, 25), (1, 10), LAST]),
        (["headers 1", "z+2", "z-2"], [(1, 10), (21, 25), (1, 10)]),
        (["headers 15", "headers 25"], [(11, 20), (21, 25)]),
        (["h+", "h$"], [(1, 10), (21, 25)]),
    ],
)
def test_pages_are_turned(lines: list[str], pages: list[tuple[int, int] | str]) -> None:
    s = room(25)
    s.do("set screen=10")
    assert [page(s, line) for line in lines] == pages


def test_headers_moves_the_dot_only_when_a_message_is_named() -> None:
    s = room(25)
    s.do("set screen=10", "print 15", "headers")
    assert s.do("=") == "15\n"
    s.do("headers 8")
    assert s.do("=") == "1\n"


def test_deleted_messages_stand_on_no_page() -> None:
    s = room(5)
    s.do("delete 2 4")
    assert numbers(s.do("headers 1")) == [1, 3, 5]


def test_a_page_is_full_though_messages_were_deleted() -> None:
    s = room(9)
    s.do("set screen=3", "delete 2")
    assert [numbers(s.do(line)) for line in ("headers 3", "z", "z", "z-", "headers $")] == [
        [1, 3, 4], [5, 6, 7], [8, 9], [5, 6, 7], [8, 9],
    ]  # fmt: skip
    s.do("delete 1 3")
    assert [numbers(s.do(line)) for line in ("headers 6", "z-", "delete 4-9", "headers", "z")] == [
        [4, 5, 6], [], [], [], [],
    ]  # fmt: skip


def test_the_next_page_with_something_new_is_found() -> None:
    s = room(30, flags=[SEEN | OLD] * 24 + [0] + [SEEN | OLD] * 4 + [SEEN | OLD | FLAGGED])
    s.do("set screen=5", "headers 1")
    assert page(s, "Z") == (21, 25)
    assert page(s, "Z") == (26, 30)
    assert page(s, "Z") == LAST


def test_the_dot_and_states_are_shown() -> None:
    s = room(6, flags=[0, OLD, SEEN, SEEN | OLD, ANSWERED | SEEN, FLAGGED])
    s.do("hold 2", "from 3")
    assert [line[:2] for line in s.do("headers").splitlines()] == [" N", " P", ">R", " O", " A", " F"]


@pytest.mark.parametrize(("line", "printed"), [("=", "1\n"), ("= 2-3", "2\n3\n"), ("print 3\n=", "3\n")])
def test_the_number_of_the_current_message_is_printed(line: str, printed: str) -> None:
    s = room(3)
    assert s.do(*line.split("\n")).endswith(printed)


def test_size_tells_lines_and_octets_of_each() -> None:
    s = room(3)
    assert [line.split(":")[0] for line in s.do("size 1 3").splitlines()] == ["1", "3"]
    assert re.fullmatch(r"2: \d+/\d+\n", s.do("size 2"))


def ordered() -> Room:
    """Four letters: 3 answers 1, 4 answers 3."""

    def answer(octets: bytes, parent: int) -> bytes:
        return octets.replace(b"\nSubject:", f"\nIn-Reply-To: <m{parent}@example.org>\nSubject:".encode())

    return room(
        [
            letter(1, "carol", "Zebra", "x"),
            letter(2, "alice", "Re: apple", "xx" * 500),
            answer(letter(3, "bob", "Re: Zebra", "xxx"), 1),
            answer(letter(4, "dave", "mango", "x" * 80), 3),
        ],
        flags=[0, OLD, SEEN, SEEN | OLD],
    )


@pytest.mark.parametrize(
    ("order", "authors"),
    [
        ("date", "carol alice bob dave"),
        ("-date", "dave bob alice carol"),
        ("from", "alice bob carol dave"),
        ("subject", "alice dave carol bob"),
        ("size", "carol bob dave alice"),
        ("thread", "carol bob dave alice"),
        ("status", "carol bob alice dave"),
        ("to", "carol alice bob dave"),
        ("none", "carol alice bob dave"),
    ],
)
def test_messages_are_numbered_in_an_order(order: str, authors: str) -> None:
    s = ordered()
    s.do(f"sort {order}")
    assert re.findall(r"\d (\w+)@", s.do("from *")) == authors.split()
    assert s.do("sort") == f"sort {order}\n"


def test_the_dot_stays_on_its_message_when_the_order_changes() -> None:
    s = ordered()
    s.do("from 2", "sort from")
    assert s.do("=") == "1\n"
    s.do("unsort")
    assert s.do("=") == "2\n"


def test_an_unknown_order_is_refused_with_those_there_are() -> None:
    s = ordered()
    s.do("sort color")
    assert "sort color: the orders are date, from" in s.complained


def test_answers_are_hidden_and_shown_again() -> None:
    s = ordered()
    s.do("collapse 1")
    assert numbers(s.do("headers")) == [1, 2]
    s.do("uncollapse 1")
    assert numbers(s.do("headers")) == [1, 2, 3, 4]


def test_autocollapse_hides_answers_when_threads_are_sorted() -> None:
    s = ordered()
    s.do("set autocollapse")
    assert numbers(s.do("thread")) == [1, 4]
    assert numbers(s.do("unthread")) == [1, 2, 3, 4]


def test_threads_and_parents_are_named() -> None:
    s = ordered()
    assert numbers(s.do("from &4")) == [1, 3, 4]
    s.do("from 4")
    assert numbers(s.do("from ,")) == [3]


def test_envelope_tells_who_sent_it_and_when() -> None:
    assert room(1).do("envelope 1") == "1: ? ?\n"


def test_new_mail_is_taken_in() -> None:
    s = room(1)
    assert s.do("inc") == "No new mail\n"
    assert s.folder is not None
    s.folder.mailbox.coming = [letter(7), letter(8)]  # type: ignore[attr-defined]
    text = s.do("newmail")
    assert text.startswith("New mail has arrived: 2 messages\n")
    assert numbers(text) == [2, 3]


def test_new_mail_is_looked_for_before_each_prompt_of_a_terminal() -> None:
    from pymail import interpreter

    s = room(1, typed="echo hi\n", terminal=True)
    assert s.folder is not None
    s.folder.mailbox.coming = [letter(7)]  # type: ignore[attr-defined]
    s.do("set newmail")
    interpreter.run(s, s.keyboard)
    assert s.said.startswith("New mail has arrived: 1 message\n")


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("headline=%m:%s", "  1:subject-1"),
        ("headline=%t %3U %$ %Q", "1   0   %Q"),
        ("bsdheadline", '>N  1 alice@example.org     Mon Jan  5 10:01    7/137   "subject-1"'),
        ("bsdcompat", '>N  1 alice@example.org     Mon Jan  5 10:01    7/137   "subject-1"'),
        ("datefield=%d.%m.", ">N  1 alice@example.org            05.01.    7/137   subject-1"),
        ("datefield-markout-older", ">N  1 alice@example.org        2015-01-05    7/137   subject-1"),
        ("datefield-markout-older=%Y", ">N  1 alice@example.org              2015    7/137   subject-1"),
        ("attrlist=!", ">!  1 alice@example.org  2015-01-05 10:01    7/137   subject-1"),
        ("columns=30", ">N  1 alice@example.org  2015-"),
    ],
)
def test_variables_shape_the_header_line(setting: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    assert room(1).do(f"set '{setting}'", "from 1").rstrip() == line


def test_header_lines_tell_of_lists_and_threads() -> None:
    people = ("dev@lists.example", "me@example.org, users@lists.example", "other@lists.example", "me@example.org")
    letters = [
        f"From: a@x\nTo: {to}\nSubject: s\nMessage-ID: <{number}@x>\n"
        f"In-Reply-To: <{number - 1}@x>\nList-Post: {'' if number == 3 else '<mailto:l@x>'}\n\ntext\n".encode()
        for number, to in enumerate(people)
    ]
    s = room(letters)
    s.do("mlist dev@lists.example .*@lists.example", "mlsubscribe users@lists.example", "unmlist .*@lists.example")
    assert s.do("set 'headline=%m %L %2e|'", "from *").split("\n")[:-1] == [
        "  1 l  0|", "  2 L  1|", "  3 P  2|", "  4    3|",
    ]  # fmt: skip


def test_bsd_letters_leave_read_messages_blank() -> None:
    s = room(2, flags=[SEEN | OLD, 0])
    assert [line[:5] for line in s.do("set bsdflags", "from *").splitlines()] == ["    1", ">N  2"]


def test_addresses_are_shown_without_showname() -> None:
    s = room([b"From: Alice Liddell <al@example.org>\nSubject: x\n\ny\n"])
    assert "Alice Liddell" in s.do("from 1")
    assert "al@example.org" in s.do("unset showname", "from 1")


def test_showto_shows_and_finds_letters_of_mine_by_their_recipients() -> None:
    mine = b"From: me@example.org\nTo: Friend <friend@example.net>\nSubject: x\n\ny\n"
    s = room([letter(1), mine])
    assert "Friend" not in s.do("from 2")
    assert "To Friend" in s.do("set showto", "from 2")
    assert numbers(s.do("from friend")) == [2]


def test_sender_names_the_field_where_authors_stand() -> None:
    s = room([b"From: list@example.org\nX-Author: Bob <bob@example.net>\nSubject: x\n\ny\n"])
    assert "Bob" in s.do("sender x-author", "from 1")
    assert s.do("sender") == "x-author\n"
    assert "list@" in s.do("nosender", "from 1")
