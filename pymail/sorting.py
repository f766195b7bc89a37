"""The orders that `sort` can number messages in.

Apart because only the verbs sort and thread pay for it. An order is a list of places
in the mailbox; messages that are equal keep the mailbox's order.
"""

from __future__ import annotations

from pymail import headers, subjects, threads
from pymail.errors import USAGE, MailError
from pymail.folder import COLLAPSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pymail.folder import Folder
    from pymail.mailboxes.mailbox import Mailbox
    from pymail.summary import Summary

    Key = Callable[[Summary], object]

KEYS: dict[str, Key] = {
    "date": lambda summary: summary.date,
    "from": lambda summary: (summary.name or summary.address).casefold(),
    "subject": lambda summary: subjects.base(summary.subject),
    "size": lambda summary: summary.size,
}
ORDERS = (*KEYS, "to", "status", "thread", "none")


def sort(folder: Folder, name: str, collapse: bool = False) -> None:
    """Number the messages of a folder in this order, backwards when the name begins with a minus.

    `collapse` hides the answers of threads in header lists. MailError (64) for an unknown order.
    """
    places = order(folder, name.removeprefix("-"))
    if name.startswith("-"):
        places = list(reversed(range(len(folder)) if places is None else places))
    folder.sort(name, places)
    for place in threads.parents(folder.mailbox) if collapse and name == "thread" else ():
        folder.marks[place] |= COLLAPSED


def order(folder: Folder, name: str) -> list[int] | None:
    """The places of the mailbox in this order; None for the mailbox's own. MailError (64) for an unknown name."""
    if name not in ORDERS:
        raise MailError(f"sort {name}: the orders are {', '.join(ORDERS)}; a minus before one reverses it", USAGE)
    places = range(len(folder))
    if name == "none":
        return None
    if name == "thread":
        return threads.order(folder.mailbox)
    if name == "status":
        return sorted(places, key=lambda place: folder.flags[place])
    if name == "to":
        return _by_recipient(folder.mailbox)
    return by_key(folder.mailbox, KEYS[name])


def _by_recipient(mailbox: Mailbox) -> list[int]:
    places = range(len(mailbox))
    keys = [headers.decode(headers.find(head, b"To") or b"").casefold() for _, head in mailbox.heads(places)]
    return sorted(places, key=keys.__getitem__)


def by_key(mailbox: Mailbox, key: Key) -> list[int]:
    """The places sorted by a key of their summaries."""
    keys = [key(summary) for summary in mailbox.summaries(range(len(mailbox)))]
    return sorted(range(len(mailbox)), key=keys.__getitem__)  # type: ignore[arg-type]
