"""The table of verbs: what a verb is, how it is declared, how a word finds it.

Apart from the verbs because help, `list`, completion, abbreviation, the gate and the
manual page all read this and none of them knows a verb by name. A verb is declared
once, above its function; the first line of the function's docstring is its help.
"""

from __future__ import annotations

from pymail.errors import USAGE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pymail.verbs.kinds import Kind

    Function = Callable[..., None]


class Explained:
    """A row whose function explains it: the first line of its docstring is its help (escapes are declared so too)."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[..., None]) -> None:
        self.function = function

    @property
    def help(self) -> str:
        """One sentence."""
        return (self.function.__doc__ or "").strip().split("\n")[0]

    @property
    def more(self) -> str:
        """What the manual and `?` say beyond that sentence."""
        lines = (self.function.__doc__ or "").strip().split("\n")[1:]
        return " ".join(" ".join(lines).split())


class Verb(Explained):
    """One verb.

    `spellings` show the shortest form, "d[elete]"; synonyms share a row. `kind` says what
    arguments it takes. `sending`: also without a mailbox. `startup`: also in start-up
    files. `composing`: also by ~: while a letter is typed. `changes`: not on a read-only
    mailbox. `flow`: also in the branch of an if that is not taken. `letter`: the lines that follow are the text of one.
    """

    __slots__ = ("spellings", "kind", "sending", "startup", "composing", "changes", "flow", "letter", "words")

    def __init__(
        self,
        spellings: tuple[str, ...],
        kind: Kind,
        function: Function,
        *,
        sending: bool = False,
        startup: bool = True,
        composing: bool = True,
        changes: bool = False,
        flow: bool = False,
        letter: bool = False,
    ) -> None:
        super().__init__(function)
        self.spellings = spellings
        self.kind = kind
        self.sending = sending
        self.startup = startup
        self.composing = composing
        self.changes = changes
        self.flow = flow
        self.letter = letter
        self.words = [(shortest(spelling), full(spelling)) for spelling in spellings]

    @property
    def name(self) -> str:
        """The whole word of its first spelling."""
        return self.words[0][1]

    @property
    def limits(self) -> str:
        """Where it is refused, a sentence; "" for nowhere."""
        places = (
            ("in start-up files", self.startup),
            ("while a letter is written", self.composing),
            ("in a read-only mailbox", not self.changes),
        )
        refused = [where for where, is_allowed in places if not is_allowed]
        return f"Not {' or '.join(refused)}." if refused else ""

    def answers_to(self, word: str) -> bool:
        """Is `word` this verb, or an abbreviation down to its shortest form?"""
        return any(whole.startswith(word) and word.startswith(short) for short, whole in self.words)


VERBS: list[Verb] = []

# Loaded in this order until a word is found: start-up files seldom need more than the first, and a
# session with a mailbox begins with those of READING.
READING = ("leave", "file", "show", "mark", "index")
MODULES = (
    "settings", "fields", "program", "show", "help", "index", "mark", "file", "leave", "folders", "send", "lists",
    "forward", "shell", "queue",
)  # fmt: skip


def verb(*spellings: str, kind: Kind, **rules: bool) -> Callable[[Function], Function]:
    """Declare a verb above its function; the rules are those of Verb."""

    def declare(function: Function) -> Function:
        VERBS.append(Verb(spellings, kind, function, **rules))
        return function

    return declare


def shortest(spelling: str) -> str:
    """The least that may be typed: `d` of `d[elete]`."""
    return spelling.partition("[")[0]


def full(spelling: str) -> str:
    """The whole word: `delete` of `d[elete]`."""
    return spelling.replace("[", "").replace("]", "")


def find(word: str) -> Verb | None:
    """The verb that this word, or abbreviation, means, among those loaded."""
    for row in VERBS:
        if row.answers_to(word):
            return row
    return None


def unknown(word: str) -> MailError:
    """The error for a word that is no verb, with those that look like it."""
    import difflib

    from pymail import absent

    if what := absent.command(word):
        return MailError(f"{word}: pymail leaves out {what}; see DIFFERENCES in pymail(1)", USAGE)

    names = [whole for row in VERBS for _, whole in row.words]
    near = difflib.get_close_matches(word, names, 3, 0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else "? lists the commands"
    return MailError(f"{word}: unknown command; {hint}", USAGE)
