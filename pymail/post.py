"""Posting a letter: from a draft to an answer for every recipient.

Apart because send mode and the verbs that write letters end here alike. What was
accepted is recorded; what was refused for good goes to the dead-letter file; what
nothing could take for now goes to the outbox; each is said once on standard error
(DESIGN 2.2, 2.5).
"""

from __future__ import annotations

import os
import time

from pymail import encode
from pymail.errors import TEMPFAIL, UNAVAILABLE, USAGE, MailError, printable
from pymail.transports import choose
from pymail.transports.transport import Answer, Envelope, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.addresses import Address
    from pymail.draft import Draft
    from pymail.resend import Resent
    from pymail.session import Session
    from pymail.transports.choose import Chain
    from pymail.transports.transport import Source

    Letter = encode.Message | Resent

# How long a run that reached a server may spend on what waits in the outbox, in seconds.
_SPARE_SECONDS = 2.0


def collected(s: Session, draft: Draft, escapes: bool = False) -> bool:
    """Read the text of a letter from where commands come from; False when it was given up (and kept).

    `escapes`: tilde escapes are obeyed without a terminal too (-~).
    """
    if not (s.interactive or escapes):
        for piece in s.keyboard.pieces():
            draft.body.write(piece)
        return True
    from pymail import collect

    try:
        collect.collect(s, draft)
    except collect.Aborted as aborted:
        if aborted.save:
            bury(s, draft)
        return False
    return not draft.forgets_attachment() or _goes_without(s, draft)


def _goes_without(s: Session, draft: Draft) -> bool:
    """Ask on a terminal about a letter that speaks of an attachment and has none."""
    if not s.keyboard.terminal:
        return True
    answer = s.keyboard.read("You wrote of an attachment, but nothing is attached. Send anyway? [y] ") or ""
    if not answer.strip().lower().startswith("n"):
        return True
    bury(s, draft)
    return False


def finish(s: Session, draft: Draft, record: str | None = None) -> int:
    """Give a letter what the variables add, then post it; an empty one is told of, or dropped (skipemptybody)."""
    if not draft.body.size and not draft.attachments:
        if s.variables.flag("skipemptybody"):
            return 0
        s.complain("Null message body; hope that's ok")
    for people, name in ((draft.cc, "autocc"), (draft.bcc, "autobcc"), (draft.reply_to, "replyto")):
        if given := s.variables.text(name):
            from pymail.addresses import split

            people += split(given)
    draft.flowed = s.variables.flag("format-flowed")
    return post(s, draft, record)


def post(s: Session, draft: Draft, record: str | None) -> int:
    """Send a letter and deal with every answer; the exit status it deserves (DESIGN 2.2).

    `record` is the file for the copy, None for what the variable `record` says. Raises MailError
    (64) when there is nobody to send to; then the letter is in the dead-letter file.
    """
    people = draft.recipients()
    if not people:
        bury(s, draft)
        raise MailError("no recipients; name at least one address", USAGE)
    if draft.sender is None:
        draft.sender = my_address(s)
    letter = encode.Message(draft, hostname=domain(s), now=time.time())
    return carry(s, draft.sender, people, letter, _record_file(s, draft, record))


def carry(s: Session, sender: Address, people: list[Address], letter: Letter, record: str) -> int:
    """Send what is written already (also a letter that is resent); the exit status. `record`: "" for no copy."""
    envelope = Envelope(sender.spec, [person.spec for person in people], letter.utf8)
    if s.variables.flag("debug"):
        _show(s, envelope, letter)
        return 0
    return _Posting(s, envelope, letter).run(record)


def my_address(s: Session) -> Address:
    """Who I am in From: the variable `from`, else login@hostname with the full name (RFC 5322 3.6.2)."""
    from pymail.addresses import Address, split

    given = split(s.variables.text("from") or "")
    return given[0] if given else Address(s.user.fullname, s.user.name, domain(s))


def domain(s: Session) -> str:
    """The domain of my address and of Message-ID: `hostname`, else this machine's name."""
    return s.variables.text("hostname") or os.uname().nodename


def _record_file(s: Session, draft: Draft, record: str | None) -> str:
    if record is not None:
        return record
    if s.by_recipient and draft.to:
        return s.file_of(draft.to[0].spec)
    given = s.variables.text("record")
    return s.outgoing_file(given) if given else ""


def _show(s: Session, envelope: Envelope, letter: Letter) -> None:
    """What would be sent: the envelope and the exact octets (-d, --dry-run)."""
    s.say(f"MAIL FROM:<{envelope.sender}>")
    for recipient in envelope.recipients:
        s.say(f"RCPT TO:<{recipient}>")
    s.out.flush()
    for piece in letter.pieces():
        s.out.buffer.write(piece)
    s.out.buffer.flush()


