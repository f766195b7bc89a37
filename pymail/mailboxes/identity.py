"""By what a stored message is known when another program has moved it: its mark and the length of its text.

Apart because it is pure, and because the rule for twins decides what is deleted.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.mailboxes.scan import Columns


def match(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> list[int]:
    """For each old message the place of the same one among the new, -1 where there is none.

    Twins, alike in mark and length, are told apart by their order; where some of them went, nobody can say
    which: -2 for all of them. So for one that begins as it did and is of another length: it was half written when
    it was read, or another program has edited it.
    """
    places: dict[tuple[int, int], list[int]] = {}
    for at, identity in enumerate(new):
        places.setdefault(identity, []).append(at)
    twins: dict[tuple[int, int], int] = {}
    for identity in old:
        twins[identity] = twins.get(identity, 0) + 1
    heirs = {key: iter(places[key]) for key, count in twins.items() if len(places.get(key, ())) >= count}
    marks = {mark for mark, _ in places}
    return [next(heirs[key]) if key in heirs else -2 if key[0] in marks else -1 for key in old]


def identities(columns: Columns) -> list[tuple[int, int]]:
    """Mark and length of body of each message. What the next one to append will add to the last does not count."""
    starts, bodies, _, marks = columns.slice(0)
    stops = [*starts[1:], columns.end] if starts else []
    found = [(m, stop - start - body) for m, start, body, stop in zip(marks, starts, bodies, stops, strict=True)]
    if found:
        mark, length = found[-1]
        found[-1] = (mark, length + len(columns.lacking))
    return found
