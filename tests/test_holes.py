"""Every hole of this family of programs that has a number, and the test that shows that its trick does nothing here.

The tricks that no other test plays are played here. What such a program needed to be broken and pymail has not
(a helper with rights of its own, a database, a format language) is listed with the reason.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from letters import letter
from program import Home, Run
from sink import HANG, OFFERS, Sink, Text, variables

from pymail.transports.smtp import open_transport
from pymail.transports.transport import Envelope, Unreachable

TESTS = Path(__file__).parent

CASES = {
    "CVE-2004-2771": "test_injection.py::test_recipient_on_the_command_line_is_an_address_or_refused",
    "CVE-2014-7844": "test_injection.py::test_recipient_in_the_head_of_the_text_is_an_address_or_refused",
    "s-mailx 597249bc": "test_injection.py::test_sender_is_an_address_or_refused",
    "CVE-2002-0542": "test_injection.py::test_tilde_from_a_pipe_is_text",
    "CVE-2021-32749": "test_injection.py::test_tilde_from_a_pipe_is_text",
    "CVE-2000-0703": "test_injection.py::test_tilde_in_a_file_name_is_a_name",
    "DSA 2000-08-10": "test_injection.py::test_environment_starts_no_program",
    "CVE-2000-0545": "test_injection.py::test_very_long_argument_is_refused_or_sent",
    "CVE-2001-0565": "test_injection.py::test_very_long_argument_is_refused_or_sent",
    "CERT /bin/mail": "transports/test_local.py::test_a_trap_in_place_of_a_mailbox_is_left_alone",
    "CVE-2011-2895": "test_holes.py::test_mailbox_of_compress_is_refused",
    "CVE-2005-1520": "test_headers.py::test_a_huge_header_takes_linear_time",
    "CVE-2005-2878": "test_holes.py::test_signs_of_a_format_are_text",
    "CVE-2018-14352": "transports/test_auth.py::test_a_challenge_that_cannot_be_read_is_broken_off",
    "CVE-2020-14954": "transports/test_starttls.py::test_a_server_that_does_not_start_tls_gets_nothing",
    "CVE-2011-0411": "transports/test_starttls.py::test_a_server_that_does_not_start_tls_gets_nothing",
    "CVE-2016-0772": "transports/test_starttls.py::test_a_server_that_does_not_start_tls_gets_nothing",
    "CVE-2020-28896": "test_holes.py::test_greeting_of_any_kind_does_not_skip_encryption",
    "CVE-2020-14093": "test_holes.py::test_greeting_of_any_kind_does_not_skip_encryption",
    "CVE-2020-14929": "test_holes.py::test_greeting_of_any_kind_does_not_skip_encryption",
    "CVE-2021-3181": "test_holes.py::test_address_field_of_semicolons_costs_nothing",
    "CVE-2022-1328": "test_mime.py::test_hostile_shapes_are_bounded",
    "CVE-2005-1105": "test_attachments.py::test_a_safe_name_stays_in_its_folder_and_is_printable",
    "CVE-2001-0677": "test_holes.py::test_field_cannot_name_a_file_to_be_sent",
    "CVE-2024-49395": "test_encode.py::test_blind_copies_are_in_the_record_only",
    "CVE-2016-10033": "test_injection.py::test_sender_is_an_address_or_refused",
    "CVE-2016-10045": "transports/test_sendmail.py::test_no_shell_reads_an_address",
    "CVE-2002-0986": "test_injection.py::test_field_stays_on_its_line_whatever_it_holds",
    "CVE-2002-1771": "test_injection.py::test_field_stays_on_its_line_whatever_it_holds",
    "CVE-2024-6923": "test_injection.py::test_newline_that_is_hidden_in_an_encoded_word_stays_hidden",
    "CVE-2026-1299": "test_encode.py::test_nothing_in_an_argument_makes_a_second_field",
    "CVE-2023-27043": "test_holes.py::test_address_that_looks_like_another_is_not_the_other",
    "CVE-2019-16056": "test_holes.py::test_address_that_looks_like_another_is_not_the_other",
    "CVE-2025-1795": "test_holes.py::test_commas_of_a_folded_list_part_addresses",
    "cpython#87290": "transports/test_smuggling.py::test_a_hostile_address_is_refused_before_an_octet_is_sent",
    "CVE-2013-1752": "test_statuses.py::test_words_of_a_server_cannot_drive_the_terminal",
    "CVE-2015-20107": "test_mailcap.py::test_no_value_of_a_letter_means_anything_to_the_shell",
    "CVE-2023-51764": "transports/test_smuggling.py::test_no_data_ends_the_data",
    "CVE-2023-51765": "transports/test_smuggling.py::test_no_data_ends_the_data",
    "CVE-2023-51766": "transports/test_smtp_servers.py::test_nothing_is_smuggled_past_exim",
    "CVE-2024-27305": "transports/test_smuggling.py::test_whatever_the_text_only_its_end_ends_it",
    "CVE-2020-7247": "transports/test_sendmail.py::test_a_hostile_address_starts_no_program",
    "CVE-2020-8793": "transports/test_flush.py::test_a_link_in_place_of_an_entry_is_not_followed",
    "Qualys 2015": "transports/test_flush.py::test_an_outbox_that_others_can_write_is_not_used",
    "CVE-2003-0020": "test_injection.py::test_nothing_hostile_reaches_the_terminal",
}

NOTHING_TO_BREAK = {
    "CVE-2017-5899": "no helper with rights of its own",
    "CVE-2019-18862": "no helper with rights of its own",
    "CVE-2004-0984": "no helper with rights of its own",
    "CVE-2005-1824": "no database",
}


@pytest.mark.parametrize(("hole", "place"), CASES.items())
def test_every_hole_has_its_test(hole: str, place: str) -> None:
    file, _, name = place.partition("::")
    tree = ast.parse((TESTS / file).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_no_file_of_ours_has_rights_of_its_own(installed: Path) -> None:
    for path in installed.rglob("*"):
        assert not path.is_file() or not path.stat().st_mode & 0o6000, path


# -- tricks that no other test plays ---------------------------------------------------


def test_mailbox_of_compress_is_refused(pymail: Run, home: Home) -> None:
    path = home.path / "box.Z"
    path.write_bytes(b"\x1f\x9d\x90" + os.urandom(5000))
    done = pymail("-H", "-f", str(path))
    assert done.status == 65 and not done.out and len(done.err.splitlines()) == 1


@pytest.mark.parametrize("signs", ["%s%n%x%p", "{0}{s}{__class__}", "$HOME ${HOME} `id`", "\\n\\x41%%"])
def test_signs_of_a_format_are_text(pymail: Run, home: Home, sink: Sink, signs: str) -> None:
    home.receive([letter(signs, signs + "\n", "a@x")])
    done = pymail("-S", f"mta={sink.url}", "-s", signs, "bob@x", input=signs + "\n")
    assert done.status == 0 and signs.encode() in sink.letters[0].data
    shown = pymail(input=f"headers\ntype 1\n/{signs}\nfrom /{signs}\nx\n")
    assert shown.out.count(signs) >= 3 and "Traceback" not in shown.err
    with Sink(script={"RCPT": f"550 5.1.1 {signs}"}) as refusing:
        assert signs in pymail("-S", f"mta={refusing.url}", "bob@x", input="text\n").err


@pytest.mark.parametrize(
    "greeting",
    ["554 5.3.2 no", "220-\r\n220 hi", "220 PREAUTH\r\n250 AUTH PLAIN", "* PREAUTH hi", "250 hi", "335 go", "", HANG],
)
def test_greeting_of_any_kind_does_not_skip_encryption(greeting: str) -> None:
    with Sink((*OFFERS, "AUTH PLAIN"), {"connect": greeting}, login=lambda conversation, words: "235 in") as sink:
        transport = open_transport(f"smtp://me:pw@0.0.0.0:{sink.port}", variables(smtp_timeout="1"))
        try:
            (answer,) = transport.send(Envelope("me", ["bob@x"]), Text())
            assert not answer.accepted
        except Unreachable:
            pass
        transport.close()
    assert not [line for line in sink.lines if line[:4].upper() in ("AUTH", "MAIL", "DATA")] and not sink.letters


@pytest.mark.parametrize("text", [";" * 500_000, "<" * 500_000, "(" * 500_000, "a@x;" * 100_000, ":;" * 200_000])
def test_address_field_of_semicolons_costs_nothing(pymail: Run, home: Home, sink: Sink, text: str) -> None:
    """The program's run has 30 seconds: what grows with the square of this needs far more."""
    home.receive([f"From: a@x\nTo: {text}\nCc: {text}\nReply-To: b@x\nSubject: s\n\nhello\n".encode()])
    done = pymail("-S", f"mta={sink.url}", input="headers\ntype 1\nReply 1\nanswer\n")
    assert "hello" in done.out and "Traceback" not in done.err


