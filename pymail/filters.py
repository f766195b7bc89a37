"""Filter: which fields of a header are shown, in each place where headers are chosen.

Apart from the session, which holds one for each context, and from the verbs that fill them.
"""

from __future__ import annotations

# Where header fields can be chosen; headerpick names them.
CONTEXTS = ("type", "top", "save", "forward")


class Filter:
    """Which header fields are shown: all but the ignored, or only the retained (POSIX discard, retain).

    A name with characters of regular expressions, such as ^x-.*, is one; * are all.
    """

    __slots__ = ("ignored", "retained")

    def __init__(self) -> None:
        self.ignored: set[str] = set()
        self.retained: set[str] = set()

    def shows(self, name: str) -> bool:
        """Is a field of this name shown? Case does not matter; retain overrides ignore."""
        name = name.lower()
        return _named(name, self.retained) if self.retained else not _named(name, self.ignored)


_MAGIC = frozenset("^[]*+?(){}|$\\")


def _named(name: str, names: set[str]) -> bool:
    return name in names or any(_matches(other, name) for other in names if not _MAGIC.isdisjoint(other))


def _matches(pattern: str, name: str) -> bool:
    if pattern == "*":
        return True
    import re

    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False


# What a person seldom wants to see of a header; POSIX hides nothing by itself.
_NOISE = (
    "arc-authentication-results arc-message-signature arc-seal authentication-results auto-submitted "
    "content-disposition content-language content-length content-transfer-encoding content-type delivered-to "
    "dkim-signature domainkey-signature envelope-to errors-to in-reply-to lines list-archive list-help list-id "
    "list-owner list-post list-subscribe list-unsubscribe list-unsubscribe-post message-id mime-version "
    "precedence received received-spf references return-path sender status user-agent x-imapbase x-keywords "
    "x-mailer x-mozilla-keys x-mozilla-status x-mozilla-status2 x-original-to x-originating-ip x-priority "
    "x-spam-checker-version x-spam-level x-spam-score x-spam-status x-status x-uid"
)


def standard(strict: bool) -> dict[str, Filter]:
    """A filter for each context, as they are before the first start-up file; `strict` as POSIX has it."""
    found = {context: Filter() for context in CONTEXTS}
    if not strict:
        for context in ("type", "forward"):
            found[context].ignored.update(_NOISE.split())
    return found
