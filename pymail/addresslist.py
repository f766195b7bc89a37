"""The grammar of address lists: RFC 5322 3.4 with its obsolete forms and RFC 6532.

Apart from `addresses` because most that are typed are one plain `name@host`, and a send that
names no other need not load this.
"""

from __future__ import annotations

from pymail import encodedwords
from pymail.errors import USAGE, MailError, printable

_SPECIALS = frozenset(' \t,;:<>"([')

# An address: the name shown to people, the local part without quotes, the domain ("" when there is none).
Found = tuple[str, str, str]
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


def parse(text: str, strict: bool) -> list[Found]:
    """The addresses in a text. When `strict`, MailError(USAGE) names what is none; else it is skipped."""
    found: list[Found] = []
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


def _bare(item: list[Token], strict: bool) -> list[Found]:
    """Addresses without angles, as blanks part them; a comment beside a single one is its name."""
    runs = _runs(item, strict)
    names = [value for kind, value, _ in item if kind == "("] if len(runs) == 1 else []
    if not strict and len(runs) > 1:
        runs = [run for run in runs if any("@" in value for kind, value, _ in run if kind == "a")]
    return [found for run in runs if (found := _address(_decoded(" ".join(names)), run, strict))]


def _named(item: list[Token], angle: list[Token], strict: bool) -> list[Found]:
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
    before: list[Found] = []
    if strict:
        before, item = _parted(item, address)
    name = "".join(value for kind, value, _ in item if kind in '" a[')
    return [*before, (_decoded(name), *address[1:])]


def _parted(item: list[Token], address: Found) -> tuple[list[Found], list[Token]]:
    """The addresses that lead `item`, and the rest of it, which is a name."""
    before: list[Found] = []
    for run in _runs(item, True):
        if not any(kind == "a" and "@" in value for kind, value, _ in run):
            break
        found = _address("", run, True)
        if found is None or _spelled(found).lower() == _spelled(address).lower():
            break
        before.append(found)
        item = item[item.index(run[-1]) + 1 :]
    if before and not _runs(item, True):
        raise _bad(f"{_spelled(before[-1])} <{_spelled(address)}>", "two addresses; put a comma between them")
    return before, item


def _address(name: str, run: list[Token], strict: bool) -> Found | None:
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
    return None if why else (name, local, domain)


def _spelled(address: Found) -> str:
    return "@".join(filter(None, address[1:]))


def _decoded(name: str) -> str:
    return " ".join(encodedwords.decode(name.encode("utf-8", "surrogateescape")).split())


def _bad(piece: str, why: str) -> MailError:
    return MailError(printable(f"{piece.strip()}: {why}"), USAGE)
