"""Addresses: RFC 5322 3.4 with its obsolete forms and RFC 6532, as typed and as received.

Apart because everything that names a person goes through here: options, prompts, aliases,
header fields, replies. Two readers share one grammar: `split` is for what the user types
and refuses what it does not understand; `lenient` is for what arrives and skips it.
"""

from __future__ import annotations

from pymail import encodedwords
from pymail.errors import USAGE, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIALS = frozenset(' \t,;:<>"([')
_LONGEST = 320  # octets: RFC 5321 4.5.3.1 allows 64 before the @ and 255 after it
_DEEPEST = 50  # aliases within aliases


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


# A token: what it is (a special itself, " " blanks, '"' a quoted string, "(" a comment,
# "[" a literal, "a" anything else, "!" a quote or bracket that is not closed), its meaning,
# its spelling.
Token = tuple[str, str, str]


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    at, broken = 0, ""
    while at < len(text):
        kind = text[at]
        if kind in '"([':
            # What is not closed is looked for only once: a long row of brackets stays cheap.
            value, end = _enclosed(text, at) if kind not in broken else ("", -1)
            if end < 0:
                broken += kind
                kind, value, end = "!", "", at + 1
        elif kind in _SPECIALS:
            kind = value = " " if kind == "\t" else kind
            end = at + 1
        else:
            end = at + 1
            while end < len(text) and text[end] not in _SPECIALS:
                end += 1
            kind, value = "a", text[at:end]
        tokens.append((kind, value, text[at:end]))
        at = end
    return tokens


_CLOSING = {'"': '"', "(": ")", "[": "]"}


def _enclosed(text: str, start: int) -> tuple[str, int]:
    """What stands in the quotes, comment or literal that begins at `start`, and where it ends; -1 if nowhere."""
    opening, closing = text[start], _CLOSING[text[start]]
    value: list[str] = []
    depth, at = 1, start + 1
    while at < len(text):
        char = text[at]
        if char == closing:
            depth -= 1
            if not depth:
                inner = "".join(value)
                return (f"[{inner}]" if opening == "[" else inner), at + 1
        elif char == opening == "(":
            depth += 1
        elif char == "\\" and opening != "[":
            at += 1
            char = text[at : at + 1]
        value.append(char)
        at += 1
    return "", -1


def split(text: str) -> list[Address]:
    """The addresses that a user typed: separated by commas, semicolons, or blanks where that is clear.

    MailError(USAGE) names the piece that is none, and what must not be a recipient.
    """
    found = _parsed(encodedwords.clean(text)[0], True)
    for address in found:
        check(Address("", address.local.removeprefix("\\"), address.domain))
    return found


