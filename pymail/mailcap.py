"""Which program shows a media type: mailcap files (RFC 1524), read with distrust.

Apart because the standard library's reader is gone and was a hole (CVE-2015-20107): there, a
type or parameter out of a letter became shell text. Here a value from a letter is put into a
command only if no shell can see more in it than a word; else the entry is passed over.
"""

from __future__ import annotations

import os

from pymail import ownership
from pymail.errors import MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FILES = "~/.mailcap:/etc/mailcap:/usr/share/etc/mailcap:/usr/local/etc/mailcap"
_LARGEST = 1 << 20
_HARMLESS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")


class Entry:
    """One line of a mailcap: a type or `image/*`, a command, and what the command needs.

    `terminal`: it wants the terminal. `background`: nobody waits for it (s-nail's x-mailx-async, or `&` behind
    the command). `test`: a command that says by its status whether this entry counts. `piped`: the part goes to
    its standard input, there is no %s.
    """

    __slots__ = ("_suffix", "background", "command", "piped", "terminal", "test", "type")

    def __init__(self, type: str, command: str, fields: list[str]) -> None:
        values = {name.strip().lower(): value.strip() for name, _, value in (field.partition("=") for field in fields)}
        command = command.strip()
        self.type = type.strip().lower()
        self.command = command.removesuffix("&").rstrip()
        self.test = values.get("test", "")
        self.terminal = "needsterminal" in values
        self.background = "x-mailx-async" in values or command != self.command
        self.piped = "%s" not in self.command
        self._suffix = values.get("nametemplate", "").removeprefix("%s")

    def place(self, path: str) -> str:
        """Where a file at `path` is to lie for this command: `nametemplate=%s.html` says how its name has to end."""
        ends = self._suffix.isascii() and self._suffix.replace(".", "").isalnum() and not path.endswith(self._suffix)
        return path + self._suffix if ends else path


def entries(environ: Mapping[str, str], complain: Callable[[str], None]) -> Iterator[Entry]:
    """The entries of the files that MAILCAPS names (RFC 1524 A), in order; a file that cannot be read has none.

    One that others could have written is left alone, and `complain` gets the reason.
    """
    for name in environ.get("MAILCAPS", FILES).split(":"):
        if name.startswith("~/"):
            name = os.path.join(environ.get("HOME", ""), name[2:])
        try:
            descriptor = ownership.open_private(name, os.O_RDONLY, root=True)
        except MailError as error:
            complain(error.text)
            continue
        except (OSError, ValueError):
            continue
        with open(descriptor, encoding="utf-8", errors="replace") as file:
            text = file.read(_LARGEST)
        yield from parse(text)


def parse(text: str) -> Iterator[Entry]:
    """The entries of one mailcap file."""
    for line in text.replace("\\\n", "").split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            kind, *rest = _split(line)
            if rest:
                yield Entry(kind if "/" in kind else f"{kind.strip()}/*", rest[0], rest[1:])


def find(
    found: Iterator[Entry],
    type: str,
    params: Mapping[str, str],
    path: str,
    *,
    passes: Callable[[str], bool],
) -> tuple[Entry, str] | None:
    """The first entry for `type` whose test passes, and its command for the file at `path`; None when there is none.

    `passes` runs a test command and says whether it succeeded. The caller chooses a `path` of harmless letters,
    puts the file where the entry wants it (`place`) and runs the command by the shell.
    """
    for entry in found:
        if entry.type not in (type, type.partition("/")[0] + "/*"):
            continue
        command, test = (fill(template, type, params, entry.place(path)) for template in (entry.command, entry.test))
        if command is not None and test is not None and (not test or passes(test)):
            return entry, command
    return None


def fill(template: str, type: str, params: Mapping[str, str], path: str) -> str | None:
    """A command with %s, %t and %{name} replaced and `\\%` undone; None when a value could mean more than a word."""
    done, at = "", 0
    while (mark := template.find("%", at)) >= 0:
        done += template[at:mark]
        letter = template[mark + 1 : mark + 2]
        at = mark + 2
        if done.endswith("\\"):
            done = done[:-1] + "%" + letter
            continue
        value = {"s": path, "t": type}.get(letter, "")
        if letter == "{":
            name, _, rest = template[at:].partition("}")
            value, at = params.get(name.lower(), ""), len(template) - len(rest)
        if not is_harmless(value):
            return None
        done += value
    return done + template[at:]


def is_harmless(value: str) -> bool:
    """Whether no shell sees more in a value than a word that is no option."""
    return _HARMLESS.issuperset(value) and not value.startswith("-")


def _split(line: str) -> list[str]:
    """The fields of an entry: between semicolons that no backslash precedes."""
    fields = [""]
    for piece in line.split(";"):
        if fields[-1].endswith("\\"):
            fields[-1] = fields[-1][:-1] + ";" + piece
        else:
            fields.append(piece)
    return fields[1:]
