"""A text made fit for the wire: what its octets are, and 7bit, quoted-printable or base64 of them.

Apart from `encode` because it knows nothing of messages: octets in pieces in, lines of
at most 998 octets in pieces out. A text is looked through once, in blocks, by operations
that run in C; a gigabyte needs no more memory than a line.
"""

from __future__ import annotations

from codecs import utf_8_decode

from pymail.folding import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pymail.body import Body

SEVEN, EIGHT, QUOTED, BASE64 = "7bit", "8bit", "quoted-printable", "base64"
LONGEST = 998  # octets of a line, RFC 5322 2.1.1
_LINE = 76
# What quoted-printable lets through: printable US-ASCII but "=", tab and line feed.
_PLAIN = b"\t\n" + bytes(range(32, 61)) + bytes(range(62, 127))


class Scan:
    """What a text is, found in one pass.

    `charset` is us-ascii, utf-8 or iso-8859-1 (in which every octet means something); `size`
    octets in `lines`; `is_long` when a line is over 998; `is_binary` when there is a CR or NUL;
    `odd` octets would be escaped in quoted-printable; `is_clean` when 7bit carries the text
    unharmed; `is_safe` when 8bit does; `is_open` when its last line has no end.
    """

    __slots__ = ("charset", "is_binary", "is_clean", "is_long", "is_open", "is_safe", "lines", "odd", "size")

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.size = self.lines = self.odd = 0
        self.is_long = self.is_open = self.is_binary = False
        is_ascii, is_utf8, equals, has_marks = True, True, 0, False
        open_line, cut = 0, b""
        last = b"\n"
        for piece in pieces:
            self.size += len(piece)
            self.lines += piece.count(b"\n")
            self.odd += len(piece.translate(None, _PLAIN))
            equals += piece.count(b"=")
            self.is_binary = self.is_binary or b"\r" in piece or b"\0" in piece
            has_marks = has_marks or _has_marks(last + piece)
            open_line = self._measure(piece, open_line)
            last = (last + piece)[-8:]
            if cut or not piece.isascii():
                is_ascii = False
                is_utf8, cut = _continues(cut + piece) if is_utf8 else (False, b"")
        self.is_open = last[-1:] != b"\n"
        self.charset = "us-ascii" if is_ascii else "utf-8" if is_utf8 and not cut else "iso-8859-1"
        self.is_safe = not (self.is_long or self.is_binary or has_marks)
        self.is_clean = is_ascii and self.odd == equals and self.is_safe

    def _measure(self, piece: bytes, open_line: int) -> int:
        """Notes a line that is too long; returns how long the last, open one is by now."""
        at, limit = 0, LONGEST - open_line
        while len(piece) - at > limit and not self.is_long:
            end = piece.rfind(b"\n", at, at + limit + 1)
            self.is_long = end < 0
            at, limit = end + 1, LONGEST
        end = piece.rfind(b"\n")
        return len(piece) - end - 1 if end >= 0 else open_line + len(piece)

    def wire_size(self, encoding: str) -> int:
        """About how many octets `encoding` makes of it, lines ended by CRLF."""
        if encoding == BASE64:
            return base64_size(self.size + self.lines)
        return (self.size + 2 * self.odd) * 78 // 75 + 2 * self.lines if encoding == QUOTED else self.size + self.lines

    def encoding(self, wanted: str = "") -> str:
        """7bit, else quoted-printable, else base64 when that is less than half as long; or as `wanted` where it can be.

        8bit carries what 7bit would, and octets above 127.
        """
        if wanted in (QUOTED, BASE64):
            return wanted
        if wanted == EIGHT and self.is_safe and not self.is_clean:
            return EIGHT
        if self.is_clean:
            return SEVEN
        return BASE64 if 2 * self.wire_size(BASE64) < self.wire_size(QUOTED) else QUOTED


def _has_marks(piece: bytes) -> bool:
    """Whether lines begin with what a mailbox (From_) or a multipart (our boundaries) would take for its own."""
    return b"\nFrom " in piece or b"\n--=_" in piece


def _continues(piece: bytes) -> tuple[bool, bytes]:
    """Whether `piece` can be UTF-8 so far, and the beginning of a character at its end."""
    try:
        return True, piece[utf_8_decode(piece, "strict", False)[1] :]
    except UnicodeDecodeError:
        return False, b""


def base64_size(size: int) -> int:
    """How many octets base64 makes of `size`, lines ended by CRLF."""
    letters = (size + 2) // 3 * 4
    return letters + 2 * (letters // _LINE + 1)


class Text:
    """A part that is text: `kind` as Content-Type, its charset and encoding by what the octets are.

    `wanted` is an encoding to prefer to the shortest one, `unknown` the charset of what is no UTF-8.
    """

    __slots__ = ("_body", "_encoding", "_kind", "_scan", "eightbit", "size")

    def __init__(self, body: Body, kind: str, wanted: str = "", unknown: str = "") -> None:
        self._body = body
        self._scan = Scan(body.pieces())
        self._encoding = self._scan.encoding(wanted)
        charset = self._scan.charset
        if charset == "iso-8859-1" and unknown:
            charset = unknown
        self._kind = kind if "charset=" in kind.lower() else f"{kind}; charset={charset}"
        self.eightbit = self._encoding == EIGHT
        self.size = self._scan.wire_size(self._encoding)

    def fields(self) -> bytes:
        """Its own header fields."""
        return fold("Content-Type", self._kind) + fold("Content-Transfer-Encoding", self._encoding)

    def pieces(self) -> Iterator[bytes]:
        """The encoded octets; a last line that was open is still open."""
        octets = self._body.pieces()
        if self._encoding in (SEVEN, EIGHT):
            return octets
        from pymail import bodycoding

        if self._encoding == QUOTED:
            return bodycoding.quoted(octets)
        return bodycoding.base64(bodycoding.crlf(octets))

    @property
    def ending(self) -> bytes:
        """What closes the last line at the end of a message.

        In quoted-printable that adds nothing to the text; 7bit cannot say that there is no line end.
        """
        if self._encoding == BASE64:
            return b"\n"
        if not self._scan.is_open:
            return b""
        return b"=\n" if self._encoding == QUOTED else b"\n"
