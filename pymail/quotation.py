"""What a letter repeats of another one: its lines, the prefix before them, the line that names its author.

Apart because the escapes that insert messages, replies with `quote` and `forward` do the
same with different choices.
"""

from __future__ import annotations

from pymail import decode, display

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pymail.session import Session

    Shown = Callable[[str], bool]

SHOWN, ALL, NONE = "shown", "all", "none"


def lines(s: Session, number: int, fields: str, context: str = "type") -> Iterator[str]:
    """The lines of a message with its fields that are shown in a context, with all of them, or with none."""
    root = decode.parse(s.open_folder().raw(number))
    if fields != NONE:
        yield from display.fields(root.head(), s.filters[context].shows if fields == SHOWN else _every)
        yield ""
    yield from display.body(root, s.screen()[1])


def _every(name: str) -> bool:
    return True


def indented(prefix: str, text: Iterable[str]) -> Iterator[str]:
    """The lines with a prefix before each that is not empty (POSIX ~m: "prefixing non-empty lines")."""
    return (prefix + line if line else line for line in text)


def answered(s: Session, number: int) -> bytes:
    """A message as an answer quotes it, after the variable `quote` (S-nail).

    Its value `headers` or `allheaders` asks for header fields; else there are none.
    """
    fields = {"headers": SHOWN, "allheaders": ALL}.get(s.variables.text("quote") or "", NONE)
    prefix = s.variables.text("indentprefix") or ""
    return octets([*_heading(s, number), *indented(prefix, lines(s, number, fields)), ""])


def _heading(s: Session, number: int) -> list[str]:
    """`quote-inject-head`: %f is the author's name, %a the address, %s the subject, %d the date."""
    import time

    form = s.variables.text("quote-inject-head") or ""
    if not form or s.variables.text("quote") == "noheading":
        return []
    message = s.open_folder().summary(number)
    date = time.strftime("%Y-%m-%d %H:%M", time.localtime(message.date)) if message.date else "?"
    values = {"f": message.name or message.address, "a": message.address, "s": message.subject, "d": date, "\0": "%"}
    first, *rest = form.replace("%%", "%\0").split("%")
    text = first + "".join(values.get(piece[:1], "%" + piece[:1]) + piece[1:] for piece in rest)
    return [display.safe(line) for line in text.replace("\\t", "\t").replace("\\n", "\n").split("\n")]


def octets(text: Iterable[str]) -> bytes:
    """Lines as they stand in a letter."""
    return "".join(line + "\n" for line in text).encode("utf-8", "surrogateescape")
