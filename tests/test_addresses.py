"""Addresses as typed and as received: tables, and Python's own parser as a second opinion."""

from __future__ import annotations

import base64
import email.message
import email.policy
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymail import addresslist
from pymail.addresses import Address, check, lenient, same, split, unique
from pymail.aliases import expand
from pymail.errors import USAGE, MailError


def written(addresses: list[Address]) -> list[str]:
    return [address.header() for address in addresses]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" , ;", []),
        ("bob", ["bob"]),
        ("a@x b@x", ["a@x", "b@x"]),
        ("a@x,b@x", ["a@x", "b@x"]),
        ("a@x; b@x;", ["a@x", "b@x"]),
        ("a@x\nb@x\r\nc@x", ["a@x", "b@x", "c@x"]),
        ('a@x, "B, C" <b@x>', ["a@x", '"B, C" <b@x>']),
        ("Bob B <b@x> joe", ["Bob B <b@x>", "joe"]),
        ("a@x c@x Bob <b@x>", ["a@x", "c@x", "Bob <b@x>"]),
        ("Dr. Bob <b@x>", ['"Dr. Bob" <b@x>']),
        ("[x] Bob <b@x>", ['"[x] Bob" <b@x>']),
        ("bob@x <bob@x>", ['"bob@x" <bob@x>']),
        ("bob@x (Bob B)", ["Bob B <bob@x>"]),
        ("Bob (at (his) desk) <b@x>", ["Bob <b@x>"]),
        ("team: a@x, Bob <b@x>; c@x", ["a@x", "Bob <b@x>", "c@x"]),
        ("undisclosed-recipients:;", []),
        ('"a b"@x', ['"a b"@x']),
        ('"a\\"b"@x', ['"a\\"b"@x']),
        ('"plain"@x', ["plain@x"]),
        ("a..b@x", ['"a..b"@x']),
        ("bob @ x", ["bob@x"]),
        ("<@relay,@other:a@x>", ["a@x"]),
        ("a@[192.0.2.1]", ["a@[192.0.2.1]"]),
        ("a@[IPv6:2001:db8::1]", ["a@[IPv6:2001:db8::1]"]),
        ("o'brien+tag=1@x.example", ["o'brien+tag=1@x.example"]),
        ("gw!host!user", ["gw!host!user"]),
        ("jörg@münchen.example", ["jörg@xn--mnchen-3ya.example"]),
        ("a@STRASSE.example a@straße.example", ["a@STRASSE.example", "a@xn--strae-oqa.example"]),
        ("Jörg <a@x>", ["=?utf-8?Q?J=C3=B6rg?= <a@x>"]),
        ("J\udcc3\udcb6rg <a@x>", ["=?utf-8?Q?J=C3=B6rg?= <a@x>"]),
        ("=?utf-8?q?J=C3=B6rg?= <a@x>", ["=?utf-8?Q?J=C3=B6rg?= <a@x>"]),
    ],
)
def test_what_a_user_types_is_understood(text: str, expected: list[str]) -> None:
    assert written(split(text)) == expected


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("bob -x", "-x"),
        ("|id", "|id"),
        ('"|id"@x', "|id@x"),
        ("Bob <|id@x>", "|id@x"),
        ("/tmp/f", "/tmp/f"),
        ("+folder", "+folder"),
        ("./x", "./x"),
        ("~/x", "~/x"),
        ("a/b", "a/b"),
        (":include:/f", ":include:/f"),
        ("host:bob", "host:bob"),
        ("a@x team: b@x;", "a@x team: b@x;"),
        ('"Bob B" b@x', "Bob B: "),
        ('"-oQ/tmp"@x', "-oQ/tmp@x"),
        ("a\x1b[1m@x", "a^["),
        ("a\x7f@x", "a"),
        ("a@b@c", "a@b@c"),
        ("bob@", "bob@"),
        ("@x", "@x"),
        ("<>", "<>"),
        ("<a b@x>", "<a b@x>"),
        ("<a@x", "<a@x"),
        ("a@x>", "a@x>"),
        ('"a', '"a'),
        ("a (b", "a (b"),
        ("a@x <b@x>", "a@x <b@x>"),
        ("a@-x", "a@-x"),
        ("a@.x", "a@.x"),
        ("a@x.", "a@x."),
        ("a@x_y!", "a@x_y!"),
        ("a@x/y", "a@x/y"),
        ("a@b\uff20c", "a@b\uff20c"),
        ("a@" + "l" * 64, "a@l"),
        ("x" * 330, "xxx"),
        ("ü" * 63 + "@" + "münchen." * 40 + "x", "ü"),
    ],
)
def test_what_is_no_recipient_is_refused_by_name(text: str, piece: str) -> None:
    with pytest.raises(MailError) as failure:
        split(text)
    assert failure.value.status == USAGE
    assert failure.value.text.startswith(piece)
    assert failure.value.text.isprintable()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", []),
        (b"bob", [("", "bob", "")]),
        (b"Foo. B, Inc <x@y>", [("Inc", "x", "y")]),
        (b"bob@x <bob@x>", [("bob@x", "bob", "x")]),
        (b"a@x <b@y>", [("a@x", "b", "y")]),
        (b"<a@x, <b@x>", [("", "a", "x"), ("", "b", "x")]),
        (b"a@x>", [("", "a", "x")]),
        (b'"Bob <a@x>', [("Bob", "a", "x")]),
        (b"a@x (Bob B)", [("Bob B", "a", "x")]),
        (b"undisclosed recipients", []),
        (b"Undisclosed recipients:;", []),
        (b"team: a@x, b@x; c@x", [("", "a", "x"), ("", "b", "x"), ("", "c", "x")]),
        (b"<@r,@s:a@x>", [("", "a", "x")]),
        (b"bob (b) @ (host) example . org", [("b host", "bob", "example.org")]),
        (b"=?utf-8?Q?a=2C_b=40c?= <a@x>", [("a, b@c", "a", "x")]),
        (b'"=?utf-8?q?J=C3=B6rg?=" <a@x>', [("Jörg", "a", "x")]),
        (b"caf\xe9 <a@x>", [("café", "a", "x")]),
        ("Jörg <jörg@x>".encode(), [("Jörg", "jörg", "x")]),
        (b"\xe9@x", []),
        (b"a@b@c", []),
        (b"<>", []),
        (b"<a b@x>", []),
        (b"a\0b@x", []),
        (b"Bob Smith bob@x", [("", "bob", "x")]),
        (b"=?utf-8?Q?evil=40x=2C?= bob@x", [("", "bob", "x")]),
        (b"A <a@x> B <b@x>", [("A", "a", "x"), ("B", "b", "x")]),
        (b'"\\"', [("", "\\", "")]),
    ],
)
def test_received_fields_are_read_as_far_as_they_make_sense(value: bytes, expected: list[tuple[str, str, str]]) -> None:
    assert [(each.name, each.local, each.domain) for each in lenient(value)] == expected


