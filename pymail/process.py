"""Every child process of the reading side: shell, pipe, pager, editor.

Apart so that one place decides how a child is started: through the user's own SHELL
with POSIX's three arguments, never with anything from a message in the command line.
"""

from __future__ import annotations

import os
import signal
import subprocess

from pymail.errors import UNAVAILABLE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import IO

    from pymail.session import Session


def arguments(s: Session, command: str) -> list[str]:
    """The words that run a shell command: SHELL -c -- command (POSIX mailx, Invoke Shell Command)."""
    return [s.variables.text("SHELL") or "/bin/sh", "-c", "--", command]


def shell(s: Session, command: str) -> int:
    """Run a command on the terminal; its status, negative for a signal."""
    s.out.flush()
    return _run(arguments(s, command), s).returncode


def handle(s: Session, command: str, environ: dict[str, str], input: IO[bytes], output: IO[bytes] | None) -> int:
    """Run a command on an open file, with what it prints going to `output`, None: to the terminal; its status."""
    s.out.flush()
    return _run(arguments(s, command), s, environ, stdin=input, stdout=output).returncode


def leave(s: Session, command: str, environ: dict[str, str], source: str, folder: str) -> None:
    """Run a command on the file `source` in the background; its `folder` is removed when it ends, whenever that is."""
    script = 'exec 3<"$1"; shift; { "$@" <&3; rm -rf -- "$0"; } >/dev/null 2>&1 &'
    _run(["/bin/sh", "-c", script, folder, source, *arguments(s, command)], s, environ, start_new_session=True)


def quietly(s: Session, command: str) -> int:
    """Run a command that reads and prints nothing; its status."""
    null = subprocess.DEVNULL
    return _run(arguments(s, command), s, stdin=null, stdout=null, stderr=null).returncode


def interactive_shell(s: Session) -> int:
    """Run a shell for the user; its status."""
    s.out.flush()
    return _run([s.variables.text("SHELL") or "/bin/sh"], s).returncode


def feed(s: Session, command: str, pieces: Iterable[bytes]) -> int:
    """Run a command with `pieces` on its standard input; its status. It need not read them all."""
    s.out.flush()
    return _feed(arguments(s, command), s, pieces)


def filter_through(s: Session, command: str, octets: bytes) -> tuple[int, bytes]:
    """Run a command with `octets` on its standard input; its status and its standard output."""
    s.out.flush()
    done = _run(arguments(s, command), s, input=octets, stdout=subprocess.PIPE)
    return done.returncode, done.stdout


def output_of(s: Session, command: str) -> bytes:
    """The standard output of a command; MailError when it fails."""
    s.out.flush()
    done = _run(arguments(s, command), s, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    if done.returncode:
        raise MailError(f"{command}: failed with status {done.returncode}", UNAVAILABLE)
    octets: bytes = done.stdout
    return octets


def word_of(s: Session, name: str) -> str:
    """A file name in which the shell has replaced commands and sums by what they give (XCU 2.6.3, 2.6.4)."""
    return output_of(s, f'printf %s "{name}"').decode("utf-8", "surrogateescape")


def page(s: Session, lines: Iterable[str]) -> None:
    """Show safe lines in the user's PAGER; leaving it early is no error."""
    s.out.flush()
    environ = {"LESS": "FX", **s.environ}
    command = s.variables.text("PAGER") or "more"
    charset = s.out.encoding or "utf-8"
    _feed(arguments(s, command), s, ((line + "\n").encode(charset, "replace") for line in lines), environ)


def edit(s: Session, octets: bytes, variable: str) -> bytes | None:
    """Let the user change `octets` with EDITOR or VISUAL; None when the editor failed or changed nothing."""
    import tempfile

    editor = s.variables.text(variable) or _editor()
    with tempfile.TemporaryDirectory(prefix="pymail-") as folder:
        path = os.path.join(folder, "letter.txt")
        with open(path, "wb") as file:
            file.write(octets)
        s.out.flush()
        # Without a terminal the editor gets an empty input, not the commands that come after it.
        stdin = None if s.keyboard.terminal else subprocess.DEVNULL
        environ = {**s.environ, "PYMAIL_FILE": path}
        status = _run(arguments(s, f'{editor} "$PYMAIL_FILE"'), s, env=environ, stdin=stdin).returncode
        if status:
            raise MailError(f"{editor}: failed with status {status}; nothing was changed", UNAVAILABLE)
        with open(path, "rb") as file:
            changed = file.read()
    return None if changed == octets else changed


def _editor() -> str:
    """POSIX EDITOR: ed where there is one, else vi."""
    import shutil

    return "ed" if shutil.which("ed") else "vi"


def _run(words: list[str], s: Session, env: dict[str, str] | None = None, **how: object) -> subprocess.CompletedProcess:  # type: ignore[type-arg]
    with _Patience() as begin:
        try:
            return subprocess.run(words, env=dict(env or s.environ), preexec_fn=begin, **how)  # type: ignore[call-overload,no-any-return]
        except OSError as error:
            raise MailError(f"{words[0]}: {error.strerror}; set SHELL to a shell", UNAVAILABLE) from None


def _feed(words: list[str], s: Session, pieces: Iterable[bytes], env: dict[str, str] | None = None) -> int:
    with _Patience() as begin:
        try:
            child = subprocess.Popen(words, stdin=subprocess.PIPE, env=dict(env or s.environ), preexec_fn=begin)
        except OSError as error:
            raise MailError(f"{words[0]}: {error.strerror}; set SHELL to a shell", UNAVAILABLE) from None
        assert child.stdin is not None
        try:
            for piece in pieces:
                child.stdin.write(piece)
            child.stdin.close()
        except BrokenPipeError:
            pass
        return child.wait()


class _Patience:
    """While a child has the terminal an interrupt is meant for it; `with` gives what the child does first."""

    def __enter__(self) -> Callable[[], object]:
        self._before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        after = signal.SIG_IGN if self._before == signal.SIG_IGN else signal.SIG_DFL
        return lambda: signal.signal(signal.SIGINT, after)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)
