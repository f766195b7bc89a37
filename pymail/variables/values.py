"""Variables: what is set, typed, and where each value came from.

Apart from the tables because rows never change and values do. Names that no table
knows are kept as text (they may be another program's); names that our own code
asks for must stand in a table.
"""

from __future__ import annotations

from pymail.errors import USAGE, MailError
from pymail.variables.table import ASK, FLAG, OFF, ON, POSIX, TABLE, TEXT, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Given = tuple[str | None, str]
    Changes = dict[str, Given | None]

_MOST = 10**9  # no clock, socket or list takes more


class Variables:
    """Names and values."""

    __slots__ = ("_strict", "_given")

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self._given: dict[str, Given] = {}

    def copy(self) -> Variables:
        """Values that can be changed apart from these (another account)."""
        other = Variables(self._strict)
        other._given = dict(self._given)
        return other

    def changes(self, before: Variables) -> Changes:
        """What takes back the changes since `before`, a copy of these values."""
        names = {*self._given, *before._given}
        return {name: before._given.get(name) for name in names if self._given.get(name) != before._given.get(name)}

    def take_back(self, changes: Changes) -> None:
        """Give the variables that were changed the values from before."""
        for name, value in changes.items():
            if value is None:
                self._given.pop(name, None)
            else:
                self._given[name] = value

    @property
    def strict(self) -> bool:
        """Are the defaults POSIX's? `posix` decides, else what stood in the environment."""
        given = self._given.get("posix")
        return self._strict if given is None else given[0] is not None

    def flag(self, name: str) -> bool:
        """Is it set? KeyError when no table has the name."""
        return self._value(TABLE[name]) is not None

    def text(self, name: str) -> str | None:
        """Its value, None when it is unset. KeyError when no table has the name."""
        return self._value(TABLE[name])

    def number(self, name: str) -> int | None:
        """Its value; 0 when it is set without one, _MOST for more. KeyError when no table has the name."""
        value = self._value(TABLE[name])
        return None if value is None else int(digits or 0) if len(digits := value.lstrip("0")) < 10 else _MOST

    def origin(self, name: str) -> str:
        """Who gave the value: default, environment, option, rc or user."""
        given = self._given.get(self.row(name).name)
        return given[1] if given else "default"

    def _value(self, row: Variable) -> str | None:
        given = self._given.get(row.same or row.name)
        if given is not None:
            return given[0]
        return row.posix if self.strict else row.default

    def get(self, name: str) -> str | None:
        """The value of any variable, known or not; None when it is unset."""
        row = self.row(name)
        return self._value(row)

    def set(self, name: str, value: str, origin: str = "user") -> None:
        """Give a variable a value; `noname` unsets it.

        Raises MailError (64) when the table does not allow the value. What was set by -S
        is not changed by a start-up file.
        """
        if not name:
            raise MailError(f"set ={value}: a name is wanted before the =", USAGE)
        if name.startswith("no") and name not in TABLE and not value:
            self.unset(name[2:], origin)
            return
        row = self.row(name)
        if value.lower() in OFF and row.kind in (FLAG, ASK) or value.lower() == "ask-no" and row.kind == FLAG:
            self._give(row, None, origin)
            return
        if name not in TABLE and self.get("variable-strict") is not None:
            raise MailError(f"set {name}: no such variable; {near(name) or 'variables lists them'}", USAGE)
        wrong = row.wrong(value)
        if wrong:
            raise MailError(f"set {name}={value}: {wrong}", USAGE)
        self._give(row, value, origin)

    def unset(self, name: str, origin: str = "user") -> None:
        """Erase a variable, also one that is set by default."""
        if name.startswith("no") and name not in TABLE and name[2:] in TABLE:
            name = name[2:]
        self._give(self.row(name), None, origin)

    def import_environment(self, environ: Mapping[str, str]) -> None:
        """Take over the environment variables that POSIX names (Start-Up, step 3)."""
        names = [(row.name, row.name) for row in POSIX if row.environ]
        # bsd-mailx imports this one too.
        for name, variable in (*names, ("REPLYTO", "replyto")):
            if value := environ.get(name):
                self._given.setdefault(variable, (value, "environment"))

    def any(self, beginning: str) -> bool:
        """Is a variable set whose name begins like this?"""
        return any(name.startswith(beginning) for name, (value, _) in self._given.items() if value is not None)

    def items(self) -> Iterator[tuple[Variable, str]]:
        """Every variable that is set, by name."""
        rows = {**TABLE, **{name: self.row(name) for name in self._given}}
        for name in sorted(rows, key=str.lower):
            value = self._value(rows[name])
            if value is not None and not rows[name].same:
                yield rows[name], value

    def row(self, name: str) -> Variable:
        """The row of a table, or one made for a name that none knows."""
        row = TABLE.get(name) or Variable(name, TEXT, None, "")
        return TABLE[row.same] if row.same else row

    def _give(self, row: Variable, value: str | None, origin: str) -> None:
        if origin == "rc" and self.origin(row.name) == "option":
            return
        self._given[row.name] = (value, origin)


def near(name: str) -> str:
    """`did you mean crt?`, "" where no variable looks like this name."""
    import difflib

    found = difflib.get_close_matches(name, TABLE, 3, 0.7)
    return f"did you mean {' or '.join(found)}?" if found else ""


def shown(row: Variable, value: str) -> str:
    """A line of `set`: `hold` or `prompt="& "`; secrets are not shown."""
    if row.kind in (FLAG, ASK) and value.lower() in ON or (not value and row.kind == TEXT and row.name not in TABLE):
        return row.name
    value = "***" if veiled(f"{row.name}=x") != f"{row.name}=x" else veiled(value)
    quote = "'" if '"' in value else '"'
    return f"{row.name}={quote}{value}{quote}"


def veiled(line: str) -> str:
    """A line of a start-up file, or a value, with *** for the passwords in it: those of URLs and those that are set."""
    import re

    line = re.sub(r"(://[^\s:/@]*):\S*@", r"\1:***@", line)
    secret = r"""[^\s=]*(?:password(?!-command|-file)|secret|token)[^\s=]*"""
    return re.sub(secret + r"""=("[^"]*"?|'[^']*'?|\S+)""", lambda found: found[0].partition("=")[0] + "=***", line)
