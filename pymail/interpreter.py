"""The interpreter: lines -> words -> verb.

Apart because this is the one gate: here alone is decided which verb a word means,
whether it may run just now, and what its arguments are; here alone, besides `main`,
errors are caught. Verbs find everything checked.
"""

from __future__ import annotations

from pymail import errors
from pymail.errors import USAGE, MailError
from pymail.input import Script
from pymail.session import Leave
from pymail.verbs import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.input import Source
    from pymail.session import Session
    from pymail.variables.values import Changes
    from pymail.verbs.table import Verb

# What ends the verb's word, so that t1, d2-4, p$ and t:u need no blank (BSD mail).
_ENDS = " \t0123456789$^.:/-+*'\"&;,`@%#|({"
_SYMBOLS = "!#=?|"
_MOST_EOFS = 20
_DEEPEST = 50


def run(session: Session, source: Source) -> None:
    """Carry out the lines of `source` until its end.

    Raises Leave when a verb ends the session. An error is told and the next line read; but
    with POSIXLY_CORRECT the rest of a start-up file is skipped (POSIX, Start-Up), and with
    errexit the session ends.
    """
    session.sources.append(source)
    try:
        while True:
            try:
                _run(session, source)
                return
            except KeyboardInterrupt:
                # It came between two commands; see attempt and _logical_line.
                if source is not session.keyboard:
                    raise
                _interrupted(session)
    finally:
        session.sources.pop()


def _run(session: Session, source: Source) -> None:
    while (line := _logical_line(session, source)) is not None:
        if attempt(session, line):
            continue
        if source.startup and session.variables.strict:
            return
        if session.variables.flag("errexit") and not session.interactive:
            raise Leave(session.status or USAGE)
    if source.conditions:
        _tell(session, "if: its endif is missing", USAGE)


def run_text(session: Session, name: str, text: str) -> None:
    """Carry out a command given elsewhere than in a file: by -X, -Y."""
    run(session, Script(name, text.split("\n")))


def run_macro(
    session: Session, name: str, lines: list[str], arguments: list[str] | None = None, *, local: bool = False
) -> Changes:
    """Carry out a macro; what takes back its changes of variables is for the caller to use.

    That are the changes after `localopts`, which `local` is the same as at the start. Raises MailError when macros
    call each other for ever.
    """
    if len(session.sources) > _DEEPEST:
        raise MailError(f"{name}: calls itself without end", USAGE)
    source = Script(name, lines, bool(session.sources) and session.sources[-1].startup)
    source.arguments = arguments or []
    source.saved = session.variables.copy() if local else None
    run(session, source)
    return session.variables.changes(source.saved) if source.saved else {}


def run_hook(session: Session, *variables: str, local: bool = False) -> Changes:
    """Carry out the macro that the first of these variables which is set names; as run_macro."""
    name = next(filter(None, map(session.variables.get, variables)), "")
    if name not in session.macros:
        if name:
            session.complain(f"{name}: no such macro, though {' or '.join(variables)} names it")
        return {}
    return run_macro(session, name, session.macros[name], local=local)


def leave_account(session: Session) -> None:
    """Take back what the account set, after its on-account-cleanup."""
    if session.account:
        session.variables.take_back(run_hook(session, "on-account-cleanup-" + session.account, "on-account-cleanup"))
    for changes in (session.folder_changes, session.account_changes):
        session.variables.take_back(changes)
    session.folder_changes, session.account_changes = {}, {}


def run_folder_hook(session: Session, name: str) -> None:
    """Carry out folder-hook for the mailbox opened by this name; its `localopts` lasts until another one opens.

    A hook for that name, its whole path, or its +name in `folder`, comes first (s-nail).
    """
    session.variables.take_back(session.folder_changes)
    session.folder_changes = {}
    if not session.variables.any("folder-hook"):
        return
    path = session.open_folder().mailbox.path or name
    names, directory = [name, path], session.names().directory
    if directory and path.startswith(directory + "/"):
        names.append(f"+{path.removeprefix(directory + '/')}")
    session.folder_changes = run_hook(session, *(f"folder-hook-{each}" for each in names), "folder-hook")


def attempt(session: Session, line: str) -> bool:
    """Carry out one line; an error is told, not raised. True when there was none."""
    try:
        execute(session, line)
        return True
    except BrokenPipeError:
        raise
    except (MailError, OSError) as error:
        _tell(session, errors.reason(error), errors.status_of(error))
    except KeyboardInterrupt:
        if session.sources_are_files():
            raise
        _interrupted(session)
    return False


def _tell(session: Session, text: str, status: int) -> None:
    source = session.sources[-1] if session.sources else session.keyboard
    where = f"{source.name}:{source.number}: " if isinstance(source, Script) and source.name else ""
    session.complain(where + text)
    if not session.interactive and not source.startup:
        session.status = status


def _logical_line(session: Session, source: Source) -> str | None:
    """The next line with its continuations (an unquoted backslash at the end)."""
    text = session.variables.text
    prompt, more = (text("prompt") or "", text("prompt2") or "") if source is session.keyboard else ("", "")
    while True:
        try:
            if prompt and session.interactive:
                _look_for_mail(session)
                prompt = _prompt(session)
            line = source.read(prompt)
            if line is None and prompt and session.interactive:
                session.out.write("\n")
            if line is None and _goes_on(session, source):
                continue
            while line is not None and _continues(line):
                line = line[:-1] + (source.read(more) or "").lstrip(" \t")
            if line and source is session.keyboard and session.interactive:
                session.history.append(line)
            return line
        except KeyboardInterrupt:
            if source is not session.keyboard:
                raise
            _interrupted(session)


