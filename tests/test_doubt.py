"""What in a letter may be meant to deceive."""

from __future__ import annotations

import pytest

from pymail import doubt


@pytest.mark.parametrize(
    ("name", "address", "odd"),
    [
        ("Alice", "alice@a.example", False),
        ("alice@a.example", "Alice@A.example", False),
        ("", "x@y.example", False),
        ("Bob @ work", "bob@b.example", False),
        ("me@home", "bob@b.example", False),
        ("security@bank.example", "x@y.example", True),
        ("Bank <security@bank.example>", "x@y.example", True),
        ("Paypal", "x@p\u0430ypal.example", True),
        ("Paypal", "x@xn--pypal-4ve.example", True),
        ("Firma", "x@m\u00fcller.example", False),
        ("Mixed by language", "x@\u65e5\u672ckana\u30ab.example", False),
        ("Russian", "x@\u043f\u0440\u0438\u043c\u0435\u0440.example", False),
        ("security\uff20bank.example", "x@y.example", True),
        ("Looks Latin", "x@\u0430\u0440\u0440\u04cf\u0435.example", True),
        ("No address", "", False),
        ("Broken", "x@xn--\u00e9.example", False),
    ],
)
def test_a_sender_is_doubted_with_reason(name: str, address: str, odd: bool) -> None:
    assert bool(doubt.sender(name, address)) is odd


@pytest.mark.parametrize(
    ("text", "target", "odd"),
    [
        ("here", "http://evil.example/", False),
        ("https://www.bank.com/login", "https://login.bank.com/x", False),
        ("https://www.bank.com/login", "http://evil.example/www.bank.com", True),
        ("www.bank.com", "https://www.bank.com@evil.example/", True),
        ("bank.com", "http://evil.example", True),
        ("bank.com/account", "https://BANK.com:443/account", False),
        ("report.pdf", "https://files.example/report.pdf", False),
        ("bank.co.uk", "https://evil.co.uk", True),
        ("sparkasse.de/login", "https://evil.example", True),
        ("sparkasse.de", "https://www.sparkasse.de/", False),
        ("README.md", "https://evil.example", False),
        ("www.bank.co.uk", "https://evil.co.uk", True),
        ("https://www.bank.com", "mailto:x@y", False),
        ("bob@bank.com", "https://evil.example", False),
        ("Visit bank.com now", "https://evil.example", False),
        ("click", "https://p\u0430ypal.example/", True),
        ("https://bank.com", "https:\\\\evil.example", True),
        ("https://bank.com", "//evil.example", True),
        ("www.bank.com", "javascript:go()", True),
        ("Visit https://www.bank.com now", "https://evil.example", True),
        ("Visit www.bank.com now", "https://bank.com", False),
        ("bank.com", "/relative", False),
        ("click", "https://\u0430\u0440\u0440\u04cf\u0435.com/", True),
        ("click", "https://\u043f\u0440\u0438\u043c\u0435\u0440.com/", False),
        ("https://bank.com", "https://evil.example\\bank.com", True),
    ],
)
def test_a_link_is_doubted_when_it_reads_otherwise(text: str, target: str, odd: bool) -> None:
    assert bool(doubt.link(text, target)) is odd
