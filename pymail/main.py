"""main: options -> send or read; start-up files; the exit status.

Apart as the one door of the program: what every run does, and one of the two places
where errors are caught. It loads what the run needs and nothing else (tests/test_startup.py).
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal costs as much as all the rest
import posix
import sys

from pymail import errors, options, paths, session, user
from pymail.errors import IOERR, NOINPUT, USAGE, Killed, MailError, printable
from pymail.input import Keyboard, Script, lines_of
from pymail.variables.values import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.options import Options
    from pymail.session import Session


def main(arguments: list[str] | None = None) -> int:
    """Run pymail with these arguments (the command line's when None); the exit status (sysexits.h)."""
    _stand_on_open_files()
    _hear_signals()
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return status
    except session.Leave as leave:
        return leave.status
    except Killed as killed:
        return _die(killed.number)
    except KeyboardInterrupt:
        return _die(_signal.SIGINT)
    except BrokenPipeError:
        return _deaf()
    except (MailError, OSError) as error:
        return _fail(errors.reason(error), errors.status_of(error))


def _fail(text: str, status: int) -> int:
    try:
        sys.stdout.flush()
    except OSError:
        _deaf()
    try:
        sys.stderr.write(f"pymail: {printable(text)}\n")
        sys.stderr.flush()
    except OSError:
        return status  # nobody listens; the status is true all the same
    return status


def _deaf() -> int:
    """Nobody reads our output any more: leave without a traceback from the last flush."""
    posix.dup2(posix.open(paths.NULL, posix.O_WRONLY), 1)
    return IOERR


def _hear_signals() -> None:
    """Let what is under way clean up when a signal ends us; one that was ignored from the start stays so (POSIX)."""
    for number in (_signal.SIGHUP, _signal.SIGTERM):
        if _signal.getsignal(number) == _signal.SIG_DFL:
            _signal.signal(number, _killed)


def _killed(number: int, _: object) -> None:
    # One is enough: nothing more may disturb what is put away now.
    for other in (_signal.SIGHUP, _signal.SIGTERM, _signal.SIGINT):
        _signal.signal(other, _signal.SIG_IGN)
    raise Killed(number)


def _die(number: int) -> int:
    """Take the standard action for a signal, so that whoever waits for us sees it (POSIX, ASYNCHRONOUS EVENTS)."""
    try:
        sys.stdout.flush()
    except OSError:
        _deaf()
    _signal.signal(number, _signal.SIG_DFL)
    posix.kill(posix.getpid(), number)
    return 128 + number


def _stand_on_open_files() -> None:
    """Make sure that 0, 1 and 2 are open, so that no mailbox becomes one of them.

    What was closed is /dev/null the wrong way round: reading and writing it fail, and that is told.
    """
    for number, flags in ((0, posix.O_WRONLY), (1, posix.O_RDONLY), (2, posix.O_RDONLY)):
        try:
            posix.fstat(number)
        except OSError:
            posix.open(paths.NULL, flags)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)
    sys.stderr = sys.stderr or open(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _run(arguments: list[str]) -> int:
    given = options.parse(arguments)
    if given.has("help"):
        sys.stdout.write(options.usage())
        return 0
    if given.has("version"):
        from pymail import __version__

        sys.stdout.write(f"pymail {__version__}\n")
        return 0
    s = _session(given)
    if given.has("deliver"):
        from pymail.modes import deliver

        return deliver.run(s, given)
    _read_start_up_files(s, given)
    if s.charset():
        _write_in(s, s.charset())
    if given.has("account"):
        _use_account(s, given)
    if given.literal and s.variables.flag("expandargv"):
        from shlex import join

        s.variables.set("mta-arguments", join(given.literal), "option")
        given.literal.clear()
    try:
        _carry_out(s, given, "before")
        status = _mode(s, given)
    except session.Leave as leave:
        status = leave.status
    if s.account or s.variables.text("on-program-exit"):
        from pymail import interpreter

        interpreter.leave_account(s)
        interpreter.run_hook(s, "on-program-exit")
    return status


def _write_in(s: Session, name: str) -> None:
    """Let what is printed be in that character set."""
    from pymail import charsets

    codec = charsets.charset(name)
    if codec is None:
        s.complain(f"ttycharset={name}: no such character set")
        return
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding=codec)  # type: ignore[union-attr]


def _carry_out(s: Session, given: Options, name: str) -> None:
    """The commands of -X or -Y."""
    if given.has(name):
        from pymail import interpreter

        for command in given.all(name):
            interpreter.run_text(s, "-X" if name == "before" else "-Y", command)


def _use_account(s: Session, given: Options) -> None:
    """-A: an account that the start-up files made, else a file to attach."""
    for name in list(given.all("account")):
        is_account, is_file = name in s.accounts or name == "null", paths.exists(name)
        if is_account and is_file:
            raise MailError(f"-A {name}: is it an account or a file? write --attach for the file", USAGE)
        if not is_account and not is_file:
            raise MailError(f"-A {name}: there is no account and no file of that name", NOINPUT)
        if is_file:
            given.replace("account", "attach", name)
        else:
            from pymail import interpreter

            interpreter.execute(s, f"account {name}")