class _Posting:
    """One letter on its way, and the exit status so far."""

    def __init__(self, s: Session, envelope: Envelope, letter: Letter) -> None:
        self.s = s
        self.envelope = envelope
        self.letter = letter
        self.status = 0

    def run(self, record: str) -> int:
        """Send, then deal with the answers."""
        chain = choose.chain(self.s.variables, self.s.environ)
        if self.s.variables.flag("verbose"):
            chain.trace = self._trace
        try:
            answers = self._send(chain)
            self._deal(answers)
            if record and not self.status:
                self._record(record)
            if any(answer.accepted for answer in answers):
                _send_waiting(self.s, chain)
        finally:
            chain.close()
        return self.status

    def _send(self, chain: Chain) -> list[Answer]:
        """The answers; none when nobody could be asked. Whatever else happens, the letter is not lost."""
        try:
            return chain.send(self.envelope, self.letter)
        except Unreachable as failure:
            self._keep(self.envelope.recipients, failure.text, 0)
            return []
        except BaseException:
            bury_pieces(self.s, self.letter.record(), self.envelope.sender)
            raise

    def _trace(self, direction: str, line: str) -> None:
        """A line of the conversation, for -v."""
        self.s.err.write(f"{time.strftime('%H:%M:%S')} {direction} {printable(line)}\n")

    def _deal(self, answers: list[Answer]) -> None:
        refused = [answer for answer in answers if answer.refused]
        deferred = [answer for answer in answers if answer.deferred]
        for answer in refused:
            self.s.complain(f"{answer.recipient}: {answer.code} {answer.text}")
        for note in dict.fromkeys(answer.note for answer in answers if answer.note):
            self.s.complain(note)
        if refused:
            self.status = UNAVAILABLE
            bury_pieces(self.s, self.letter.record(), self.envelope.sender)
        if deferred:
            why = f"{deferred[0].recipient}: {deferred[0].code} {deferred[0].text}"
            self._keep([answer.recipient for answer in deferred], why, 1)

    def _keep(self, recipients: list[str], why: str, tries: int) -> None:
        """Into the outbox; with nooutbox into the dead-letter file and status 75 (DESIGN 2.5)."""
        folder = outbox_folder(self.s)
        envelope = Envelope(self.envelope.sender, recipients, self.envelope.utf8)
        if folder:
            from pymail.transports.outbox import Outbox

            try:
                Outbox(folder).put(envelope, self.letter, account(self.s), why, now=time.time(), tries=tries)
                self.s.complain(f"queued: {why}; pymail --flush sends it")
                return
            except MailError as error:
                self.s.complain(error.text)
        else:
            self.s.complain(f"not sent: {why}")
        self.status = self.status or TEMPFAIL
        bury_pieces(self.s, self.letter.record(), self.envelope.sender)

    def _record(self, path: str) -> None:
        """Append the copy with its Bcc; that this fails does not undo the sending."""
        from pymail.mailboxes import opening
        from pymail.mailboxes.mailbox import Deposit
        from pymail.summary import SEEN

        copy = Deposit(self.letter.record(), SEEN, self.envelope.sender, int(time.time()))
        try:
            opening.append_to(path, [copy], settings=self.s.mailbox_settings())
        except (MailError, OSError) as error:
            self.s.complain(f"{path}: sent, but not recorded: {getattr(error, 'text', error)}")


def account(s: Session) -> str:
    """By what an outbox entry goes out again: "" for the settings of then, else `=` and a way given for this run."""
    override = s.environ.get("PYMAIL_MTA") or ""
    if override:
        return "=" + override
    return "=" + (s.variables.text("mta") or "") if s.variables.origin("mta") == "option" else s.account


def outbox_folder(s: Session) -> str:
    """Where letters wait; "" with nooutbox or without a home."""
    given = s.variables.text("outbox")
    if given is None:
        return ""
    if given:
        return s.names().expand(given)
    state = s.state()
    return os.path.join(state, "outbox") if state else ""


def _send_waiting(s: Session, chain: Chain) -> None:
    """A server was reached: send what is due for the same account, for a short time and in silence (DESIGN 2.5)."""
    folder = outbox_folder(s)
    try:
        if not folder or not os.listdir(folder + "/new"):
            return
    except OSError:
        return
    from pymail.transports.outbox import Outbox

    outbox, now = Outbox(folder), time.time()
    if outbox.due(account(s), now):
        from pymail.transports import flush

        flush.flush(
            outbox, account(s), chain.send, lambda letter, answers: give_up(s, letter, answers), now,
            early=False, seconds=_SPARE_SECONDS,
        )  # fmt: skip


def give_up(s: Session, letter: Source, answers: list[Answer]) -> None:
    """What waited in vain goes to the dead-letter file with the reason, and its sender is told by mail (DESIGN 2.5)."""
    from pymail.transports import notice

    path = bury_pieces(s, notice.marked(letter, answers), "")
    notice.send(letter, answers, s.user.name, path, s.variables, time.time())


def bury(s: Session, draft: Draft) -> None:
    """Keep a letter that is not sent in the dead-letter file, and say where; an empty one is not kept."""
    if not draft.body.size and not draft.attachments:
        return
    if draft.sender is None:
        draft.sender = my_address(s)
    letter = encode.Message(draft, hostname=domain(s), now=time.time())
    bury_pieces(s, letter.record(), draft.sender.spec)


def bury_pieces(s: Session, pieces: Iterator[bytes], sender: str) -> str:
    """Append a letter to the dead-letter file, if `save` is set, and say where it is (POSIX save, DEAD).

    The path, "" when it was not kept.
    """
    if not s.variables.flag("save"):
        return ""
    from pymail import deadletter

    path = deadletter.bury(s.home_file("DEAD", "dead.letter"), pieces, sender, replace=s.variables.strict)
    if path == os.devnull:
        return ""
    s.complain(f"the letter is in {path}")
    return path
