"""Which character set octets have that nobody declared, by the letters that each language uses most.

Apart from `charsets`, which knows what senders call their sets: this is asked only where that is
missing or unknown, and the octets are no UTF-8. Where most letters are ASCII, the set is
taken in which the others are those of one language; for all other texts, the set in which
the most of them are common.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SAMPLE = 4096  # octets that are looked at
_FEWEST = 4
_LEAST = 0.6

_HIGH = bytes(octet > 127 for octet in range(256))
_NO_LETTERS = bytes(octet for octet in range(128) if not chr(octet).isalpha())
_KANA = "".join(map(chr, [*range(0x3041, 0x3094), *range(0x30A1, 0x30FD)])) + "\u3001\u3002"
_JAPANESE = _KANA + (
    "\u65e5\u672c\u4eba\u5e74\u5927\u4f1a\u4e2d\u56fd\u51fa\u4e8b\u751f\u5206\u6642\u5408\u65b9\u76ee\u4e0a\u8005\u5834"
    "\u884c\u5b66\u9593\u624b\u5730\u81ea\u524d\u4eca\u898b\u540d\u96fb\u5b50\u8a71\u9001\u4ef6\u65b0\u7528\u66f8\u69d8"
)
_SIMPLIFIED = (
    "\u7684\u4e00\u662f\u4e0d\u4e86\u4eba\u6211\u5728\u6709\u4ed6\u8fd9\u4e2d\u5927\u6765\u4e0a\u56fd\u4e2a\u5230\u8bf4"
    "\u4eec\u4e3a\u5b50\u548c\u4f60\u5730\u51fa\u9053\u4e5f\u65f6\u5e74\u5f97\u5c31\u90a3\u8981\u4e0b\u4ee5\u751f\u4f1a"
    "\u81ea\u4e4b\u8fc7\u5bb6\u5b66\u5bf9\u53ef\u91cc\u540e\u5c0f\u4e48\u5fc3\u591a\u5929\u800c\u80fd\u597d\u90fd\u7136"
    "\u6ca1\u65e5\u4e8e\u8d77\u8fd8\u53d1\u6210\u4e8b\u53ea\u4f5c\u5f53\u60f3\u770b\u6587\u65e0\u5f00\u7528\u4e3b\u884c"
    "\u65b9\u524d\u6240\u672c\u516c\u540c\u53f8\u60a8\u8bf7\u4ef6\u90ae\u7535\u8bdd\u4e16\u754c\u8c22\u7f51\u4e1a\u4ea7"
    "\u54c1\u4ef7\u4fe1\u606f\u670d\u52a1\u7ba1\u7406\uff0c\u3002\u3001\uff1a\uff01"
)
_TRADITIONAL = (
    "\u7684\u4e00\u662f\u4e0d\u4e86\u4eba\u6211\u5728\u6709\u4ed6\u9019\u4e2d\u5927\u4f86\u4e0a\u570b\u500b\u5230\u8aaa"
    "\u5011\u70ba\u5b50\u548c\u4f60\u5730\u51fa\u9053\u4e5f\u6642\u5e74\u5f97\u5c31\u90a3\u8981\u4e0b\u4ee5\u751f\u6703"
    "\u81ea\u4e4b\u904e\u5bb6\u5b78\u5c0d\u53ef\u88e1\u5f8c\u5c0f\u9ebc\u5fc3\u591a\u5929\u800c\u80fd\u597d\u90fd\u7136"
    "\u6c92\u65e5\u65bc\u8d77\u9084\u767c\u6210\u4e8b\u53ea\u4f5c\u7576\u60f3\u770b\u6587\u7121\u958b\u7528\u4e3b\u884c"
    "\u65b9\u524d\u6240\u672c\u516c\u540c\u53f8\u60a8\u8acb\u4ef6\u90f5\u96fb\u8a71\u4e16\u754c\u8b1d\u7db2\u696d\u7522"
    "\u54c1\u50f9\u4fe1\u606f\u670d\u52d9\u7ba1\u7406\u6708\u53f7\uff0c\u3002\u3001\uff1a\uff01"
)
_KOREAN = (
    "\uc774\ub2e4\uc758\ub294\uc5d0\uc744\uac00\ud558\uace0\uc9c0\ub85c\uc740\ud55c\uae30\ub3c4\uc0ac\ub9ac\uc790\uc778"
    "\uc5b4\uc2dc\uc11c\ub97c\ub098\uc544\ud574\uc788\uc815\ub300\uc77c\uadf8\uc218\uc81c\ub4e4\uc5ec\uc694\uc8fc\uc870"
    "\ubcf4\uc7a5\uc804\ub77c\uc694\ub2c8\uacfc\uc640\uac83\ubd80\uc6d0\uc720\uc548\ub155\uc138\uac8c\uba70\uc6a9\uc2e0"
)
_CYRILLIC = "\u043e\u0435\u0430\u0438\u043d\u0442\u0441\u0440\u0432\u043b\u043a\u043c\u0434\u043f\u0443\u044f"
_GREEK = (
    "\u03b1\u03bf\u03b9\u03b5\u03c4\u03c3\u03bd\u03b7\u03c5\u03c1\u03c0\u03ba\u03bc\u03bb\u03c2\u03cc\u03af\u03ac\u03ad"
)
_HEBREW = "".join(map(chr, range(0x5D0, 0x5EB)))
_ARABIC = (
    "\u0627\u0644\u064a\u0645\u0646\u0648\u0631\u062a\u0628\u0629\u0639\u062f\u0633\u0641\u0647\u0643\u0642\u0623\u062d"
    "\u062c\u0634\u0637"
)
_THAI = (
    "\u0e32\u0e19\u0e23\u0e2d\u0e01\u0e40\u0e07\u0e21\u0e22\u0e27\u0e25\u0e14\u0e17\u0e2a\u0e15\u0e30\u0e1b\u0e1a\u0e04"
    "\u0e2b\u0e41\u0e31\u0e48\u0e49\u0e34\u0e35\u0e37\u0e38\u0e39\u0e08\u0e1e"
)
# The sets in which mail was written before UTF-8: the letters most used, and what share of a text they make.
_SETS = (
    ("euc_jp", _JAPANESE, 0.6),
    ("cp932", _JAPANESE, 0.6),
    ("gb18030", _SIMPLIFIED, 0.4),
    ("big5hkscs", _TRADITIONAL, 0.4),
    ("cp949", _KOREAN, 0.45),
    ("cp1251", _CYRILLIC, 0.8),
    ("koi8_r", _CYRILLIC, 0.8),
    ("iso8859_5", _CYRILLIC, 0.8),
    ("cp866", _CYRILLIC, 0.8),
    ("iso8859_7", _GREEK, 0.8),
    ("cp1255", _HEBREW, 0.95),
    ("cp1256", _ARABIC, 0.9),
    ("cp874", _THAI, 0.85),
)
# The letters beyond ASCII of languages that are written in Latin ones, Western and others.
_WESTERN = (
    "\xe4\xf6\xfc\xdf",
    "\xe9\xe8\xe0\xe7\xea\xee\xf4\xfb\xe2\xeb\xef\xf9\u0153\xe6",
    "\xe1\xe9\xed\xf3\xfa\xf1\xfc\xe7",
    "\xe3\xf5\xe7\xe1\xe9\xed\xf3\xfa\xe2\xea\xf4\xe0\xfc",
    "\xe0\xe8\xe9\xec\xf2\xf9\xee",
    "\xe5\xe4\xf6\xf8\xe6\xe9",
    "\xf0\xfe\xe1\xe9\xed\xf3\xfa\xfd\xf6\xe6",
    "\xe9\xeb\xef\xf6\xfc\xe8\xe4",
)
_EASTERN = (
    "\u0105\u0107\u0119\u0142\u0144\xf3\u015b\u017a\u017c",
    "\xe1\u010d\u010f\xe9\u011b\xed\u0148\xf3\u0159\u0161\u0165\xfa\u016f\xfd\u017e",
    "\xe1\xe4\u010d\u010f\xe9\xed\u013a\u013e\u0148\xf3\xf4\u0155\u0161\u0165\xfa\xfd\u017e",
    "\xe1\xe9\xed\xf3\xf6\u0151\xfa\xfc\u0171",
    "\u0103\xe2\xee\u015f\u0163\u0219\u021b",
    "\u010d\u0107\u0111\u0161\u017e",
)
_BALTIC = (
    "\u0105\u010d\u0119\u0117\u012f\u0161\u0173\u016b\u017e",
    "\u0101\u010d\u0113\u0123\u012b\u0137\u013c\u0146\u0161\u016b\u017e",
)
_LATIN = (
    ("cp1250", _EASTERN),
    ("iso8859_2", _EASTERN),
    ("cp1254", ("\xe7\u011f\u0131\xf6\u015f\xfc\xe2\xee",)),
    ("cp1257", _BALTIC),
)
# What stands beside words in Western texts, and would be letters in other sets.
_SIGNS = (
    "\u2018\u2019\u201c\u201d\u201a\u201e\u2013\u2014\u2026\u2022\u20ac\u2122\xab\xbb\xb0\xb2\xb3\xb1\xbc\xbd\xbe"
    "\xb9\xbf\xa1\xb5\xa7\xa9\xae\xb4\xb7\xd7\xaa\xba\xa3\xa5"
)
_ONE_LANGUAGE = 0.9


def codec(octets: bytes | bytearray) -> str:
    """The codec that octets, which are no UTF-8, have most likely; "" for a Western one or none."""
    sample = bytes(octets[:_SAMPLE])
    high = sum(sample.translate(_HIGH))
    if high < _FEWEST or high < len(sample.translate(None, _NO_LETTERS)) - high:
        return _latin(sample)
    cut = len(octets) > _SAMPLE
    likely, name = max((_share(sample, name, common, cut) / usual, name) for name, common, usual in _SETS)
    return name if likely >= _LEAST else _latin(sample)


def _latin(sample: bytes) -> str:
    """The codec of a text in Latin letters; "" for a Western one."""
    western = _spoken(sample.decode("cp1252", "replace"), _WESTERN)
    others = ((_spoken(sample.decode(name, "replace"), spoken), name) for name, spoken in _LATIN)
    likely, name = max(others, key=lambda other: other[0])
    return name if likely >= _ONE_LANGUAGE and likely > western else ""


def _spoken(text: str, languages: Iterable[str]) -> float:
    """What share of the letters beyond ASCII, of which there may be none, one of these languages has."""
    words = "".join(char if char.isalnum() or char > "\x7f" else " " for char in text.lower()).split()
    letters = [char for word in words for char in word.strip(_SIGNS) if char > "\x7f"]
    return max(sum(map(language.__contains__, letters)) for language in languages) / len(letters) if letters else 1


def _share(sample: bytes, name: str, common: Iterable[str], cut: bool) -> float:
    """What share of the letters beyond ASCII is common, read by this codec; 0 when that cannot read them."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError as error:
        # A sample may end within a letter.
        if not cut or error.start < len(sample) - 4:
            return 0
        text = sample[: error.start].decode(name)
    letters = [char for char in text if char > "\x7f"]
    return sum(map(frozenset(common).__contains__, letters)) / len(letters) if letters else 0
