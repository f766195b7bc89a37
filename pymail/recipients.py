"""Recipients that the user typed, with their aliases replaced (POSIX alias).

Apart because verbs, prompts and tilde escapes take them in alike; a reply's recipients,
which come from a letter, are never replaced.
"""

from __future__ import annotations

from pymail import addresses, aliases, encodedwords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.addresses import Address
    from pymail.session import Session


def recipients(s: Session, text: str) -> list[Address]:
    """The addresses in a text, each once. MailError (64) names a bad one."""
    return expanded(s, addresses.split(_unquoted(text)))


def expanded(s: Session, people: list[Address]) -> list[Address]:
    """These addresses, which the user wrote, with their aliases replaced; with norecursivealiases not those within."""
    metoo, deep = s.variables.flag("metoo"), s.variables.flag("recursivealiases")
    return aliases.expand(people, s.aliases, s.me(), metoo=metoo, deep=deep)


def by_mta_aliases(s: Session, people: list[Address]) -> list[Address]:
    """Who gets a letter by a file such as /etc/aliases (mta-aliases). MailError when it names what is nobody."""
    from pymail.transports import aliases as file

    table = file.read(s.names().expand(s.variables.text("mta-aliases") or ""))
    found = aliases.expand(people, table, metoo=True)
    for person in found:
        addresses.check(person)
    return found


def _unquoted(text: str) -> str:
    """The text without the quotes of words that are a whole address with its name (POSIX mailx, quoting).

    Others stay: they belong to names and local parts.
    """
    if '"' not in text and "'" not in text:
        return text
    from pymail import words

    pieces = [
        f"{word.text}," if word.quoted and "<" in word.text and word.text.endswith(">") else text[word.start : word.end]
        for word in words.split(text)
    ]
    return " ".join(pieces)


def shown(people: list[Address]) -> str:
    """Addresses as a person reads and types them: as in a field, but no name is encoded."""
    return ", ".join(map(_shown, people))


def _shown(person: Address) -> str:
    if not person.name:
        return person.spec
    is_plain = all(map(encodedwords.is_atom, person.name.split(" ")))
    return f"{person.name if is_plain else encodedwords.quote(person.name)} <{person.spec}>"
