"""Mailing lists that the user knows: who of a letter's recipients is one, where answers should go.

Apart because replies, outgoing letters and the verbs of lists ask the same questions. A
list is known by an address, or by a regular expression for addresses.
"""

from __future__ import annotations

from pymail import addresses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pymail.addresses import Address
    from pymail.draft import Draft
    from pymail.session import Session

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


def followup_to(s: Session, draft: Draft, me: Address) -> None:
    """With `followup-to`, say in a letter to a known list where answers to all should go (Mail-Followup-To).

    That is to all its recipients, and to me unless I am subscribed to one of those lists.
    """
    people = [*filter(addresses.is_fit, (*draft.to, *draft.cc))]
    if not s.variables.flag("followup-to") or not any(is_list(person, s.lists) for person in people):
        return
    if not any(is_list(person, s.subscribed) for person in people):
        people.append(me)
        if s.variables.flag("followup-to-add-cc") and me not in (*draft.to, *draft.cc, *draft.bcc):
            draft.cc.append(me)
    draft.headers.append(("Mail-Followup-To", ", ".join(person.spec for person in addresses.unique(people))))
