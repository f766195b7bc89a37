"""Every variable of POSIX changes what POSIX says it changes: the same session with and without it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from letters import mbox
from program import USER, Home, Run

from pymail.variables.table import POSIX

TESTS = Path(__file__).parent.parent


def letter(number: int, to: str = "me@example.org", author: str = "") -> bytes:
    author = author or f"user{number}@example.org"
    return (
        f"From: {author}\nTo: {to}\nSubject: subject-{number}\nDate: Mon, 05 Jan 2015 10:{number:02}:00 +0000\n\n"
        f"BODY-{number}\n"
    ).encode()


# A setting, what is typed, and a mark that only the session with the setting leaves (with a ! before it: only the one
# without) on its screen or in a file.
EFFECTS = [
    ("allnet", "from user1@elsewhere\nx", "subject-1"),
    ("append", "print 1\nq", "mbox: old 1"),
    ("autoprint", "delete 1\nx", "BODY-2"),
    ("bang", "!echo one\n!echo two !\nx", "two echo one"),
    ("cmd='grep -c BODY'", "pipe\nx", "\n1\n"),
    ("debug", "mail bob@example.org\ntext", "!sent: "),
    ("escape=%", "mail bob@example.org\n%s other", "sent: other"),
    ("flipr", "reply 3\ntext", "!carol@example.org"),
    ("folder=mail", "copy 1 +out\nx", "mail/out: 1"),
    ("noheader", "folder ~/box\nx", "!2015-01-05"),
    ("hold", "print 1\nq", "!mbox: 1"),
    ("indentprefix='## '", "mail bob@example.org\n~m 1", "## BODY-1"),
    ("keep", "delete *\nq", "spool: \n"),
    ("keepsave", "save 1 out\nq", "mbox: 1"),
    ("metoo", "reply 3\ntext", f"RCPT TO:<{USER}@"),
    ("outfolder folder=mail", "Save 1\nx", "mail/user1: 1"),
    ("page", "pipe 1 'tr \\\\f F'\nx", "BODY-1\nF"),
    ("quiet", "x", "!pymail "),
    ("record=copies", "mail bob@example.org\n~s hi", "copies: hi"),
    ("nosave", "mail bob@example.org\nx\n~q", "!dead.letter: "),
    ("screen=2", "headers\nx", "!subject-3"),
    ("showto", "from 4\nx", "To friend@"),
    ("sign=SIGNED", "mail bob@example.org\n~a", "SIGNED"),
    ("Sign=SIGNED", "mail bob@example.org\n~A", "SIGNED"),
    ("toplines=8", "top 1\nx", "BODY-1"),
    ("DEAD=~/grave", "mail bob@example.org\nx\n~q", "grave: "),
    ("EDITOR='echo edited'", "edit 1\nx", "edited"),
    ("LISTER='echo listed' folder=mail", "folders\nx", "listed"),
    ("MBOX=~/other", "print 1\nq", "other: 1"),
    ("PAGER='echo paged;cat'", "more 1\nx", "paged"),
    ("SHELL=/bin/echo", "!a b\nx", "-c -- a b"),
    ("VISUAL='echo edited'", "visual 1\nx", "edited"),
]
# What only a terminal shows, or nothing at all: where it is tested.
ELSEWHERE = {
    "ask": "verbs/test_settings.py",
    "askbcc": "test_collect.py",
    "askcc": "test_collect.py",
    "asksub": "test_collect.py",
    "crt": "dialogues/paging.txt",
    "dot": "test_collect.py",
    "ignore": "test_collect.py",
    "ignoreeof": "test_collect.py",
    "onehop": "dialogues/posix-variables.txt",
    "prompt": "dialogues/posix-variables.txt",
    "sendwait": "dialogues/posix-variables.txt",
}


def world(home: Home, pymail: Run, setting: str, commands: str) -> str:
    """The screen of a session in a new HOME, and the subjects in the files that it leaves."""
    for place in (home.path, home.spool):
        shutil.rmtree(place)
        place.mkdir(0o700)
    (home.path / "mail").mkdir()
    mbox(home.path / "mbox", [letter(0).replace(b"subject-0", b"subject-old")])
    mbox(home.path / "box", [letter(7)])
    me = f"{USER}@localhost"
    home.receive(
        [letter(1), letter(2), letter(3, to=f"{me}, carol@example.org"), letter(4, to="friend@example.net", author=me)]
    )
    home.rc(f"set mta=test://{home.path}/sent VISUAL=true EDITOR=true\nset {setting}\n")
    options = ["-~"] if "box" in commands else ["-~", "-N"]
    result = pymail(*options, input=commands + "\n", env={"POSIXLY_CORRECT": "1"})
    files = [path for path in sorted(home.path.rglob("*")) if path.is_file() and ".local" not in str(path)]
    left = [f"{path.relative_to(home.path)}: {subjects(path)}\n" for path in files]
    left += [f"spool: {subjects(home.inbox)}\n"] if home.inbox.exists() else []
    sent = (home.path / "sent").read_text() if (home.path / "sent").exists() else ""
    return result.out + result.err + "".join(left) + sent


def subjects(path: Path) -> str:
    text = path.read_text(errors="replace")
    return " ".join(re.findall(r"(?m)^Subject: (?:subject-)?(\S+)", text))


@pytest.mark.parametrize(("setting", "commands", "mark"), EFFECTS, ids=[row[0].partition("=")[0] for row in EFFECTS])
def test_variable_has_its_effect(home: Home, pymail: Run, setting: str, commands: str, mark: str) -> None:
    with_it = world(home, pymail, setting, commands)
    without = world(home, pymail, "nothing", commands)
    if mark.startswith("!"):
        with_it, without = without, with_it
    assert mark.lstrip("!") in with_it
    assert mark.lstrip("!") not in without


def test_every_variable_of_posix_is_shown_to_have_its_effect() -> None:
    shown = {re.split(r"[= ]", setting)[0] for setting, _, _ in EFFECTS}
    shown = {name.removeprefix("no") if name in ("noheader", "nosave") else name for name in shown}
    assert {row.name for row in POSIX} == shown | set(ELSEWHERE)
    for name, place in ELSEWHERE.items():
        assert re.search(rf"\b(no)?{name}\b", (TESTS / place).read_text()), name
