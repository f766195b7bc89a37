"""The parts of a message that is more than one text: attachments, a second form, a foreign type.

Apart from `encode` because a plain letter needs none of it. Each part gives its own header
fields, its encoded octets without the last line end, and about their size on the wire.
"""

from __future__ import annotations

import posix

from pymail import bodycoding, bodytext, charsets, headers, mediatypes
from pymail.body import Body
from pymail.bodytext import BASE64, EIGHT, QUOTED, SEVEN, Scan, Text
from pymail.errors import DATA, USAGE, MailError, printable
from pymail.flowed import flowed
from pymail.pages import charset_of
from pymail.recoding import recoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from pymail.draft import Draft
    from pymail.enclosure import Attachment

    class Part(Protocol):
        """What stands at a place in the tree of a message; `ending` closes it at the end of all."""

        size: int
        eightbit: bool

        def fields(self) -> bytes: ...
        def pieces(self) -> Iterator[bytes]: ...
        @property
        def ending(self) -> bytes: ...


_LONGEST_NAME = 255  # octets of a file's name, which need not be folded


def tree(draft: Draft) -> Part:
    """The parts of a draft. MailError when its content type is none, or does not fit its text."""
    forms = [_text(draft)]
    if draft.html is not None:
        forms.append(_html(draft))
    if draft.alternative:
        forms += [_form(file, draft.octets) for file in draft.attachments]
    part = forms[0] if len(forms) == 1 else Multipart("alternative", forms)
    if draft.attachments and not draft.alternative:
        part = Multipart("mixed", [part, *[attached(file, draft.octets) for file in draft.attachments]])
    return part


def _text(draft: Draft) -> Part:
    kind = draft.content_type or "text/plain"
    major = _major(kind)
    if draft.encoding in (QUOTED, BASE64):
        return Ready(draft.body, kind, draft.encoding)
    if major == "multipart" and not headers.content(kind.encode())[1].get("boundary"):
        raise MailError(f"{kind}: names no boundary, so that nobody could find the parts", USAGE)
    if major in ("multipart", "message"):
        return Ready(draft.body, kind, "")
    if major != "text":
        return Binary(draft.body, [("Content-Type", kind)])
    body = draft.body
    if draft.flowed and not draft.content_type:
        body, kind = flowed(body), "text/plain; format=flowed"
    if draft.charsets and "charset=" not in kind.lower():
        body, charset = recoded(body, draft.charsets)
        kind += f"; charset={charset}" if charset else ""
    return Text(body, kind, draft.transfer, draft.octets)


def _html(draft: Draft) -> Part:
    """The second form of a text; a page that is no UTF-8 may name its charset itself."""
    assert draft.html is not None
    kind = "text/html"
    if Scan(draft.html.pieces()).charset == "iso-8859-1":
        named = charset_of(next(draft.html.pieces(), b""))
        kind += f"; charset={named}" if headers.is_token(named) and charsets.charset(named) else ""
    return Text(draft.html, kind, draft.transfer, draft.octets)


def _form(attachment: Attachment, unknown: str) -> Part:
    """What was attached as another form of the text (RFC 2046 5.1.4)."""
    kind = _kind(attachment, unknown)
    if _major(kind) == "text":
        return Text(attachment.content, kind)
    return Binary(attachment.content, [("Content-Type", kind)])


def _major(kind: str) -> str:
    """The `text` of text/plain; MailError(USAGE) when `kind` is no media type."""
    major, _, minor = kind.partition(";")[0].strip().partition("/")
    if not (headers.is_token(major) and headers.is_token(minor) and kind.isascii() and kind.isprintable()):
        raise MailError(f"{printable(kind)}: no content type; write type/subtype", USAGE)
    return major.lower()


class Binary:
    """Octets as they are, in base64; `ours` are its header fields."""

    ending = b"\n"
    eightbit = False

    def __init__(self, body: Body, ours: list[tuple[str, str]]) -> None:
        self._body = body
        self._fields = [*ours, ("Content-Transfer-Encoding", BASE64)]
        self.size = bodytext.base64_size(body.size)

    def fields(self) -> bytes:
        """See Part."""
        return b"".join(headers.fold(name, value) for name, value in self._fields)

    def pieces(self) -> Iterator[bytes]:
        """See Part."""
        return bodycoding.base64(self._body.pieces())


