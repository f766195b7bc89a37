"""Send Mode (POSIX mailx): from the command line's options to a letter that is posted.

Apart from `main` so that the start of a send loads nothing of reading.
"""

from __future__ import annotations

import os

from pymail import addresses, collect, post
from pymail.draft import Attachment, Draft
from pymail.errors import NOINPUT, USAGE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.addresses import Address
    from pymail.options import Options
    from pymail.session import Session

# Fields that an option of their own sets, or that pymail makes itself (DESIGN 2.1).
_OWN_FIELDS = {
    "from": "-r", "sender": "-r", "to": "an address", "cc": "-c", "bcc": "-b", "subject": "-s",
    "content-type": "--content-type", "mime-version": "", "content-transfer-encoding": "",
}  # fmt: skip


def run(s: Session, options: Options) -> int:
    """Compose and post one letter; the exit status."""
    draft = _draft(s, options)
    try:
        collect.collect(s, draft, options.has("escapes"))
    except collect.Aborted as aborted:
        if aborted.save:
            post.bury(s, draft)
        return 1
    if options.has("read-recipients"):
        draft.take_header()
        _expand(s, draft)
    if not draft.body.size and not draft.attachments:
        if s.variables.flag("skipemptybody"):
            return 0
        s.complain("Null message body; hope that's ok")
    return post.post(s, draft, record=_record(s, options, draft))


def _draft(s: Session, options: Options) -> Draft:
    draft = Draft()
    draft.to = _split(s, [*options.operands, *options.literal])
    draft.cc = _split(s, options.all("cc"))
    draft.bcc = _split(s, options.all("bcc"))
    draft.subject = options.last("subject") or ""
    _expand(s, draft)
    sender = options.last("from")
    if sender is not None:
        draft.sender = _one_address("-r", sender)
    for word in options.all("add"):
        _add(draft, word)
    for path in options.all("attach"):
        draft.attachments.append(Attachment(path))
    for field in options.all("header"):
        draft.headers.append(_header(field))
    draft.content_type = options.last("content-type")
    for name in ("message-file", "quote-file"):
        path = options.last(name)
        if path is not None:
            _insert(draft, path)
    return draft


def _split(s: Session, words: list[str]) -> list[Address]:
    return [address for word in words for address in addresses.split(word)]


def _expand(s: Session, draft: Draft) -> None:
    """Replace aliases, and refuse what is no address before anything is read or sent."""
    me = [address for name in s.my_names() for address in addresses.lenient(name)] if s.aliases else []
    metoo = s.variables.flag("metoo")
    for people in (draft.to, draft.cc, draft.bcc):
        people[:] = addresses.expand(people, s.aliases, me, metoo)
        for person in people:
            addresses.check(person)


def _one_address(option: str, text: str) -> Address:
    found = addresses.split(text)
    if len(found) != 1:
        raise MailError(f"{option} {text}: one address is wanted", USAGE)
    addresses.check(found[0])
    return found[0]


def _add(draft: Draft, word: str) -> None:
    """-a: a header when it looks like one, else a file; both at once is refused (DESIGN 2.1)."""
    if not _looks_like_field(word):
        draft.attachments.append(Attachment(word))
    elif _is_own_file(word):
        raise MailError(f"-a {word}: is it a file or a field? write --attach or --header", USAGE)
    else:
        _set_field(draft, *_field(word))


def _looks_like_field(word: str) -> bool:
    name, colon, text = word.partition(":")
    return bool(colon and name and text[:1] in (" ", "\t")) and all("!" <= c <= "~" for c in name)


def _is_own_file(word: str) -> bool:
    try:
        return os.stat(word).st_uid == os.geteuid()
    except (OSError, ValueError):
        return False


def _field(word: str) -> tuple[str, str]:
    name, _, text = word.partition(":")
    return name, text.strip()


def _set_field(draft: Draft, name: str, text: str) -> None:
    """-a 'From: x' is -r, -a 'Content-Type: …' is --content-type; others are as --header."""
    if name.lower() == "from":
        draft.sender = _one_address("-a From:", text)
    elif name.lower() == "content-type":
        draft.content_type = text
    else:
        draft.headers.append(_header(f"{name}: {text}"))


def _header(word: str) -> tuple[str, str]:
    if not _looks_like_field(word):
        raise MailError(f"--header {word}: 'Name: text' is wanted", USAGE)
    name, text = _field(word)
    if name.lower() in _OWN_FIELDS or name.lower().startswith("resent-"):
        other = _OWN_FIELDS.get(name.lower())
        raise MailError(f"--header {name}: {f'use {other} for that' if other else 'pymail makes this field'}", USAGE)
    if "\n" in text or "\r" in text:
        raise MailError(f"--header {name}: a header field is one line", USAGE)
    return name, text


def _insert(draft: Draft, path: str) -> None:
    try:
        with open(path, "rb") as file:
            while piece := file.read(1 << 18):
                draft.body.write(piece)
    except OSError as error:
        raise MailError(f"{path}: {error.strerror}", NOINPUT) from None


def _record(s: Session, options: Options, draft: Draft) -> str | None:
    """-F: the file named after the first recipient, in place of `record`."""
    if not options.has("record-recipient") or not draft.to:
        return None
    return s.outgoing_file(draft.to[0].local)
