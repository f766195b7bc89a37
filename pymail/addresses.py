"""Addresses: one mailbox each, as typed and as received.

Apart because everything that names a person goes through here: options, prompts, aliases,
header fields, replies. Two readers share one grammar (addresslist.py): `split` is for what the
user types and refuses what it does not understand; `lenient` is for what arrives and skips it.
"""

from __future__ import annotations

from pymail import encodedwords
from pymail.errors import USAGE, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 320  # octets: RFC 5321 4.5.3.1 allows 64 before the @ and 255 after it
# A word of these, with at most one @ inside, is an address whatever else the grammar knows.
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+"


class Address:
    """One mailbox: `name` as shown to people, `local` without quotes, `domain` ("" when there is none).

    Two are equal when they reach the same mailbox: names do not count, nor does case.
    """

    __slots__ = ("domain", "local", "name")

    def __init__(self, name: str, local: str, domain: str) -> None:
        self.name = name
        self.local = local
        self.domain = domain

    @property
    def spec(self) -> str:
        """`local@domain` as sent: quoted where needed, the domain in A-labels (RFC 5890)."""
        local = self.local if _is_plain(self.local) else encodedwords.quote(self.local)
        if not self.domain:
            return local
        return f"{local}@{ascii_domain(self.domain) or self.domain}"

    def header(self) -> str:
        """The address as it stands in a header field."""
        return f"{encodedwords.phrase(self.name)} <{self.spec}>" if self.name else self.spec

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Address({self.name!r}, {self.local!r}, {self.domain!r})"

    def _key(self) -> tuple[str, str]:
        return self.local.lower(), (ascii_domain(self.domain) or self.domain).lower()


def _is_plain(local: str) -> bool:
    return all(map(encodedwords.is_atom, local.split(".")))


def same(one: Address, other: Address, allnet: bool) -> bool:
    """Whether both are one person; with `allnet` what is after the @ does not count (POSIX mailx)."""
    return one.local.lower() == other.local.lower() if allnet else one == other


def unique(addresses: Iterable[Address]) -> list[Address]:
    """The addresses in their order, each once."""
    return list(dict.fromkeys(addresses))


# What makes a recipient a program, a file, a folder or an option for somebody on the way.
_FIRST = {
    "-": "would be taken for an option",
    "|": "is a command, and mail goes to addresses only",
    "/": "is a file, and mail goes to addresses only",
    "+": "is a folder, and mail goes to addresses only",
    ".": "is a file, and mail goes to addresses only",
    "~": "is a file, and mail goes to addresses only",
    "\\": "begins with a backslash",
    ":": "is a list in a file, and mail goes to addresses only",
}


def check(address: Address) -> None:
    """Refuses what must not be a recipient or sender: MailError(USAGE) that names it and says why."""
    local, domain = address.local, address.domain
    why = _FIRST.get(local[:1], "")
    if not local:
        why = "nobody is named before the @"
    elif not (local + domain).replace(" ", "").isprintable():
        why = "holds a control character"
    elif not domain and "/" in local:
        why = _FIRST["/"]
    elif not domain and not why and not _is_plain(local):
        why = "is no address; write name@host, or Name <name@host>"
    elif domain and not ascii_domain(domain):
        why = "no host can be called that"
    elif len(address.spec.encode()) > _LONGEST:
        why = f"longer than {_LONGEST} octets"
    if why:
        raise MailError(f"{printable(local)}{'@' if domain else ''}{printable(domain)}: {why}", USAGE)


def is_fit(address: Address) -> bool:
    """Whether it can be a recipient or sender."""
    try:
        check(address)
    except MailError:
        return False
    return True


def ascii_domain(domain: str) -> str:
    """A domain in the letters of DNS (UTS 46, non-transitional); a literal as it is; "" when it is none."""
    if domain.startswith("["):
        return domain if domain.endswith("]") and not set(domain[1:-1]) & set("[]\\ ") else ""
    if not domain.isascii():
        import unicodedata

        # Without the case folding of IDNA 2003, which sends mail for one domain to another.
        domain = unicodedata.normalize("NFKC", domain.lower()).replace("\u3002", ".")
    labels = [_label(label) for label in domain.split(".")]
    return ".".join(labels) if all(labels) else ""


def _label(label: str) -> str:
    inner = "".join(char for char in label if char.isascii())
    if not all(char.isalnum() or char in "-_" for char in inner) or label[:1] == "-" or not label.isprintable():
        return ""
    if not label.isascii():
        label = "xn--" + label.encode("punycode").decode()
    return label if len(label) <= 63 else ""


def split(text: str) -> list[Address]:
    """The addresses that a user typed: separated by commas, semicolons, or blanks where that is clear.

    MailError(USAGE) names the piece that is none, and what must not be a recipient.
    """
    found = parse(text)
    for address in found:
        check(Address("", address.local.removeprefix("\\"), address.domain))
    return found


def parse(text: str) -> list[Address]:
    """As `split`, but whoever asks has to check what must not be a recipient."""
    if not text:
        return []
    local, at, domain = text.partition("@")
    if local.strip(_PLAIN) or domain.strip(_PLAIN) or not local or bool(at) != bool(domain):
        from pymail import addresslist

        return [Address(*each) for each in addresslist.parse(encodedwords.clean(text)[0], True)]
    return [Address("", local, domain)]


def lenient(value: bytes | str) -> list[Address]:
    """The addresses of a raw header value, its words not yet decoded. Never raises: what is none is skipped."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    from pymail import addresslist

    return [Address(*found) for found in addresslist.parse(value, False)]
