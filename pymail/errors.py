"""What can go wrong, as the user is told it: a text and an exit status.

Apart because every other module raises these and only two places catch them:
the interpreter's loop and `main`. The statuses are those of
sysexits.h, so that scripts can tell a wrong option from a server that is away.
"""

from __future__ import annotations

USAGE = 64
DATA = 65
NOINPUT = 66
UNAVAILABLE = 69
CANTCREAT = 73
IOERR = 74
TEMPFAIL = 75
NOPERM = 77
CONFIG = 78


class MailError(Exception):
    """A failure that is told in one line.

    `text` is what the user sees, `what: why`; `status` is the exit status that a
    script sees when nothing else ends the run first.
    """

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.text = text
        self.status = status


class Killed(BaseException):
    """A signal that ends the program: what is under way cleans up, then `main` lets the signal have its way."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def reason(error: MailError | OSError) -> str:
    """What to tell of a failure: the text of ours, `path: why` for a system call, without Python's `[Errno 2]`."""
    if isinstance(error, MailError):
        return error.text
    why = error.strerror or str(error) or type(error).__name__
    name = error.filename
    if name is None:
        return why
    if isinstance(name, bytes):
        name = name.decode("utf-8", "surrogateescape")
    return f"{name}: {why}"


def status_of(error: MailError | OSError, *, making: bool = False) -> int:
    """The exit status (sysexits.h) that says what kind of failure this was.

    `making`: of a file that was to be made; what is missing then is its folder.
    """
    if isinstance(error, MailError):
        return error.status
    import errno

    if making and error.errno in (errno.ENOENT, errno.ENOTDIR):
        return CANTCREAT
    return {
        errno.ENOENT: NOINPUT,
        errno.ENOTDIR: NOINPUT,
        errno.EISDIR: DATA,
        errno.EACCES: NOPERM,
        errno.EPERM: NOPERM,
        errno.EROFS: CANTCREAT,
        errno.EAGAIN: TEMPFAIL,
    }.get(error.errno or 0, IOERR)


# Separators that isprintable() refuses but that a terminal shows as a blank; the soft
# hyphen and the joiners, without which emoji and Indic clusters fall apart.
_SPACES = (
    "\u00ad\u200c\u200d\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)


def printable(text: str) -> str:
    r"""One line in which nothing can drive a terminal.

    Controls become `^[`-like pairs, C1 controls, bidi controls, private use and lone
    surrogates become `\u{..}`; a tab stays, a line end becomes a blank.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable() and not "\ue000" <= char <= "\uf8ff" and char < "\U000e0000":
        return char
    if char in "\r\n":
        return " "
    if char == "\t" or char in _SPACES:
        return char
    if char < " ":
        return "^" + chr(ord(char) + 64)
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return f"\\u{{{ord(char):x}}}"
