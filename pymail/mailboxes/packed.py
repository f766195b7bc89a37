"""Mailboxes that have to be copied before they can be read: standard input, .gz, .bz2, .xz.

Apart because the copy is the point: an unlinked temporary file, in which letters can be
looked up at any place. Nothing leads back, so they are read-only.
"""

from __future__ import annotations

import os
import zlib

from pymail.errors import DATA, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import BufferedIOBase, BufferedReader
    from typing import IO

_PIECE = 1 << 18
_MAGIC = ((b"\x1f\x8b\x08", "gzip"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "lzma"))


def kind_of(begin: bytes) -> str:
    """The module that unpacks a file which begins so, "" for none."""
    return next((kind for magic, kind in _MAGIC if begin.startswith(magic)), "")


def copy(source: int, kind: str = "") -> tuple[int, str]:
    """The octets of the descriptor, unpacked by `kind`, in a temporary file, and what was wrong with them.

    Damaged data is copied as far as it goes. Raises OSError, MailError (DATA) when nothing could be read.
    """
    import tempfile

    with open(source, "rb", closefd=False) as packed, tempfile.TemporaryFile() as target:
        wrong = _copy(_unpacking(packed, kind), target)
        target.flush()
        if wrong and not target.tell():
            raise MailError(f"its {kind} data is damaged: {wrong}", DATA)
        return os.dup(target.fileno()), wrong


def _copy(source: BufferedIOBase, target: IO[bytes]) -> str:
    import lzma

    try:
        # read1 gives what there is before the damage; read would give nothing of it.
        while piece := source.read1(_PIECE):
            target.write(piece)
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        return str(error)
    except OSError as error:
        # gzip and bz2 raise it without a number for data that is none of theirs.
        if error.errno:
            raise
        return str(error)
    return ""


def _unpacking(packed: BufferedReader, kind: str) -> BufferedIOBase:
    if not kind:
        return packed
    if kind == "gzip":
        import gzip

        return gzip.open(packed)
    if kind == "bz2":
        import bz2

        return bz2.open(packed)
    import lzma

    return lzma.open(packed)
