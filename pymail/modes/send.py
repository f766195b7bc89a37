"""Send Mode (POSIX mailx): from the command line's options to a letter that is posted.

Apart from `main` so that the start of a send loads nothing of reading.
"""

from __future__ import annotations

import posix

from pymail import addresses, post
from pymail.draft import Draft
from pymail.errors import NOINPUT, USAGE, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.addresses import Address
    from pymail.options import Options
    from pymail.session import Session


def run(s: Session, options: Options) -> int:
    """Compose and post one letter; the exit status."""
    draft = _draft(s, options)
    if not options.has("message-file") and not post.collected(s, draft, s.escapes):
        return 1
    try:
        if options.has("read-recipients"):
            draft = _from_header(s, draft)
        if options.has("html"):
            from pymail import alternative

            alternative.add(draft)
    except BaseException:
        post.bury(s, draft)
        post.forget(s)
        raise
    status = post.finish(s, draft)
    if s.variables.flag("verbose"):
        _tell_what_waits(s)
    return status


def _tell_what_waits(s: Session) -> None:
    from pymail import waiting

    if waits := waiting.summary(s):
        s.complain(waits)


def _draft(s: Session, options: Options) -> Draft:
    draft = Draft()
    draft.to = _people(s, [*options.operands, *options.literal])
    draft.cc = _people(s, options.all("cc"))
    draft.bcc = _people(s, options.all("bcc"))
    for word in options.all("target"):
        _target(s, draft, word)
    draft.subject = options.last("subject") or s.variables.text("subject") or ""
    sender = options.last("from")
    if sender is not None:
        draft.sender = _one_address("-r", sender)
    draft.alternative = options.has("alternative")
    draft.transfer = _encoding(options.last("encoding") or "")
    _attach(draft, options)
    for field in options.all("header"):
        if "\n" in field or "\r" in field:
            raise MailError(f"--header {printable(field)}: is one line", USAGE)
        _add_field(draft, field)
    draft.content_type = options.last("text-type") or draft.content_type
    if options.has("html"):
        from pymail import alternative

        alternative.check(draft.content_type)
    for name in ("message-file", "quote-file"):
        file = options.last(name)
        if file is not None:
            _insert(draft, file)
    if options.has("quote-file"):
        draft.body.end_line()
    return draft


def _attach(draft: Draft, options: Options) -> None:
    """The files of -a, --attach and --attach-fd, in their order.

    --attach-name is for the next one, --content-type for all that follow, and for the text (GNU mail).
    """
    name = kind = before = ""
    for option, value in options.order:
        count = len(draft.attachments)
        if option == "attach-name":
            name = value
        elif option == "content-type":
            before, kind = draft.content_type, value
            draft.content_type = kind
        elif option == "add":
            _add(draft, value, name)
        elif option == "attach":
            _enclose(draft, value, name)
        elif option == "attach-fd":
            _enclose(draft, f"/dev/fd/{value}", name or f"attachment-{value}")
        if len(draft.attachments) > count:
            name = ""
            if kind:
                draft.content_type = _typed(draft, kind, before)
    if options.has("skip-empty-attachments"):
        draft.attachments = [file for file in draft.attachments if file.content.size]


def _typed(draft: Draft, kind: str, before: str) -> str:
    """Give the last file the type `kind` where it can be; the type that the text has then, `before` it was given."""
    from pymail import mediatypes

    file = draft.attachments[-1]
    of_text = kind.lower().startswith("text/")
    own = mediatypes.by_name(file.name) or mediatypes.by_content(next(file.content.pieces(), b""))
    # The type of a page is not that of the pictures that go along.
    if not of_text or own.startswith("text/"):
        file.type = kind
    return draft.content_type if of_text and not draft.alternative else before


def _encoding(name: str) -> str:
    """--encoding; MailError (64) for one that MIME does not know."""
    if name and name not in ("7bit", "8bit", "quoted-printable", "base64"):
        raise MailError(f"--encoding {name}: write 7bit, 8bit, quoted-printable or base64", USAGE)
    return name


def _target(s: Session, draft: Draft, word: str) -> None:
    """-T: recipients by the name of their field."""
    name, colon, people = word.partition(":")
    if not colon or name.strip().lower() not in ("to", "cc", "bcc"):
        raise MailError(f"-T {word}: write 'to: address', 'cc: address' or 'bcc: address'", USAGE)
    getattr(draft, name.strip().lower()).extend(_people(s, [people]))


def _people(s: Session, words: list[str], in_head: bool = False) -> list[Address]:
    """Addresses with their aliases replaced; MailError (64) for what is none, before anything is read or sent.

    `in_head`: the words are texts of fields, not arguments.
    """
    if s.variables.text("expandaddr") is not None:
        from pymail import recipients, targets

        read = targets.split if in_head else targets.of_word
        return recipients.expanded(s, [address for word in words for address in read(s, word)])
    found = [address for word in words for address in addresses.split(word)]
    if s.aliases or any(address.local.startswith("\\") for address in found):
        from pymail import recipients

        found = recipients.expanded(s, found)
    for person in found:
        addresses.check(person)
    return found


def _from_header(s: Session, given: Draft) -> Draft:
    """The letter whose header stands at the beginning of its text (-t); the command line adds to it and wins."""
    from pymail import heading

    draft = heading.from_letter(given.body, lambda text: _people(s, [text], in_head=True))
    for people, more in ((draft.to, given.to), (draft.cc, given.cc), (draft.bcc, given.bcc)):
        people += more
    draft.subject = given.subject or draft.subject
    draft.sender = given.sender or draft.sender or next(iter(draft.authors), None)
    if given.sender:
        draft.authors = []
    draft.attachments = given.attachments
    draft.headers += given.headers
    draft.content_type = given.content_type or draft.content_type
    draft.transfer, draft.alternative = given.transfer, given.alternative
    return draft


def _one_address(option: str, text: str) -> Address:
    found = addresses.split(text)
    if len(found) != 1:
        raise MailError(f"{option} {text}: one address is wanted", USAGE)
    addresses.check(found[0])
    return found[0]


def _add(draft: Draft, word: str, name_of_file: str) -> None:
    """-a: a header when it looks like one, else a file; both at once is refused."""
    name, colon, text = word.partition(":")
    if not (colon and name and text[:1] in (" ", "\t")) or not all("!" <= c <= "~" for c in name):
        _enclose(draft, word, name_of_file)
    elif _is_own_file(word):
        raise MailError(f"-a {word}: is it a file or a field? write --attach or --header", USAGE)
    elif name.lower() == "from":
        draft.sender = _one_address("-a From:", text)
    else:
        _add_field(draft, word)


def _enclose(draft: Draft, path: str, name: str) -> None:
    from pymail.enclosure import Attachment

    draft.attachments.append(Attachment(path, name))


def _add_field(draft: Draft, text: str) -> None:
    from pymail import heading

    heading.add(draft, text)


def _is_own_file(word: str) -> bool:
    try:
        return posix.stat(word).st_uid == posix.geteuid()
    except (OSError, ValueError):
        return False


def _insert(draft: Draft, path: str) -> None:
    try:
        with open(path, "rb") as file:
            draft.body.extend(iter(lambda: file.read(1 << 18), b""))
    except OSError as error:
        raise MailError(f"{path}: {error.strerror}", NOINPUT) from None