def _interrupted(session: Session) -> None:
    """Say so on a line of its own and drop what was half typed (POSIX, ASYNCHRONOUS EVENTS); with `quit` end it all."""
    session.keyboard.forget()
    if session.progress is not None:
        session.progress.end()
    if session.variables.flag("quit"):
        raise KeyboardInterrupt
    session.out.write("\n" * session.keyboard.terminal)
    session.complain("Interrupt")


def _prompt(session: Session) -> str:
    """The prompt with what its $names stand for, unless it is to be as POSIX has it."""
    prompt = session.variables.text("prompt") or ""
    if session.variables.strict or "$" not in prompt:
        return prompt
    from pymail import words

    return words.filled(prompt.replace("\\$", "$"), session.value)


def _look_for_mail(session: Session) -> None:
    """With newmail, before each prompt; the hook of s-nail for that moment."""
    if session.variables.text("on-main-loop-tick"):
        session.variables.take_back(run_hook(session, "on-main-loop-tick"))
    if session.folder is not None and session.variables.flag("newmail"):
        from pymail import listing

        listing.arrivals(session)


def _goes_on(session: Session, source: Source) -> bool:
    """Is the end of file to be ignored (POSIX ignoreeof)? A terminal that is gone ends all the same."""
    if source is not session.keyboard or not session.variables.flag("ignoreeof"):
        return False
    session.keyboard.ends += 1
    if not session.keyboard.terminal or session.keyboard.ends > _MOST_EOFS:
        return False
    session.say('Use "quit" to quit.')
    return True


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1 and not line.lstrip().startswith("#")


def execute(session: Session, line: str) -> None:
    """Carry out one line: find its verb, pass the gate, run it. Raises MailError, OSError, Leave."""
    line = line.strip(" \t")
    if "\0" in line:
        raise MailError("a command cannot hold a NUL character", USAGE)
    # A backslash before a command keeps it from being taken for a command alias (s-nail).
    own = line.startswith("\\")
    line = line[own:]
    word, text = _split(line)
    if word.startswith("#") or (not line and session.sources_are_files()):
        return
    conditions = session.sources[-1].conditions if session.sources else []
    if not all(each.holds for each in conditions):
        flow = table.find(word)
        if not (flow and flow.flow):
            return
    if word in session.command_aliases and not own:
        word, text = _aliased(session, word, text)
    verb = lookup(word or "next", session.folder is not None)
    values: tuple[object, ...] | None = None
    try:
        values = _arguments(session, verb, text)
        verb.function(session, *values)
    except Exception:
        # POSIX mailx, CONSEQUENCES OF ERRORS: after a list of no messages the next command is due.
        if verb.letter and not (values is None and session.variables.strict):
            _pass_over(session)
        raise


def _arguments(session: Session, verb: Verb, text: str) -> tuple[object, ...]:
    """What the verb's function gets, when it may run here; the message list has moved the dot."""
    _gate(session, verb)
    values = verb.kind.parse(session, text)
    if verb.kind.moves and session.folder is not None and isinstance(values[0], list):
        last = max(values[0])
        session.folder.go(last if isinstance(last, int) else last[0])
    return values


def _pass_over(session: Session) -> None:
    """Read from a pipe what would have been the text of a letter: its lines are no commands, whoever wrote them."""
    if session.keyboard.terminal or session.composing or session.sending:
        return
    if session.interactive or session.escapes:
        while session.keyboard.read_octets() not in (b"~.\n", b"~x\n", b"~q\n", None):
            pass
    else:
        for _ in session.keyboard.pieces():
            pass


def _aliased(session: Session, word: str, text: str) -> tuple[str, str]:
    """The verb's word and arguments behind a command alias; each alias counts once."""
    seen: set[str] = set()
    while word in session.command_aliases and word not in seen:
        seen.add(word)
        word, text = _split(f"{session.command_aliases[word]} {text}".strip())
    return word, text


def _split(line: str) -> tuple[str, str]:
    if line[:1] in _SYMBOLS:
        return line[:1], line[1:].strip(" \t")
    end = 0
    while end < len(line) and line[end] not in _ENDS:
        end += 1
    return line[:end], line[end:].strip(" \t")


def lookup(word: str, reading: bool = False) -> Verb:
    """The verb that `word` means; loads the modules of verbs as needed, those of reading first where that is likelier.

    MailError (64) when there is none.
    """
    verb = table.find(word)
    modules = (*table.READING, *table.MODULES) if reading else table.MODULES
    for name in modules if verb is None else ():
        load(name)
        verb = table.find(word)
        if verb is not None:
            break
    if verb is None:
        raise table.unknown(word)
    return verb


def load(module: str) -> None:
    """Import one module of verbs, which fills the table."""
    __import__("pymail.verbs." + module)


def load_all() -> None:
    """Import every module of verbs: for help, list and the manual."""
    for name in table.MODULES:
        load(name)


def _gate(session: Session, verb: Verb) -> None:
    """Refuse a verb that may not run here and now."""
    source = session.sources[-1] if session.sources else None
    if source is not None and source.startup and not verb.startup:
        raise MailError(f"{verb.name}: not allowed in a start-up file", USAGE)
    if session.sending and not verb.sending:
        raise MailError(f"{verb.name}: not while sending: no mailbox is open", USAGE)
    if session.composing and not verb.composing:
        raise MailError(f"{verb.name}: not while a letter is being written", USAGE)
    if verb.changes and session.folder is not None and session.folder.mailbox.readonly:
        mailbox = session.folder.mailbox
        raise MailError(f"{verb.name}: {mailbox.name} is read-only: {mailbox.readonly}", mailbox.refusal)
    if verb.kind.mailbox:
        session.open_folder()
