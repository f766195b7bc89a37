"""A letter before it is sent: who, what about, the text, the files that go along.

Apart because options, escapes, replies and `-t` all build one, and only `encode` reads
it. Everything that can be wrong with a letter is found here, before anything is sent.
"""

from __future__ import annotations

import os
import stat

from pymail import addresses, headers
from pymail.errors import DATA, IOERR, NOINPUT, USAGE, MailError, printable, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.addresses import Address

_BLOCK = 57 * 1024  # octets: whole lines of base64
_MEMORY = 1 << 20  # octets of a text that are held in memory
_LONGEST_HEAD = 1 << 20  # octets of header that -t reads
_MANY = 1000  # octets of one message id or of all References


class Body:
    """Octets of any number: few in memory, many in a file without a name. Can be read again and again.

    Or, with `descriptor`, the first `size` octets of that open file. `name` is for messages.
    """

    __slots__ = ("_descriptor", "_end", "_memory", "_start", "name")

    def __init__(self, octets: bytes = b"", name: str = "letter", descriptor: int = -1, size: int = 0) -> None:
        self.name = name
        self._memory = bytearray()
        self._descriptor = descriptor
        self._start, self._end = 0, size
        if octets:
            self.write(octets)

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    @property
    def size(self) -> int:
        """How many octets there are."""
        return self._end - self._start

    def write(self, octets: bytes) -> None:
        """Adds octets at the end. MailError(IOERR) when the disk takes no more."""
        if self._descriptor < 0 and self._end + len(octets) <= _MEMORY:
            self._memory += octets
            self._end += len(octets)
            return
        if self._descriptor < 0:
            self._descriptor, self._end = _nameless(), 0
            octets = bytes(self._memory) + octets
            self._memory.clear()
        view = memoryview(octets)
        while view:
            try:
                written = os.pwrite(self._descriptor, view, self._end)
            except OSError as error:
                raise MailError(f"{self.name}: temporary file: {reason(error)}", IOERR) from error
            self._end += written
            view = view[written:]

    def pieces(self) -> Iterator[bytes]:
        """The octets in blocks. MailError(IOERR) when a file has become shorter."""
        at = self._start
        while at < self._end:
            count = min(_BLOCK, self._end - at)
            if self._descriptor < 0:
                piece = bytes(self._memory[at : at + count])
            else:
                piece = os.pread(self._descriptor, count, at)
            if not piece:
                raise MailError(f"{self.name}: became shorter while it was read", IOERR)
            yield piece
            at += len(piece)

    def truncate(self) -> None:
        """Forgets all octets."""
        self._memory.clear()
        self._start = self._end = 0

    def skip(self, octets: int) -> None:
        """Forgets the first `octets`."""
        self._start += octets


def _nameless() -> int:
    """A file that nobody else can open and that is gone when it is closed."""
    folder = os.environ.get("TMPDIR") or "/tmp"
    try:
        return os.open(folder, os.O_RDWR | os.O_TMPFILE | os.O_CLOEXEC, 0o600)
    except OSError:
        path = f"{folder}/pymail-{os.urandom(16).hex()}"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        os.unlink(path)
    except OSError as error:
        raise MailError(f"temporary file: {reason(error)}", IOERR) from error
    return descriptor


class Attachment:
    """Something that goes along: `content` under a `name`, with a media `type` or None to find one.

    Without `content` the file at `path` is opened at once: MailError(NOINPUT) names it when it
    cannot be read. It may change or vanish then; what is sent is what it was.
    """

    __slots__ = ("content", "name", "path", "type")

    def __init__(self, path: str, name: str = "", type: str | None = None, content: Body | None = None) -> None:
        self.path = path
        self.name = name or path.rstrip("/").rpartition("/")[2]
        self.type = type
        self.content = content or _opened(path)


def _opened(path: str) -> Body:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            os.pread(descriptor, 1, 0)
            return Body(name=path, descriptor=descriptor, size=status.st_size)
        # A pipe can be read only once.
        body = Body(name=path)
        with open(descriptor, "rb") as file:
            while piece := file.read(_BLOCK):
                body.write(piece)
        return body
    except OSError as error:
        raise MailError(printable(f"{path}: {error.strerror or error}"), NOINPUT) from error


