"""Octets made fit for lines: quoted-printable and base64 (RFC 2045), in pieces.

Apart from `bodytext`, which says what a text needs, because most texts need neither.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LINE = 76
_BLOCK = 57 * 1024  # octets that make 1024 full lines of base64


def base64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Base64 in lines of 76, the last one without its end (RFC 2045 6.8)."""
    from _struct import Struct
    from binascii import b2a_base64

    lines = Struct(f"{_LINE}s" * 1024).unpack
    start = b""
    for block in _blocks(pieces):
        letters = b2a_base64(block, newline=False)
        if len(block) == _BLOCK:
            yield start + b"\n".join(lines(letters))
        else:
            yield start + b"\n".join(letters[at : at + _LINE] for at in range(0, len(letters), _LINE))
        start = b"\n"


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same octets in blocks of just _BLOCK octets but for the last."""
    rest = b""
    for piece in pieces:
        if rest or len(piece) != _BLOCK:
            piece = rest + piece
            whole = len(piece) - len(piece) % _BLOCK
            for at in range(0, whole, _BLOCK):
                yield piece[at : at + _BLOCK]
            rest = piece[whole:]
        else:
            yield piece
    if rest:
        yield rest


def crlf(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Text in its canonical form, which base64 wants (RFC 2046 4.1.1)."""
    return (piece.replace(b"\n", b"\r\n") for piece in pieces)


def quoted(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Quoted-printable (RFC 2045 6.7): line feeds are line ends, any other control is escaped.

    An open last line stays open: who ends a message with it adds `=` and a line feed.
    """
    rest = b""
    for piece in pieces:
        piece = rest + piece
        cut = piece.rfind(b"\n") + 1
        if not cut and len(piece) < _BLOCK:
            rest = piece
            continue
        # The start of a very long line: it goes on after a soft line break.
        yield _quoted_lines(piece[:cut]) if cut else _qp(piece) + b"=\n"
        rest = piece[cut:] if cut else b""
    if rest:
        yield _qp(rest)


def _quoted_lines(text: bytes) -> bytes:
    if b"\r" not in text:
        return _qp(text, True)
    # b2a_qp would take CR LF for a line end: each line alone, so that CR is an octet like others.
    return b"".join(_qp(line) + b"\n" for line in text[:-1].split(b"\n"))


def _qp(text: bytes, keep_lines: bool = False) -> bytes:
    """Quoted-printable in which no line begins with `From `, which mailboxes on the way would change."""
    from binascii import b2a_qp

    lines = b"\n" + b2a_qp(text, istext=keep_lines)
    return lines.replace(b"\nFrom ", b"\n=46=\nrom ")[1:]
