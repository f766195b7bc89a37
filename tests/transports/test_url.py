"""A server's URL taken apart."""

from __future__ import annotations

import pytest

from pymail.errors import MailError
from pymail.transports.url import server


@pytest.mark.parametrize(
    ("url", "parts", "name"),
    [
        ("smtp://Host", ("smtp", "", None, "host", 25), "smtp://host:25"),
        ("smtp://host:2525/", ("smtp", "", None, "host", 2525), "smtp://host:2525"),
        ("smtps://me@host", ("smtps", "me", None, "host", 465), "smtps://me@host:465"),
        ("submission://me:pw@host", ("submission", "me", "pw", "host", 587), "submission://me@host:587"),
        ("submissions://a@b:p@w:x@host", ("submissions", "a@b", "p@w:x", "host", 465), "submissions://a@b@host:465"),
        ("smtp://a%40b:%3a%C3%BC%zz@h", ("smtp", "a@b", ":ü%zz", "h", 25), "smtp://a@b@h:25"),
        ("smtp://me:@host", ("smtp", "me", "", "host", 25), "smtp://me@host:25"),
        ("smtp://me%1b%0a@host", ("smtp", "me\x1b\n", None, "host", 25), "smtp://me^[ @host:25"),
        ("lmtp://[::1]:24", ("lmtp", "", None, "::1", 24), "lmtp://[::1]:24"),
        ("smtp://[fe80::1%eth0]", ("smtp", "", None, "fe80::1%eth0", 25), "smtp://[fe80::1%eth0]:25"),
        ("smtp://my_box.local", ("smtp", "", None, "my_box.local", 25), "smtp://my_box.local:25"),
        ("smtp://bücher.example", ("smtp", "", None, "bücher.example", 25), "smtp://bücher.example:25"),
    ],
)
def test_a_url_is_taken_apart(url: str, parts: tuple[object, ...], name: str) -> None:
    found = server(url)
    assert (found.scheme, found.user, found.password, found.host, found.port) == parts
    assert found.name == name


WRONG = ["", "/", "h:x", "h:99999", "h:-1", "h/p", "a b", "h\n", "[::1", "[x y]", "me@", "h;auth=x"]


@pytest.mark.parametrize("rest", WRONG)
def test_what_names_no_server_is_refused_without_telling_the_password(rest: str) -> None:
    with pytest.raises(MailError, match="not a server") as caught:
        server("smtp://me:hush@" + rest)
    assert "hush" not in caught.value.text


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("127.0.0.1.example", False),
        ("localhost.example", False),
        ("0.0.0.0", False),
        ("[::ffff:127.0.0.1]", False),
        ("128.0.0.1", False),
    ],
)
def test_only_a_name_that_says_so_is_this_machine(host: str, loopback: bool) -> None:
    assert server("smtp://" + host).loopback == loopback
