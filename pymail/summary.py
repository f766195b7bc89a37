"""One line about a message: who, when, what, how large; and its stored flags.

Apart from the mailboxes because every kind makes the same Summary from a header
block, and from `headers` because the banner's path goes through here: a well-formed
From, Date and Subject are read with a few searches of the octets. What is not well
formed goes to the patient readers (olddates.py, `headers.decode`, `addresses.lenient`), which
are loaded only then.
"""

from __future__ import annotations

SEEN = 1
OLD = 2
ANSWERED = 4
FLAGGED = 8
DRAFT = 16


class Summary:
    """What a header list shows of a message; never changed once made.

    `name` and `subject` are decoded and one line, `date` is in seconds since the epoch,
    `zone` in seconds east of UTC as the sender wrote it, `size` in octets of the letter.
    """

    __slots__ = ("name", "address", "date", "zone", "subject", "size")

    def __init__(self, name: str, address: str, date: int, zone: int, subject: str, size: int) -> None:
        self.name = name
        self.address = address
        self.date = date
        self.zone = zone
        self.subject = subject
        self.size = size


class Rows:
    """Summaries in columns, with the lines of each letter: what a header list is made of in bulk."""

    __slots__ = ("names", "addresses", "dates", "zones", "sizes", "lines", "subjects")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.addresses: list[str] = []
        self.dates: list[int] = []
        self.zones: list[int] = []
        self.sizes: list[int] = []
        self.lines: list[int] = []
        self.subjects: list[str] = []

    def __len__(self) -> int:
        return len(self.subjects)

    def add(self, summary: Summary, lines: int) -> None:
        """One more letter."""
        self.names.append(summary.name)
        self.addresses.append(summary.address)
        self.dates.append(summary.date)
        self.zones.append(summary.zone)
        self.sizes.append(summary.size)
        self.lines.append(lines)
        self.subjects.append(summary.subject)

    def take(self, other: Rows, begin: int, end: int) -> None:
        """Some rows of another one's, as far as it has them."""
        self.names += other.names[begin:end]
        self.addresses += other.addresses[begin:end]
        self.dates += other.dates[begin:end]
        self.zones += other.zones[begin:end]
        self.sizes += other.sizes[begin:end]
        self.lines += other.lines[begin:end]
        self.subjects += other.subjects[begin:end]

    def summary(self, at: int) -> Summary:
        """One row."""
        return Summary(
            self.names[at], self.addresses[at], self.dates[at], self.zones[at], self.subjects[at], self.sizes[at]
        )


def from_head(head: bytes, size: int, arrived: int) -> Summary:
    """Make the Summary of a letter of `size` octets from its raw header block.

    `arrived` (seconds since the epoch) stands in for a Date: that is missing or none.
    """
    name, address = author(find(head, b"From"))
    date, zone = parse_date(find(head, b"Date")) or (arrived, 0)
    return Summary(name, address, date, zone, text_of(find(head, b"Subject")), size)


def flags_from(status: bytes, xstatus: bytes) -> int:
    """Flags from the values of Status: (R, O) and X-Status: (A, F, T)."""
    flags = (b"R" in status) | (b"O" in status) << 1
    if xstatus:
        flags |= (b"A" in xstatus) << 2 | (b"F" in xstatus) << 3 | (b"T" in xstatus) << 4
    return flags


def status_of(flags: int) -> str:
    """The value of Status: for these flags, "" when there is nothing to say."""
    return "R" * (flags & SEEN > 0) + "O" * (flags & OLD > 0)


def xstatus_of(flags: int) -> str:
    """The value of X-Status: for these flags, "" when there is nothing to say."""
    return "A" * (flags & ANSWERED > 0) + "F" * (flags & FLAGGED > 0) + "T" * (flags & DRAFT > 0)


def find(head: bytes, name: bytes) -> bytes:
    """The value of the first field `name`, unfolded and stripped, b"" when there is none."""
    at = head.find(b"\n%b:" % name)
    if at < 0:
        at = _search(head, name)
        if at < 0:
            return b""
        at = head.find(b":", at) + 1
    else:
        at += len(name) + 2
    end = head.find(b"\n", at)
    return head[at:end].strip() if end >= 0 and head[end + 1 : end + 2] not in _BLANKS else _folded(head, at, end)


def _folded(head: bytes, at: int, end: int) -> bytes:
    """The value from `at` whose first line ends at `end` (-1: with the block), unfolded (RFC 5322 2.2.3)."""
    while end >= 0 and head[end + 1 : end + 2] in _BLANKS:
        end = head.find(b"\n", end + 1)
    value = head[at : end if end >= 0 else len(head)]
    return value.strip().replace(b"\n\t", b" ").replace(b"\n", b"")