@given(st.binary(max_size=200))
def test_no_octets_make_the_lenient_reader_fail(value: bytes) -> None:
    for address in lenient(value):
        assert address.header().encode()
        assert "\n" not in address.header()
        assert hash(address) == hash(Address("", address.local.upper(), address.domain.upper())) or not value.isascii()


@given(st.text(max_size=100))
def test_what_split_accepts_is_safe_to_hand_on(text: str) -> None:
    try:
        found = split(text)
    except MailError:
        return
    for address in found:
        assert address.spec[0] not in "-|/+~."
        assert address.spec.isprintable()


@pytest.mark.parametrize(
    "value",
    [
        b"(" * 200_000,
        b"<" * 100_000,
        b";" * 200_000,
        b'"\\' * 100_000,
        b"a@x," * 50_000,
        b"@" * 200_000,
        b" " * 200_000,
    ],
)
def test_a_huge_field_takes_linear_time(value: bytes) -> None:
    started = time.process_time()
    lenient(value)
    assert time.process_time() - started < 5


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60)
LOCALS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@given(NAMES, LOCALS)
def test_a_written_address_is_read_back_here_and_by_python(name: str, local: str) -> None:
    address = Address(" ".join(name.split()), local, "x.example")
    [back] = lenient(address.header())
    assert (back.name, back.local, back.domain) == (address.name, local, "x.example")
    message = email.message.EmailMessage(email.policy.default)
    message["To"] = address.header()
    [foreign] = message["To"].addresses
    assert (foreign.username, foreign.domain) == (local, "x.example")


