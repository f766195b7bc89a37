"""Parts of messages in a message list: `4.2` -> message 4, part 2.

Apart from `msglist`, whose terms name whole messages: only what prints, writes, pipes or
views can take a part.
"""

from __future__ import annotations


def parse(term: str) -> tuple[str, list[str]]:
    """The message and the numbers of its parts that a term names: `4.2`, `$.1.3`, `4.2-5`, GNU's `4[2]`.

    No numbers for a term of any other form.
    """
    size = 1 if term[:1] in tuple("^$.") else len(term) - len(term.lstrip("0123456789"))
    message, mark, rest = term[:size], term[size : size + 1], term[size + 1 :]
    if mark == "[" and rest.endswith("]"):
        rest = rest[:-1]
    elif mark != ".":
        return message, []
    above, dot, last = rest.rpartition(".")
    first, dash, stop = last.partition("-")
    stop = stop if dash else first
    if not message or not all(map(_is_part, [*(above.split(".") if dot else ()), first, stop])):
        return message, []
    return message, [above + dot + str(number) for number in range(int(first), int(stop) + 1)]


def _is_part(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6 and not text.startswith("0")
