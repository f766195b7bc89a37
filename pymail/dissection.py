"""A letter part by part: the table that `struct` prints, and each part decoded (GNU mail).

Apart from `display`, which makes one text of a letter for its reader: here nothing is
chosen and nothing left out. All lines are safe.
"""

from __future__ import annotations

from pymail import decode, display
from pymail.attachments import safe_name
from pymail.width import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.mime import Part

_RULE = f"+{'-' * 78}+"


def listed(raw: bytes, message: int, part: str = "") -> Iterator[str]:
    """The parts that hold something, a line each: number, type, octets after decoding, name.

    `message` is its number, with which the numbers begin; `part` the one part to list, with those in it.
    MailError(NOINPUT) when there is none of that number.
    """
    for each in _parts(raw, part):
        name = f"  {safe_name(each)}" if each.name else ""
        yield safe(f"{_place(message, each):<16} {_type(each):<25} {each.size:>5}{name}")


def decoded(raw: bytes, message: int, part: str = "") -> Iterator[str]:
    """Each part that holds something: a box with number, type and encoding, its header fields, its content.

    What is no text is only told of. Arguments as `listed` has them.
    """
    for each in _parts(raw, part):
        yield _RULE
        yield safe(f"| Message={_place(message, each)}")
        yield safe(f"| Type={_type(each)}")
        yield safe(f"| Encoding={each.encoding or '7bit'}")
        yield _RULE
        yield from display.fields(each.head(), lambda name: True)
        yield ""
        yield from display.contents(each, number=message)


def _parts(raw: bytes, part: str) -> Iterator[Part]:
    """The leaves of the tree, enclosed letters and what they hold among them."""
    root = decode.parse(raw)
    for each in (decode.find(root, part) if part else root).walk():
        if not each.is_multipart or not each.parts:
            yield each
            yield from each.uuencoded()


def _place(message: int, part: Part) -> str:
    """`4.1.2`; a letter of one part is that part."""
    return f"{message}" if part.number == "1" and not part.start else f"{message}.{part.number}".rstrip(".")


def _type(part: Part) -> str:
    charset = part.params.get("charset", "")
    return f"{part.type}; charset={charset}" if charset else part.type
