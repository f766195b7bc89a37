"""A sendmail program: the letter on its standard input, the recipients as arguments.

Started without a shell, with the recipients behind `--`. The letter is a file before the
program starts, so that one that cannot be read to its end is never sent cut off.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal costs as much as all the rest
import posix

from pymail.errors import CANTCREAT, CONFIG, IOERR, MailError, printable, reason
from pymail.transports.transport import Answer, Envelope, Transport, Unreachable, checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.transports.transport import Source
    from pymail.variables.values import Variables

SMALL = 1 << 20  # octets that are kept in memory rather than in a temporary file
BLOCK = 1 << 18  # octets that are written at once: the system makes larger pages of them
LOOKS = 10  # how often a program is looked at in the time that it may be silent
WORDS = 4000  # octets of the program's output that are passed on
NOT_STARTED = (126, 127)  # what a shell script says of a program that it cannot start

# sysexits.h: statuses that speak of now, not of the letter: OSERR OSFILE CANTCREAT IOERR TEMPFAIL PROTOCOL CONFIG.
FOR_NOW = (71, 72, 73, 74, 75, 76, 78)
# NOUSER, NOHOST and NOPERM as SMTP would say it; anything else is a 554.
CODES = {67: (550, "5.1.1"), 68: (550, "5.1.2"), 77: (550, "5.7.1")}
MEANINGS = {
    64: "bad usage",
    65: "bad data",
    66: "no input",
    67: "no such user",
    68: "no such host",
    69: "service unavailable",
    70: "internal error",
    71: "system error",
    72: "system file missing",
    73: "cannot create a file",
    74: "input/output error",
    75: "temporary failure",
    76: "protocol error",
    77: "permission denied",
    78: "bad configuration",
}


def open_transport(url: str, variables: Variables) -> Sendmail:
    """The program of /path, file:///path or sendmail:/path. Raises MailError (CONFIG) for another form."""
    path = url
    for prefix in ("file://", "sendmail://", "sendmail:"):
        if url.startswith(prefix):
            path = url.removeprefix(prefix)
            break
    if not path.startswith("/"):
        raise MailError(f"{url}: the path of a sendmail program begins with /", CONFIG)
    return Sendmail(path, variables)


class Sendmail(Transport):
    """One program, started anew for each letter; the variables say by which name and with which words before the `--`.

    It may take any time that it needs, as long as it reads or says something within `sendmail-timeout` seconds.
    """

    def __init__(self, path: str, variables: Variables) -> None:
        self.name = path
        self._arguments = _words(variables.text("mta-arguments") or "")
        self._is_usual = not variables.flag("mta-no-default-arguments")
        self._called = variables.text("mta-argv0") or path
        self._timeout = variables.number("sendmail-timeout") or 1800

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        """See Transport. The program's status and words are the answer for every recipient."""
        sender = checked(envelope.sender) or "<>"
        recipients = [checked(recipient) for recipient in envelope.recipients]
        usual = ["-oi", "-f", sender] if self._is_usual else []
        words = [self._called, *usual, *self._arguments, "--", *recipients]
        if self.trace is not None:
            self.trace("---", printable(" ".join(words)))
        letter = _file(source.size)
        try:
            _fill(letter, source)
            posix.lseek(letter, 0, 0)
            status, told = self._run(words, letter)
        finally:
            posix.close(letter)
        code, text = self._meaning(status, told)
        note = f"{self.name}: {told}" if told and not status else ""
        return [Answer(recipient, code, text, note) for recipient in envelope.recipients]

    def _run(self, words: list[str], letter: int) -> tuple[int | None, str]:
        """The program's exit status, None when it hung and was ended, and its words in one line."""
        # A file, not a pipe: what the program leaves running in the background may hold it open.
        said = _file(1)
        try:
            status = _wait(self._start(words, letter, said), letter, said, self._timeout)
            output = posix.pread(said, WORDS, 0)
        finally:
            posix.close(said)
        return status, " ".join(printable(output.decode("utf-8", "surrogateescape")).split())

    def _start(self, words: list[str], letter: int, said: int) -> int:
        places = [(posix.POSIX_SPAWN_DUP2, file, place) for place, file in enumerate((letter, said, said))]
        # Python ignores these two; a program expects them to be as usual.
        usual = [_signal.SIGPIPE, _signal.SIGXFSZ]
        _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)  # ignored, perhaps, and then no status would ever come
        try:
            return posix.posix_spawn(self.name, words, posix.environ, file_actions=places, setsigdef=usual)
        except OSError as error:
            raise Unreachable(f"{self.name}: {error.strerror}") from None

    def _meaning(self, status: int | None, words: str) -> tuple[int, str]:
        """The reply code and text for an exit status (negative: a signal). Raises Unreachable."""
        told = f": {words}" if words else ""
        if status is None:
            return 451, f"4.4.2 {self.name}: no sign of life for {self._timeout} seconds, so it was ended{told}"
        if status in NOT_STARTED:
            raise Unreachable(f"{self.name}: could not be started{told}")
        if status == 0:
            return 250, f"2.0.0 taken by {self.name}"
        if status < 0:
            return 451, f"4.3.0 {self.name} was killed by signal {-status} ({_signal.strsignal(-status)}){told}"
        what = f"{self.name}: {MEANINGS.get(status, 'it failed')} (status {status}){told}"
        if status in FOR_NOW:
            return 451, f"4.3.0 {what}"
        code, enhanced = CODES.get(status, (554, "5.0.0"))
        return code, f"{enhanced} {what}"


