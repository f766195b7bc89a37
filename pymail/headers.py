"""Header fields: a raw block taken apart, and fields written.

RFC 5322 2.2 (fields) and RFC 2231 (parameters); folding is in `folding`, RFC 2047 in `encodedwords`,
and both are named here too, as one place to ask about headers. Reading takes everything that mail
brings and never raises; writing gives only what the RFCs allow. Apart because both the
sending and the reading side stand on it.
"""

from __future__ import annotations

from pymail import encodedwords, rfc2047
from pymail.encodedwords import decode as decode
from pymail.encodedwords import encode as encode
from pymail.encodedwords import phrase as phrase
from pymail.encodedwords import quote as quote
from pymail.folding import fold as fold

Fields = list[tuple[str, bytes]]

_LARGEST = 100_000  # octets of a structured value that are looked at
# RFC 5322 2.2: a field name is printable US-ASCII without the colon.
_NAME = bytes(range(33, 58)) + bytes(range(59, 127))
# RFC 2231 7: attribute-char.
_ATTRIBUTE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&+-.^_`{|}~")
_LONGEST_ID = 900  # octets: it must fit on a line
_LONGEST_NAME = 500  # so that a field can always be folded


def fields(head: bytes) -> Fields:
    """The fields of a header block: names as written, values raw, unfolded, without blanks around.

    The block ends at its first empty line. What is no field (a From_ line, a continuation
    of nothing) is left out.
    """
    head = head.replace(b"\r\n", b"\n")
    if head.startswith(b"\n"):
        return []
    found = []
    for line in _unfolded(head.partition(b"\n\n")[0]).split(b"\n"):
        name, colon, value = line.partition(b":")
        name = name.rstrip(b" \t")
        if colon and is_name(name):
            found.append((name.decode("ascii"), value.strip()))
    return found


def is_name(name: bytes) -> bool:
    """Whether `name` can be the name of a field (RFC 5322 3.6.8)."""
    return 0 < len(name) <= _LONGEST_NAME and not name.translate(None, _NAME)


def is_token(word: str) -> bool:
    """Whether `word` can name a media type or a parameter (RFC 2045 5.1)."""
    return word.isascii() and word.isprintable() and bool(word) and not set(word) & set(' ()<>@,;:\\"/[]?=')


def get(found: Fields, name: str) -> bytes | None:
    """The value of the first field called `name`, in any case; None when there is none."""
    wanted = name.lower()
    return next((value for each, value in found if each.lower() == wanted), None)


def get_all(found: Fields, name: str) -> list[bytes]:
    """The values of all fields called `name`, in any case, in their order."""
    wanted = name.lower()
    return [value for each, value in found if each.lower() == wanted]


def find(head: bytes, name: bytes) -> bytes | None:
    """The unfolded raw value of one field of a raw block, without parsing the rest.

    Made for hundreds of thousands of headers: of several fields the first one spelled
    exactly like `name` is taken, else the first in any spelling.
    """
    mark = b"\n" + name + b":"
    if head.startswith(mark[1:]):
        return _value(head, len(mark) - 1)
    at = head.find(mark)
    if at >= 0:
        return _value(head, at + len(mark))
    lowered = b"\n" + head.lower()
    mark = b"\n" + name.lower()
    at = lowered.find(mark)
    while at >= 0:
        colon = lowered.find(b":", at)
        if colon < 0:
            return None
        if not lowered[at + len(mark) : colon].strip(b" \t"):
            return _value(head, colon)
        at = lowered.find(mark, at + 1)
    return None


def _value(head: bytes, start: int) -> bytes:
    end = head.find(b"\n", start)
    while head[end + 1 : end + 2] in (b" ", b"\t") and end >= 0:
        end = head.find(b"\n", end + 1)
    return _unfolded(head[start:end] if end >= 0 else head[start:]).strip()


def _unfolded(block: bytes) -> bytes:
    if b"\n " not in block and b"\n\t" not in block:
        return block
    # A tab that continues a line stands for the blank that was there before folding.
    return block.replace(b"\r\n", b"\n").replace(b"\n ", b" ").replace(b"\n\t", b" ")


def parameter(name: str, value: str) -> str:
    """`name=value` for a structured field, by RFC 2231 where the value needs it; parts joined by "; "."""
    value, label = encodedwords.clean(value)
    if label == "us-ascii" and value.isprintable() and len(value) <= 60:
        return f"{name}={quote(value)}"
    pieces = [_percent(piece) for piece in rfc2047.pieces(value, label, 48, lambda octets: len(_percent(octets)))]
    pieces[0] = f"{label}''{pieces[0]}"
    if len(pieces) == 1:
        return f"{name}*={pieces[0]}"
    return "; ".join(f"{name}*{number}*={piece}" for number, piece in enumerate(pieces))


def _percent(octets: bytes) -> str:
    return "".join(chr(octet) if octet in _ATTRIBUTE else f"%{octet:02X}" for octet in octets)


def content(value: bytes) -> tuple[str, dict[str, str]]:
    """A structured value with parameters: `text/plain; charset=x` -> ("text/plain", {"charset": "x"}).

    Names and the leading word come in lower case. RFC 2231 continuations and charsets are
    put together, RFC 2047 words decoded; what has no sense is left out. Never raises.
    """
    first, *rest = _split(value[:_LARGEST])
    kind, _, stray = first.partition(b"(")[0].strip().partition(b" ")
    plain: dict[str, str] = {}
    parts: dict[str, dict[int, tuple[bool, bytes]]] = {}
    for piece in [stray, *rest]:
        key, equals, raw = piece.partition(b"=")
        name = key.strip().lower().decode("ascii", "replace")
        if not equals or not name:
            continue
        if "*" in name:
            _keep(parts, name, _unquoted(raw.strip(), True))
        else:
            plain.setdefault(name, decode(_unquoted(raw.strip(), "name" in name)))
    plain.update((name, _assembled(found)) for name, found in parts.items())
    return decode(kind).lower(), plain


def _split(value: bytes) -> list[bytes]:
    """The pieces between semicolons that are outside quotes."""
    pieces = value.split(b";")
    if b'"' not in value:
        return pieces
    joined = [pieces[0]]
    is_open = _leaves_open(pieces[0], False)
    for piece in pieces[1:]:
        if is_open:
            joined[-1] += b";" + piece
        else:
            joined.append(piece)
        is_open = _leaves_open(piece, is_open)
    return joined


def _leaves_open(piece: bytes, is_open: bool) -> bool:
    bare = piece.replace(b"\\\\", b"").replace(b'\\"', b"")
    return is_open ^ bool(bare.count(b'"') % 2)


def _unquoted(raw: bytes, whole: bool) -> bytes:
    """A value without its quotes; one without quotes ends at a blank or comment unless it is `whole`."""
    if raw.startswith(b'"'):
        inner = raw[1:].replace(b"\\\\", b"\0").replace(b'\\"', b"\1").partition(b'"')[0]
        if inner[1:3] != b":\\" and not inner.startswith(b"\0"):
            # Else it is a path of Windows, which is seldom quoted as it should be.
            inner = inner.replace(b"\\", b"")
        return inner.replace(b"\1", b'"').replace(b"\0", b"\\")
    if whole:
        return raw
    return (raw.partition(b"(")[0].split() or [b""])[0]


def _keep(parts: dict[str, dict[int, tuple[bool, bytes]]], name: str, octets: bytes) -> None:
    """Notes one RFC 2231 piece: `name*`, `name*0`, `name*0*`."""
    base, *marks = name.split("*")
    if not base:
        return
    number = marks[0] if marks[0].isascii() and marks[0].isdigit() and len(marks[0]) <= 4 else "0"
    parts.setdefault(base, {}).setdefault(int(number), (name.endswith("*"), octets))


def _assembled(found: dict[int, tuple[bool, bytes]]) -> str:
    label, whole = "", b""
    for place, number in enumerate(sorted(found)):
        encoded, octets = found[number]
        if encoded and place == 0 and octets.count(b"'") >= 2:
            name, _, octets = octets.split(b"'", 2)
            label = name.decode("ascii", "replace")
        whole += unpercent(octets) if encoded else octets
    if not label:
        return decode(whole)
    from pymail import charsets

    return charsets.text(whole, label).translate(encodedwords.ENDS)


def unpercent(octets: bytes) -> bytes:
    """Octets with `%XX` undone (RFC 2231 4, RFC 3986 2.1); what is none stays."""
    first, *rest = octets.split(b"%")
    whole = [first]
    for piece in rest:
        digits = piece[:2]
        is_code = len(digits) == 2 and not digits.strip(b"0123456789abcdefABCDEF")
        whole.append(bytes([int(digits, 16)]) + piece[2:] if is_code else b"%" + piece)
    return b"".join(whole)


def message_ids(value: bytes) -> list[str]:
    """The message ids in a raw value (RFC 5322 3.6.4), each once; what is none is skipped."""
    found = []
    for piece in value.decode("utf-8", "replace").split("<")[1:]:
        inner, closing, _ = piece.partition(">")
        if closing and inner.isascii() and inner.isprintable() and " " not in inner and 0 < len(inner) < _LONGEST_ID:
            found.append(f"<{inner}>")
    return list(dict.fromkeys(found))
