"""The verbs that explain: help about all verbs, variables and escapes, and what program this is."""

from __future__ import annotations

from pymail import __version__, interpreter, msglist, printing
from pymail.errors import USAGE, MailError
from pymail.session import Session
from pymail.variables.table import TABLE
from pymail.verbs import table
from pymail.verbs.kinds import NOTHING, Words
from pymail.verbs.table import verb


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
    "show", "help", "send", "forward", "lists", "mark", "index", "file", "leave", "folders", "shell", "queue", "fields",
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
