"""The verbs of start-up files: variables, aliases, filters, conditions.

Apart because sending with a start-up file needs just these: the other verbs are not
even loaded then.
"""

from __future__ import annotations

import os

from pymail import interpreter, words
from pymail.errors import USAGE, MailError
from pymail.input import Script
from pymail.session import CONTEXTS, Filter, Session
from pymail.variables.values import TABLE, shown
from pymail.verbs.kinds import NOTHING, Text, Words
from pymail.verbs.table import verb


@verb("se[t]", kind=Words("[name[=value] ...]"), sending=True)
def set_(s: Session, names: list[str]) -> None:
    """Set variables, or list those that are set.

    `noname` unsets one; `set all` explains every variable.
    """
    if names == ["all"]:
        variables(s)
        return
    for name in names:
        name, _, value = name.partition("=")
        s.variables.set(name, value, _origin(s))
    if not names:
        for row, value in s.variables.items():
            s.say(shown(row, value))


@verb("uns[et]", kind=Words("name ...", 1), sending=True)
def unset(s: Session, names: list[str]) -> None:
    """Erase variables."""
    for name in names:
        s.variables.unset(name, _origin(s))


@verb("variab[les]", kind=NOTHING, sending=True)
def variables(s: Session) -> None:
    """Explain every variable and show its value."""
    for name, row in sorted(TABLE.items(), key=lambda item: item[0].lower()):
        value = s.variables.get(name)
        s.say(f"{'no' + name if value is None else shown(row, value):<24} {row.text}")


def _origin(s: Session) -> str:
    return "rc" if s.sources and s.sources[-1].startup else "user"


@verb("a[lias]", "g[roup]", kind=Words("[alias [address ...]]"), sending=True)
def alias(s: Session, names: list[str]) -> None:
    """Add addresses to an alias, or show one or all."""
    if len(names) > 1:
        s.aliases.setdefault(names[0], []).extend(names[1:])
        return
    for name in names or sorted(s.aliases):
        if name not in s.aliases:
            raise MailError(f"{name}: no such alias", USAGE)
        s.say(f"{name}\t{' '.join(s.aliases[name])}")


@verb("una[lias]", kind=Words("alias ...", 1), sending=True)
def unalias(s: Session, names: list[str]) -> None:
    """Remove aliases; * removes all."""
    for name in names:
        if name == "*":
            s.aliases.clear()
        elif s.aliases.pop(name, None) is None:
            raise MailError(f"{name}: no such alias", USAGE)


@verb("alt[ernates]", kind=Words("[address ...]"), sending=True)
def alternates(s: Session, names: list[str]) -> None:
    """Say which other addresses are mine."""
    if names:
        s.alternates = names
    elif s.alternates:
        s.say(" ".join(s.alternates))


@verb("di[scard]", "ig[nore]", kind=Words("[field ...]"), sending=True)
def ignore(s: Session, names: list[str]) -> None:
    """Hide header fields of printed messages.

    Without fields the hidden ones are listed.
    """
    _pick(s, s.filters["type"].ignored, names)


@verb("ret[ain]", kind=Words("[field ...]"), sending=True)
def retain(s: Session, names: list[str]) -> None:
    """Show only these header fields.

    Without fields they are listed. retain overrides ignore.
    """
    _pick(s, s.filters["type"].retained, names)


@verb("unig[nore]", kind=Words("field ...", 1), sending=True)
def unignore(s: Session, names: list[str]) -> None:
    """Show hidden header fields again; * shows all."""
    _unpick(s.filters["type"].ignored, names)


@verb("unret[ain]", kind=Words("field ...", 1), sending=True)
def unretain(s: Session, names: list[str]) -> None:
    """Take fields off the list of retain; * all."""
    _unpick(s.filters["type"].retained, names)


@verb("savei[gnore]", "saved[iscard]", kind=Words("[field ...]"), sending=True)
def saveignore(s: Session, names: list[str]) -> None:
    """Leave header fields out of saved messages.

    Without fields they are listed.
    """
    _pick(s, s.filters["save"].ignored, names)


@verb("saver[etain]", kind=Words("[field ...]"), sending=True)
def saveretain(s: Session, names: list[str]) -> None:
    """Keep only these header fields in saved messages.

    Without fields they are listed. saveretain overrides saveignore.
    """
    _pick(s, s.filters["save"].retained, names)


