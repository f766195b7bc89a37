"""Collecting a letter line by line, from a terminal.

Apart because a letter that comes from a pipe needs none of it: tilde escapes, the dot,
end of file and interrupts mean something on a terminal only (or with -~).
"""

from __future__ import annotations

from pymail import errors
from pymail.errors import MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.draft import Draft
    from pymail.session import Session

# A terminal that is gone answers end of file for ever, also with ignoreeof.
_MOST_EOFS = 20


class Aborted(Exception):
    """The user gave the letter up; `save` asks for it to be kept in the dead-letter file."""

    def __init__(self, save: bool) -> None:
        super().__init__()
        self.save = save


def collect(s: Session, draft: Draft) -> None:
    """Read the text of a letter line by line and do what its tilde escapes say. Raises Aborted."""
    s.composing = True
    try:
        _ask(s, draft)
        _read_lines(s, draft)
    finally:
        s.composing = False


def _ask(s: Session, draft: Draft) -> None:
    """Ask for what askcc and the like want (POSIX askbcc, askcc, asksub); never without a terminal."""
    if not s.keyboard.terminal:
        return
    from pymail.escapes import recipients

    try:
        if s.variables.flag("asksub") and not draft.subject:
            draft.subject = s.keyboard.read("Subject: ") or ""
        for name, field, people in (("askcc", "Cc", draft.cc), ("askbcc", "Bcc", draft.bcc)):
            if s.variables.flag(name) and not people:
                people += recipients(s, s.keyboard.read(f"{field}: ") or "")
    except KeyboardInterrupt:
        s.keyboard.forget()
        s.out.write("\n")
        raise Aborted(save=False) from None


def _read_lines(s: Session, draft: Draft) -> None:
    interrupted, ends = False, 0
    while ends < _MOST_EOFS:
        try:
            s.out.flush()
            line = s.keyboard.read_octets()
            if line is None:
                if not (s.variables.flag("ignoreeof") and s.keyboard.terminal):
                    return
                ends += 1
                s.say('Use "." to terminate letter.')
            elif _ends(s, line) or not _take(s, draft, line):
                return
            interrupted = False
        except KeyboardInterrupt:
            s.keyboard.forget()
            if s.variables.flag("ignore"):
                s.say("@")
            elif interrupted:
                s.say("")
                raise Aborted(save=True) from None
            else:
                interrupted = True
                s.say("", "(Interrupt -- one more to kill letter)")


def _ends(s: Session, line: bytes) -> bool:
    """Is this the dot that ends a letter (POSIX dot, ignoreeof)?"""
    if line not in (b".\n", b".\r\n", b"."):
        return False
    return s.keyboard.terminal and (s.variables.flag("dot") or s.variables.flag("ignoreeof"))


def _take(s: Session, draft: Draft, line: bytes) -> bool:
    """Take in a line or do what its escape says; False when that ends the letter."""
    escape = s.variables.text("escape")
    mark = ("~" if escape is None else escape).encode()[:1]
    if not mark or not line.startswith(mark):
        draft.body.write(line)
        return True
    if line[1:2] == mark:
        draft.body.write(line[1:])
        return True
    return _escape(s, draft, line[1:].decode("utf-8", "surrogateescape").rstrip("\r\n"))


def _escape(s: Session, draft: Draft, line: str) -> bool:
    from pymail import escapes

    try:
        escapes.perform(s, draft, line)
    except escapes.End:
        return False
    except escapes.Abandon as abandon:
        raise Aborted(abandon.save) from None
    except MailError as error:
        # POSIX, CONSEQUENCES OF ERRORS: an escape that fails does not keep the letter from being sent.
        s.complain(error.text)
    except OSError as error:
        s.complain(errors.reason(error))
    return True
