"""Header summaries on the screen: which messages make a page, and their lines.

Apart from the verbs because the start of the program, `headers`, `z` and `-H` all
print the same pages, and from `headline` because that knows one line and no folder.
"""

from __future__ import annotations

from pymail.headline import FORMAT, Headline
from pymail.summary import Summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pymail.folder import Folder
    from pymail.session import Session

# Lines of a screen that a page of headers leaves free: the counts, the prompt, and some of what was there.
_SPARE = 4


def page_size(s: Session) -> int:
    """How many header lines make a page (POSIX screen)."""
    return s.variables.number("screen") or max(s.screen()[0] - _SPARE, 1)


def page_of(s: Session, number: int) -> int:
    """The first message of the page that holds `number`."""
    size = page_size(s)
    return max(number - 1, 0) // size * size + 1


def first_live(folder: Folder, top: int) -> int:
    """The first message from `top` on that is not deleted, else `top`."""
    return next((n for n in range(top, len(folder) + 1) if not folder.deleted(n)), top)


def print_page(s: Session, top: int) -> None:
    """Print the page that begins with message `top`."""
    folder = s.open_folder()
    folder.top = top
    last = min(top + page_size(s), len(folder) + 1)
    print_lines(s, (number for number in range(top, last) if not folder.deleted(number)))


def print_lines(s: Session, numbers: Iterable[int]) -> None:
    """Print the header lines of messages."""
    folder = s.open_folder()
    headline = Headline(s.variables.text("headline") or FORMAT, width=s.screen()[1], last=len(folder))
    mine = s.mine() if s.variables.flag("showto") else None
    lines = []
    for place, summary, count in folder.mailbox.listing(map(folder.place, numbers)):
        number = folder.number(place)
        if mine is not None and mine(summary.address):
            summary = _by_recipient(folder, number, summary)
        lines.append(headline.line(number, folder.letter(number), summary, dot=number == folder.dot, lines=count))
        if len(lines) == 1000:
            s.out.write("\n".join(lines) + "\n")
            lines.clear()
    if lines:
        s.out.write("\n".join(lines) + "\n")


def _by_recipient(folder: Folder, number: int, summary: Summary) -> Summary:
    """The summary of my own message, with `To whom` in the author's place (POSIX showto)."""
    from pymail import addresses, headers

    to = headers.find(folder.head(number), b"To")
    first = next(iter(addresses.lenient(to or b"")), None)
    if first is None:
        return summary
    return Summary(
        f"To {first.name or first.spec}", first.spec, summary.date, summary.zone, summary.subject, summary.size
    )


def counts(folder: Folder) -> str:
    """`3 messages 2 new 1 unread`, as the banner and `folder` say it."""
    new = sum(1 for _ in folder.state("n"))
    unread = sum(1 for _ in folder.state("u")) - new
    deleted = sum(1 for _ in folder.state("d"))
    text = f"{len(folder)} message{'s' * (len(folder) != 1)}"
    for count, word in ((new, "new"), (unread, "unread"), (deleted, "deleted")):
        text += f" {count} {word}" if count else ""
    return text


def status_line(folder: Folder) -> str:
    """`"/var/mail/bob": 3 messages 2 new [Read only]`."""
    readonly = f" [Read only: {folder.mailbox.readonly}]" if folder.mailbox.readonly else ""
    return f'"{folder.mailbox.name}": {counts(folder)}{readonly}'
