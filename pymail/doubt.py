"""What in a letter may be meant to deceive, a sentence each.

A name that shows another address, a link whose text names another host than it leads to, a
domain whose letters come from different scripts. Apart because these are rules of thumb:
they say what is odd, and never decide anything.
"""

from __future__ import annotations

import unicodedata

_LONGEST = 1000  # characters of a link's text that are looked at
# Top-level domains that make a bare `name.tld` a host rather than a file name.
_TOPS = frozenset(
    "com org net edu gov mil int info biz app bank shop online ar at au be bg br ca ch cl cn co cz de dk ee es eu fi "
    "fr gr hk hr hu id ie il in io it jp kr lt lu lv mx my nl no nz pe ph pl pt ro ru se sg si sk th tr tw ua uk us "
    "vn za".split()
)
# Scripts that are written together in one word (UTS 39, highly restrictive, and Hangul with Hanja).
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)


def sender(name: str, address: str) -> str:
    """What is odd about an author, "" when nothing is."""
    # NFKC: a wide \uff20 is a sign for at, too.
    for word in unicodedata.normalize("NFKC", name[:_LONGEST]).translate(_SEPARATORS).split():
        local, at, domain = word.rpartition("@")
        if at and local and "." in domain.strip(".") and word.lower() != address.lower():
            return f"the sender's name shows {word}, but the address is {address or 'missing'}"
    domain = address.rpartition("@")[2]
    odd = letters(domain)
    return f"the sender's domain {domain} ({_ascii(domain)}) {odd}" if odd else ""


def link(text: str, target: str) -> str:
    """What is odd about a link, "" when nothing is."""
    shown, real = _named(text), _host(target)
    if not real:
        scheme, colon, _ = target.partition(":")
        elsewhere = shown and colon and scheme.isalpha() and scheme.lower() != "mailto"
        return f"a link that reads {shown} leads to {scheme}:" if elsewhere else ""
    if shown and _owner(shown) != _owner(real):
        return f"a link that reads {shown} leads to {real}"
    odd = letters(real)
    return f"a link leads to {real} ({_ascii(real)}), which {odd}" if odd else ""


def letters(domain: str) -> str:
    """What is odd about the letters of a domain, "" when nothing is.

    That one label, as Unicode, has letters of scripts that are not written together, or none but letters of
    another script that look Latin.
    """
    labels = [_unicode(label).lower() for label in domain.split(".")]
    if any(map(_mixed, labels)):
        return "mixes scripts"
    if any(label and _LOOKS_LATIN.issuperset(label) and not label.isascii() for label in labels):
        return "has letters that only look Latin"
    return ""


def _mixed(label: str) -> bool:
    if label.isascii():
        return False
    scripts = {unicodedata.name(char, "?").partition(" ")[0] for char in label if char.isalpha()}
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _unicode(label: str) -> str:
    """A label as people see it: `xn--` undone (RFC 5891)."""
    if label[:4].lower() != "xn--":
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except ValueError:
        return label


def _ascii(domain: str) -> str:
    """A domain with its labels as DNS has them."""
    labels = domain.lower().split(".")
    return ".".join(each if each.isascii() else "xn--" + each.encode("punycode").decode() for each in labels)


def _named(text: str) -> str:
    """The host that a link's text names, "" when it names none; among other words only with http:// or www."""
    text = text[:_LONGEST]
    if " " in text:
        return next(filter(None, map(_named, [word for word in text.split() if _is_web(word.lower())])), "")
    if not text or "@" in text:
        return ""
    host = _host(text) if "://" in text else text.partition("/")[0].lower().strip(".,;:()")
    if "://" in text or host.startswith("www.") or host.rpartition(".")[2] in _TOPS and "." in host:
        return host if all(char.isalnum() or char in "-._" for char in host) else ""
    return ""


def _is_web(word: str) -> bool:
    return word.lstrip("<(\"'").startswith(("http://", "https://", "www."))


def _host(target: str) -> str:
    """The host of a web address, without user, port and closing dot; "" for any other kind of link."""
    target = target.replace("\\", "/")  # as browsers do (WHATWG URL)
    scheme, separator, rest = ("https:" + target if target.startswith("//") else target).partition("://")
    if not separator or scheme.lower() not in ("http", "https", "ftp"):
        return ""
    place = rest.partition("/")[0].partition("?")[0].partition("#")[0].rpartition("@")[2]
    return place.partition(":")[0].rstrip(".").lower()


def _owner(host: str) -> str:
    """About the part of a host's name that one owner has: two labels, three under `co.uk` and the like."""
    labels = host.removeprefix("www.").split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if short else -2 :])


# Cyrillic and Greek, and what stands in a label beside letters.
_LOOKS_LATIN = {
    *"\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u04cf\u03bf\u03bd-0123456789"
}
_SEPARATORS = {ord(char): " " for char in "<>()[]\"',;:"}