def lenient(value: bytes | str) -> list[Address]:
    """The addresses of a raw header value, its words not yet decoded. Never raises: what is none is skipped."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    return _parsed(value, False)


def _parsed(text: str, strict: bool) -> list[Address]:
    found: list[Address] = []
    item: list[Token] = []
    tokens = [*_tokens(text), (",", ",", "")]
    at = 0
    while at < len(tokens):
        kind, _, spelling = tokens[at]
        at += 1
        if kind == "<":
            end = _angle_end(tokens, at, strict)
            if strict and tokens[end][0] != ">":
                raise _bad(text, "< is not closed")
            found += _named(item, tokens[at:end], strict)
            item, at = [], end + 1
        elif kind in ",;":
            found += _bare(item, strict)
            item = []
        elif kind == ":":
            if strict:
                _check_group(text, item, tokens[at:])
            item = []  # what stood before it is the name of a group
        elif kind in "!>" and strict:
            raise _bad(text, "> without <" if kind == ">" else f"{spelling} is not closed")
        else:
            item.append(tokens[at - 1])
    return found


def _check_group(text: str, name: list[Token], rest: list[Token]) -> None:
    """Refuses a colon that begins no group (RFC 5322 3.4), lest what stands before it be lost."""
    if any(kind == "a" and "@" in value for kind, value, _ in name):
        raise _bad(text, "the name of a group holds no @")
    if not any(kind == ";" for kind, _, _ in rest):
        raise _bad(text, "a colon begins a group, and a group ends with ;")


def _angle_end(tokens: list[Token], at: int, strict: bool) -> int:
    """Where the angle that opened before `at` ends; a forgotten > is taken to stand before the comma."""
    is_route = [token[1][:1] for token in tokens[at : at + 1]] == ["@"]
    ends = ">" if strict or is_route else ">,;<"
    return next((end for end in range(at, len(tokens)) if tokens[end][0] in ends), len(tokens) - 1)


def _runs(tokens: list[Token], strict: bool) -> list[list[Token]]:
    """The tokens between blanks and comments; obsolete blanks around @ (and, as received, dots) do not part."""
    is_obsolete = not strict and any(kind == "a" and "@" in value for kind, value, _ in tokens)
    glue = "@." if is_obsolete else "@"
    runs: list[list[Token]] = []
    is_apart = True
    for token in tokens:
        if token[0] in " (!>":
            is_apart = True
            continue
        if runs and (not is_apart or token[2][0] in glue or runs[-1][-1][2][-1] in glue):
            runs[-1].append(token)
        else:
            runs.append([token])
        is_apart = False
    return runs


def _bare(item: list[Token], strict: bool) -> list[Address]:
    """Addresses without angles, as blanks part them; a comment beside a single one is its name."""
    runs = _runs(item, strict)
    names = [value for kind, value, _ in item if kind == "("] if len(runs) == 1 else []
    if not strict and len(runs) > 1:
        runs = [run for run in runs if any("@" in value for kind, value, _ in run if kind == "a")]
    return [found for run in runs if (found := _address(_decoded(" ".join(names)), run, strict))]


def _named(item: list[Token], angle: list[Token], strict: bool) -> list[Address]:
    """`Name <address>`; as typed, addresses may stand before the name with nothing but a blank between."""
    inner = [token for token in angle if token[0] != "!"]
    if ":" in [token[0] for token in inner]:  # RFC 5322 4.4: a route, not used any more
        inner = inner[[token[0] for token in inner].index(":") + 1 :]
    runs = _runs(inner, strict)
    address = _address("", runs[0], strict) if len(runs) == 1 else None
    if address is None:
        if strict:
            raise _bad("<" + "".join(token[2] for token in angle) + ">", "is no address")
        return []
    before: list[Address] = []
    if strict:
        before, item = _parted(item, address)
    name = "".join(value for kind, value, _ in item if kind in '" a[')
    address.name = _decoded(name)
    return [*before, address]


def _parted(item: list[Token], address: Address) -> tuple[list[Address], list[Token]]:
    """The addresses that lead `item`, and the rest of it, which is a name."""
    before: list[Address] = []
    for run in _runs(item, True):
        if not any(kind == "a" and "@" in value for kind, value, _ in run):
            break
        found = _address("", run, True)
        if found is None or found == address:
            break
        before.append(found)
        item = item[item.index(run[-1]) + 1 :]
    if before and not _runs(item, True):
        raise _bad(f"{before[-1].spec} <{address.spec}>", "two addresses; put a comma between them")
    return before, item


def _address(name: str, run: list[Token], strict: bool) -> Address | None:
    """The address that a run of tokens spells; None, or MailError when `strict`, when it spells none."""
    local, domain, is_open = "", "", True
    for kind, value, _ in run:
        if not is_open:
            domain += value
        elif kind == "a" and "@" in value:
            head, _, domain = value.rpartition("@")
            local += head
            is_open = False
        else:
            local += value
    spelled = "".join(token[2] for token in run)
    why = ""
    if not local:
        why = "nobody is named before the @"
    elif not is_open and not domain:
        why = "no host is named after the @"
    elif run[0][0] == "a" and "@" in local or "@" in domain:
        why = "more than one @"
    elif not (local + domain).isprintable() and not strict:
        why = "holds a control character"
    if why and strict:
        raise _bad(spelled, why)
    return None if why else Address(name, local, domain)


def _decoded(name: str) -> str:
    return " ".join(encodedwords.decode(name.encode("utf-8", "surrogateescape")).split())


def _bad(piece: str, why: str) -> MailError:
    return MailError(printable(f"{piece.strip()}: {why}"), USAGE)


def expand(
    recipients: Iterable[Address],
    aliases: dict[str, list[str]],
    me: Sequence[Address] = (),
    metoo: bool = False,
) -> list[Address]:
    r"""Aliases in `recipients` replaced by those they stand for; each once, in order (POSIX alias).

    Only a whole address is an alias. `\name`, and a name within its own alias, stand for
    themselves. An address of `me` is left out of a group unless `metoo` or alone in it.
    MailError(USAGE) when an alias leads back to itself or is nested too deeply.
    """
    expansion = _Expansion(aliases, [] if metoo else me)
    for address in recipients:
        expansion.add(address, ())
    return unique(expansion.found)


class _Expansion:
    """The recipients found so far, and the aliases that were replaced already."""

    def __init__(self, aliases: dict[str, list[str]], me: Sequence[Address]) -> None:
        self.found: list[Address] = []
        self._aliases = aliases
        self._me = me
        self._done: set[str] = set()

    def add(self, address: Address, path: tuple[str, ...]) -> None:
        """Adds what `address` stands for; `path` names the aliases that led to it."""
        name = address.spec if address.domain else address.local
        if name.startswith("\\"):
            self.found.append(Address(address.name, address.local[1:], address.domain))
        elif name not in self._aliases or path[-1:] == (name,):
            self.found.append(address)
        elif name in path or len(path) == _DEEPEST:
            raise _bad(name, f"alias leads back to itself: {' -> '.join([*path, name])}")
        elif name not in self._done:
            for member in self._members(name):
                self.add(member, (*path, name))
            self._done.add(name)

    def _members(self, name: str) -> list[Address]:
        members = [member for text in self._aliases[name] for member in split(text)]
        return [member for member in members if member not in self._me] if len(members) > 1 else members