class Ready:
    """Text that must not be encoded (RFC 2045 6.4), or is already: a multipart, a message, what `-t` brought."""

    def __init__(self, body: Body, kind: str, encoding: str, more: list[tuple[str, str]] | None = None) -> None:
        scan = Scan(unix(body.pieces()))
        self.eightbit = scan.charset != "us-ascii"
        if scan.is_long or scan.is_binary or encoding and self.eightbit:
            raise MailError(f"{body.name}: cannot be sent as it is as {kind}; attach it", DATA)
        self._body = body
        encoding = encoding or (EIGHT if self.eightbit else SEVEN)
        self._fields = [("Content-Type", kind), *(more or []), ("Content-Transfer-Encoding", encoding)]
        self.ending = b"\n" if scan.is_open else b""
        self.size = scan.wire_size(encoding)

    fields = Binary.fields

    def pieces(self) -> Iterator[bytes]:
        """See Part."""
        return unix(self._body.pieces())


def unix(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same lines, ended by LF where CRLF ended them."""
    rest = b""
    for piece in pieces:
        piece = rest + piece
        rest = b"\r" if piece.endswith(b"\r") else b""
        if piece != rest:
            yield piece[: len(piece) - len(rest)].replace(b"\r\n", b"\n")
    if rest:
        yield rest


class Multipart:
    """Several parts in a row (RFC 2046 5.1)."""

    ending = b""

    def __init__(self, subtype: str, parts: list[Part]) -> None:
        # "=_" cannot be in quoted-printable or base64; in other texts the octets are as good as never equal.
        self._boundary = f"=_{posix.urandom(12).hex()}"
        self._subtype = subtype
        self._parts = parts
        self.eightbit = any(part.eightbit for part in parts)
        self.size = sum(part.size + len(part.fields()) + 40 for part in parts) + 40

    def fields(self) -> bytes:
        """See Part."""
        return headers.fold("Content-Type", f'multipart/{self._subtype}; boundary="{self._boundary}"')

    def pieces(self) -> Iterator[bytes]:
        """See Part."""
        boundary = f"--{self._boundary}".encode()
        for part in self._parts:
            yield boundary + b"\n" + part.fields() + b"\n"
            yield from part.pieces()
            yield b"\n"
        yield boundary + b"--\n"


def attached(attachment: Attachment, unknown: str = "") -> Part:
    """A part for an attachment: a letter as message/rfc822, all else octet for octet in base64.

    `unknown` is the charset of a text that is no UTF-8, iso-8859-1 when it is "".
    """
    kind, name = _kind(attachment, unknown), attachment.name
    more = [("Content-Disposition", f"attachment; {headers.parameter('filename', name)}")]
    if kind == "message/rfc822":
        if _is_letter(attachment.content):
            return Ready(attachment.content, kind, "", more)
        kind = "application/octet-stream"
    # Programs that do not know RFC 2231 look for encoded words here.
    words = headers.encode(name)
    if max(map(len, words.split(" "))) <= (_LONGEST_NAME if "=?" not in words else 65):
        kind += f"; name={headers.quote(words)}"
    return Binary(attachment.content, [("Content-Type", kind), *more])


def _is_letter(body: Body) -> bool:
    """Whether a message can travel as it is: message/rfc822 must not be encoded (RFC 2046 5.2.1)."""
    start = next(unix(body.pieces()), b"")
    scan = Scan(unix(body.pieces()))
    is_letter = bool(headers.fields(start)) and not start.startswith(b"From ")
    return is_letter and not scan.is_long and not scan.is_binary


def _kind(attachment: Attachment, unknown: str) -> str:
    """The media type: as given, else by name, else by what the first octets are; a text with its charset."""
    start = next(attachment.content.pieces(), b"")
    kind = attachment.type or mediatypes.by_name(attachment.name) or mediatypes.by_content(start)
    if _major(kind) != "text" or "charset=" in kind.lower():
        return kind
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return f"{kind}; charset=utf-16"
    if b"\0" in start and not attachment.type:
        return "application/octet-stream"
    charset = Scan(attachment.content.pieces()).charset
    return f"{kind}; charset={unknown if unknown and charset == 'iso-8859-1' else charset}"
