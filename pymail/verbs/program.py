"""The verbs that make new words: accounts, macros, aliases of commands, shortcuts."""

from __future__ import annotations

from pymail import interpreter, words
from pymail.errors import NOINPUT, USAGE, MailError
from pymail.input import Script
from pymail.session import Session
from pymail.variables.values import veiled
from pymail.verbs.kinds import NOTHING, Text, Words
from pymail.verbs.quoted import Filled
from pymail.verbs.table import verb


@verb("def[ine]", kind=Words("[name {]", 0, 2), sending=True)
def define(s: Session, names: list[str]) -> None:
    """Define a macro, or list them.

    The lines up to a lone } are carried out by call.
    """
    _define(s, "define", s.macros, names)


@verb("undef[ine]", kind=Words("name ...", 1), sending=True)
def undefine(s: Session, names: list[str]) -> None:
    """Remove macros; * removes all."""
    _remove(s.macros, names)


@verb("cal[l]", kind=Filled("name [argument ...]"), sending=True)
def call(s: Session, names: list[str]) -> None:
    """Carry out a macro.

    $1 is the first argument in echo, eval, wysh, if and call, $* all of them, $# how many there are.
    """
    if not names or names[0] not in s.macros:
        raise MailError(f"{names[0] if names else 'call'}: no such macro; define makes one", USAGE)
    s.variables.take_back(interpreter.run_macro(s, names[0], s.macros[names[0]], names[1:]))


@verb("call_if", kind=Filled("name [argument ...]"), sending=True)
def call_if(s: Session, names: list[str]) -> None:
    """Carry out a macro if there is one of that name."""
    if names and names[0] in s.macros:
        call(s, names)


@verb("xcall", kind=Filled("name [argument ...]"), sending=True)
def xcall(s: Session, names: list[str]) -> None:
    """Carry out a macro in place of this one."""
    call(s, names)
    return_(s, [])


@verb("return", kind=Words("[status]", 0, 2), sending=True)
def return_(s: Session, numbers: list[str]) -> None:
    """Leave a macro before its end."""
    source = s.sources[-1]
    if not isinstance(source, Script) or source.arguments is None:
        raise MailError("return: only in macros and accounts", USAGE)
    source.stop()


@verb("lo[calopts]", kind=Words("[on|off]", 0, 1), sending=True)
def localopts(s: Session, words: list[str]) -> None:
    """Take back what a macro sets after this.

    That happens when the macro ends; for a folder-hook, when another mailbox opens. What an account sets is taken
    back when another one is chosen, but after `localopts off`.
    """
    source = s.sources[-1]
    if not isinstance(source, Script):
        raise MailError("localopts: only in macros and accounts", USAGE)
    off = words[:1] and words[0].lower() in ("off", "no", "0")
    source.saved = None if off else source.saved or s.variables.copy()


@verb("ac[count]", kind=Words("[name [{]]", 0, 2), sending=True)
def account(s: Session, names: list[str]) -> None:
    """Define, change or list accounts.

    An account is defined as a macro is; null is the one without settings. Where a mailbox is open, that of the
    account is opened in its place. What an account sets is taken back when it is left.
    """
    if len(names) != 1:
        _define(s, "account", s.accounts, names)
        return
    if names[0] != "null" and names[0] not in s.accounts:
        raise MailError(f"{names[0]}: no such account", NOINPUT)
    interpreter.leave_account(s)
    s.account = "" if names[0] == "null" else names[0]
    s.account_changes = interpreter.run_macro(s, names[0], s.accounts.get(names[0], []), local=True)
    if s.folder is not None:
        interpreter.execute(s, "folder %")


@verb("unac[count]", kind=Words("name ...", 1), sending=True)
def unaccount(s: Session, names: list[str]) -> None:
    """Remove accounts; * removes all."""
    _remove(s.accounts, names)


def _define(s: Session, verb: str, table: dict[str, list[str]], names: list[str]) -> None:
    if not names:
        for name in sorted(table):
            s.say(f"{verb} {name} {{")
            for line in table[name]:
                s.say(f"    {veiled(line)}")
            s.say("}")
        return
    if len(names) != 2 or names[1] != "{":
        raise MailError(f"{verb} {names[0]}: a {{ is wanted at the end of the line", USAGE)
    table[names[0]] = _block(s, names[0])


def _block(s: Session, name: str) -> list[str]:
    """The lines up to a lone closing brace."""
    lines: list[str] = []
    while (line := s.sources[-1].read("")) is not None:
        if line.strip() == "}":
            return lines
        lines.append(line.strip())
    raise MailError(f"{name}: the closing }} is missing", USAGE)


def _remove(table: dict[str, list[str]], names: list[str]) -> None:
    for name in names:
        if name == "*":
            table.clear()
        elif table.pop(name, None) is None:
            raise MailError(f"{name}: not defined", USAGE)


