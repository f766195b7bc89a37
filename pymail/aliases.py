"""Aliases: names that stand for others (POSIX alias).

Apart from `addresses` because most letters go to nobody who has one.
"""

from __future__ import annotations

from pymail.addresses import Address, split, unique
from pymail.errors import USAGE, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_DEEPEST = 50  # aliases within aliases


def expand(
    recipients: Iterable[Address],
    aliases: dict[str, list[str]],
    me: Sequence[Address] = (),
    *,
    metoo: bool = False,
    deep: bool = True,
    read: Callable[[str], list[Address]] = split,
) -> list[Address]:
    r"""Aliases in `recipients` replaced by those they stand for; each once, in order (POSIX alias).

    Only a whole address is an alias. `\name`, and a name within its own alias, stand for
    themselves. An address of `me` is left out of a group unless `metoo` or alone in it.
    `read` makes addresses of a member.
    An alias that leads back to itself adds nothing there; MailError(USAGE) when it leads to nobody
    else, or is nested too deeply. `deep`: aliases within aliases are replaced too.
    """
    expansion = _Expansion(aliases, [] if metoo else me, deep, read)
    for address in recipients:
        expansion.replace(address)
    return unique(expansion.found)


class _Expansion:
    """The recipients found so far, and the aliases that were replaced already."""

    def __init__(
        self, aliases: dict[str, list[str]], me: Sequence[Address], deep: bool, read: Callable[[str], list[Address]]
    ) -> None:
        self.found: list[Address] = []
        self._read = read
        self._aliases = aliases
        self._me = me
        self._deep = deep
        self._done: set[str] = set()
        self._loop = ""

    def replace(self, address: Address) -> None:
        """Adds what an address stands for, which must be somebody."""
        self._loop, before = "", len(self.found)
        self.add(address, ())
        if self._loop and len(self.found) == before:
            raise MailError(printable(f"{self._loop}: alias leads back to itself"), USAGE)

    def add(self, address: Address, path: tuple[str, ...]) -> None:
        """Adds what `address` stands for; `path` names the aliases that led to it."""
        name = address.spec if address.domain else address.local
        if name.startswith("\\"):
            self.found.append(Address(address.name, address.local[1:], address.domain))
        elif name not in self._aliases or path[-1:] == (name,) or (path and not self._deep):
            self.found.append(address)
        elif name in path:
            self._loop = " -> ".join([*path, name])
        elif len(path) == _DEEPEST:
            raise MailError(printable(f"{path[0]}: aliases within aliases, more than {_DEEPEST} deep"), USAGE)
        elif name not in self._done:
            for member in self._members(name):
                self.add(member, (*path, name))
            self._done.add(name)

    def _members(self, name: str) -> list[Address]:
        members = [member for text in self._aliases[name] for member in self._read(text)]
        return [member for member in members if member not in self._me] if len(members) > 1 else members
