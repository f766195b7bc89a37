"""Variables of other programs change what their manuals say: the same session with and without them.

Most are shown where what they change is tested; here stands what has no such place, and that none was forgotten.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from program import Home, Run

from pymail.variables.table import POSIX, TABLE

TESTS = Path(__file__).parent.parent
FORMS = (
    b"From: Alice <alice@example.org>\nSubject: forms\nContent-Type: multipart/alternative; boundary=x\n\n"
    b"--x\nContent-Type: text/plain\n\nplain\n--x\nContent-Type: text/html\n\n<p>rich</p>\n--x--\n"
)
QUOTED = b"From: bob@example.org\nSubject: quotes\n\n> > old words and more of them that fill the line\n:: marks\n"

# Options, what is typed, what the run leaves with the setting, and without it.
EFFECTS = [
    ("mime-alternative-favour-rich", "print 1", "\nrich\n", "\nplain\n"),
    ("nofromfield", "from 1", "bob@example.org", "Alice"),
    ("nofromfield", "Save 1", '"bob" [New file]', '"alice" [New file]'),
    ("quote quote-fold=40", "Reply 2\n~p\n~x", "\n> >> old words and more of them that\n> >> fill", ""),
    ("quote quote-fold='40 20'", "Reply 2\n~p\n~x", "\n> :: marks\n", ""),
    ("quote quote-fold=40 quote-chars=:", "Reply 2\n~p\n~x", "\n> > > old words", "\n> >> old words"),
    ("record=sent expandaddr record-files", "mail ./copy\nhello\n~.\n!ls", "\nsent\n", ""),
    ("noappenddeadletter", "mail bob@x\none\n~q\nmail bob@x\ntwo\n~q\n!grep -c ^From: dead.letter", "\n1\n!", "\n2\n!"),
    ("mailcap-disable", "mimeview 3", "no mailcap entry", "shown by cap"),
]


@pytest.mark.parametrize(("setting", "typed", "mark", "other"), EFFECTS)
def test_variable_has_its_effect(home: Home, pymail: Run, setting: str, typed: str, mark: str, other: str) -> None:
    pdf = b"From: carol@example.org\nSubject: paper\nContent-Type: application/pdf\n\ncontent\n"
    home.receive([FORMS, QUOTED, pdf])
    (home.path / ".mailcap").write_text("application/pdf; echo shown by cap\n")
    home.env["MAILCAPS"] = str(home.path / ".mailcap")
    *given, own = setting.split(" ") if "'" not in setting else [setting]
    mark, other = (mark, other) if mark else (other, mark)
    with_it = _run(home, pymail, [*given, own], typed)
    without = _run(home, pymail, given, typed)
    assert mark in with_it and mark not in without
    assert other in without or not other


def _run(home: Home, pymail: Run, settings: list[str], typed: str) -> str:
    for name in ("alice", "bob", "copy", "sent", "dead.letter"):
        (home.path / name).unlink(missing_ok=True)
    home.rc("".join(f"set {setting}\n" for setting in settings) + "set subject=x\n")
    result = pymail("-N", "-~", "-S", "mta=test:", input=f"{typed}\nexit\n")
    return result.out + result.err


# Names that tests spell in another way.
SPELLED = {"pipe-TYPE/SUBTYPE": "pipe-application/pdf"}


def test_every_variable_is_set_in_some_test() -> None:
    texts = "\n".join(path.read_text() for path in TESTS.rglob("*.py") if path != Path(__file__))
    texts += "\n".join(path.read_text() for path in (TESTS / "dialogues").glob("*.txt"))
    texts += " ".join(setting for setting, _, _, _ in EFFECTS)
    # In calls of Python a hyphen is an underscore.
    settings = set(re.findall(r"(?<![\w-])(?:no)?([A-Za-z][\w-]*(?:/\w+)?)", texts.replace("_", "-")))
    settings |= {f"no{name}" for name in settings}
    names = {SPELLED.get(row.name, row.name).replace("_", "-") for row in TABLE.values() if row not in POSIX}
    assert {name for name in names if name not in settings and name.removeprefix("no") not in settings} == set()
