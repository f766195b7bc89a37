"""A letter in a file of its own, read in pieces with LF line ends.

Apart because a Maildir is made of such files and an `.eml` is one.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PIECE = 1 << 18
# Where no empty line ends a header sooner, it ends after so many octets.
LONGEST_HEADER = 1 << 20
# Fields by which the header of a letter is known.
_KNOWN = frozenset(
    b"date from to cc bcc subject message-id received return-path delivered-to mime-version content-type reply-to "
    b"sender newsgroups references in-reply-to content-transfer-encoding content-disposition "
    b"authentication-results".split()
)
_KNOWN_BY_BEGINNING = (b"x-", b"resent-", b"list-", b"arc-", b"dkim-")
_JUNK_LINES = 8


def begins(text: bytes) -> int:
    """Where in the beginning of a file a letter begins: behind a byte order mark, empty lines, some junk; else -1.

    Two fields that letters have must follow each other there.
    """
    at = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    for _ in range(_JUNK_LINES):
        line, _, rest = text[at:].partition(b"\n")
        # A field may have more lines, which begin with a blank.
        after = next((other for other in rest.split(b"\n") if other[:1] not in (b" ", b"\t")), b"")
        if _is_known(line) and _is_known(after):
            return at
        if line.startswith(b"From "):
            break
        at += len(line) + 1
    return -1


def has_known_field(text: bytes) -> bool:
    """Is there a field that letters have in the header that the text begins with? Lists of users begin like one too."""
    return any(map(_is_known, text.replace(b"\r\n", b"\n").partition(b"\n\n")[0].split(b"\n")))


def _is_known(line: bytes) -> bool:
    name, colon, _ = line.partition(b":")
    name = name.rstrip(b" \t").lower()
    return bool(colon) and (name in _KNOWN or name.startswith(_KNOWN_BY_BEGINNING))


def pieces(fd: int, step: int = _PIECE, begin: int = 0) -> Iterator[bytes]:
    """The letter, which begins at `begin`; CRLF becomes LF when its first line ends so. Raises OSError."""
    return lf(_blocks(fd, step, begin))


def _blocks(fd: int, step: int, at: int) -> Iterator[bytes]:
    while block := os.pread(fd, step, at):
        yield block
        at += len(block)


def lf(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same octets; CRLF becomes LF when the first line ends so."""
    first, crlf, held = True, False, b""
    for block in blocks:
        piece, held = held + block, b""
        if first:
            crlf = piece[piece.find(b"\n") - 1 :][:2] == b"\r\n"
            first = b"\n" not in piece
        if crlf:
            if piece.endswith(b"\r"):
                piece, held = piece[:-1], b"\r"
            piece = piece.replace(b"\r\n", b"\n")
        if piece:
            yield piece
    if held:
        yield held


def head(fd: int, begin: int = 0) -> bytes:
    """The header block with the empty line that ends it. Raises OSError."""
    found = b""
    for piece in pieces(fd, 1 << 14, begin):
        found += piece
        if found.startswith(b"\n"):
            return b"\n"
        if (end := found.find(b"\n\n")) >= 0:
            return found[: end + 2]
        if len(found) > LONGEST_HEADER:
            return found[: found.rfind(b"\n", 0, LONGEST_HEADER) + 1 or LONGEST_HEADER]
    return found


def lines(fd: int, begin: int = 0) -> int:
    """Line ends in the letter. Raises OSError."""
    return sum(piece.count(b"\n") for piece in pieces(fd, begin=begin))
