"""The verbs that print messages, and the help about all verbs."""

from __future__ import annotations

from pymail import __version__, interpreter, msglist, printing
from pymail.errors import USAGE, MailError
from pymail.session import Session
from pymail.variables.table import TABLE
from pymail.verbs import selection, table
from pymail.verbs.kinds import NOTHING, Words
from pymail.verbs.selection import MESSAGE_OR_NONE, MSGLIST, PARTS
from pymail.verbs.table import verb


@verb("p[rint]", "t[ype]", kind=PARTS)
def type_(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages.

    A part of a message, as 5.2 names it, is printed alone; so it is by the verbs like this one.
    """
    printing.print_messages(s, places)


@verb("P[rint]", "T[ype]", kind=PARTS)
def type_all(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages with all their header fields."""
    printing.print_messages(s, places, every_field=True)


@verb("mo[re]", "pa[ge]", kind=PARTS)
def more(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages through the pager."""
    printing.print_messages(s, places, pager=True)


@verb("Mo[re]", "Pa[ge]", kind=PARTS)
def more_all(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages with all fields by the pager."""
    printing.print_messages(s, places, every_field=True, pager=True)


@verb("Sh[ow]", "show", kind=PARTS)
def show(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages as they came, nothing decoded."""
    printing.print_raw(s, places)


@verb("dec[ode]", kind=PARTS)
def decode(s: Session, places: list[tuple[int, str]]) -> None:
    """Print messages part by part, decoded.

    Each part comes with its number, its type and its header fields.
    """
    printing.print_decoded(s, places)


@verb("st[ruct]", kind=PARTS)
def struct(s: Session, places: list[tuple[int, str]]) -> None:
    """List the parts of messages.

    Each by its number, type, octets after decoding, and name.
    """
    from pymail import dissection

    for number, part in places:
        printing.put(s, dissection.listed(s.open_folder().raw(number), number, part))


@verb("n[ext]", kind=MESSAGE_OR_NONE)
def next_(s: Session, number: int | None) -> None:
    """Print the next message, or this one.

    An empty line and a bare number do the same. The current message comes first when it has not been printed yet.
    """
    folder = s.open_folder()
    if number is None:
        start = folder.dot + 1 if folder.shown else folder.dot
        number = next((n for n in range(max(start, 1), len(folder) + 1) if not folder.deleted(n)), None)
    if number is None:
        s.say("At EOF")
        return
    printing.print_message(s, number)


@verb("prev[ious]", kind=MESSAGE_OR_NONE)
def previous(s: Session, number: int | None) -> None:
    """Print the message before."""
    printing.print_message(s, number or selection.numbers(s, "-")[0])


@verb("do[tmove]", kind=Words("+|-", 1, 1))
def dotmove(s: Session, words: list[str]) -> None:
    """Go to the next or previous message; print none."""
    s.open_folder().go(selection.numbers(s, words[0])[0])


@verb("to[p]", kind=MSGLIST)
def top(s: Session, numbers: list[int]) -> None:
    """Print the first lines of messages.

    The variable toplines says how many.
    """
    count = s.variables.number("toplines")
    for number in numbers:
        printing.print_top(s, number, 5 if count is None else count)


@verb("To[p]", kind=MSGLIST)
def top_as_type(s: Session, numbers: list[int]) -> None:
    """As top, with the header fields of type."""
    count = s.variables.number("toplines")
    for number in numbers:
        printing.print_top(s, number, 5 if count is None else count, "type")


@verb("hel[p]", "?", kind=Words("[command ...]"), sending=True)
def help_(s: Session, names: list[str]) -> None:
    """Explain the commands, or some of them.

    Variables are explained too, and tilde escapes.
    """
    interpreter.load_all()
    for name in names:
        _explain(s, name)
    if names:
        return
    rows = [(f"{row.name} {row.kind.synopsis}", row.help) for row in sorted(table.VERBS, key=_place)]
    forms = list(msglist.FORMS)
    columns = s.screen()[1]
    lines = [*_table(rows, columns), "", "A [msglist] is one or more of these:", *_table(forms, columns)]
    printing.put(s, lines)


def _place(row: table.Verb) -> int:
    """Reading comes first in help, settings last; within a module the order is that of the file."""
    return _HELP_ORDER.index(row.function.__module__.rpartition(".")[2])


_HELP_ORDER = (
    "show", "send", "forward", "lists", "mark", "index", "file", "leave", "folders", "shell", "queue", "fields",
    "settings", "program",
)  # fmt: skip


def _table(rows: list[tuple[str, str]], columns: int) -> list[str]:
    """Command and arguments, description: a line each, or more where the screen is narrow."""
    import textwrap

    wide = max(len(head) for head, _ in rows)
    lines = []
    for head, text in rows:
        head = f"{head:<{wide}}  "
        lines += textwrap.wrap(text, columns - 1, initial_indent=head, subsequent_indent=" " * len(head))
    return lines


def _explain(s: Session, name: str) -> None:
    if name in s.command_aliases:
        s.say(f"{name} is short for {s.command_aliases[name]}")
    elif name.startswith("~"):
        _explain_escape(s, name[1:])
    elif table.find(name) is None and name in TABLE:
        interpreter.execute(s, f"variables {name}")
    else:
        row = interpreter.lookup(name)
        _describe(s, [f"{spelling} {row.kind.synopsis}" for spelling in row.spellings], row.help, row.more, row.limits)


def _explain_escape(s: Session, spelling: str) -> None:
    from pymail.escapes.every import ESCAPES

    found = [row for row in ESCAPES if spelling in row.spellings]
    if not found:
        raise MailError(f"~{spelling}: unknown tilde escape; ~? lists them while a letter is typed", USAGE)
    for row in found:
        _describe(s, [f"~{each} {row.synopsis}" for each in row.spellings], row.help, row.more)


def _describe(s: Session, heads: list[str], *texts: str) -> None:
    import textwrap

    for head in heads:
        s.say(head.rstrip())
    for text in texts:
        for line in textwrap.wrap(text, s.screen()[1] - 1, initial_indent="    ", subsequent_indent="    "):
            s.say(line)


@verb("l[ist]", kind=NOTHING, sending=True)
def list_(s: Session) -> None:
    """List the names of all commands."""
    import textwrap

    interpreter.load_all()
    names = ", ".join(name for row in sorted(table.VERBS, key=_place) for _, name in row.words)
    s.out.write(textwrap.fill(names, 76) + "\n")


@verb("ve[rsion]", kind=NOTHING, sending=True)
def version(s: Session) -> None:
    """Print the version."""
    s.say(f"pymail {__version__}")


@verb("wa[rranty]", kind=NOTHING, sending=True)
def warranty(s: Session) -> None:
    """Print under which terms pymail may be used."""
    s.say(
        "pymail is free software under the 2-clause BSD licence: use it, change it, pass",
        "it on, as long as the notice of copyright and these terms stay with it. It comes",
        "as it is, without any warranty.",
    )