@verb("headerp[ick]", kind=Words("[context ...]"), sending=True)
def headerpick(s: Session, given: list[str]) -> None:
    """Choose header fields, context by context.

    `headerpick type ignore field ...` or `headerpick type retain field ...`; the contexts are type, top, save and
    forward. Without fields the chosen ones are listed.
    """
    for context in given[:1] or CONTEXTS:
        chosen = _context(s, context)
        for how, fields in (("ignore", chosen.ignored), ("retain", chosen.retained)):
            if given[1:2] == [how]:
                _pick(s, fields, given[2:])
            elif len(given) < 2 and fields:
                s.say(f"headerpick {context} {how} {' '.join(sorted(fields))}")


@verb("unheaderp[ick]", kind=Words("context ...", 3), sending=True)
def unheaderpick(s: Session, given: list[str]) -> None:
    """Take back what headerpick chose; * takes all."""
    chosen = _context(s, given[0])
    _unpick(chosen.retained if given[1] == "retain" else chosen.ignored, given[2:])


def _context(s: Session, name: str) -> Filter:
    if name not in s.filters:
        raise MailError(f"headerpick {name}: the contexts are {', '.join(CONTEXTS)}", USAGE)
    return s.filters[name]


def _pick(s: Session, fields: set[str], names: list[str]) -> None:
    fields.update(name.lower() for name in names)
    for name in () if names else sorted(fields):
        s.say(name)


def _unpick(fields: set[str], names: list[str]) -> None:
    if "*" in names:
        fields.clear()
    fields.difference_update(name.lower() for name in names)


@verb("ec[ho]", kind=Words("string ..."), sending=True)
def echo(s: Session, strings: list[str]) -> None:
    """Print the strings."""
    s.say(" ".join(strings))


@verb("cd", "ch[dir]", kind=Words("[directory]", 0, 1), sending=True)
def cd(s: Session, names: list[str]) -> None:
    """Change to a directory, or home."""
    path = s.names().expand(names[0]) if names else s.user.home
    if not path:
        raise MailError("cd: there is no home directory; name one", USAGE)
    os.chdir(path)


@verb("so[urce]", kind=Words("file", 1, 1), sending=True)
def source(s: Session, names: list[str]) -> None:
    """Carry out the commands in a file."""
    path = s.names().expand(names[0])
    if len(s.sources) > 50:
        raise MailError(f"{path}: files source each other without end", USAGE)
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        lines = file.read().split("\n")
    startup = bool(s.sources) and s.sources[-1].startup
    interpreter.run(s, Script(path, lines, startup))


@verb("i[f]", kind=Text("s|r|t|test"), sending=True, flow=True)
def if_(s: Session, text: str) -> None:
    """Do the lines up to endif on a condition.

    s: sending, r: reading, t: on a terminal. Or when a test holds: `-N name`, `-Z name` (set, unset), `$name ==
    text`, `!=`, `=~`, `=%`, `-eq` and the like,
    joined by `&&`, `||` and `!`, grouped by `[ ]`.
    """
    conditions = s.sources[-1].conditions
    skipped = False in conditions or None in conditions
    conditions.append(None if skipped else _holds(s, text))


@verb("eli[f]", kind=Text("s|r|t|test"), sending=True, flow=True)
def elif_(s: Session, text: str) -> None:
    """Another condition for if."""
    conditions = _open_if(s, "elif")
    if conditions[-1] is False:
        conditions[-1] = _holds(s, text)
    else:
        # None: a branch was carried out already, or the whole if is skipped.
        conditions[-1] = None


@verb("el[se]", kind=NOTHING, sending=True, flow=True)
def else_(s: Session) -> None:
    """Begin the lines for when if did not hold."""
    conditions = _open_if(s, "else")
    conditions[-1] = None if conditions[-1] is None else not conditions[-1]


@verb("en[dif]", kind=NOTHING, sending=True, flow=True)
def endif(s: Session) -> None:
    """End what if began."""
    _open_if(s, "endif").pop()


def _open_if(s: Session, word: str) -> list[bool | None]:
    conditions = s.sources[-1].conditions
    if not conditions:
        raise MailError(f"{word}: there is no if before it", USAGE)
    return conditions


def _holds(s: Session, text: str) -> bool:
    from pymail import conditions

    modes = {"send": s.sending, "receive": not s.sending, "terminal": s.interactive}
    return conditions.holds(words.texts(text), modes, lambda name: _lookup(s, name))


def _lookup(s: Session, name: str) -> str | None:
    value = s.variables.get(name)
    return s.environ.get(name) if value is None else value