class Draft:
    """A letter to be.

    `sender` is who the envelope names; `authors` stand in From when they are others or more.
    `html` is a second form of the text. `message_id`, `date`, `content_type` and `encoding`
    (Content-Transfer-Encoding of a text that is encoded already) are "" unless given.
    `in_reply_to` and `references` hold message ids, `headers` more fields as (name, text).
    """

    __slots__ = (
        "attachments", "authors", "bcc", "body", "cc", "content_type", "date", "encoding", "flowed", "headers", "html",
        "in_reply_to", "message_id", "references", "reply_to", "sender", "subject", "to",
    )  # fmt: skip

    def __init__(self) -> None:
        self.sender: Address | None = None
        self.authors: list[Address] = []
        self.to: list[Address] = []
        self.cc: list[Address] = []
        self.bcc: list[Address] = []
        self.reply_to: list[Address] = []
        self.subject = ""
        self.body = Body()
        self.html: Body | None = None
        self.attachments: list[Attachment] = []
        self.headers: list[tuple[str, str]] = []
        self.in_reply_to: list[str] = []
        self.references: list[str] = []
        self.message_id = ""
        self.date = ""
        self.content_type = ""
        self.encoding = ""
        self.flowed = False

    def recipients(self) -> list[Address]:
        """Who gets it, each once. MailError(USAGE) names one that must not be a recipient."""
        found = addresses.unique([*self.to, *self.cc, *self.bcc])
        for address in found:
            addresses.check(address)
        return found

    def add_header(self, text: str) -> None:
        """Takes a field that the user wrote, `Name: text`. MailError(USAGE) for one that is not the user's to write."""
        name, colon, value = text.partition(":")
        if not colon or not headers.is_name(name.encode("utf-8", "replace")):
            raise MailError(f"{printable(text)}: no header field; write Name: text", USAGE)
        if name.lower() in _NOT_BY_HAND or name.lower().startswith("resent-"):
            instead = _NOT_BY_HAND.get(name.lower(), "nothing to be set by hand")
            raise MailError(f"{printable(name)}: {instead}", USAGE)
        self.take(name, value.strip())

    def take(self, name: str, value: str) -> None:
        """Puts a field, its value as written, where it belongs; for those that come once the first one counts."""
        lowered = name.lower()
        octets = value.encode("utf-8", "surrogateescape")
        if lowered in ("to", "cc", "bcc", "reply-to"):
            getattr(self, lowered.replace("-", "_")).extend(addresses.split(value))
        elif lowered == "from":
            self.authors = self.authors or addresses.split(value)
        elif lowered == "sender":
            self.sender = self.sender or next(iter(addresses.split(value)), None)
        elif lowered == "subject":
            self.subject = self.subject or headers.decode(octets)
        elif lowered == "date":
            self.date = self.date or _date(value)
        elif lowered == "message-id":
            self.message_id = self.message_id or next(iter(message_ids(octets)), "")
        elif lowered in ("in-reply-to", "references"):
            getattr(self, lowered.replace("-", "_")).extend(message_ids(octets))
        elif lowered == "content-type":
            self.content_type = self.content_type or headers.decode(octets)
        elif lowered == "content-transfer-encoding":
            self.encoding = self.encoding or value.lower()
        elif lowered not in _NOT_SENT:
            self.headers.append((name, value))


_NOT_BY_HAND = {
    "from": "use -r for the sender",
    "sender": "use -r for the sender",
    "to": "name recipients as arguments",
    "cc": "use -c for copies",
    "bcc": "use -b for blind copies",
    "mime-version": "is set by itself",
    "content-transfer-encoding": "is set by itself",
}
# Fields that belong to a mailbox or to a message that was delivered already.
_NOT_SENT = frozenset(
    "mime-version return-path received delivered-to status x-status x-keywords x-uid x-imapbase content-length lines "
    "resent-bcc envelope-to x-original-to".split()
)


def _date(value: str) -> str:
    from pymail.summary import parse_date

    return value if value.isascii() and value.isprintable() and parse_date(value) else ""


def message_ids(value: bytes) -> list[str]:
    """The message ids in a raw value (RFC 5322 3.6.4), each once; what is none is skipped."""
    found = []
    for piece in value.decode("utf-8", "replace").split("<")[1:]:
        inner = piece.partition(">")[0]
        if ">" in piece and inner and inner.isprintable() and not set(inner) & set(" \ufffd") and len(inner) < _MANY:
            found.append(f"<{inner}>")
    return list(dict.fromkeys(found))


def from_letter(letter: Body) -> Draft:
    """A draft from a letter with its header (-t); what follows the header stays in `letter`, which becomes the body.

    MailError(DATA) when it has no header, MailError(USAGE) for a bad address in it.
    """
    head = b""
    for piece in letter.pieces():
        head += piece
        if b"\n\n" in head or b"\n\r\n" in head or len(head) > _LONGEST_HEAD:
            break
    if len(head) > _LONGEST_HEAD and b"\n\n" not in head and b"\n\r\n" not in head:
        raise MailError(f"header: longer than {_LONGEST_HEAD} octets, or no empty line after it", DATA)
    end, length = _end(head)
    found = headers.fields(head[:end])
    _check_lines(head[:end])
    draft = Draft()
    for name, value in found:
        draft.take(name, value.decode("utf-8", "surrogateescape"))
    letter.skip(min(end + length, letter.size))
    draft.body = letter
    return draft


def _end(head: bytes) -> tuple[int, int]:
    """Where a header ends, and how many octets of empty line part it from the body."""
    lines = b"\n" + head
    places = [(lines.find(mark), len(mark) - 1) for mark in (b"\n\n", b"\n\r\n")]
    return min([place for place in places if place[0] >= 0], default=(len(head), 0))


def _check_lines(head: bytes) -> None:
    for number, line in enumerate(head.split(b"\n"), 1):
        name = line.partition(b":")[0].rstrip()
        is_more = line[:1] in b" \t\r" or number == 1 and line.startswith(b"From ")
        if not (is_more or b":" in line and headers.is_name(name)):
            shown = printable(line[:60].decode("utf-8", "surrogateescape"))
            raise MailError(f"header line {number}: {shown!r} is no field; an empty line ends the header", DATA)