def test_field_cannot_name_a_file_to_be_sent(pymail: Run, home: Home, sink: Sink) -> None:
    (home.path / "private").write_text("my secrets\n")
    path = home.path / "private"
    fields = f"Attach: {path}\nX-Attached: {path}\nContent-Disposition: attachment; filename={path}\nFcc: {path}\n"
    home.receive([f"From: a@x\nTo: me\nSubject: s\n{fields}\nhello\n".encode()])
    pymail("-S", f"mta={sink.url}", input=f"reply 1\nanswer\n~a {path}\n")
    pymail("-S", f"mta={sink.url}", input="Forward 1 bob@x\n")
    pymail("-S", f"mta={sink.url}", "-t", input=f"To: bob@x\n{fields}\ntext\n")
    assert sink.letters and not any(b"my secrets" in letter.data for letter in sink.letters)
    assert path.read_text() == "my secrets\n"


@pytest.mark.parametrize(
    ("field", "typed", "answered"),
    [
        ("alice@x.example)bob@evil.example", [], "mallory@evil.example"),
        ("alice@x.example<bob@evil.example>", [], "bob@evil.example"),
        ('"alice@x.example" <bob@evil.example>', ["bob@evil.example"], "bob@evil.example"),
        ("a@evil.example@x.example", [], "mallory@evil.example"),
        ("alice@x.example(<bob@evil.example>", [], "bob@evil.example"),
    ],
)
def test_address_that_looks_like_another_is_not_the_other(
    pymail: Run, home: Home, sink: Sink, field: str, typed: list[str], answered: str
) -> None:
    """What has two meanings is refused where the user wrote it, and never means the trusted one in a letter."""
    done = pymail("-S", f"mta={sink.url}", field, input="text\n")
    assert done.status == (0 if typed else 64)
    assert [letter.recipients for letter in sink.letters] == ([[f"<{one}>" for one in typed]] if typed else [])
    home.receive([f"From: mallory@evil.example\nReply-To: {field}\nTo: me\nSubject: s\n\nhello\n".encode()])
    pymail("-S", f"mta={sink.url}", input="Reply 1\nanswer\n")
    assert sink.letters[-1].recipients == [f"<{answered}>"]


def test_commas_of_a_folded_list_part_addresses(pymail: Run, sink: Sink) -> None:
    names = [f'"Ünlü, Name {number}" <user{number}@example.org>' for number in range(30)]
    assert pymail("-S", f"mta={sink.url}", ", ".join(names), input="text\n").status == 0
    from email import message_from_bytes, policy

    told = message_from_bytes(sink.letters[0].data, policy=policy.default)["To"].addresses
    assert [(each.display_name, each.addr_spec) for each in told] == [
        (f"Ünlü, Name {number}", f"user{number}@example.org") for number in range(30)
    ]
