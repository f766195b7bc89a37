"""Posting a letter: from a draft to an answer for every recipient.

Apart because send mode and the verbs that write letters end here alike. What was
accepted is recorded, the rest is left to `undelivered`. Whatever breaks off the sending
of a letter that was complete, it is in the dead-letter file then.
"""

from __future__ import annotations

import posix
import time

from pymail import encode
from pymail.errors import USAGE, MailError, reason
from pymail.transports import choose
from pymail.transports.transport import Answer, Envelope, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pymail.addresses import Address
    from pymail.draft import Draft
    from pymail.session import Session
    from pymail.transports.choose import Chain
    from pymail.transports.transport import Letter
    from pymail.variables.values import Changes

# The variables that add to every letter.
_LETTERHEAD = (
    "autobcc", "autocc", "charset-8bit", "customhdr", "message-id-disable", "message-inject-head",
    "message-inject-tail", "mime-encoding", "replyto", "sendcharsets", "sender", "signature", "stealthmua",
    "ttycharset", "useragent", "xmailer",
)  # fmt: skip


def collected(s: Session, draft: Draft, escapes: bool = False) -> bool:
    """Read the text of a letter from where commands come from; False when it was given up (and kept).

    `escapes`: tilde escapes are obeyed without a terminal too (-~).
    """
    try:
        s.letter_changes = _hook(s, "on-compose-enter")
        done = _typed(s, draft) if s.interactive or escapes else _piped(s, draft)
        if done and (s.variables.text("on-compose-splice") or s.variables.text("on-compose-splice-shell")):
            from pymail import splice

            done = _kept(s, draft, splice.splice)
        if done:
            s.letter_changes = {**_hook(s, "on-compose-leave"), **s.letter_changes}
    except BaseException:
        bury(s, draft)
        _clean_up(s)
        raise
    if not done:
        _clean_up(s)
    return done


def _piped(s: Session, draft: Draft) -> bool:
    draft.body.extend(s.keyboard.pieces())
    return True


def _typed(s: Session, draft: Draft) -> bool:
    from pymail import collect

    if s.keyboard.terminal:
        from pymail import unfinished

        unfinished.recover(s)
        s.unfinished = unfinished.Unfinished(s)
    return _kept(s, draft, collect.collect)


def _kept(s: Session, draft: Draft, write: Callable[[Session, Draft], None]) -> bool:
    """Let a letter be written; False when it was given up, and kept if that is wanted."""
    from pymail import collect

    try:
        write(s, draft)
        return True
    except collect.Aborted as aborted:
        if aborted.save:
            bury(s, draft)
        return False


def forget(s: Session) -> None:
    """What was kept while the letter was typed is needed no more."""
    if s.unfinished is not None:
        s.unfinished.end()
        s.unfinished = None


def _hook(s: Session, name: str) -> Changes:
    """Carry out the macro that a variable names; what takes back its changes when the letter is done with."""
    if not s.variables.text(name):
        return {}
    from pymail import interpreter

    return interpreter.run_hook(s, name, local=True)


def _clean_up(s: Session) -> None:
    """A letter was sent or given up: its file is needed no more, what the hooks set for it is taken back."""
    forget(s)
    s.variables.take_back(s.letter_changes)
    s.letter_changes = {}
    _hook(s, "on-compose-cleanup")


def finish(s: Session, draft: Draft, record: str | None = None) -> int:
    """Give a letter what the variables add, then post it; an empty one is told of, or dropped (skipemptybody)."""
    try:
        return _finish(s, draft, record)
    finally:
        _clean_up(s)


def _finish(s: Session, draft: Draft, record: str | None) -> int:
    try:
        if not _complete(s, draft):
            return 0
        if s.variables.text("expandaddr") is not None:
            from pymail import targets

            targets.take_out(draft)
        people = draft.recipients()
        if s.variables.text("mta-aliases"):
            from pymail import recipients

            people = recipients.by_mta_aliases(s, people)
        if not people and not draft.targets:
            raise MailError("no recipients; name at least one address", USAGE)
        letter = _written(s, draft)
        copy = _record_file(s, draft, record)
    except BaseException:
        bury(s, draft)
        raise
    assert draft.sender
    if not people and copy and s.variables.flag("record-files") and not s.variables.flag("debug"):
        _record(s, letter, draft.sender, copy)
    status = carry(s, draft.sender, people, letter, copy) if people else 0
    return hand_over(s, draft.targets, letter, draft.sender.spec) or status if draft.targets else status


def hand_over(s: Session, found: list[str], letter: Letter, sender: str) -> int:
    """Give a letter to the files and commands that are to have it; what one of them did not take is kept."""
    from pymail import targets

    if s.variables.flag("debug"):
        s.say(*(f"to {target}" for target in found))
        return 0
    try:
        status = targets.hand_over(s, found, letter, sender)
    except BaseException:
        _bury(s, letter, sender)
        raise
    if status:
        _bury(s, letter, sender)
    return status


def _complete(s: Session, draft: Draft) -> bool:
    """Add what the variables want; False when there is nothing to be sent."""
    if not draft.body.size and not draft.attachments and not draft.html:
        if s.variables.flag("skipemptybody"):
            return False
        if not s.variables.flag("nullbody"):
            raise MailError("the letter has no text, and nonullbody is set: not sent", USAGE)
        if said := s.variables.text("nullbodymsg"):
            s.complain(said)
    if s.custom or s.lists or {*map(s.variables.text, _LETTERHEAD)} != {None}:
        from pymail import letterhead

        letterhead.complete(s, draft, draft.sender or my_address(s))
    draft.flowed = s.variables.flag("format-flowed")
    return True


