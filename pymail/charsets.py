"""Names of character sets, and octets made text when the name is wrong or missing.

Apart from `headers` because bodies need it too, and because the tables are only for
reading: what pymail writes is us-ascii, utf-8 or iso-8859-1.
"""

from __future__ import annotations

import codecs

# Names found in mail that Python does not know.
_ALIASES = {
    "ansi": "cp1252",
    "7bit": "ascii",
    "ascii-8bit": "ascii",
    "iso-8859-6-e": "iso8859-6",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "windows-874": "cp874",
    "gb_2312-80": "gb2312",
    "x-gbk": "gbk",
    "euc-cn": "gb2312",
    "x-euc-cn": "gb2312",
    "x-x-big5": "big5",
    "ks_c_5601-1989": "euc_kr",
    "windows-949": "cp949",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode-2-0-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "mac": "mac_roman",
    "koi8": "koi8_r",
    "koi8r": "koi8_r",
    "koi8ru": "koi8_u",
    "usascii": "ascii",
    "iso646us": "ascii",
    "cswindows31j": "cp932",
    "big5eten": "big5",
}
# What senders mean who use octets that their charset does not have (WHATWG Encoding 4.2).
_LARGER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "ascii": "utf-8",
}
# The same, where the charset has all octets but nobody means its C1 controls.
_MEANT = {"iso8859-1": "cp1252", "iso8859-9": "cp1254"}
_UTF_8 = ("utf-8", "utf8")
# Python codecs that are no charsets: they transform something else, or warn.
_OTHERS = {"unicode-escape", "raw-unicode-escape", "undefined", "idna", "punycode"}


def charset(name: str) -> str | None:
    """The codec for a MIME charset (RFC 2046 4.1.2), common aliases included; None when unknown."""
    label = name.strip(" \t\"'").lower()
    label = _ALIASES.get(label, label)
    if not label.isascii() or not 0 < len(label) <= 60:
        return None
    codec = _codec(label) or _codec(_alike(label))
    if codec is None:
        return None
    is_charset = codec._is_text_encoding and codec.name.replace("_", "-") not in _OTHERS
    return codec.name if is_charset else None


def _codec(label: str) -> codecs.CodecInfo | None:
    try:
        return codecs.lookup(label)
    except (LookupError, ValueError):
        return None


def _alike(label: str) -> str:
    """A usual name for one that is spelled in its own way: `x-cp1251`, `win-1251`, `iso88591`, `8859_1`."""
    compact = "".join(filter(str.isalnum, label)).removeprefix("x")
    iso, _, part = compact.partition("8859")
    if iso in ("", "iso") and part:
        return f"iso8859-{_digits(part)}"
    for vendor in ("windows", "win", "cp", "ibm", "dos", "ms"):
        if compact.startswith(vendor) and (page := _digits(compact.removeprefix(vendor))):
            return f"cp{page}"
    return _ALIASES.get(compact) or label.removeprefix("x-").removeprefix("cs")


def _digits(text: str) -> str:
    return text[: len(text) - len(text.lstrip("0123456789"))]


def text(octets: bytes | bytearray, label: str = "") -> str:
    """`octets` as text: by their charset `label` where that is possible, else by a guess. Never raises."""
    if label == "utf-8" or not label and b"\x1b$" not in octets:
        # Most mail, without a look at tables.
        if (found := _strict(octets, "utf-8")) is not None:
            return found
    codec = charset(label) or ("iso2022_jp_ext" if b"\x1b$" in octets else "utf-8")
    for attempt in (_MEANT.get(codec, codec), codec, _LARGER.get(codec, codec), "utf-8"):
        if (found := _strict(octets, attempt)) is not None:
            return found
    if codec == "ascii" or codec == "utf-8" and label.lower() not in _UTF_8:
        if foreign := _foreign(octets):
            return octets.decode(foreign, "replace")
    if codec != "ascii":
        found = octets.decode(codec, "replace")
        # A few bad octets in good text are shown as such; nothing but bad ones: the label is wrong.
        if any(char > "\x7f" and char != "\ufffd" for char in found):
            return found.encode("utf-8", "replace").decode()
    found = _strict(octets, "cp1252")
    return octets.decode("latin-1") if found is None else found


def _foreign(octets: bytes | bytearray) -> str:
    """The likely codec of octets that nobody declared, "" for a Western one and for UTF-8 with a few faults."""
    broken = octets.decode("utf-8", "replace")
    if 4 * broken.count("\ufffd") <= sum(char > "\x7f" for char in broken):
        return ""
    from pymail import guess

    return guess.codec(octets)


def _strict(octets: bytes | bytearray, codec: str) -> str | None:
    try:
        found = octets.decode(codec)
        if codec == "utf-7":
            found.encode("utf-8")  # it lets lone surrogates through
        return found
    except ValueError:
        return None
