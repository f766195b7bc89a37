"""The verbs that choose header fields: what is shown, saved and forwarded of a message's head."""

from __future__ import annotations

from pymail import heading
from pymail.draft import Draft
from pymail.errors import USAGE, MailError
from pymail.filters import CONTEXTS, Filter
from pymail.session import Session
from pymail.verbs.kinds import Text, Words
from pymail.verbs.table import verb


@verb("di[scard]", "ig[nore]", kind=Words("[field ...]"), sending=True)
def ignore(s: Session, names: list[str]) -> None:
    """Hide header fields of printed messages.

    Without fields the hidden ones are listed.
    """
    _pick(s, s.filters["type"].ignored, names)


@verb("ret[ain]", kind=Words("[field ...]"), sending=True)
def retain(s: Session, names: list[str]) -> None:
    """Show only these header fields.

    Without fields they are listed. retain overrides ignore.
    """
    _pick(s, s.filters["type"].retained, names)


@verb("uni[gnore]", kind=Words("field ...", 1), sending=True)
def unignore(s: Session, names: list[str]) -> None:
    """Show hidden header fields again; * shows all."""
    _unpick(s.filters["type"].ignored, names)


@verb("unret[ain]", kind=Words("field ...", 1), sending=True)
def unretain(s: Session, names: list[str]) -> None:
    """Take fields off the list of retain; * all."""
    _unpick(s.filters["type"].retained, names)


@verb("savei[gnore]", "saved[iscard]", kind=Words("[field ...]"), sending=True)
def saveignore(s: Session, names: list[str]) -> None:
    """Leave header fields out of saved messages.

    Without fields they are listed.
    """
    _pick(s, s.filters["save"].ignored, names)


@verb("unsa[veignore]", kind=Words("field ...", 1), sending=True)
def unsaveignore(s: Session, names: list[str]) -> None:
    """Take fields off the list of saveignore; * all."""
    _unpick(s.filters["save"].ignored, names)


@verb("unsaver[etain]", kind=Words("field ...", 1), sending=True)
def unsaveretain(s: Session, names: list[str]) -> None:
    """Take fields off the list of saveretain; * all."""
    _unpick(s.filters["save"].retained, names)


@verb("saver[etain]", kind=Words("[field ...]"), sending=True)
def saveretain(s: Session, names: list[str]) -> None:
    """Keep only these header fields in saved messages.

    Without fields they are listed. saveretain overrides saveignore.
    """
    _pick(s, s.filters["save"].retained, names)


@verb("fwdi[gnore]", "fwdd[iscard]", kind=Words("[field ...]"), sending=True)
def fwdignore(s: Session, names: list[str]) -> None:
    """Leave header fields out of forwarded messages.

    Without fields they are listed.
    """
    _pick(s, s.filters["forward"].ignored, names)


@verb("fwdr[etain]", kind=Words("[field ...]"), sending=True)
def fwdretain(s: Session, names: list[str]) -> None:
    """Forward only these header fields.

    Without fields they are listed. fwdretain overrides fwdignore.
    """
    _pick(s, s.filters["forward"].retained, names)


@verb("unfw[dignore]", kind=Words("field ...", 1), sending=True)
def unfwdignore(s: Session, names: list[str]) -> None:
    """Take fields off the list of fwdignore; * all."""
    _unpick(s.filters["forward"].ignored, names)


@verb("unfwdr[etain]", kind=Words("field ...", 1), sending=True)
def unfwdretain(s: Session, names: list[str]) -> None:
    """Take fields off the list of fwdretain; * all."""
    _unpick(s.filters["forward"].retained, names)


@verb("headerp[ick]", kind=Words("[context ...]"), sending=True)
def headerpick(s: Session, given: list[str]) -> None:
    """Choose header fields, context by context.

    `headerpick type ignore field ...` or `headerpick type retain field ...`; the contexts are type, top, save and
    forward. Without fields the chosen ones are listed.
    """
    if len(given) > 1:
        _pick(s, _chosen(s, given), given[2:])
        return
    for context in given or CONTEXTS:
        chosen = _context(s, context)
        for how, fields in (("ignore", chosen.ignored), ("retain", chosen.retained)):
            if fields:
                s.say(f"headerpick {context} {how} {' '.join(sorted(fields))}")


@verb("unh[eaderpick]", kind=Words("context how ...", 3), sending=True)
def unheaderpick(s: Session, given: list[str]) -> None:
    """Take back what headerpick chose.

    `unheaderpick type retain subject`; a * is all fields.
    """
    _unpick(_chosen(s, given), given[2:])


def _chosen(s: Session, given: list[str]) -> set[str]:
    """The fields that are meant by a context and by `retain` or `ignore`, which may be shortened."""
    context, how = _context(s, given[0]), given[1].lower()
    if "retain".startswith(how):
        return context.retained
    if "ignore".startswith(how):
        return context.ignored
    raise MailError(f"headerpick {given[0]} {how}: retain or ignore is wanted", USAGE)


def _context(s: Session, name: str) -> Filter:
    if name.lower() not in s.filters:
        raise MailError(f"headerpick {name}: the contexts are {', '.join(CONTEXTS)}", USAGE)
    return s.filters[name.lower()]


def _pick(s: Session, fields: set[str], names: list[str]) -> None:
    fields.update(name.lower() for name in names)
    for name in () if names else sorted(fields):
        s.say(name)


def _unpick(fields: set[str], names: list[str]) -> None:
    if "*" in names:
        fields.clear()
    fields.difference_update(name.lower() for name in names)


@verb("sen[der]", kind=Words("[field ...]"), sending=True)
def sender(s: Session, names: list[str]) -> None:
    """Say which fields name a message's author.

    The first that a message has counts, else From. Without fields they are listed.
    """
    s.sender_fields += names
    for name in () if names else s.sender_fields:
        s.say(name)


@verb("nos[ender]", kind=Words("[field ...]"), sending=True)
def nosender(s: Session, names: list[str]) -> None:
    """Take fields off the list of sender, or all."""
    gone = {name.lower() for name in names or s.sender_fields}
    s.sender_fields = [name for name in s.sender_fields if name.lower() not in gone]


@verb("sendh[eader]", kind=Text("[Name: text]"), sending=True)
def sendheader(s: Session, text: str) -> None:
    """Add a header field to all letters, or list them.

    A name alone takes the field off again.
    """
    name, colon, value = text.partition(":")
    if colon and value.strip():
        heading.add(Draft(), text)
        s.custom.append(text)
    elif text:
        s.custom = [field for field in s.custom if field.partition(":")[0].lower() != name.strip().lower()]
    for field in () if text else s.custom:
        s.say(field)
