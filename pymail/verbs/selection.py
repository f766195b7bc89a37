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


class Typed(Messages):
    """A message list in the order of its terms, for verbs to which the first message matters."""

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        return (numbers(session, text, typed=True),)


class MaybeMessage(Messages):
    """One message, the first that the list names, or None."""

    synopsis = "[message]"
    moves = False

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        return (numbers(session, text, typed=True)[0] if text else None,)


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

    def __init__(self, optional: bool) -> None:
        super().__init__()
        self.synopsis = "[[msglist] file]" if optional else "[msglist] file"
        self.optional = optional

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        found = words.split(text)
        if not found and not self.optional:
            raise MailError("a file is wanted: [msglist] file", USAGE)
        listed = text[: found[-1].start].strip() if found else ""
        return numbers(session, listed), session.filename(found[-1]) if found else None


class Parts(Messages):
    """A message list that may name parts of messages: (number, part), the part "" where it is the whole message."""

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        return (parts(session, text),)


class PartsFile(Messages):
    """`[msglist] file`, and the list may name parts."""

    synopsis = "[msglist] file"

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        found = words.split(text)
        if not found or len(found) == 1 and _names_parts(session, found[0]):
            raise MailError("a file or folder is wanted: [msglist] file", USAGE)
        return parts(session, text[: found[-1].start].strip()), session.filename(found[-1])


class PartsFolder(Messages):
    """`[msglist] [directory]`: the last word is the directory, unless it names messages."""

    synopsis = "[msglist] [directory]"

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        found = words.split(text)
        if not found or not _is_folder(found[-1], len(found) > 1):
            return parts(session, text), "."
        return parts(session, text[: found[-1].start].strip()), session.filename(found[-1])


class PartsCommand(Messages):
    """`[[msglist] command]`: a quoted last word is the command, else what follows the list."""

    synopsis = "[[msglist] command]"

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        from pymail import msglist

        found = msglist.terms(text)
        if not found:
            return parts(session, ""), ""
        if found[-1].quoted:
            return parts(session, text[: found[-1].start].strip()), found[-1].text
        at = 0
        while at < len(found) - 1 and _is_term(found[at].text, at + 2 == len(found)):
            at += 1
        return parts(session, text[: found[at].start].strip()), text[found[at].start :]


class MessagesAddresses(Messages):
    """`[msglist] address ...`: the words before the first that can only be an address are the list."""

    synopsis = "[msglist] address ..."

    def parse(self, session: Session, text: str) -> tuple[object, ...]:
        from pymail import msglist

        found = msglist.terms(text)
        at = 0
        while at < len(found) and _is_list(found[at].text):
            at += 1
        if found and at == len(found) and session.variables.text("expandaddr") is not None:
            at -= 1  # a file
        if at == len(found):
            raise MailError("an address is wanted: [msglist] address ...", USAGE)
        return numbers(session, text[: found[at].start].strip()), text[found[at].start :]


def _is_folder(word: words.Word, after_list: bool) -> bool:
    """Is this last word a directory rather than a term of the list?"""
    if word.quoted or "/" in word.text or after_list and word.text in (".", ".."):
        return True
    return word.text[0] not in "0123456789.^$*:+&;,`@!{("


def _is_list(word: str) -> bool:
    """Can this word be nothing but a term of a list?"""
    from pymail import criteria

    return word[0] in "0123456789.^$*:&;,`" or word[0] in "!{" and word[1:] != "" or criteria.is_search(word)


def _is_term(word: str, last: bool) -> bool:
    """Does this word name messages rather than begin a command? An address can only stand before a single word."""
    if _is_list(word) or word[0] in "+@" or word == "-":
        return True
    if word.startswith("/"):
        return not posix.access(word, posix.X_OK)
    if not last:
        return False
    from os import environ

    return not any(posix.access(paths.join(folder, word), posix.X_OK) for folder in environ.get("PATH", "").split(":"))


def numbers(session: Session, text: str, deleted: bool | None = False, typed: bool = False) -> list[int]:
    """The messages that a list names in the open folder; `deleted` and `typed` as msglist.parse has them."""
    from pymail import msglist

    folder, variables = session.open_folder(), session.variables
    found = msglist.parse(
        text, folder, deleted=deleted, allnet=variables.flag("allnet"), fields=variables.flag("searchheaders"),
        regex=variables.flag("regex"), mine=session.mine() if variables.flag("showto") else None,
        lists={"l": session.lists, "L": session.subscribed}, typed=typed,
    )  # fmt: skip
    if text != "`":
        folder.named = sorted(found) if typed else found
    return found


def parts(session: Session, text: str) -> list[tuple[int, str]]:
    """The messages and parts of messages that a list names, ascending; (number, "") is a whole message."""
    from pymail import msglist, partlist

    whole: list[str] = []
    found: list[tuple[int, str]] = []
    for word in msglist.terms(text):
        terms = [partlist.parse(term) for term in word.text.split(",")]
        if all(named for _, named in terms):
            found += [(number, part) for end, named in terms for number in numbers(session, end) for part in named]
        else:
            whole.append(text[word.start : word.end])
    if not found:
        return [(number, "") for number in numbers(session, text)]
    if whole:
        found += [(number, "") for number in numbers(session, " ".join(whole))]
    session.open_folder().named = sorted({number for number, _ in found})
    return sorted(set(found), key=lambda place: (place[0], [int(step) for step in place[1].split(".") if step]))


def _names_parts(session: Session, word: words.Word) -> bool:
    """Does this word name parts of a message that is there?"""
    from pymail import partlist

    end, named = partlist.parse(word.text)
    return bool(named) and not word.quoted and (not end.isdecimal() or int(end) <= len(session.open_folder()))


MSGLIST = Messages()
MSGLIST_TYPED = Typed()
MSGLIST_EITHER = Messages(either=True)
MESSAGE_OR_NONE = MaybeMessage()
MSGLIST_OR_NONE = MaybeMessages()
DELETED = Deleted()
MSGLIST_FILE = MessagesFile(optional=False)
MSGLIST_OR_FILE = MessagesFile(optional=True)
PARTS = Parts()
PARTS_FILE = PartsFile()
PARTS_FOLDER = PartsFolder()
PARTS_COMMAND = PartsCommand()
MSGLIST_ADDRESSES = MessagesAddresses()
