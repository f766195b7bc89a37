"""The verbs of start-up files: variables, aliases, conditions.

Apart because sending with a start-up file needs just these: the other verbs are not
even loaded then.
"""

from __future__ import annotations

import posix

from pymail import interpreter, words
from pymail.errors import USAGE, MailError, printable
from pymail.input import If, Script, lines_of
from pymail.session import Session
from pymail.variables.table import TABLE
from pymail.variables.values import near, shown
from pymail.verbs.kinds import NOTHING, Text, Words
from pymail.verbs.quoted import Assignments, Filled, Members, Names
from pymail.verbs.table import verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.words import Word

_DEEPEST = 50


@verb("se[t]", "setq", kind=Assignments("[name[=value] ...]"), sending=True)
def set_(s: Session, names: list[str]) -> None:
    """Set variables, or list those that are set.

    `noname` unsets one; `set all` explains every variable.
    """
    if names == ["all"]:
        variables(s, [])
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


@verb("va[riables]", "vars[how]", kind=Words("[name ...]"), sending=True)
def variables(s: Session, names: list[str]) -> None:
    """Explain variables and show their values.

    Without names: all of them.
    """
    import textwrap

    from pymail import printing

    lines = []
    for name in names or sorted(TABLE, key=str.lower):
        value = s.variables.get(name)
        setting = "no" + name if value is None else shown(s.variables.row(name), value)
        first, *rest = textwrap.wrap(_explained(s, name, value), s.screen()[1] - 26)
        lines += [f"{printable(setting):<24} {first}"] if len(setting) < 25 else [printable(setting), " " * 25 + first]
        lines += [" " * 25 + line for line in rest]
    printing.put(s, lines)


def _explained(s: Session, name: str, value: str | None) -> str:
    """What a variable is for, which values it takes, and its default where it has another value."""
    row = TABLE.get(name)
    if row is None:
        from pymail import absent

        if why := absent.variable(name):
            return f"Left out of pymail: {why}."
        return f"Not known to pymail; {near(name)}" if near(name) else "Not known to pymail."
    if row.same:
        return f"Another name of {row.same}."
    default = row.posix if s.variables.strict else row.default
    text = row.text
    if row.allowed:
        text += f" One of {', '.join(row.allowed)}."
    if value != default:
        text += f" Default: {'unset' if default is None else shown(row, default)}."
    return text


def _origin(s: Session) -> str:
    return "rc" if s.sources and s.sources[-1].startup else "user"


@verb("a[lias]", "g[roup]", kind=Members("[name [address ...]]"), sending=True)
def alias(s: Session, names: list[str]) -> None:
    """Add addresses to an alias, or show one or all.

    An alias stands for its addresses where it is a whole address; a backslash before an address keeps that from
    being taken for an alias again. `alias - name` shows who would get a letter.
    """
    if names[:1] == ["-"]:
        from pymail.recipients import recipients, shown

        s.say(shown(recipients(s, ", ".join(names[1:]))))
    elif len(names) > 1:
        s.aliases.setdefault(names[0], []).extend(names[1:])
    else:
        _list_aliases(s, names or sorted(s.aliases))


def _list_aliases(s: Session, names: list[str]) -> None:
    for name in names:
        if name not in s.aliases:
            raise MailError(f"{name}: no such alias", USAGE)
        s.say(f"{name}\t{' '.join(s.aliases[name])}")


@verb("una[lias]", "ung[roup]", kind=Words("name ...", 1), sending=True)
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


@verb("unalt[ernates]", kind=Words("address ...", 1), sending=True)
def unalternates(s: Session, names: list[str]) -> None:
    """Say which addresses are not mine; * for all."""
    gone = {name.casefold() for name in names}
    s.alternates = [name for name in s.alternates if "*" not in gone and name.casefold() not in gone]


@verb("sete[nv]", kind=Words("[name[=value] ...]"), sending=True)
def setenv(s: Session, names: list[str]) -> None:
    """Set environment variables for other programs.

    Without names they are listed.
    """
    for name in names:
        name, _, value = name.partition("=")
        s.environ[name] = value
    for name in () if names else sorted(s.environ):
        s.say(f"{name}={s.environ[name]}")


@verb("unsete[nv]", kind=Words("name ...", 1), sending=True)
def unsetenv(s: Session, names: list[str]) -> None:
    """Erase environment variables."""
    for name in names:
        s.environ.pop(name, None)


@verb("env[iron]", kind=Words("how name ...", 2), sending=True)
def environ(s: Session, words: list[str]) -> None:
    """Set, erase, take over environment variables.

    `environ set name=value`, `environ unset name`; what `environ link name` names is a variable of pymail too.
    """
    how, *names = words
    if how not in ("set", "unset", "link"):
        raise MailError(f"environ {how}: set, unset and link are known", USAGE)
    if how == "link":
        for name in names:
            s.variables.set(name, s.environ.get(name, ""), _origin(s))
    else:
        (setenv if how == "set" else unsetenv)(s, names)


