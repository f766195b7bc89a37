"""A letter's octets taken apart: the tree of its parts (RFC 2045, 2046).

Own code because this is what hostile mail aims at, and Python's email package fails on some
of it. One pass over the octets finds all delimiter lines; there is no recursion. A Part
keeps its place in the letter and decodes when asked. Three rules:
1. Nothing here raises, whatever the octets; what makes no sense is text.
2. No work or memory beyond the letter's size times a small factor: DEEPEST and MOST bound the tree.
3. An outer delimiter ends all inner parts (RFC 2046 5.1.2), so a cut letter is still read.
"""

from __future__ import annotations

from pymail import charsets, headers, summary, transfer
from pymail.pages import charset_of, without_pictures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEEPEST = 100
MOST = 10_000
LARGEST_HEAD = 1 << 20
LARGEST_TEXT = 4 << 20  # octets of one text that a person reads


class Part:
    """One part of a letter, or the letter itself.

    `number` is that of IMAP ("1.2", "" for a letter of several parts), `type` like "text/plain" and `params`
    its parameters, in lower case; `disposition` is "inline", "attachment" or "". `start` and `stop` bound
    the header and `stop` to `end` the body in `raw`.
    """

    __slots__ = (
        "disposition", "encoding", "end", "filename", "number", "params", "parts", "raw", "start", "stop", "type",
    )  # fmt: skip

    def __init__(self, raw: bytes, start: int, stop: int, default: str = "text/plain") -> None:
        self.raw = raw
        self.start = start
        self.stop = stop
        self.end = len(raw)
        self.number = ""
        self.parts: list[Part] = []
        head = self.head()
        self.type, self.params = _type(summary.find(head, b"Content-Type"), default)
        self.encoding = transfer.encoding(summary.find(head, b"Content-Transfer-Encoding"))
        value = summary.find(head, b"Content-Disposition")
        self.disposition, more = headers.content(value) if value else ("", {})
        self.filename = more.get("filename", "")

    @property
    def name(self) -> str:
        """The file name that the sender gave, decoded and not yet safe; "" when there is none."""
        return self.filename or self.params.get("name", "")

    @property
    def size(self) -> int:
        """Decoded octets; decodes without keeping them."""
        return sum(map(len, self.pieces()))

    @property
    def is_text(self) -> bool:
        return self.type.startswith("text/")

    @property
    def is_multipart(self) -> bool:
        return self.type.startswith("multipart/")

    def head(self) -> bytes:
        """The raw header block of this part, as far as anybody reads on: its first LARGEST_HEAD octets."""
        return self.raw[self.start : min(self.stop, self.start + LARGEST_HEAD)]

    def field(self, name: bytes) -> bytes:
        """The raw unfolded value of a header field of this part, b"" when it has none."""
        return summary.find(self.head(), name)

    def pieces(self) -> Iterator[bytes]:
        """The decoded octets, piece by piece."""
        return transfer.pieces(self.raw, self.stop, self.end, self.encoding)

    def octets(self, most: int = 0) -> bytes:
        """The decoded octets; when they are more than `most`, only the whole lines among so many."""
        return _beginning(self.pieces(), most)

    def words(self) -> Iterator[bytes]:
        """The decoded octets of a text, piece by piece; of a page without the pictures that stand in it."""
        return without_pictures(self.pieces()) if self.type == "text/html" else self.pieces()

    def text(self, most: int = 0) -> str:
        """The decoded text with LF line ends. What is uuencoded in plain text is left out.

        A charset that is missing, unknown or wrong is guessed; HTML may name its own. `most`: see octets.
        """
        return self._text(_beginning(self.words(), most), not most or self.end - self.stop < most)

    def texts(self) -> Iterator[str]:
        """The same in stretches of whole lines, so that a text of any size can be read."""
        stretch = bytearray()
        for piece in self.pieces():
            stretch += piece
            if len(stretch) > _STRETCH and not self.params.get("charset", "").lower().startswith(_WIDE):
                end = stretch.rfind(b"\n") + 1 or stretch.rfind(b" ") + 1 or len(stretch)
                yield self._text(bytes(stretch[:end]), False)
                del stretch[:end]
        yield self._text(bytes(stretch), True)

    def _text(self, octets: bytes, is_end: bool) -> str:
        if self.type == "text/plain" and b"begin " in octets:
            octets = _without_uu(octets)
        charset = self.params.get("charset") or (charset_of(octets) if self.type == "text/html" else "")
        text = charsets.text(octets, charset).removeprefix("\ufeff")
        if self.encoding == transfer.BASE64 and is_end:
            text += charsets.text(transfer.footer(self.raw, self.stop, self.end), charset)
        return text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")

    def uuencoded(self) -> list[Part]:
        """The files that stand uuencoded in this part, when it is plain text."""
        found: list[Part] = []
        if self.type != "text/plain" or not self.encoding and self.raw.find(b"begin ", self.stop, self.end) < 0:
            return found
        octets = self.octets(_LARGEST_UU)
        for _, data, end, _, name in transfer.uu_blocks(octets):
            part = Part(octets, data, data)
            part.end, part.encoding, part.type = end, transfer.UU, "application/octet-stream"
            part.disposition, part.filename = "attachment", name
            part.number = f"{self.number}.{len(found) + 1}"
            found.append(part)
        return found

    def walk(self) -> Iterator[Part]:
        """This part and all in it, each before its own parts."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting += reversed(part.parts)

    def leaves(self) -> Iterator[Part]:
        """The parts that hold something: no multipart, and of an enclosed letter only itself."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if part.is_multipart and part.parts:
                waiting += reversed(part.parts)
            else:
                yield part


