"""What in a letter may be meant to deceive, a sentence each.

A name that shows another address, a link whose text names another host than it leads to, a
domain whose letters come from different scripts. Apart because these are rules of thumb:
they say what is odd, and never decide anything.
"""

from __future__ import annotations

import unicodedata

# Top-level domains that make a bare `name.tld` a host rather than a file name.
_TOPS = ("com", "org", "net", "edu", "gov", "mil", "int", "info", "biz")
# Scripts that are written together in one word (UTS 39, highly restrictive, and Hangul with Hanja).
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)


def sender(name: str, address: str) -> str:
    """What is odd about an author, "" when nothing is."""
    for word in name.translate(_SEPARATORS).split():
        local, at, domain = word.rpartition("@")
        if at and local and "." in domain.strip(".") and word.lower() != address.lower():
            return f"the sender's name shows {word}, but the address is {address}"
    domain = address.rpartition("@")[2]
    return f"the sender's domain {domain} ({_ascii(domain)}) mixes scripts" if mixes_scripts(domain) else ""


def link(text: str, target: str) -> str:
    """What is odd about a link, "" when nothing is."""
    shown, real = _named(text), _host(target)
    if not real:
        return ""
    if shown and _owner(shown) != _owner(real):
        return f"a link that reads {shown} leads to {real}"
    return f"a link leads to {real} ({_ascii(real)}), which mixes scripts" if mixes_scripts(real) else ""


def mixes_scripts(domain: str) -> bool:
    """Whether one label of a domain, as Unicode, has letters of scripts that are not written together."""
    return any(_mixed(_unicode(label)) for label in domain.split("."))


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
    """The host that a link's text names, "" when it names none."""
    if not text or " " in text or "@" in text:
        return ""
    host = _host(text) if "://" in text else text.partition("/")[0].lower().strip(".,;:()")
    if "://" in text or host.startswith("www.") or host.rpartition(".")[2] in _TOPS and "." in host:
        return host if all(char.isalnum() or char in "-._" for char in host) else ""
    return ""


def _host(target: str) -> str:
    """The host of a web address, without user, port and closing dot; "" for any other kind of link."""
    scheme, separator, rest = target.partition("://")
    if not separator or scheme.lower() not in ("http", "https", "ftp"):
        return ""
    place = rest.replace("\\", "/").partition("/")[0].partition("?")[0].partition("#")[0].rpartition("@")[2]
    return place.partition(":")[0].rstrip(".").lower()


def _owner(host: str) -> str:
    """About the part of a host's name that one owner has: two labels, three under `co.uk` and the like."""
    labels = host.removeprefix("www.").split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if short else -2 :])


_SEPARATORS = {ord(char): " " for char in "<>()[]\"',;:"}