def _words(text: str) -> list[str]:
    if not any(char in text for char in "'\"\\"):
        return text.split()
    from shlex import split

    try:
        return split(text)
    except ValueError as error:
        raise MailError(f"mta-arguments: {error}", CONFIG) from None


def _file(size: int) -> int:
    """A file without a name; `size` is about what comes into it, 0 when unknown."""
    try:
        if 0 < size <= SMALL:
            return posix.memfd_create("pymail")
        folder = posix.environ.get(b"TMPDIR") or "/tmp"
        return posix.open(folder, posix.O_TMPFILE | posix.O_RDWR | posix.O_CLOEXEC, 0o600)
    except (AttributeError, OSError):
        return _plain_file()  # this system, or that folder, knows no file without a name


def _plain_file() -> int:
    from tempfile import mkstemp

    try:
        file, path = mkstemp()
        posix.unlink(path)
    except OSError as error:
        raise MailError(f"temporary file: {reason(error)}", CANTCREAT) from None
    return file


def _fill(file: int, source: Source) -> None:
    """Write the whole letter, without another copy of it."""
    held: list[bytes] = []
    size = 0
    for piece in source.pieces():
        held.append(piece)
        size += len(piece)
        if size >= BLOCK:
            _write(file, held, size)
            held, size = [], 0
    _write(file, held, size)


def _write(file: int, pieces: list[bytes], size: int) -> None:
    try:
        written = posix.writev(file, pieces) if len(pieces) <= 1024 else 0  # IOV_MAX
        rest = memoryview(b"".join(pieces))[written:] if written < size else b""
        while rest:
            rest = rest[posix.write(file, rest) :]
    except OSError as error:
        raise MailError(f"temporary file: {reason(error)}", IOERR) from None


def _wait(child: int, letter: int, said: int, timeout: float) -> int | None:
    """The child's exit status; None for one that neither read nor said anything for too long, and was ended."""
    seen, looks = (0, 0), 0

    def look(*_: object) -> None:
        nonlocal seen, looks
        # The place up to which the child has read is ours too: both have one open file.
        now = posix.lseek(letter, 0, 1), posix.fstat(said).st_size
        looks, seen = looks + 1 if now == seen else 0, now
        if looks >= LOOKS:
            _end(child, _signal.SIGTERM if looks == LOOKS else _signal.SIGKILL)

    before = _signal.signal(_signal.SIGALRM, look)
    _signal.setitimer(_signal.ITIMER_REAL, timeout / LOOKS, timeout / LOOKS)
    try:
        status = posix.waitpid(child, 0)[1]
    except BaseException:
        _end(child, _signal.SIGTERM)
        posix.waitpid(child, 0)
        raise
    finally:
        _signal.setitimer(_signal.ITIMER_REAL, 0)
        _signal.signal(_signal.SIGALRM, before)
    return None if looks >= LOOKS else posix.waitstatus_to_exitcode(status)


def _end(child: int, number: int) -> None:
    try:
        posix.kill(child, number)
    except ProcessLookupError:
        pass  # it has ended just now
