"""format=flowed: paragraphs that the reader's screen may wrap anew (RFC 3676).

Apart because it is the one thing that changes a text on its way out, and only when asked.
"""

from __future__ import annotations

from pymail.body import Body

_WIDTH = 72  # RFC 3676 4.2: a line should stay below 79, some quotes included


def flowed(body: Body) -> Body:
    """The text with long lines parted by soft line breaks, and nothing else soft in it."""
    done = Body(name=body.name)
    rest = b""
    for piece in body.pieces():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            done.write(_parted(line) + b"\n")
    if rest:
        done.write(_parted(rest))
    return done


def _parted(octets: bytes) -> bytes:
    line = octets.decode("utf-8", "surrogateescape")
    depth = len(line) - len(line.lstrip(">"))
    prefix, text = line[:depth], line[depth:]
    # A blank at the end would be soft; only the signature's line has one (4.3).
    text = text if text in ("-- ", " -- ") else text.rstrip(" ")
    if depth:
        text = text.removeprefix(" ")
        prefix += " " if text else ""
    lines = [prefix + _stuffed(part, depth) for part in _wrapped(text, _WIDTH - depth)]
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _stuffed(text: str, depth: int) -> str:
    """4.4: a blank before what would otherwise be taken for stuffing, for a quote or for a From_ line."""
    return " " + text if not depth and text.startswith((" ", "From ", ">")) else text


def _wrapped(text: str, width: int) -> list[str]:
    """`text` in lines that end in a blank but for the last."""
    lines = []
    while len(text) > width:
        cut = text.rfind(" ", 1, width) + 1 or text.find(" ", 1) + 1
        if not cut or not text[cut:]:
            break
        lines.append(text[:cut])
        text = text[cut:]
    return [*lines, text]