@verb("ec[ho]", kind=Filled("string ..."), sending=True)
def echo(s: Session, strings: list[str]) -> None:
    """Print the strings.

    $name stands for the value of a variable or of one of the environment, but not in single quotes.
    """
    s.say(" ".join(strings))


@verb("echon", kind=Filled("string ..."), sending=True)
def echon(s: Session, strings: list[str]) -> None:
    """As echo, without an end of line."""
    s.out.write(printable(" ".join(strings)))


@verb("echoerr", kind=Filled("string ..."), sending=True)
def echoerr(s: Session, strings: list[str]) -> None:
    """As echo, on standard error."""
    s.complain(" ".join(strings))


@verb("cd", "ch[dir]", kind=Names("[directory]", 0, 1), sending=True)
def cd(s: Session, names: list[Word]) -> None:
    """Change to a directory, or home."""
    path = s.filename(names[0]) if names else s.user.home
    if not path:
        raise MailError("cd: there is no home directory; name one", USAGE)
    posix.chdir(path)


@verb("cw[d]", kind=NOTHING, sending=True)
def cwd(s: Session) -> None:
    """Print the current directory."""
    s.say(posix.getcwd())


@verb("so[urce]", kind=Names("file", 1, 1), sending=True)
def source(s: Session, names: list[Word]) -> None:
    """Carry out the commands in a file.

    When the name ends with | it is a shell command, and what that prints is carried out.
    """
    if len(s.sources) > _DEEPEST:
        raise MailError(f"{names[0].text}: files source each other without end", USAGE)
    startup = bool(s.sources) and s.sources[-1].startup
    interpreter.run(s, Script(names[0].text, lines_of(_sourced(s, names[0])), startup))


@verb("source_if", kind=Names("file", 1, 1), sending=True)
def source_if(s: Session, names: list[Word]) -> None:
    """As source, if there is such a file."""
    if posix.access(s.filename(names[0]), posix.R_OK):
        source(s, names)


def _sourced(s: Session, name: Word) -> str:
    if name.text.endswith("|"):
        from pymail import process

        return process.output_of(s, name.text[:-1].strip()).decode("utf-8", "surrogateescape")
    with open(s.filename(name), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


@verb("i[f]", kind=Text("s|r|t|test"), sending=True, flow=True)
def if_(s: Session, text: str) -> None:
    """Do the lines up to endif on a condition.

    s: sending, r: reading, t: on a terminal. Or when a test holds: `-N name`, `-Z name` (set, unset), `-n text`, `-z
    text` (something, nothing), `$name == text`, `!=`, `=~`, `=%`, `-eq` and the like, joined by `&&`, `||` and `!`,
    grouped by `[ ]`.
    """
    conditions = s.sources[-1].conditions
    counts = all(each.holds for each in conditions)
    conditions.append(If())
    if counts:
        _decide(s, conditions[-1], text)


@verb("eli[f]", kind=Text("s|r|t|test"), sending=True, flow=True)
def elif_(s: Session, text: str) -> None:
    """Another condition for if."""
    branch = _next_branch(s, "elif")
    if not branch.done:
        _decide(s, branch, text)


@verb("el[se]", kind=NOTHING, sending=True, flow=True)
def else_(s: Session) -> None:
    """Begin the lines for when if did not hold."""
    branch = _next_branch(s, "else")
    branch.holds, branch.is_last = not branch.done, True


@verb("en[dif]", kind=NOTHING, sending=True, flow=True)
def endif(s: Session) -> None:
    """End what if began."""
    _open_if(s, "endif")
    s.sources[-1].conditions.pop()


def _open_if(s: Session, word: str) -> If:
    conditions = s.sources[-1].conditions
    if not conditions:
        raise MailError(f"{word}: there is no if before it", USAGE)
    return conditions[-1]


def _next_branch(s: Session, word: str) -> If:
    """The if whose next branch begins; what follows its else is passed over. MailError (64) when there is no next."""
    branch = _open_if(s, word)
    branch.holds = False
    if branch.is_last:
        raise MailError(f"{word}: there was an else before it; an if has one, at its end", USAGE)
    return branch


def _decide(s: Session, branch: If, text: str) -> None:
    branch.done = True  # for a condition that cannot be understood
    branch.holds = branch.done = _holds(s, text)


def _holds(s: Session, text: str) -> bool:
    from pymail import conditions

    modes = {"send": s.sending, "receive": not s.sending, "terminal": s.interactive}
    return conditions.holds(words.texts(text), modes, s.lookup)
