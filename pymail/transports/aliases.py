"""/etc/aliases: names that stand for users of this machine.

Apart because it is a file format. Only names that end in plain local users are followed;
what leads to a program, a file, a list in a file or another machine is a mail server's
business, and is told as such.
"""

from __future__ import annotations

import errno

from pymail.errors import TEMPFAIL, MailError, reason

_LIMIT = 1 << 20


def read(path: str) -> dict[str, list[str]]:
    """Names in lower case and what they stand for; {} when there is no such file. Raises MailError (TEMPFAIL)."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read(_LIMIT)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return {}
        raise MailError(reason(error), TEMPFAIL) from None
    found: dict[str, list[str]] = {}
    for line in _logical(text):
        name, colon, targets = _name(line)
        if colon:
            found.setdefault(name.lower(), _targets(targets))
    return found


def resolve(name: str, aliases: dict[str, list[str]]) -> list[str]:
    r"""The plain names that `name` stands for, each once; [name] when it is no alias.

    A name on the way to itself, and `\name`, are the user. Raises MailError (TEMPFAIL) when
    something on the way is no plain name.
    """
    users: dict[str, None] = {}
    _follow(name, aliases, [], set(), users)
    return list(users)


def _follow(
    name: str, aliases: dict[str, list[str]], above: list[str], followed: set[str], users: dict[str, None]
) -> None:
    plain = name.removeprefix("\\")
    key = plain.lower()
    if plain != name or key in above or key not in aliases:
        users[plain] = None
    elif key not in followed:
        followed.add(key)
        for target in aliases[key]:
            if not _is_plain(target):
                raise MailError(f"the alias {plain} leads to {target}, which needs a mail server", TEMPFAIL)
            _follow(target, aliases, [*above, key], followed, users)


def _is_plain(target: str) -> bool:
    return bool(target) and target[0] not in '|/:"' and "@" not in target


def _logical(text: str) -> list[str]:
    """Lines without comments; one that begins with a blank goes on with the line before (aliases(5))."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] in " \t" and lines:
            lines[-1] += line
        else:
            lines.append(line)
    return lines


def _name(line: str) -> tuple[str, str, str]:
    line = line.lstrip()
    if line.startswith('"'):
        name, _, rest = line[1:].partition('"')
        return name, *rest.lstrip().partition(":")[1:]
    name, colon, targets = line.partition(":")
    return name.strip(), colon, targets


def _targets(text: str) -> list[str]:
    """Split at commas outside quotes; a quoted plain name loses its quotes."""
    found = [""]
    quoted = False
    for char in text:
        if char == '"':
            quoted = not quoted
        if char == "," and not quoted:
            found.append("")
        else:
            found[-1] += char
    stripped = [target.strip() for target in found]
    return [target[1:-1] if target[:1] == target[-1:] == '"' else target for target in stripped if target]
