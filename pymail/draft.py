"""A letter before it is sent: who, what about, the text, the files that go along.

Apart because options, escapes, replies (replies.py) and `-t` (heading.py) all build one, and only
`encode` reads it. Everything that can be wrong with a letter is found before anything is sent.
"""

from __future__ import annotations

from pymail import addresses
from pymail.body import Body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.addresses import Address
    from pymail.enclosure import Attachment


class Draft:
    """A letter to be.

    `sender` is who the envelope names; `authors` stand in From when they are others or more.
    `html` is a second form of the text; with `alternative` what is attached is more of them.
    `message_id` (None: it gets none), `date`, `content_type` and `encoding` (Content-Transfer-Encoding of a text that
    is encoded already) are "" unless given, and so are wishes for the text: `transfer` its
    encoding, `charsets` to try for it in order, `octets` the charset when it is no UTF-8.
    `targets` are files and commands that get it as well (expandaddr).
    `in_reply_to` and `references` hold message ids, `headers` more fields as (name, text).
    """

    __slots__ = (
        "alternative", "attachments", "authors", "bcc", "body", "cc", "charsets", "content_type", "date", "encoding",
        "flowed", "headers", "html", "in_reply_to", "message_id", "octets", "references", "reply_to", "sender",
        "subject", "targets", "to", "transfer",
    )  # fmt: skip

    def __init__(self) -> None:
        self.sender: Address | None = None
        self.authors: list[Address] = []
        self.to: list[Address] = []
        self.cc: list[Address] = []
        self.bcc: list[Address] = []
        self.reply_to: list[Address] = []
        self.targets: list[str] = []
        self.subject = ""
        self.body = Body()
        self.html: Body | None = None
        self.attachments: list[Attachment] = []
        self.headers: list[tuple[str, str]] = []
        self.in_reply_to: list[str] = []
        self.references: list[str] = []
        self.message_id: str | None = ""
        self.date = ""
        self.content_type = ""
        self.encoding = ""
        self.flowed = False
        self.alternative = False
        self.transfer = ""
        self.charsets: list[str] = []
        self.octets = ""

    def name_once(self) -> None:
        """Each person stands once in the header, in To rather than in Cc (POSIX mailx, Reply to a Message)."""
        self.to = addresses.unique(self.to)
        self.cc = [person for person in addresses.unique(self.cc) if person not in self.to]

    def recipients(self) -> list[Address]:
        """Who gets it, each once. MailError(USAGE) names one that must not be a recipient."""
        found = addresses.unique([*self.to, *self.cc, *self.bcc])
        for address in found:
            addresses.check(address)
        return found