def _search(head: bytes, name: bytes) -> int:
    """Where the field begins: on the first line, in other case, or with blanks before its colon (RFC 5322 4.5)."""
    if head.startswith((name + b":", b"\xef\xbb\xbf" + name + b":")):
        return 0
    block, name = b"\n" + head[:_LARGEST].lower(), b"\n" + name.lower()
    at = block.find(name)
    while at >= 0:
        end = at + len(name)
        if block[end : end + 80].lstrip(b" \t").startswith(b":"):
            return max(at - 1, 0)
        at = block.find(name, end)
    return -1


def text_of(value: bytes) -> str:
    if value.isascii() and b"=?" not in value:
        return value.decode("ascii")
    from pymail import headers

    return headers.decode(value[:_LONGEST])


def author(value: bytes) -> tuple[str, str]:
    """Display name and address of the first mailbox in a From: value."""
    if value.isascii():
        text = value.decode("ascii")
        found = _bracketed(text) if text.endswith(">") else _bare(text)
        if found is not None:
            return found
    from pymail import addresses

    for address in addresses.lenient(value[:_LONGEST]):
        spec = address.spec if address.domain.isascii() else f"{address.local}@{address.domain}"
        return address.name, spec
    return text_of(value), ""


def _bracketed(text: str) -> tuple[str, str] | None:
    """`Name <a@b>`, `"Name" <a@b>`, `<a@b>`; None when it takes a real parser."""
    name, _, spec = text[:-1].rpartition("<")
    name = name.rstrip()
    if not _plain(spec):
        return None
    if name.startswith('"') and name.endswith('"') and len(name) > 1:
        name = name[1:-1]
        if '"' in name or "\\" in name or "=?" in name:
            return None
        return name.strip(), spec
    if not _QUOTED.isdisjoint(name):
        return None
    if "=?" in name:
        name = text_of(name.encode("ascii"))
    return name, spec


def _bare(text: str) -> tuple[str, str] | None:
    """Nothing, `a@b`, `user` and `a@b (Name)`; None when it takes a real parser."""
    if _plain(text) or _SPECIALS.isdisjoint(text):
        return "", text
    spec, space, name = text.partition(" (")
    if not space or not name.endswith(")") or not _plain(spec):
        return None
    name = name[:-1]
    if "(" in name or ")" in name or "\\" in name:
        return None
    return text_of(name.encode("ascii")).strip(), spec


def _plain(spec: str) -> bool:
    """Whether this is local@domain without anything that needs a parser."""
    local, at, domain = spec.partition("@")
    return bool(at and local and domain) and _SPECIALS.isdisjoint(local) and _SPECIALS.isdisjoint(domain)


_LARGEST = 1 << 20  # octets of a header that are searched for odd spellings
_LONGEST = 20_000  # octets of a field that are decoded for a list
_BLANKS = (b" ", b"\t")

# Each of these in an address, or but for the blank in an unquoted name, calls for the patient reader.
_SPECIALS = frozenset(' \t"(),:;<>@\\[]')
_QUOTED = _SPECIALS - {" "}

# What two digits say (one digit too, for days): quicker and stricter than int().
_TWO = {f"{number:02}": number for number in range(100)} | {str(number): number for number in range(1, 10)}

_SIGNS = {"+": 1, "-": -1}

# Days before the month in a year that begins in March, and which year that is.
_MONTHS = {
    "Jan": (306, 1), "Feb": (337, 1), "Mar": (0, 0), "Apr": (31, 0), "May": (61, 0), "Jun": (92, 0),
    "Jul": (122, 0), "Aug": (153, 0), "Sep": (184, 0), "Oct": (214, 0), "Nov": (245, 0), "Dec": (275, 0),
}  # fmt: skip


def parse_date(value: bytes | str) -> tuple[int, int] | None:
    """A Date: value as (seconds since the epoch, zone in seconds east of UTC), None when it is no date.

    Reads RFC 5322 3.3 and 4.3, asctime's form and ISO 8601. A zone that is missing or unknown counts as UTC.
    """
    text = value if isinstance(value, str) else value.decode("latin-1")
    words = text.split(None, 6)
    try:
        if words[0][-1] == ",":
            del words[0]
        day, month, year, clock, zone = words[:5]
        before, shift = _MONTHS[month]
        hour, minute, second = clock.split(":")
        offset = _SIGNS[zone[0]] * (_TWO[zone[1:3]] * 3600 + _TWO[zone[3:]] * 60)
        number = _TWO[year[:2]] * 100 + _TWO[year[2:]] - shift
        days = 365 * number + number // 4 - number // 100 + number // 400 + before + _TWO[day] - 719469
        return days * 86400 + _TWO[hour] * 3600 + _TWO[minute] * 60 + _TWO[second] - offset, offset
    except (ValueError, IndexError, KeyError):
        from pymail import olddates

        return olddates.parse(text)
