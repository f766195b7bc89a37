"""Header summaries on the screen: which messages make a page, and their lines.

Apart from the verbs because the start of the program, `headers`, `z` and `-H` all
print the same pages, and from `headline` because that knows one line and no folder.
"""

from __future__ import annotations

from bisect import bisect_left

from pymail.folder import COLLAPSED, DELETED
from pymail.headline import DATE, FORMAT, Headline
from pymail.summary import Summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pymail.folder import Folder
    from pymail.session import Session
    from pymail.summary import Rows

# Lines of a screen that a page of headers leaves free: the counts, the prompt, and some of what was there.
_SPARE = 4
# BSD's line and letters, and the order of S-nail's attrlist, in which letters are replaced.
_BSD_FORMAT = "%>%a%m %-20f  %16d %4l/%-5o %i%-S"
_BSD_DATE = "%a %b %e %H:%M"
_BSD_LETTERS = "NU  *PMFAT"
_LETTERS = "NUROSPMFAT"
# Which marks keep messages from pages.
_HIDES = bytes(bool(marks & (DELETED | COLLAPSED)) for marks in range(256))


def page_size(s: Session) -> int:
    """How many header lines make a page (POSIX screen)."""
    return s.variables.number("screen") or max(s.screen()[0] - _SPARE, 1)


def listed(folder: Folder) -> Sequence[int]:
    """The messages that stand on pages."""
    everything = range(1, len(folder) + 1)
    if 1 not in folder.marks.translate(_HIDES):
        return everything
    return [number for number in everything if _is_listed(folder, number)]


def page_of(s: Session, number: int) -> int:
    """Where the page begins that holds `number`: how many messages are listed before it."""
    pages = listed(s.open_folder())
    size = page_size(s)
    return max(min(bisect_left(pages, number), len(pages) - 1), 0) // size * size


def print_page(s: Session, start: int) -> None:
    """Print the page that begins behind so many listed messages."""
    folder = s.open_folder()
    numbers = listed(folder)[start : start + page_size(s)]
    folder.top = numbers[0] if numbers else 0
    print_lines(s, numbers)


def _is_listed(folder: Folder, number: int) -> bool:
    """Is it on its page? Deleted messages are not, nor collapsed ones, but for new ones and the current."""
    marks = folder.marks[folder.place(number)]
    if not marks & (DELETED | COLLAPSED):
        return True
    return not marks & DELETED and (number == folder.dot or folder.letter(number) == "N")


def _headline(s: Session, last: int) -> Headline:
    """The form of the lines, after the variables about it (S-nail's headline, datefield, showname, bsdheadline)."""
    text, flag = s.variables.text, s.variables.flag
    bsd = flag("bsdheadline") or flag("bsdcompat")
    form = text("headline") or (_BSD_FORMAT if bsd else FORMAT)
    date = text("datefield") or (_BSD_DATE if bsd else DATE)
    older = (text("datefield-markout-older") or DATE[:8]) if flag("datefield-markout-older") else ""
    return Headline(form, width=_columns(s), last=last, date=date, older=older, addresses=not flag("showname"))


def _columns(s: Session) -> int:
    return s.variables.number("columns") or s.screen()[1]


def _letters(s: Session) -> dict[int, str]:
    """What stands in place of the letters of states (S-nail's attrlist, bsdflags)."""
    bsd = s.variables.flag("bsdflags") or s.variables.flag("bsdcompat")
    shown = s.variables.text("attrlist") or (_BSD_LETTERS if bsd else _LETTERS)
    return {ord(letter): other for letter, other in zip(_LETTERS, shown, strict=False)}


def arrivals(s: Session) -> int:
    """Take in what has arrived in the open mailbox, say and list it; how many messages that is."""
    folder = s.open_folder()
    count = folder.refresh()
    if count:
        s.say(f"New mail has arrived: {count} message{'s' * (count != 1)}")
        print_lines(s, range(len(folder) - count + 1, len(folder) + 1))
    return count


