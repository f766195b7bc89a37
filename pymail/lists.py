"""Mailing lists that the user knows: who of a letter's recipients is one.

Apart because searches, outgoing letters and the verbs of lists ask the same question. A
list is known by an address, or by a regular expression for addresses.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pymail.addresses import Address

_MAGIC = frozenset("^[]*+?(){}|$\\")


def is_list(address: Address, names: Iterable[str]) -> bool:
    """Is the address one of these, or does it match one that is a regular expression?"""
    spec = address.spec.casefold()
    return any(name.casefold() == spec or _matches(name, spec) for name in names)


def _matches(name: str, spec: str) -> bool:
    if _MAGIC.isdisjoint(name):
        return False
    import re

    try:
        return re.fullmatch(name, spec, re.IGNORECASE) is not None
    except re.error:
        return False