@verb("ignerr", kind=Text("command"), sending=True)
def ignerr(s: Session, text: str) -> None:
    """Do a command and never mind its errors."""
    import contextlib

    with contextlib.suppress(MailError, OSError):
        interpreter.execute(s, text)


@verb("wysh", kind=Text("command"), sending=True)
def wysh(s: Session, text: str) -> None:
    """Do a command, $name replaced as in echo.

    A semicolon ends it, and what follows is one more command.
    """
    word, _, rest = text.partition(" ")
    more = ""
    if isinstance(interpreter.lookup(word).kind, Words):
        rest, more = words.until(rest, ";")
        rest = " ".join(map(words.quoted, words.texts(rest, s.value)))
    interpreter.execute(s, f"{word} {rest}")
    if more.strip():
        interpreter.execute(s, more)


@verb("hi[story]", kind=Words("[number|how ...]"))
def history(s: Session, names: list[str]) -> None:
    """List what was typed, or do a line of it again.

    A number below zero counts from the end: -1 is the line before this one. `history clear` forgets all, `history
    delete NUMBER ...` some lines.
    """
    how = names[0] if names else "show"
    if how == "show":
        for number, line in enumerate(s.history, 1):
            s.say(f"{number:>4}  {veiled(line)}")
    elif how == "clear":
        s.history.clear()
    elif how == "delete":
        gone = {_typed(s, name) for name in names[1:]}
        s.history = [line for at, line in enumerate(s.history) if at not in gone]
    else:
        interpreter.execute(s, s.history[_typed(s, how)])


def _typed(s: Session, text: str) -> int:
    """The place in the history of a line that is named by its number; the last one is this command itself."""
    number = int(text) if text.lstrip("-").isdecimal() else 0
    at = number - 1 if number > 0 else len(s.history) - 1 + number
    if not number or not 0 <= at < len(s.history):
        raise MailError(f"history {text}: show, clear, delete or a number of the list is wanted", USAGE)
    return at


@verb("ev[al]", kind=Filled("command"), sending=True)
def eval_(s: Session, strings: list[str]) -> None:
    """Put a command together as echo does, and do it."""
    interpreter.execute(s, " ".join(strings))


@verb("noop", kind=NOTHING, sending=True)
def noop(s: Session) -> None:
    """Do nothing."""


@verb("com[mandalias]", kind=Text("[name [command]]"), sending=True)
def commandalias(s: Session, text: str) -> None:
    """Give a command another name.

    Without a command it is shown.
    """
    name, _, command = text.partition(" ")
    if command.strip():
        s.command_aliases[name] = _unquoted(command.strip())
        return
    for word in [name] if name else sorted(s.command_aliases):
        if word not in s.command_aliases:
            raise MailError(f"{word}: no such command alias", USAGE)
        s.say(f"commandalias {word} '{s.command_aliases[word]}'")


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


@verb("uncom[mandalias]", kind=Words("name ...", 1), sending=True)
def uncommandalias(s: Session, names: list[str]) -> None:
    """Remove other names of commands."""
    for name in names:
        if name == "*":
            s.command_aliases.clear()
        elif s.command_aliases.pop(name, None) is None:
            raise MailError(f"{name}: no such command alias", USAGE)


@verb("sho[rtcut]", kind=Words("[name path ...]"), sending=True)
def shortcut(s: Session, names: list[str]) -> None:
    """Give mailboxes short names, or list them."""
    if len(names) > 1 and len(names) % 2:
        raise MailError(f"{names[-1]}: a path is wanted after each name", USAGE)
    for at in range(0, len(names) - 1, 2):
        s.shortcuts[names[at]] = names[at + 1]
    for name in () if len(names) > 1 else names or sorted(s.shortcuts):
        if name not in s.shortcuts:
            raise MailError(f"{name}: no such shortcut", USAGE)
        s.say(f"shortcut {name} {s.shortcuts[name]}")


@verb("unsh[ortcut]", kind=Words("name ...", 1), sending=True)
def unshortcut(s: Session, names: list[str]) -> None:
    """Remove short names of mailboxes; * removes all."""
    for name in names:
        if name == "*":
            s.shortcuts.clear()
        elif s.shortcuts.pop(name, None) is None:
            raise MailError(f"{name}: no such shortcut", USAGE)


@verb(
    "bind", "unbind", "charsetalias", "uncharsetalias", "colour", "uncolour", "filetype", "unfiletype", "mailcap",
    "mimetype", "unmimetype", "mtaaliases", "netrc", "unf[old]", "nou[nfold]", kind=Text("..."), sending=True,
)  # fmt: skip
def other_settings(s: Session, text: str) -> None:
    """Nothing: settings of other programs.

    They are accepted so that start-up files of s-nail and GNU mail can be read.
    """
