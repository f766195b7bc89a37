"""A letter in ASCII, for servers that take nothing else (RFC 6152 3, RFC 6857).

Apart from the transaction because few servers need it. The letter is read in lines, as
often as it is sent, and never stands in memory: octets above 127 become quoted-printable in
bodies and encoded words in header fields. What is ASCII already stays octet for octet.
"""

from __future__ import annotations

from pymail import addresses, bodycoding, encode, encodedwords, headers
from pymail.folding import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.transports.transport import Source

    # A piece of a letter: what it is, its octets, and the number of the part that it belongs to.
    Event = tuple[int, bytes, int]

# A head with its empty line; lines of a body that may be encoded; lines of which none may be.
_HEAD, _LEAF, _BETWEEN = range(3)
_BLOCK = 1 << 16
_ENCODING = b"content-transfer-encoding"
_IDENTITY = ("", "7bit", "8bit", "binary")
_PEOPLE = frozenset(
    ("from", "sender", "reply-to", "to", "cc", "bcc", "mail-followup-to", "mail-reply-to")
    + ("resent-from", "resent-sender", "resent-reply-to", "resent-to", "resent-cc", "resent-bcc")
)
_UNKNOWN = "unknown-8bit"  # RFC 1428
_NO_HIGH = bytes(range(128)) + b"?" * 128


class Foreign(Exception):
    """The letter's header holds an address that cannot be written in ASCII."""


class SevenBit:
    """`letter` as a Source without octets above 127 in its header and, with `body`, anywhere.

    Raises Foreign, and what reading the letter raises.
    """

    def __init__(self, letter: Source, *, body: bool) -> None:
        self._letter = letter
        self._body = body
        self._wide: dict[int, str] = {}  # parts with octets above 127: the charset that these show
        self._survey()
        self.eightbit = letter.eightbit and not body
        self.size = sum(len(piece) + piece.count(b"\n") for piece in self.pieces())

    def _survey(self) -> None:
        for kind, octets, number in _events(self._letter):
            if kind == _HEAD and not number:
                _ascii_head(octets, strict=True)
            if kind == _LEAF and not octets.isascii() and self._wide.get(number) != _UNKNOWN:
                self._wide[number] = _charset(octets)

    def pieces(self) -> Iterator[bytes]:
        """The octets, LF line ends; may be called again."""
        encoding = ""
        for kind, octets, number in _events(self._letter):
            if kind == _HEAD:
                encoding = _encoding(octets)
                yield self._head(octets, number, encoding)
            elif self._body and kind == _LEAF and number in self._wide and encoding in _IDENTITY:
                yield from bodycoding.quoted((octets,))
            elif octets.isascii() or not self._body:
                yield octets
            else:
                yield _escaped(octets) if encoding == "quoted-printable" else octets.translate(_NO_HIGH)

    def _head(self, head: bytes, number: int, encoding: str) -> bytes:
        """A part's head as it is written now: in ASCII, and with the encoding that its body has."""
        if number and not self._body:
            return head
        head = head if head.isascii() else _ascii_head(head, strict=not number)
        is_wide = number in self._wide
        if not self._body or encoding not in _IDENTITY or not is_wide and encoding in ("", "7bit"):
            return head
        kept = [field for field in _fields(head) if _name(field).lower() != _ENCODING]
        if is_wide and not number and headers.find(head, b"MIME-Version") is None:
            kept.append(b"MIME-Version: 1.0\n")
        if is_wide and headers.find(head, b"Content-Type") is None:
            kept.append(b"Content-Type: text/plain; charset=%b\n" % self._wide[number].encode())
        kept.append(b"Content-Transfer-Encoding: %b\n\n" % (b"quoted-printable" if is_wide else b"7bit"))
        return b"".join(kept)


def _events(letter: Source) -> Iterator[Event]:
    """The letter taken apart (RFC 2046 5.1): heads whole, all else in blocks of lines, parts numbered from 0."""
    boundaries: list[bytes] = []
    kind, number, held, size = _HEAD, 0, [b""], 0
    for line in _lines(letter):
        level = _delimited(line, boundaries)
        if kind == _HEAD and (level is not None or line == b"\n"):
            head = b"".join(held) + b"\n"
            yield _HEAD, head, number
            kind = _kind(head, boundaries)
            number += kind == _HEAD  # of a letter within a letter
            held, size = [], 0
            if level is None:
                continue
        if level is not None:
            yield kind, b"".join(held), number
            yield _BETWEEN, line, number
            del boundaries[level + (not _closes(line, boundaries[level])) :]
            kind, number = _BETWEEN if len(boundaries) == level else _HEAD, number + 1
            held, size = [], 0
            continue
        held.append(line)
        size += len(line)
        if size > _BLOCK and kind != _HEAD:
            yield kind, b"".join(held), number
            held, size = [], 0
    yield kind, b"".join(held), number


def _lines(letter: Source) -> Iterator[bytes]:
    rest = b""
    for piece in letter.pieces():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


def _delimited(line: bytes, boundaries: list[bytes]) -> int | None:
    """Which of the open boundaries this line is, from the outermost on (RFC 2046 5.1.1)."""
    if not line.startswith(b"--"):
        return None
    text = line.rstrip()
    return next((level for level, mark in enumerate(boundaries) if text in (mark, mark + b"--")), None)


def _closes(line: bytes, boundary: bytes) -> bool:
    return line.rstrip() != boundary


def _kind(head: bytes, boundaries: list[bytes]) -> int:
    """What follows a head; the boundary of a multipart is added to `boundaries`."""
    kind, params = headers.content(headers.find(head, b"Content-Type") or b"text/plain")
    if kind.startswith("multipart/") and params.get("boundary"):
        boundaries.append(b"--" + params["boundary"].encode("utf-8", "surrogateescape").rstrip())
        return _BETWEEN
    return _HEAD if kind == "message/rfc822" and _encoding(head) in _IDENTITY else _LEAF


def _encoding(head: bytes) -> str:
    value = headers.find(head, b"Content-Transfer-Encoding") or b""
    return value.decode("ascii", "replace").strip().lower()


def _charset(octets: bytes) -> str:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return _UNKNOWN
    return "utf-8"


def _escaped(octets: bytes) -> bytes:
    """What should not stand in quoted-printable as it is."""
    return b"".join(b"=%02X" % octet if octet > 127 else bytes((octet,)) for octet in octets)


def _fields(head: bytes) -> list[bytes]:
    """The fields as they are written, each with its line ends."""
    found: list[bytes] = []
    for line in head.rstrip(b"\n").split(b"\n"):
        if found and line[:1] in (b" ", b"\t"):
            found[-1] += line + b"\n"
        else:
            found.append(line + b"\n")
    return found


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].rstrip(b" \t")


def _ascii_head(head: bytes, *, strict: bool) -> bytes:
    """The head in ASCII. `strict`: raises Foreign where that costs an address."""
    return b"".join(field if field.isascii() else _ascii_field(field, strict) for field in _fields(head)) + b"\n"


def _ascii_field(field: bytes, strict: bool) -> bytes:
    found = headers.fields(field)
    if not found:
        return field.translate(_NO_HIGH)
    name, value = found[0]
    if name.lower() in _PEOPLE:
        people = addresses.lenient(value)
        if people and all(person.spec.isascii() for person in people):
            return encode.people(name, people)
        if strict:
            raise Foreign
    if name.lower() in ("content-type", "content-disposition"):
        kind, params = headers.content(value)
        return fold(name, "; ".join([kind, *(headers.parameter(key, params[key]) for key in params)]))
    return fold(name, encodedwords.encode(encodedwords.decode(value)))
