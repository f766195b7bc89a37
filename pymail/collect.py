"""Collecting a letter line by line, from a terminal.

Apart because a letter that comes from a pipe needs none of it: prompts, tilde escapes, the
dot, end of file and interrupts mean something on a terminal only (or with -~).
"""

from __future__ import annotations

from itertools import chain

from pymail import errors
from pymail.errors import MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pymail.addresses import Address
    from pymail.body import Body
    from pymail.draft import Draft
    from pymail.session import Session

# A terminal that is gone answers end of file for ever, also with ignoreeof.
_MOST_EOFS = 20
# Octets of a line that are searched for words.
_LONGEST = 1 << 16


class Aborted(Exception):
    """The user gave the letter up; `save` asks for it to be kept in the dead-letter file."""

    def __init__(self, save: bool) -> None:
        super().__init__()
        self.save = save


def collect(s: Session, draft: Draft) -> None:
    """Ask for what is wanted, read the text line by line, do what its tilde escapes say. Raises Aborted."""
    typing = _Typing(s, draft)
    s.composing = True
    try:
        typing.begin()
        typing.lines()
        while not typing.end():
            typing.lines()
    finally:
        s.composing = False


def take(s: Session, draft: Draft, octets: bytes) -> None:
    """Take in lines as if they were typed, with the tilde escapes in them, up to `~.`. Raises Aborted."""
    typing = _Typing(s, draft)
    s.composing = True
    try:
        for line in octets.splitlines(keepends=True):
            if not typing.take(line):
                return
    finally:
        s.composing = False


