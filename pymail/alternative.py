"""The plain text beside a letter that was written in HTML (--html): multipart/alternative.

Apart because no other letter needs HTML laid out, or the libraries for it.
"""

from __future__ import annotations

from pymail import html, mime
from pymail.body import Body
from pymail.errors import UNAVAILABLE, USAGE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.draft import Draft

_WIDTH = 72  # RFC 5322 2.1.1 and a few quotes


def check(kind: str) -> None:
    """Refuse before anything is read what cannot be done.

    MailError(USAGE) for another content type `kind`, MailError(UNAVAILABLE) where inscriptis is missing.
    """
    if kind and kind.partition(";")[0].strip().lower() != "text/html":
        raise MailError(f"--html: the text cannot be {kind} as well", USAGE)
    if html.page("", 0).bare:
        why = "inscriptis makes the plain text, and is not installed; install it for this Python"
        raise MailError(f"--html: {why}", UNAVAILABLE)


def add(draft: Draft) -> None:
    """Make a letter whose text is HTML one of two forms: what the page says, and the page (RFC 2046 5.1.4)."""
    if not draft.body.size:
        return
    source = mime.parse(b"Content-Type: text/html\n\n" + b"".join(draft.body.pieces())).text()
    page = html.page(source, _WIDTH)
    lines = [*page.lines, *page.references()]
    draft.html, draft.content_type = draft.body, ""
    draft.body = Body("".join(line + "\n" for line in lines).encode("utf-8", "replace"))
