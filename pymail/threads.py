"""Who answers whom: parents and threads of messages, by Message-ID.

Apart because only the message lists `,` and `&` and the thread verbs pay for it.
Loops and missing parents are borne: a message is taken once.
"""

from __future__ import annotations

from pymail import headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.mailboxes.mailbox import Mailbox


def identities(value: bytes | None) -> list[bytes]:
    """The <...> parts of a Message-ID, In-Reply-To or References value, in order."""
    pieces = (value or b"").split(b"<")[1:]
    return [piece.partition(b">")[0] for piece in pieces if b">" in piece]


def parents(mailbox: Mailbox) -> dict[int, int]:
    """For each place whose parent is in the mailbox, the parent's place."""
    by_id: dict[bytes, int] = {}
    refers: dict[int, list[bytes]] = {}
    for place, head in mailbox.heads(range(len(mailbox))):
        for own in identities(headers.find(head, b"Message-ID"))[:1]:
            by_id.setdefault(own, place)
        references = identities(headers.find(head, b"References"))
        refers[place] = identities(headers.find(head, b"In-Reply-To"))[:1] + references[::-1]
    found = {}
    for place, names in refers.items():
        known = [by_id[name] for name in names if name in by_id and by_id[name] != place]
        if known:
            found[place] = known[0]
    return found


def parent(mailbox: Mailbox, place: int) -> int | None:
    """The place of the message that this one answers, None when it is not here."""
    return parents(mailbox).get(place)


def thread(mailbox: Mailbox, place: int) -> list[int]:
    """The places of all messages of the conversation that `place` belongs to."""
    above = parents(mailbox)
    root = _root(above, place)
    return [other for other in range(len(mailbox)) if _root(above, other) == root]


def below(mailbox: Mailbox, places: list[int]) -> set[int]:
    """The places of all that answers these messages, or an answer to them."""
    above = parents(mailbox)
    found = set(places)
    for place in sorted(above):
        line = [place]
        while above.get(line[-1], line[0]) not in line:
            line.append(above[line[-1]])
        if found.intersection(line[1:]):
            found.add(place)
    return found - set(places)


def depth(above: dict[int, int], place: int) -> int:
    """How many messages this one answers, directly or not; `above` is what `parents` found."""
    seen = {place}
    while above.get(place, place) not in seen:
        place = above[place]
        seen.add(place)
    return len(seen) - 1


def _root(above: dict[int, int], place: int) -> int:
    seen = {place}
    while place in above and above[place] not in seen:
        place = above[place]
        seen.add(place)
    return min(seen) if place in above else place


def order(mailbox: Mailbox) -> list[int]:
    """All places, each followed by those that answer it; conversations in the order of their first message."""
    above = parents(mailbox)
    below: dict[int, list[int]] = {}
    for place, parent_place in above.items():
        below.setdefault(parent_place, []).append(place)
    found: list[int] = []
    seen: set[int] = set()
    for root in sorted(range(len(mailbox)), key=lambda place: (place in above, place)):
        waiting = [root]
        while waiting:
            place = waiting.pop()
            if place not in seen:
                seen.add(place)
                found.append(place)
                waiting += sorted(below.get(place, ()), reverse=True)
    return found