class _Typing:
    """A letter being typed; `interrupted`: the next interrupt in a row kills it (POSIX, ASYNCHRONOUS EVENTS)."""

    def __init__(self, s: Session, draft: Draft) -> None:
        self.s = s
        self.draft = draft
        self.interrupted = False

    def begin(self) -> None:
        """What is asked before the text, on a terminal only (POSIX asksub, askcc, askbcc; editalong)."""
        if not self.s.keyboard.terminal:
            return
        if self.s.variables.flag("asksub") and not self.draft.subject:
            self.draft.subject = self.ask("Subject: ")
        if not self.s.variables.flag("askatend"):
            self._ask_copies()
        editor = self.s.variables.text("editalong")
        if editor is not None:
            self._escape("v" if editor.startswith("v") else "e")

    def end(self) -> bool:
        """What is asked behind the text; False when the user wants to write on.

        The variables askatend, askattach and asksend want it, or a text that speaks of what is not there; POSIX
        passes such a letter on at once.
        """
        if not self.s.keyboard.terminal:
            return True
        if self.s.variables.flag("askatend"):
            self._ask_copies()
        if self.s.variables.flag("askattach"):
            self._attach()
        if (
            not self.s.variables.strict
            and forgets_attachment(self.draft)
            and not self._sure("You wrote of an attachment, but nothing is attached. Send anyway?")
        ):
            return False
        return not self.s.variables.flag("asksend") or self._sure("Send this letter?")

    def _sure(self, question: str) -> bool:
        if not self.ask(f"{question} [y] ").strip().lower().startswith("n"):
            return True
        self.s.say("(continue)")
        return False

    def _ask_copies(self) -> None:
        for name, field, people in (("askcc", "Cc", self.draft.cc), ("askbcc", "Bcc", self.draft.bcc)):
            if self.s.variables.flag(name) and not people:
                people += self._asked_people(field)

    def _asked_people(self, field: str) -> list[Address]:
        from pymail.recipients import recipients

        while True:
            try:
                return recipients(self.s, self.ask(f"{field}: "))
            except MailError as error:
                self.s.complain(error.text)

    def _attach(self) -> None:
        from pymail.escapes import head

        self._doing(lambda: head.ask_attachments(self.s, self.draft))

    def ask(self, prompt: str) -> str:
        """The answer to a question; an interrupt asks it once more. Raises Aborted."""
        while True:
            try:
                answer = self.s.keyboard.read(prompt) or ""
            except KeyboardInterrupt:
                self._interrupt()
            else:
                self.interrupted = False
                return answer

    def lines(self) -> None:
        """Take in the text, to its end. Raises Aborted."""
        while True:
            try:
                self._lines()
                return
            except KeyboardInterrupt:
                self._interrupt()

    def _lines(self) -> None:
        # All of the loop is where an interrupt is awaited, the step from one line to the next too.
        ends = 0
        while ends < _MOST_EOFS:
            self.s.out.flush()
            if self.s.unfinished is not None and not self.s.keyboard.ahead:
                self.s.unfinished.sync()
            line = self.s.keyboard.read_octets()
            if line is None:
                if not (self.s.variables.flag("ignoreeof") and self.s.keyboard.terminal):
                    return
                ends += 1
                self.s.say('Use "." to terminate letter.')
            elif self._ends(line) or not self.take(line):
                return
            self.interrupted = False

    def _interrupt(self) -> None:
        self.s.keyboard.forget()
        if self.s.variables.flag("ignore"):
            self.s.say("@")
        elif self.interrupted:
            self.s.say("")
            raise Aborted(save=True)
        else:
            self.interrupted = True
            self.s.say("", "(Interrupt -- one more to kill letter)")

    def _ends(self, line: bytes) -> bool:
        """Is this the dot that ends a letter (POSIX dot, ignoreeof)?"""
        if line not in (b".\n", b".\r\n", b"."):
            return False
        flag = self.s.variables.flag
        return self.s.keyboard.terminal and (flag("dot") or flag("ignoreeof"))

    def take(self, line: bytes) -> bool:
        """Take in a line or do what its escape says; False when that ends the letter."""
        escape = self.s.variables.text("escape")
        mark = ("~" if escape is None else escape).encode()[:1]
        if not mark or not line.startswith(mark):
            self._write(line)
        elif line[1:2] == mark:
            self._write(line[1:])
        else:
            return self._escape(line[1:].decode("utf-8", "surrogateescape").rstrip("\r\n"))
        return True

    def _write(self, line: bytes) -> None:
        self.draft.body.write(line)
        if self.s.unfinished is not None:
            self.s.unfinished.add(self.draft, line)

    def _escape(self, line: str) -> bool:
        from pymail.escapes import every

        try:
            self._doing(lambda: every.perform(self.s, self.draft, line))
        except every.End:
            return False
        except every.Abandon as abandon:
            raise Aborted(abandon.save) from None
        if self.s.unfinished is not None:
            self.s.unfinished.renew(self.draft)
        return True

    def _doing(self, what: Callable[[], None]) -> None:
        try:
            what()
        except (MailError, OSError) as error:
            # POSIX, CONSEQUENCES OF ERRORS: an escape that fails does not keep the letter from being sent.
            self.s.complain(errors.reason(error))


# How people say that something is attached.
_ATTACHED = (
    "attached", "attachment", "enclosed", "anhang", "angehängt", "beigefügt", "anbei", "pièce jointe", "ci-joint",
    "adjunt", "allegato", "allegata", "bijlage", "bijgevoegd", "bifoga", "vedlagt", "vedhæft", "w załączeniu",
    "załącznik", "anexo", "liitteenä", "mellékel", "přílo", "ataşat", "atașat", "συνημμέν", "вложен", "прикреп",
    "приложен", "מצורף", "مرفق", "附件", "添付", "첨부",
)  # fmt: skip


def forgets_attachment(draft: Draft) -> bool:
    """Whether the text, quotes and signature left out, speaks of an attachment and there is none."""
    if draft.attachments:
        return False
    return any(word in line for line in _own_lines(draft.body) for word in _ATTACHED)


def _own_lines(body: Body) -> Iterator[str]:
    """The lines before the signature that are no quotes, in lower case."""
    rest = b""
    for piece in chain(body.pieces(), [b"\n"]):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line == b"-- ":
                return
            if not line.lstrip().startswith((b">", b"|")):
                yield line.decode("utf-8", "replace").lower()
        rest = rest[-_LONGEST:]
