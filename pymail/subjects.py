"""Subjects: what programs put before them in answers and in letters passed on, in any language.

Apart from `replies` because sorting by subject takes the same away.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# What mail programs write for Re: and Fwd: in languages other than English.
_RE = frozenset(
    "re aw antw antwort sv vs odp odg vá rif res ynt atb bls ats απ σχετ отв ответ відп השב رد "
    "回复 答复 回覆 答覆 回信 返信 回答 회신 답장".split()
)
_FORWARD = frozenset("fwd fw wg tr rv vb vl doorst enc pd πρθ 转发 轉寄 転送 전달".split())


def answered(subject: str, prefix: str, marks: Iterable[str] = (), pattern: str = "") -> str:
    """The subject of an answer: `prefix` in place of what marks one already, `marks` and `pattern` (a regex) too."""
    if pattern:
        import re

        subject = re.sub(rf"\A(?:{pattern})", "", subject, count=1, flags=re.IGNORECASE)
    return f"{prefix}{_without(subject, _RE.union(marks))}".strip() if subject else ""


def forwarded(subject: str) -> str:
    """The subject of a letter that is passed on."""
    return f"Fwd: {_without(subject, _FORWARD)}".strip()


def base(subject: str) -> str:
    """A subject without marks of either kind, in small letters, for comparing (RFC 5256 2.1, roughly)."""
    return _without(subject.casefold(), _RE | _FORWARD)


def _without(subject: str, marks: Collection[str]) -> str:
    """A subject without `marks` before it, in any number and also counted (`Re[2]:`, `AW^3:`, `回复：`)."""
    while True:
        mark, colon, rest = subject.replace("\uff1a", ":").partition(":")
        word = mark.strip().lower().rstrip("0123456789[](){}^*")
        if not colon or word.strip() not in marks:
            return subject.strip()
        subject = subject[len(mark) + 1 :].strip() if rest.strip() else ""
