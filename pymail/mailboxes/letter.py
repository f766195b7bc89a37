"""A letter in a file of its own, read in pieces with LF line ends.

Apart because a Maildir is made of such files and an `.eml` is one.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 1 << 18
# Where no empty line ends a header sooner, it ends after so many octets.
LONGEST_HEADER = 1 << 20


def pieces(fd: int, step: int = _PIECE) -> Iterator[bytes]:
    """The letter; CRLF becomes LF when its first line ends so. Raises OSError."""
    at, held, crlf = 0, b"", False
    while piece := os.pread(fd, step, at):
        if at == 0:
            crlf = piece[piece.find(b"\n") - 1 :][:2] == b"\r\n"
        at += len(piece)
        if crlf:
            piece, held = held + piece, b""
            if piece.endswith(b"\r"):
                piece, held = piece[:-1], b"\r"
            piece = piece.replace(b"\r\n", b"\n")
        if piece:
            yield piece
    if held:
        yield held


def head(fd: int) -> bytes:
    """The header block with the empty line that ends it. Raises OSError."""
    begin = b""
    for piece in pieces(fd, 1 << 14):
        begin += piece
        if begin.startswith(b"\n"):
            return b"\n"
        if (end := begin.find(b"\n\n")) >= 0:
            return begin[: end + 2]
        if len(begin) > LONGEST_HEADER:
            return begin[: begin.rfind(b"\n", 0, LONGEST_HEADER) + 1 or LONGEST_HEADER]
    return begin


def lines(fd: int) -> int:
    """Line ends in the letter. Raises OSError."""
    return sum(piece.count(b"\n") for piece in pieces(fd))
