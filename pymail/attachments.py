"""Attachments: which parts they are, safe names for them, and writing them to files.

Apart because here a stranger's words become file names. A name keeps its letters and case
and loses everything that could lead elsewhere, hide, or mean something to a shell or a
system; a file is always new (O_EXCL), never followed (O_NOFOLLOW), private (0600).
"""

from __future__ import annotations

import os
import unicodedata

from pymail import decode
from pymail.decode import TEXT
from pymail.errors import CANTCREAT, MailError, printable, reason, status_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pymail.mime import Part

_LONGEST = 200  # octets of a name: room for "-999" below the 255 of most file systems
_MOST_TRIES = 1000

# What other systems refuse in a name, and what expands even between double quotes in a shell.
_FORBIDDEN = frozenset('/\\<>:"|?*`$')
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
_SUFFIXES = {
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/rfc822-headers": ".txt",
    "message/rfc822": ".eml", "message/delivery-status": ".txt", "application/pdf": ".pdf",
    "application/pgp-signature": ".asc", "application/pkcs7-signature": ".p7s", "application/zip": ".zip",
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif",
}  # fmt: skip


def attachments(root: Part) -> list[Part]:
    """The parts of a letter that can be saved beside its text, in order: all but what is only read."""
    found = []
    for item in decode.items(root):
        part = item.part
        if not part.parts and (item.kind != TEXT or part.name and part is not root) or part.type.startswith("message/"):
            found.append(part)
    return found


def text_octets(root: Part) -> Iterator[bytes]:
    """The body alone, decoded (POSIX write): texts octet for octet, HTML as it reads."""
    for item in decode.items(root):
        if item.kind != TEXT or item.part.name and item.part is not root:
            continue
        if item.part.type == "text/html":
            yield "".join(line + "\n" for line in decode.lines(item.part, 0, 0)).encode("utf-8", "replace")
        else:
            yield from item.part.pieces()


def safe_name(part: Part) -> str:
    """A file name for `part`: what the sender called it, made harmless, else one made of its number and type."""
    name = unicodedata.normalize("NFC", part.name).replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    name = "".join("_" if char in _FORBIDDEN or not char.isprintable() else char for char in name)
    name = " ".join(name.split()).strip(". ")
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    if not stem.strip("._- "):
        return f"part-{part.number or '0'}{_SUFFIXES.get(part.type, '.bin')}"
    if stem.startswith(("-", "~")) or stem.partition(".")[0].strip().lower() in _RESERVED:
        stem = "_" + stem
    suffix = _cut(suffix, 20)
    return _cut(stem, _LONGEST - len((dot + suffix).encode())).rstrip(". ") + dot + suffix


def suffix(part: Part) -> str:
    """What a file name for `part` ends in, such as `.pdf`: ASCII letters and digits after a dot, or ""."""
    ending = safe_name(part).rpartition(".")[2]
    return f".{ending}" if ending.isascii() and ending.isalnum() else _SUFFIXES.get(part.type, "")


def _cut(text: str, octets: int) -> str:
    return text.encode("utf-8", "replace")[:octets].decode("utf-8", "ignore")


def save_attachment(part: Part, target: str) -> tuple[str, int]:
    """Write the decoded octets of `part` to a new file; its path and how many octets.

    `target` is a folder, which gets a file of a safe name, or the file's own path. Where the
    name is taken, -1, -2… is put before its suffix. MailError(CANTCREAT…) when it can't be written.
    """
    path = os.path.join(target, safe_name(part)) if os.path.isdir(target) else target
    return write_new(path, part.pieces())


def write_new(path: str, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write octets to a new file at `path`, or beside it where that is taken; see save_attachment."""
    if path == os.devnull:
        return path, sum(map(len, pieces))
    fd, path = _create(path)
    octets = 0
    try:
        with open(fd, "wb") as file:
            for piece in pieces:
                octets += file.write(piece)
    except OSError as error:
        os.unlink(path)
        error.filename = error.filename or printable(path)
        raise MailError(reason(error), status_of(error)) from error
    return path, octets


def _create(path: str) -> tuple[int, str]:
    stem, suffix = os.path.splitext(path)
    for number in range(_MOST_TRIES):
        name = f"{stem}-{number}{suffix}" if number else path
        try:
            return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), name
        except FileExistsError:
            continue
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "no file can be called that"
            raise MailError(f"{printable(name)}: {why}", CANTCREAT) from error
    raise MailError(f"{printable(path)}: exists already, and so do {_MOST_TRIES - 1} more like it", CANTCREAT)
