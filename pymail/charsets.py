"""Names of character sets, and octets made text when the name is wrong or missing.

Apart from `headers` because bodies need it too, and because the table is only read,
never needed for what pymail writes (that is us-ascii, utf-8 or iso-8859-1).
"""

from __future__ import annotations

import codecs

_JAPANESE = "iso2022_jp_ext"
# What a label means in real mail: the superset that its senders use (WHATWG Encoding 4.2),
# and names that Python does not know.
_ALIASES = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-6-e": "iso8859-6",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "euc-cn": "gb18030",
    "x-euc-cn": "gb18030",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "windows-949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "iso-2022-jp": _JAPANESE,
    "iso-2022-jp-ms": _JAPANESE,
    "cp50220": _JAPANESE,
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode-2-0-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "ascii-8bit": "ascii",
    "7bit": "ascii",
    "ansi": "cp1252",
    "cp-850": "cp850",
    "cp-1252": "cp1252",
}
# Python codecs that are no charsets: they transform something else, or warn.
_OTHERS = {"unicode-escape", "raw-unicode-escape", "undefined", "idna", "punycode"}


def charset(name: str) -> str | None:
    """The codec for a MIME charset (RFC 2046 4.1.2), common aliases included; None when unknown."""
    label = name.strip(" \t\"'").lower()
    label = _ALIASES.get(label, label)
    if not label.isascii() or not 0 < len(label) <= 60:
        return None
    try:
        codec = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    is_charset = codec._is_text_encoding and codec.name.replace("_", "-") not in _OTHERS
    return codec.name if is_charset else None


def text(octets: bytes | bytearray, label: str = "") -> str:
    """`octets` as text: by their charset `label` where that is possible, else by a guess. Never raises."""
    codec = charset(label)
    if not codec and b"\x1b$" in octets:
        codec = _JAPANESE
    for attempt in (codec, "utf-8"):
        if attempt and (found := _strict(octets, attempt)) is not None:
            return found
    if codec and codec not in ("ascii", "cp1252"):
        found = octets.decode(codec, "replace")
        # A few bad octets in good text are shown as such; nothing but bad ones: the label is wrong.
        if any(char > "\x7f" and char != "\ufffd" for char in found):
            return found.encode("utf-8", "replace").decode()
    found = _strict(octets, "cp1252")
    return octets.decode("latin-1") if found is None else found


def _strict(octets: bytes | bytearray, codec: str) -> str | None:
    try:
        found = octets.decode(codec)
        if codec == "utf-7":
            found.encode("utf-8")  # it lets lone surrogates through
        return found
    except ValueError:
        return None
