"""The kinds of arguments that name messages, with a file, a command or addresses behind them.

Apart from the other kinds because what runs before a mailbox is read, and what ends a session,
takes no messages.
"""

from __future__ import annotations

import posix

from pymail import paths, words
from pymail.errors import USAGE, MailError
from pymail.verbs.kinds import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.session import Session


class Messages(Kind):
    """A message list; the current message where there is none. `either`: a number may be that of a deleted message."""

    synopsis = "[msglist]"
    mailbox = True
    moves = True

    def __init__(self, either: bool = False) -> None:
        self.either = either

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        return (numbers(session, text, None if self.either else False),)


class Message(Messages):
    """One message, the first of the list."""

    synopsis = "[message]"
    moves = False

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        return (numbers(session, text)[0],)


class MaybeMessage(Messages):
    """One message, or None."""

    synopsis = "[message]"
    moves = False

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        return (numbers(session, text)[0] if text else None,)


class MaybeMessages(Messages):
    """A message list, or None."""

    moves = False

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        return (numbers(session, text) if text else None,)


class Deleted(Messages):
    """A list of deleted messages; where there is none, the next deleted after the current, else before (undelete)."""

    moves = False

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        folder = session.open_folder()
        if text:
            return (numbers(session, text, deleted=True),)
        after = [n for n in range(folder.dot, len(folder) + 1) if n and folder.deleted(n)]
        before = [n for n in range(folder.dot, 0, -1) if folder.deleted(n)]
        found = (after or before)[:1]
        if not found:
            raise MailError("no message is deleted")
        return (found,)


class MessagesFile(Messages):
    """`[msglist] file`; the last word is the file, None when there is none at all."""

    synopsis = "[msglist] file"

    def __init__(self, optional: bool) -> None:
        super().__init__()
        self.optional = optional

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        found = words.split(text)
        if not found and not self.optional:
            raise MailError("a file is wanted: [msglist] file", USAGE)
        listed = text[: found[-1].start].strip() if found else ""
        return numbers(session, listed), filename(session, found[-1]) if found else None


class MessagesCommand(Messages):
    """`[[msglist] command]`: a quoted last word is the command, else what follows the list."""

    synopsis = "[[msglist] command]"

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        from pymail import msglist

        found = msglist.terms(text)
        if not found:
            return numbers(session, ""), ""
        if found[-1].quoted:
            return numbers(session, text[: found[-1].start].strip()), found[-1].text
        at = 0
        while at < len(found) - 1 and _is_term(found[at].text, at + 2 == len(found)):
            at += 1
        return numbers(session, text[: found[at].start].strip()), text[found[at].start :]


class MessagesAddresses(Messages):
    """`[msglist] address ...`: the words before the first that can only be an address are the list."""

    synopsis = "[msglist] address ..."

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        from pymail import criteria, msglist

        found = msglist.terms(text)
        at = 0
        while at < len(found) and (found[at].text[:1] in "0123456789.^$*:&;,`" or criteria.is_search(found[at].text)):
            at += 1
        if at == len(found):
            raise MailError("an address is wanted: [msglist] address ...", USAGE)
        return numbers(session, text[: found[at].start].strip()), text[found[at].start :]


def _is_term(word: str, last: bool) -> bool:
    """Does this word name messages rather than begin a command? An address can only stand before a single word."""
    from pymail import criteria

    if word[0] in "0123456789.^$*:+&;,`@" or word == "-" or criteria.is_search(word):
        return True
    if word.startswith("/"):
        return not posix.access(word, posix.X_OK)
    if not last:
        return False
    from os import environ

    return not any(posix.access(paths.join(folder, word), posix.X_OK) for folder in environ.get("PATH", "").split(":"))


def numbers(session: Session, text: str, deleted: bool | None = False) -> list[int]:
    """The messages that a list names in the open folder; `deleted` as msglist.parse has it."""
    from pymail import msglist

    folder, variables = session.open_folder(), session.variables
    found = msglist.parse(
        text, folder, deleted=deleted, allnet=variables.flag("allnet"), fields=variables.flag("searchheaders"),
        mine=session.mine() if variables.flag("showto") else None,
        lists={"l": session.lists, "L": session.subscribed},
    )  # fmt: skip
    if text != "`":
        folder.named = found
    return found


def filename(session: Session, word: words.Word) -> str:
    """A file name after POSIX's transformations, which quoting switches off."""
    return word.text if word.quoted else session.path(word.text)


MSGLIST = Messages()
MSGLIST_EITHER = Messages(either=True)
MESSAGE = Message()
MESSAGE_OR_NONE = MaybeMessage()
MSGLIST_OR_NONE = MaybeMessages()
DELETED = Deleted()
MSGLIST_FILE = MessagesFile(optional=False)
MSGLIST_OR_FILE = MessagesFile(optional=True)
MSGLIST_COMMAND = MessagesCommand()
MSGLIST_ADDRESSES = MessagesAddresses()