def _written(s: Session, draft: Draft) -> encode.Message:
    if draft.sender is None:
        draft.sender = my_address(s)
    draft.name_once()
    return encode.Message(draft, hostname=domain(s), now=time.time())


def carry(s: Session, sender: Address, people: list[Address], letter: Letter, record: str) -> int:
    """Send what is written already (also a letter that is resent) and deal with every answer.

    `record` is the file for the copy, "" for none. Answers the exit status that this deserves.
    """
    envelope = Envelope(sender.spec, [person.spec for person in people], letter.utf8)
    try:
        chain = choose.chain(s.variables, s.environ)
    except MailError:
        _bury(s, letter, sender.spec)
        raise
    if s.variables.flag("verbose"):
        from pymail import aloud

        chain.trace = aloud.trace(s)
        letter = aloud.letter(s, letter, chain.trace)
    if s.variables.flag("debug"):
        _show(s, chain, envelope, letter)
        return 0
    try:
        answers, status = _delivered(s, chain, envelope, letter)
        is_accepted = any(answer.accepted for answer in answers)
        if record and (is_accepted or not status):
            _record(s, letter, sender, record)
        if is_accepted:
            _send_waiting(s, chain)
    finally:
        chain.close()
    return status


def _delivered(s: Session, chain: Chain, envelope: Envelope, letter: Letter) -> tuple[list[Answer], int]:
    """The answers and the status; what was not taken is kept when this returns, and when it raises."""
    try:
        answers = _answers(chain, envelope, letter)
        if all(answer.accepted and not answer.note for answer in answers):
            return answers, 0
        from pymail import undelivered, waiting

        account, signals = waiting.account(s, chain), undelivered.put_off_signals()
    except BaseException:
        _bury(s, letter, envelope.sender)
        raise
    try:
        return answers, undelivered.deal(s, envelope, letter, answers, account)
    finally:
        undelivered.take_signals(signals)


def _answers(chain: Chain, envelope: Envelope, letter: Letter) -> list[Answer]:
    try:
        return chain.send(envelope, letter)
    except Unreachable as failure:
        return [Answer(recipient, 0, failure.text) for recipient in envelope.recipients]


def my_address(s: Session) -> Address:
    """Who I am in From: the variable `from`, else login@hostname with the full name (RFC 5322 3.6.2)."""
    from pymail.addresses import Address, split

    given = split(s.variables.text("from") or "")
    return given[0] if given else Address(s.user.fullname, s.user.name, domain(s))


def domain(s: Session) -> str:
    """The domain of my address and of Message-ID: `hostname`, else this machine's name."""
    return s.variables.text("hostname") or posix.uname().nodename


def _record_file(s: Session, draft: Draft, record: str | None) -> str:
    if record is not None:
        return record
    if s.by_recipient and draft.to:
        return s.file_of(draft.to[0].spec)
    given = s.variables.text("record")
    return s.outgoing_file(given) if given else ""


def _show(s: Session, chain: Chain, envelope: Envelope, letter: Letter) -> None:
    """What would be sent: the envelope and the exact octets (-d, --dry-run)."""
    if chain.trace is not None:
        chain.trace("---", "would go by " + ", else ".join(map(choose.shown, chain.ways)))
    s.say(f"MAIL FROM:<{envelope.sender}>", *(f"RCPT TO:<{recipient}>" for recipient in envelope.recipients))
    s.out.flush()
    for piece in letter.pieces():
        s.out.buffer.write(piece)
    s.out.buffer.flush()


def _record(s: Session, letter: Letter, sender: Address, path: str) -> None:
    """Append the copy with its Bcc; that this fails does not undo the sending."""
    from pymail.mailboxes import opening
    from pymail.mailboxes.mailbox import Deposit
    from pymail.summary import SEEN

    copy = Deposit(letter.record(), SEEN, sender.spec, int(time.time()))
    try:
        opening.append_to(path, [copy], settings=s.mailbox_settings(), tell=s.complain)
    except (MailError, OSError) as error:
        s.complain(f"{path}: sent, but not recorded: {reason(error)}")


def _send_waiting(s: Session, chain: Chain) -> None:
    """A server was reached: send what is due for the same account, for a short time and in silence."""
    folder = s.outbox()
    try:
        if not folder or not posix.listdir(folder + "/new"):
            return
    except OSError:
        return
    from pymail import waiting

    waiting.flush_quietly(s, folder, waiting.account(s, chain), chain)


def bury(s: Session, draft: Draft) -> None:
    """Keep a letter that is not sent in the dead-letter file, and say where; an empty one is not kept."""
    if not draft.body.size and not draft.attachments:
        return
    try:
        letter = _written(s, draft)
    except MailError:
        draft = _simplified(s, draft)
        letter = _written(s, draft)
    assert draft.sender
    _bury(s, letter, draft.sender.spec)


def _simplified(s: Session, draft: Draft) -> Draft:
    """The same text for the same people: what is wrong with a letter must not cost it."""
    from pymail.addresses import Address
    from pymail.draft import Draft

    simple = Draft()
    simple.sender = Address("", s.user.name, posix.uname().nodename)
    simple.to, simple.cc, simple.bcc, simple.subject = draft.to, draft.cc, draft.bcc, draft.subject
    simple.body, simple.attachments = draft.body, draft.attachments
    return simple


def _bury(s: Session, letter: Letter, sender: str) -> None:
    from pymail import undelivered

    signals = undelivered.put_off_signals()
    try:
        for line in undelivered.bury(s, letter.record, sender)[1]:
            s.complain(line)
    finally:
        undelivered.take_signals(signals)