@pytest.mark.parametrize(
    ("recipients", "expected"),
    [
        ("bob", ["bob"]),
        ("team", ["a@x", "b@x"]),
        ("Team <team>", ["a@x", "b@x"]),
        ("team a@x A@X", ["a@x", "b@x"]),
        ("team@host", ["team@host"]),
        ("TEAM", ["TEAM"]),
        ("\\team", ["team"]),
        ("all", ["a@x", "b@x", "c@x"]),
        ("self", ["self", "d@x"]),
        ("stopped", ["team"]),
        ("named", ['"B, C" <b@x>']),
        ("withme", ["a@x"]),
        ("onlyme", ["me"]),
        ("full@x", ["z@x"]),
        ("empty", []),
        ("many", ["m60"]),
    ],
)
def test_aliases_stand_for_their_members(recipients: str, expected: list[str]) -> None:
    aliases = {
        "team": ["a@x", "b@x"],
        "all": ["team", "c@x"],
        "self": ["self", "d@x"],
        "stopped": ["\\team"],
        "named": ['"B, C" <b@x>'],
        "withme": ["me", "a@x"],
        "onlyme": ["me"],
        "full@x": ["z@x"],
        "empty": [],
    }
    aliases.update({f"m{number}": [f"m{number + 1}", f"m{number + 1}"] for number in range(20, 60)})
    aliases["many"] = ["m20"]
    assert written(expand(split(recipients), aliases, split("me"))) == expected


def test_metoo_keeps_me_in_a_group() -> None:
    assert written(expand(split("g"), {"g": ["me", "a@x"]}, split("me"), metoo=True)) == ["me", "a@x"]


@pytest.mark.parametrize(
    ("aliases", "why"),
    [
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, "a -> b -> c -> a: alias leads back to itself"),
        ({str(n): [str(n + 1)] for n in range(99)}, "0: aliases within aliases, more than 50 deep"),
    ],
)
def test_an_alias_that_leads_nowhere_is_refused(aliases: dict[str, list[str]], why: str) -> None:
    with pytest.raises(MailError, match=why):
        expand(split(f"x@x {next(iter(aliases))}"), aliases)


def test_aliases_that_lead_to_each_other_stand_for_all_the_others_in_them() -> None:
    aliases = {"a": ["b", "x@x"], "b": ["a", "y@x"]}
    assert written(expand(split("a b"), aliases)) == ["y@x", "x@x"]


def test_a_member_that_is_a_program_is_refused() -> None:
    with pytest.raises(MailError, match=r"^\|id: "):
        expand(split("a"), {"a": ["|id"]})


def test_equal_addresses_reach_the_same_mailbox() -> None:
    bob = Address("Bob", "bob", "Example.org")
    assert bob == Address("", "BOB", "example.ORG")
    assert bob != Address("", "bob", "") and bob != "bob@example.org"
    assert Address("", "a", "münchen.example") == Address("", "a", "xn--mnchen-3ya.example")
    assert same(bob, Address("", "Bob", "other"), True)
    assert not same(bob, Address("", "bob", "other"), False)
    assert unique([bob, Address("", "joe", ""), Address("", "bob", "example.org")]) == [bob, Address("", "joe", "")]
    assert repr(bob) == "Address('Bob', 'bob', 'Example.org')"


def test_check_names_an_address_made_by_hand() -> None:
    with pytest.raises(MailError, match="nobody"):
        check(Address("", "", "x"))
    with pytest.raises(MailError, match="backslash"):
        check(Address("", "\\bob", ""))


@given(st.text("ab1@.-+_", max_size=6))
def test_plain_address_is_what_the_grammar_makes_of_it(text: str) -> None:
    def outcome(parse: Callable[[str], list[Address]]) -> object:
        try:
            return [(found.name, found.local, found.domain) for found in parse(text)]
        except MailError as error:
            return error.text

    def by_grammar(text: str) -> list[Address]:
        found = [Address(*each) for each in addresslist.parse(text, True)]
        for address in found:
            check(address)
        return found

    assert outcome(split) == outcome(by_grammar)


def test_what_a_fuzzer_came_upon_is_read_and_written_on_one_line() -> None:
    for line in (Path(__file__).parent / "mail/fuzzed/addresses.txt").read_text().splitlines():
        text = base64.b64decode(line).decode("utf-8", "surrogateescape")
        assert not set("\r\n") & set("".join(written(lenient(text))))
