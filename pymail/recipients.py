"""Recipients that the user typed, with their aliases replaced (POSIX alias).

Apart because verbs, prompts and tilde escapes take them in alike; a reply's recipients,
which come from a letter, are never replaced.
"""

from __future__ import annotations

from pymail import addresses, aliases, encodedwords, targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.addresses import Address
    from pymail.session import Session
    from pymail.words import Word


def recipients(s: Session, text: str) -> list[Address]:
    """The addresses in a text, each once, with files and commands where `expandaddr` lets them be.

    MailError (64) names a bad one.
    """
    return expanded(s, targets.split(s, _unquoted(text)))


def correspondents(s: Session, text: str) -> list[Address]:
    """The same, where only people make sense: authors, and who gets answers."""
    found = recipients(s, text)
    for person in found:
        addresses.check(person)
    return found


def expanded(s: Session, people: list[Address]) -> list[Address]:
    """These addresses, which the user wrote, with their aliases replaced; with norecursivealiases not those within."""
    metoo, deep = s.variables.flag("metoo"), s.variables.flag("recursivealiases")

    def read(member: str) -> list[Address]:
        return targets.of_word(s, member)

    return aliases.expand(people, s.aliases, s.me(), metoo=metoo, deep=deep, read=read)


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

    Others stay: they belong to names and local parts; those of a file or a command become double ones.
    """
    if '"' not in text and "'" not in text:
        return text
    from pymail.words import split

    return " ".join(_piece(word, text[word.start : word.end]) for word in split(text))


def _piece(word: Word, spelled: str) -> str:
    if word.quoted and "<" in word.text and word.text.endswith(">"):
        return f"{word.text},"
    return encodedwords.quote(word.text) if word.quoted and targets.kind_of(word.text) else spelled


def shown(people: list[Address]) -> str:
    """Addresses as a person reads and types them: as in a field, but no name is encoded."""
    return ", ".join(map(_shown, people))


def _shown(person: Address) -> str:
    if not person.name:
        return person.spec
    is_plain = all(map(encodedwords.is_atom, person.name.split(" ")))
    return f"{person.name if is_plain else encodedwords.quote(person.name)} <{person.spec}>"