_OF_LETTERS = (
    "subject", "cc", "bcc", "attach", "attach-fd", "add", "header", "end-options", "text-type", "content-type", "html",
    "alternative", "encoding", "quote-file", "message-file",
)  # fmt: skip
_OF_MAILBOXES = ("exists", "headers", "list", "print")


def _mode(s: Session, given: Options) -> int:
    """Run in the mode that the options ask for; the exit status."""
    if given.has("flush") or given.has("outbox"):
        from pymail.modes import queue

        _refuse_others(given, "flush" if given.has("flush") else "outbox")
        return queue.run(s, given)
    if given.has("smtp"):
        from pymail.modes import conversation

        _refuse_others(given, "smtp")
        return conversation.run(s, [*filter(None, given.all("smtp")), *given.operands, *given.literal])
    if given.has("all"):
        raise MailError("--all: goes with --outbox", USAGE)
    if s.sending:
        from pymail.modes import send

        for name in _OF_MAILBOXES:
            if given.has(name):
                raise MailError(f"--{name}: asks about a mailbox; name no address with it", USAGE)
        _carry_out(s, given, "after")
        return send.run(s, given)
    for name in _OF_LETTERS:
        if given.has(name):
            raise MailError(f"--{name}: to whom? name at least one address", USAGE)
    if given.has("exists"):
        from pymail.modes import exists

        return exists.run(s, given)
    if given.is_for_script():
        from pymail.modes import script

        return script.run(s, given)
    from pymail.modes import read

    return read.run(s, given)


def _refuse_others(given: Options, mode: str) -> None:
    """Refuse what a mode of its own would pass over without a word."""
    for name in ("flush", "outbox", "smtp", *_OF_LETTERS, *_OF_MAILBOXES):
        if name != mode and given.has(name):
            raise MailError(f"--{name}: does not go with --{mode}", USAGE)


def _session(given: Options) -> Session:
    environ = user.environment()
    variables = Variables("POSIXLY_CORRECT" in environ)
    for name, variable in (
        ("ignore-interrupts", "ignore"), ("discard-empty", "skipemptybody"),
        ("verbose", "verbose"), ("debug-level", "verbose"), ("debug", "debug"), ("dry-run", "debug"),
        ("disconnected", "disconnected"), ("quit", "quit"), ("batch", "quiet"), ("batch", "emptystart"),
    ):  # fmt: skip
        if given.has(name):
            variables.set(variable, "", "option")
    if given.has("no-headers") or given.has("batch"):
        variables.unset("header", "option")
    for word in given.all("set"):
        name, _, value = word.partition("=")
        variables.set(name, value, "option")
    if given.has("mta-argument"):
        from shlex import join

        variables.set("mta-arguments", join(given.all("mta-argument")), "option")
    if given.count("verbose") > 1:
        variables.set("verbose", str(given.count("verbose")), "option")
    variables.import_environment(environ)
    s = session.Session(variables, environ, Keyboard(posix.isatty(0)), sys.stdout, sys.stderr)
    s.interactive = s.interactive or given.has("interactive")
    s.mailbox_user = given.last("user") or ""
    s.by_recipient = given.has("record-recipient")
    s.escapes = given.has("escapes") or given.has("batch")
    s.custom = [*given.all("custom-header")]
    if given.has("line-buffered"):
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    names = given.operands or given.literal or given.has("cc") or given.has("bcc")
    addressed = not (given.has("file") or given.is_for_script()) and bool(names)
    s.sending = addressed or given.has("read-recipients") or given.has("target")
    return s


def _read_start_up_files(s: Session, given: Options) -> None:
    """The system's file unless -n, then the user's (POSIX, Start-Up in mailx)."""
    wanted = given.last("resource-files")
    wanted = "su" if wanted is None else wanted.lower()
    if "s" in wanted and not given.has("no-system-rc") and "MAILX_NO_SYSTEM_RC" not in s.environ:
        for path in ("/etc/pymail.rc", "/etc/mail.rc"):
            if paths.exists(path):
                _read_start_up_file(s, path)
                break
    path = s.environ.get("MAILRC") or (paths.join(s.user.home, ".mailrc") if s.user.home else "")
    if "u" in wanted and path and path != paths.NULL and paths.lexists(path):
        _read_start_up_file(s, path)
    more = s.variables.text("mailx-extra-rc")
    if more and paths.lexists(s.names().expand(more)):
        _read_start_up_file(s, s.names().expand(more))


def _read_start_up_file(s: Session, path: str) -> None:
    """Carry out one start-up file; one that others could have written is left alone, with a line (ownership)."""
    from pymail import interpreter, ownership

    try:
        descriptor = ownership.open_private(path, posix.O_RDONLY, root=True)
        with open(descriptor, encoding="utf-8", errors="surrogateescape") as file:
            lines = lines_of(file.read())
    except (MailError, OSError) as error:
        s.complain(errors.reason(error))
    else:
        interpreter.run(s, Script(path, lines, startup=True))