def print_lines(s: Session, numbers: Iterable[int]) -> None:
    """Print the header lines of messages."""
    folder = s.open_folder()
    headline, letters = _headline(s, len(folder)), _letters(s)
    columns = {letter: column(s) for letter, column in _DEAR.items() if headline.asks(letter)}
    mine = s.mine() if s.variables.flag("showto") else None
    for places, rows in folder.mailbox.rows(folder.places(numbers)):
        some = folder.numbers(places)
        if mine is not None or knows_better(s):
            _show_others(s, some, rows, mine)
        states = folder.letters(places).translate(letters)
        more = {letter: [*map(text_of, places)] for letter, text_of in columns.items()}
        s.out.write("\n".join([*headline.lines(some, states, rows, dot=folder.dot, more=more), ""]))


def _of_lists(s: Session) -> Callable[[int], str]:
    """L: to a mailing list I am subscribed to, l: to another that I know, P: List-Post names one."""
    from pymail import headers, search

    mailbox = s.open_folder().mailbox
    found = {place: "P" for place, head in mailbox.heads(range(len(mailbox))) if headers.find(head, b"List-Post")}
    for letter, lists in (("l", s.lists), ("L", s.subscribed)):
        found.update(dict.fromkeys(search.addressed(mailbox, lists), letter))
    return lambda place: found.get(place, " ")


def _depths(s: Session) -> Callable[[int], str]:
    """How many messages stand above one in its thread."""
    from pymail import threads

    above = threads.parents(s.open_folder().mailbox)
    return lambda place: str(threads.depth(above, place))


# What a header line shows only when its format asks for it: the whole mailbox is looked through.
_DEAR = {"L": _of_lists, "e": _depths}


def _show_others(s: Session, numbers: Sequence[int], rows: Rows, mine: Callable[[str], bool] | None) -> None:
    """Put into the author's place whom `sender` names, and in letters of mine the recipient."""
    for at, number in enumerate(numbers):
        summary = by_sender(s, number, rows.summary(at))
        if mine is not None and mine(summary.address):
            summary = _by_recipient(s.open_folder(), number, summary)
        rows.names[at], rows.addresses[at] = summary.name, summary.address


def knows_better(s: Session) -> bool:
    """Is the author to be found elsewhere than in From (the verb `sender`, nofromfield)?"""
    return bool(s.sender_fields) or not s.variables.flag("fromfield")


def by_sender(s: Session, number: int, summary: Summary) -> Summary:
    """The summary with the author that the fields of the verb `sender` name, the first that is there.

    With nofromfield who sent the message by its From_ line, where no such field tells (GNU mail).
    """
    if not knows_better(s):
        return summary
    from pymail import addresses, headers

    folder = s.open_folder()
    values = (headers.find(folder.head(number), name.encode("ascii", "ignore")) for name in s.sender_fields)
    person = next((person for value in values if value for person in addresses.lenient(value)), None)
    if person is not None:
        return _of(summary, person.name, person.spec)
    sender = "" if s.variables.flag("fromfield") else folder.mailbox.received(folder.place(number))[0]
    return _of(summary, "", sender) if sender else summary


def _by_recipient(folder: Folder, number: int, summary: Summary) -> Summary:
    """The summary of my own message, with `To whom` in the author's place (POSIX showto)."""
    from pymail import addresses, headers

    to = headers.find(folder.head(number), b"To")
    first = next(iter(addresses.lenient(to or b"")), None)
    return summary if first is None else _of(summary, f"To {first.name or first.spec}", first.spec)


def _of(summary: Summary, name: str, address: str) -> Summary:
    return Summary(name, address, summary.date, summary.zone, summary.subject, summary.size)


def counts(folder: Folder) -> str:
    """`3 messages 2 new 1 unread`, as the banner and `folder` say it."""
    new, deleted = folder.count("n"), folder.count("d")
    unread = folder.count("u") - new
    text = f"{len(folder)} message{'s' * (len(folder) != 1)}"
    for count, word in ((new, "new"), (unread, "unread"), (deleted, "deleted")):
        text += f" {count} {word}" if count else ""
    return text


def status_line(folder: Folder) -> str:
    """`"/var/mail/bob": 3 messages 2 new [Read only]`."""
    readonly = f" [Read only: {folder.mailbox.readonly}]" if folder.mailbox.readonly else ""
    return f'"{folder.mailbox.name}": {counts(folder)}{readonly}'
