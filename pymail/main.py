"""main: options -> send or read; start-up files; the exit status.

Apart as the one door of the program: what every run does, and one of the two places
where errors are caught. It loads what the run needs and nothing else (DESIGN 5).
"""

from __future__ import annotations

import os
import sys

from pymail import errors, options, session
from pymail.errors import IOERR, USAGE, MailError, printable
from pymail.input import Keyboard, Script
from pymail.variables.values import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.options import Options
    from pymail.session import Session

_INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run pymail with these arguments (the command line's when None); the exit status (DESIGN 2.2)."""
    _stand_on_open_files()
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return status
    except MailError as error:
        return _fail(error.text, error.status)
    except session.Leave as leave:
        return leave.status
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        return _deaf()
    except OSError as error:
        return _fail(errors.reason(error), errors.status_of(error))


def _fail(text: str, status: int) -> int:
    try:
        sys.stdout.flush()
    except OSError:
        _deaf()
    sys.stderr.write(f"pymail: {printable(text)}\n")
    return status


def _deaf() -> int:
    """Nobody reads our output any more: leave without a traceback from the last flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return IOERR


def _stand_on_open_files() -> None:
    """Make sure that 0, 1 and 2 are open, so that no mailbox becomes one of them.

    What was closed is /dev/null the wrong way round: reading and writing it fail, and that is told.
    """
    for number, flags in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)
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
    _read_start_up_files(s, given)
    if given.has("before"):
        from pymail import interpreter

        for command in given.all("before"):
            interpreter.run_text(s, "-X", command)
    return _mode(s, given)


def _mode(s: Session, given: Options) -> int:
    """The piece of the program that the options ask for."""
    if given.has("flush"):
        from pymail import waiting

        return waiting.flush_all(s)
    if given.has("outbox"):
        from pymail import waiting

        return 0 if waiting.list_all(s) else 1
    if s.sending:
        from pymail import sendmode

        return sendmode.run(s, given)
    for name in ("subject", "cc", "bcc", "attach", "add", "header"):
        if given.has(name):
            raise MailError(f"--{name}: to whom? name at least one address", USAGE)
    if given.has("exists"):
        from pymail import presence

        return presence.exists(s, given)
    from pymail import readmode

    return readmode.run(s, given)


def _session(given: Options) -> Session:
    environ = session.environment()
    variables = Variables("POSIXLY_CORRECT" in environ)
    for name, variable in (
        ("ignore-interrupts", "ignore"), ("discard-empty", "skipemptybody"),
        ("verbose", "verbose"), ("debug", "debug"), ("dry-run", "debug"),
    ):  # fmt: skip
        if given.has(name):
            variables.set(variable, "", "option")
    if given.has("no-headers"):
        variables.unset("header", "option")
    for word in given.all("set"):
        name, _, value = word.partition("=")
        variables.set(name, value, "option")
    if given.has("mta-argument"):
        variables.set("mta-arguments", " ".join(given.all("mta-argument")), "option")
    variables.import_environment(environ)
    s = session.Session(variables, environ, Keyboard(os.isatty(0)), sys.stdout, sys.stderr)
    s.interactive = s.interactive or given.has("interactive")
    s.mailbox_user = given.last("user") or ""
    s.by_recipient = given.has("record-recipient")
    addressed = bool(given.operands) and not given.has("file")
    s.sending = addressed or bool(given.literal) or given.has("read-recipients")
    return s


def _read_start_up_files(s: Session, given: Options) -> None:
    """The system's file unless -n, then the user's (POSIX, Start-Up in mailx; DESIGN 2.3)."""
    if not given.has("no-system-rc"):
        for path in ("/etc/pymail.rc", "/etc/mail.rc"):
            if os.path.exists(path):
                _read_start_up_file(s, path)
                break
    path = s.environ.get("MAILRC") or (os.path.join(s.user.home, ".mailrc") if s.user.home else "")
    if path and path != os.devnull and os.path.lexists(path):
        _read_start_up_file(s, path)


def _read_start_up_file(s: Session, path: str) -> None:
    """Carry out one start-up file; one that others could have written is left alone, with a line (DESIGN 2.8)."""
    from pymail import interpreter, ownership

    try:
        descriptor = ownership.open_private(path, os.O_RDONLY, root=True)
        with open(descriptor, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().split("\n")
    except MailError as error:
        s.complain(error.text)
    except OSError as error:
        s.complain(errors.reason(error))
    else:
        interpreter.run(s, Script(path, lines, startup=True))