def parse(raw: bytes) -> Part:
    """The tree of a letter's parts (LF line ends, no From_ line). Never raises; see DEEPEST and MOST."""
    root = _Reader(raw).read("", 0)
    waiting = [(root, 0)]
    while waiting:
        outer, encoded = waiting.pop()
        for part in list(outer.walk()):
            if part.type in _LETTERS and part.encoding and not part.parts and encoded < _DEEPEST_ENCODED:
                letter = part.octets().replace(b"\r\n", b"\n")
                part.parts = [_Reader(letter).read(part.number, DEEPEST // 2)]
                waiting.append((part.parts[0], encoded + 1))
    return root


class _Reader:
    """The one pass: `levels` are the open containers, `lines` their delimiter lines with the level of each."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.levels: list[tuple[Part, bytes]] = []
        self.lines: dict[bytes, int] = {}
        self.begin_with = b""
        self.longest = 0
        self.blank = -1
        self.count = 0
        self.patience = _PATIENCE

    def read(self, number: str, depth: int) -> Part:
        """The tree of the whole; its root is the letter inside part `number` ("" for the outermost), `depth` down."""
        self.room = DEEPEST - depth
        root = part = self.begin(None, len(_BOM) if self.raw.startswith(_BOM) else 0)
        _enclose(root, number)
        while True:
            part = self.enter(part)
            start = self.next(part)
            if start < 0 or self.count >= MOST:
                return root
            above = self.levels[-1][0]
            part = self.begin(above, start)
            part.number = f"{above.number}.{len(above.parts)}".lstrip(".")

    def begin(self, above: Part | None, start: int) -> Part:
        """The part whose header begins at `start`, added to the one above it."""
        default = "message/rfc822" if above and above.type == "multipart/digest" else "text/plain"
        part = Part(self.raw, start, self.head_end(start), default)
        self.count += 1
        if above:
            above.parts.append(part)
        return part

    def enter(self, part: Part) -> Part:
        """Opens `part` and what it begins with, as far as these are containers; gives the last of them, or the leaf."""
        while part.type in _LETTERS and not part.encoding and len(self.levels) < self.room:
            self.levels.append((part, b""))
            inner = self.begin(part, part.stop)
            _enclose(inner, part.number)
            part = inner
        boundary = part.params.get("boundary", "").encode("utf-8", "surrogateescape")
        if part.is_multipart and boundary and len(self.levels) < self.room:
            self.levels.append((part, b"--" + boundary))
            self.longest = max(self.longest, len(boundary))
            self.learn()
            early = self.delimiter(part.start, part.stop)[0]
            part.stop = early if early >= 0 else part.stop
        return part

    def learn(self) -> None:
        """Notes the delimiter lines of the open levels; of two with the same boundary the inner one has it."""
        self.lines = {line: level for level, (_, line) in enumerate(self.levels) if line}
        self.begin_with = b"\n" + _common(list(self.lines))
        self.lines |= {line + b"--": level for line, level in self.lines.items()}

    def next(self, part: Part) -> int:
        """Ends what the next delimiter line ends, `part` first; where the part after it begins, -1 at the end."""
        at = part.stop
        while self.lines:
            begin, end, line = self.delimiter(at, len(self.raw))
            if begin < 0:
                break
            level = self.lines[line]
            closes = line != self.levels[level][1]
            part.end = min(part.end, max(begin - 1, part.stop))
            self.leave(level if closes else level + 1, begin)
            at = end
            # One delimiter line at once after another: no part was meant.
            if not closes and self.delimiter(end, end)[2] != line:
                return end
        return -1

    def leave(self, level: int, at: int) -> None:
        """Closes the containers from `level` on: they end before the delimiter line at `at`."""
        if len(self.levels) > level:
            for part, _ in self.levels[level:]:
                part.end = max(at - 1, part.stop)
            del self.levels[level:]
            self.learn()

    def delimiter(self, at: int, limit: int) -> tuple[int, int, bytes]:
        """The next delimiter line that begins from `at` to `limit`: begin, where the next line begins, the line."""
        raw = self.raw
        begin = raw.find(self.begin_with, max(at - 1, 0), limit + len(self.begin_with) - 1) + 1
        while begin > 0 and self.patience > 0:
            self.patience -= 1
            end = raw.find(b"\n", begin)
            end = len(raw) if end < 0 else end
            if end - begin < self.longest + _SLACK:
                for line in (raw[begin:end], raw[begin:end].rstrip()):
                    if line in self.lines:
                        return begin, min(end + 1, len(raw)), line
            begin = raw.find(self.begin_with, end, limit + len(self.begin_with) - 1) + 1
        return -1, -1, b""

    def head_end(self, start: int) -> int:
        """Where the body begins: after the first empty line, or at a delimiter line before it.

        Lines that are no fields belong to the header, unless no empty line follows at all.
        """
        raw = self.raw
        if raw.startswith((b"\n", b"\r\n"), start):
            return raw.find(b"\n", start) + 1
        if self.blank < start:
            found = raw.find(b"\n\n", start)
            self.blank = found + 1 if found >= 0 else len(raw)
        end = min(self.blank + 1, len(raw))
        if self.lines:
            begin = self.delimiter(start, self.blank)[0]
            end = begin if begin >= 0 else end
        return end if raw.endswith(b"\n\n", start, end) else _fields_end(raw, start, end)


def _common(lines: list[bytes]) -> bytes:
    """What all these lines begin with: a long string is found sooner than a short one."""
    if not lines:
        return b""
    first, last = min(lines), max(lines)
    same = 0
    while same < len(first) and first[same] == last[same]:
        same += 1
    return first[:same]


def _fields_end(raw: bytes, start: int, end: int) -> int:
    """Where the fields end in raw[start:end], which has no empty line."""
    at = start
    while at < end:
        stop = raw.find(b"\n", at, end)
        stop = end if stop < 0 else stop
        if raw[at:stop] == b"\r":
            return min(stop + 1, end)
        colon = raw.find(b":", at, stop)
        if raw[at] not in b" \t" and not headers.is_name(raw[at : max(colon, at)].rstrip(b" \t")):
            if at > start or not raw.startswith((b"From ", b">From "), at):
                return at
        at = stop + 1
    return end


_LETTERS = ("message/rfc822", "message/global", "message/news")
_BOM = b"\xef\xbb\xbf"
# Lines that begin with two dashes and are looked at; a letter with more is an attack.
_PATIENCE = 500_000
# Octets of a text in which uuencoded files are looked for, and that are made text at once.
_LARGEST_UU = 16 << 20
_STRETCH = 8 << 20
# Charsets in which an octet is no letter: such a text cannot be cut at its line feeds.
_WIDE = ("utf-16", "utf-32", "ucs", "iso-10646")
# Decoding a letter within a letter costs memory for each; RFC 2046 5.2.1 allows none.
_DEEPEST_ENCODED = 3
# Blanks that a delimiter line may be padded with (RFC 2046 5.1.1).
_SLACK = 100


def _enclose(inner: Part, number: str) -> None:
    """Numbers the letter inside part `number` as IMAP does: a multipart shares it, anything else is its first part."""
    inner.number = number if inner.is_multipart else f"{number}.1".lstrip(".")


def _beginning(pieces: Iterable[bytes], most: int) -> bytes:
    if not most:
        return b"".join(pieces)
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > most:
            del found[found.rfind(b"\n", 0, most) + 1 or most :]
            break
    return bytes(found)


def _without_uu(octets: bytes) -> bytes:
    kept, at = [], 0
    for begin, _, _, stop, _ in transfer.uu_blocks(octets):
        kept.append(octets[at:begin])
        at = stop
    return b"".join(kept) + octets[at:]


def _type(value: bytes, default: str) -> tuple[str, dict[str, str]]:
    """Type and parameters of a Content-Type: value; RFC 2045 5.2: what is malformed is text."""
    if not value:
        return default, {}
    name, params = headers.content(value)
    kind, slash, detail = name.partition("/")
    if not slash or not kind or not detail or not name.isascii() or not name.isprintable() or " " in name:
        name = "text/plain"
    return name, params
