"""Each synopsis of the commands and escapes in POSIX.1-2024's mailx: the shortest spelling and the whole word."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessions import Room, room

from pymail.session import Leave

# What stands on the page, what is typed, and what that leaves: on the screen, in files, or as letters of states; with a
# ! before it, what that does not leave.
COMMANDS = [
    ("a[lias]", "alias one bob@x\na", "one\tbob@x"),
    ("a[lias] alias", "alias one bob@x\nalias two joe@x\na two", "two\tjoe@x"),
    ("a[lias] alias address...", "a one bob@x joe@x\nalias", "one\tbob@x joe@x"),
    ("g[roup]", "group one bob@x\ng", "one\tbob@x"),
    ("g[roup] alias", "group one bob@x\ng one", "one\tbob@x"),
    ("g[roup] alias address...", "g one bob@x joe@x\nalias", "one\tbob@x joe@x"),
    ("alt[ernates]", "alternates me@one\nalt", "me@one"),
    ("alt[ernates] name...", "alt me@one me@two\nalternates", "me@one me@two"),
    ("cd", "cd sub\ncd\n!pwd", "HOME\n"),
    ("cd directory", "cd sub\n!pwd", "HOME/sub\n"),
    ("ch[dir]", "cd sub\nch\n!pwd", "HOME\n"),
    ("ch[dir] directory", "ch sub\n!pwd", "HOME/sub\n"),
    ("c[opy]", "2\nc", "HOME/mbox: subject-2"),
    ("c[opy] file", "2\nc out", "HOME/out: subject-2"),
    ("c[opy] msglist file", "c 1-2 out", "HOME/out: subject-1 BODY-1 subject-2 BODY-2"),
    ("C[opy]", "2\nC", "HOME/user2: subject-2"),
    ("C[opy] msglist", "C 1 3", "HOME/user1: subject-1 BODY-1 subject-3 BODY-3"),
    ("d[elete]", "2\nd", "state ND"),
    ("d[elete] msglist", "d 1 3", "state DND"),
    ("di[scard]", "discard date\ndi", "date\n"),
    ("di[scard] field-name...", "di subject\nprint", "!subject-1"),
    ("ig[nore]", "ignore date\nig", "date\n"),
    ("ig[nore] field-name...", "ig subject\nprint", "!subject-1"),
    ("dp", "dp", "BODY-2"),
    ("dp msglist", "dp 1 2", "BODY-3"),
    ("dt", "dt", "BODY-2"),
    ("dt msglist", "dt 1 2", "BODY-3"),
    ("ec[ho] string ...", "ec one two", "one two\n"),
    ("e[dit]", "set EDITOR='grep BODY'\n2\ne", "BODY-2"),
    ("e[dit] msglist", "set EDITOR='grep BODY'\ne 1 3", "BODY-1\nBODY-3"),
    ("ex[it]", "delete 1\nex", "left"),
    ("x[it]", "delete 1\nx", "left"),
    ("fi[le]", "fi", "3 messages"),
    ("fi[le] file", "fi box", '"box": 1 message'),
    ("fold[er]", "fold", "3 messages"),
    ("fold[er] file", "fold box", '"box": 1 message'),
    ("folders", "set folder=sub\nfolders", "inner"),
    ("fo[llowup]", "fo", "HOME/user1: Re:"),
    ("fo[llowup] message", "fo 2", "HOME/user2: Re:"),
    ("F[ollowup]", "F", "HOME/user1: Re:"),
    ("F[ollowup] msglist", "F 2 3", "HOME/user2: Re:"),
    ("f[rom]", "2\nf", "subject-2"),
    ("f[rom] msglist", "f 2 3", "subject-3"),
    ("h[eaders]", "h", "subject-1"),
    ("h[eaders] message", "set screen=1\nh 3", "subject-3"),
    ("hel[p]", "hel", "delete [msglist]"),
    ("?", "?", "delete [msglist]"),
    ("ho[ld]", "2\nho", "state NP"),
    ("ho[ld] msglist", "ho 1 3", "state PNP"),
    ("pre[serve]", "2\npre", "state NP"),
    ("pre[serve] msglist", "pre 1 3", "state PNP"),
    ("i[f] s|r", "i r\necho yes\nen", "yes\n"),
    ("el[se]", "i s\necho yes\nel\necho other\nen", "other\n"),
    ("en[dif]", "i s\nen\necho on", "on\n"),
    ("l[ist]", "l", "undelete"),
    ("m[ail] address...", "m bob@x joe@x", "RCPT TO:<joe@x>"),
    ("mb[ox]", "2\nmb", "state NM"),
    ("mb[ox] msglist", "mb 1 3", "state MNM"),
    ("n[ext]", "2\nn", "BODY-3"),
    ("n[ext] message", "n 3", "BODY-3"),
    ("pi[pe]", "set cmd='grep BODY'\n2\npi", "BODY-2"),
    ("pi[pe] command", "pi 'grep BODY'", "BODY-1"),
    ("pi[pe] msglist command", "pi 3 'grep BODY'", "BODY-3"),
    ("|", "set cmd='grep BODY'\n2\n|", "BODY-2"),
    ("| command", "| 'grep BODY'", "BODY-1"),
    ("| msglist command", "| 3 'grep BODY'", "BODY-3"),
    ("P[rint]", "ignore subject\nP", "subject-1"),
    ("P[rint] msglist", "ignore subject\nP 2", "subject-2"),
    ("T[ype]", "ignore subject\nT", "subject-1"),
    ("T[ype] msglist", "ignore subject\nT 2", "subject-2"),
    ("p[rint]", "p", "BODY-1"),
    ("p[rint] msglist", "p 1 2", "BODY-2"),
    ("t[ype]", "t", "BODY-1"),
    ("t[ype] msglist", "t 1 2", "BODY-2"),
    ("q[uit]", "q", "left"),
    ("r[eply]", "r", "RCPT TO:<user1@x>"),
    ("r[eply] message", "r 2", "RCPT TO:<user2@x>"),
    ("r[espond]", "respond", "RCPT TO:<user1@x>"),
    ("r[espond] message", "respond 2", "RCPT TO:<user2@x>"),
    ("R[eply]", "R", "RCPT TO:<user1@x>"),
    ("R[eply] msglist", "R 2 3", "RCPT TO:<user3@x>"),
    ("R[espond]", "Respond", "RCPT TO:<user1@x>"),
    ("R[espond] msglist", "Respond 2 3", "RCPT TO:<user3@x>"),
    ("ret[ain]", "retain date\nret", "date\n"),
    ("ret[ain] field-name...", "ret date\nprint", "!subject-1"),
    ("s[ave]", "2\ns", "HOME/mbox: subject-2"),
    ("s[ave] file", "2\ns out", "HOME/out: subject-2"),
    ("s[ave] msglist file", "s 1-2 out", "HOME/out: subject-1 BODY-1 subject-2 BODY-2"),
    ("S[ave]", "2\nS", "HOME/user2: subject-2"),
    ("S[ave] msglist", "S 1 3", "HOME/user1: subject-1 BODY-1 subject-3 BODY-3"),
    ("se[t]", "se", "asksub\n"),
    ("se[t] name", "se bang\nse", "bang\n"),
    ("se[t] name=string", "se cmd='a b'\nse", 'cmd="a b"\n'),
    ("se[t] name=number", "se toplines=2\nse", 'toplines="2"\n'),
    ("se[t] noname", "se noasksub\nse", "!asksub\n"),
    ("sh[ell]", "set SHELL=/bin/pwd\nsh", "HOME\n"),
    ("si[ze]", "si", "1: "),
    ("si[ze] msglist", "si 2 3", "3: "),
    ("so[urce] file", "so commands", "sourced\n"),
    ("to[p]", "set toplines=9\nto", "BODY-1"),
    ("to[p] msglist", "set toplines=9\nto 2 3", "BODY-3"),
    ("tou[ch]", "tou\nq", "left"),
    ("tou[ch] msglist", "tou 2 3\nq", "left"),
    ("una[lias] alias...", "alias one bob@x\nalias two joe@x\nuna one two\nalias one", "one: no such alias"),
    ("u[ndelete]", "delete 2 3\nu", "state NRD"),
    ("u[ndelete] msglist", "delete *\nu 1 3", "state RDR"),
    ("uns[et] name...", "uns asksub header\nset", "!asksub\n"),
    ("v[isual]", "set VISUAL='grep BODY'\n2\nv", "BODY-2"),
    ("v[isual] msglist", "set VISUAL='grep BODY'\nv 1 3", "BODY-1\nBODY-3"),
    ("w[rite] file", "2\nw out", "HOME/out: BODY-2"),
    ("w[rite] msglist file", "w 1 3 out", "HOME/out: BODY-1 BODY-3"),
    ("z", "set screen=1\nz", "subject-2"),
    ("z+", "set screen=1\nz+", "subject-2"),
    ("z-", "set screen=1\nheaders 3\nz-", "subject-2"),
    ("!command", "!echo a b", "a b\n"),
    ("# comment", "# echo no", "state N"),
    ("=", "2\n=", "2\n"),
]


def seen(s: Room, typed: str, home: Path) -> str:
    """All that carrying out these lines leaves."""
    left = ""
    try:
        s.do(*typed.split("\n"))
    except Leave:
        left = "left\n"
    files = "".join(f"{path}: {_words(path)}\n" for path in sorted(home.rglob("*")) if path.is_file())
    states = f"state {s.folder.letters(range(len(s.folder)))}\n" if s.folder else ""
    return (s.said + s.complained + left + s.sent() + files + states).replace(str(home), "HOME")


def _words(path: Path) -> str:
    lines = path.read_text().splitlines()
    return " ".join(word for line in lines for word in line.split() if word[:4] in ("subj", "BODY", "Re:"))


def whole(synopsis: str, typed: str) -> str:
    """The lines with the whole words of the synopsis in place of their shortest forms."""
    word = synopsis.split()[0]
    short, _, rest = word.partition("[")
    lines = [line.split(" ", 1) for line in typed.split("\n")]
    return "\n".join(" ".join([short + rest[:-1] if line[0] == short else line[0], *line[1:]]) for line in lines)


@pytest.mark.parametrize(("synopsis", "typed", "mark"), COMMANDS)
def test_command_as_its_synopsis_has_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], synopsis: str, typed: str, mark: str
) -> None:
    for lines in {typed, whole(synopsis, typed)}:
        found = _session(tmp_path / str(len(lines)), lines) + capfd.readouterr().out.replace(str(tmp_path), "TMP")
        found = found.replace(f"TMP/{len(lines)}", "HOME").replace(str(tmp_path / str(len(lines))), "HOME")
        assert (mark.lstrip("!") in found) != mark.startswith("!"), found


def _session(home: Path, lines: str, letter: str = "") -> str:
    (home / "sub").mkdir(parents=True)
    (home / "edit").write_text("#!/bin/sh\necho EDITED >$1\n")
    (home / "edit").chmod(0o700)
    (home / "sub" / "inner").touch()
    (home / "commands").write_text("echo sourced\n")
    (home / "box").write_text("From a Mon Jan  5 10:00:00 2015\nFrom: a\nSubject: boxed\n\nx\n")
    letters = [
        f"From: user{n}@x\nTo: me@example.org\nSubject: subject-{n}\nDate: Mon, 5 Jan 2015 10:0{n}:00 +0000\n"
        f"X-Extra: {n}\n\nBODY-{n}\n"
        for n in (1, 2, 3)
    ]
    octets = [text.encode() for text in letters]
    s = room(octets, home=home, strict=True, typed=letter or "hello\n", terminal=bool(letter))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        return seen(s, lines, home)


ESCAPES = [
    ("~! command", "~!echo out", "out\n"),
    ("~.", "one\n~.\nlost", "!lost"),
    ("~: mailx-command", "~:=", "1\n"),
    ("~_ mailx-command", "~_ =", "1\n"),
    ("~?", "~?", "~p "),
    ("~A", "~A", "\nBIG\n"),
    ("~a", "~a", "\nsmall\n"),
    ("~b name...", "~b ann@x joe@x", "RCPT TO:<joe@x>"),
    ("~c name...", "~c ann@x joe@x", "Cc: ann@x, joe@x"),
    ("~d", "~d", "\necho sourced\n"),
    ("~e", "~e", "\nEDITED\n"),
    ("~f", "~f", "\nBODY-1\n"),
    ("~f [msglist]", "~f 2 3", "\nBODY-3\n"),
    ("~F", "~F", "\nX-Extra: 1\n"),
    ("~F [msglist]", "~F 2", "\nBODY-2\n"),
    ("~h", "~h\nnew\n\n\n", "Subject: new"),
    ("~i string", "~i Sign", "\nBIG\n"),
    ("~m", "~m", "\n\tBODY-1\n"),
    ("~m [msglist]", "~m 2 3", "\n\tBODY-3\n"),
    ("~M", "~M", "\n\tX-Extra: 1\n"),
    ("~M [msglist]", "~M 2", "\n\tBODY-2\n"),
    ("~p", "one\n~p\n~x", "\none\n"),
    ("~q", "one\n~q", "the letter is in "),
    ("~r file", "~r commands", "\necho sourced\n"),
    ("~< file", "~< commands", "\necho sourced\n"),
    ("~r !command", "~r !echo out", "\nout\n"),
    ("~< !command", "~<!echo out", "\nout\n"),
    ("~s string", "~s a b", "Subject: a b"),
    ("~t name...", "~t ann@x joe@x", "To: bob@x, ann@x, joe@x"),
    ("~v", "~v", "\nEDITED\n"),
    ("~w file", "one\n~w out", '"out" 1/4'),
    ("~x", "one\n~x", "!the letter is in "),
    ("~| command", "one\n~| tr o 0", "\n0ne\n"),
]


@pytest.mark.parametrize(("synopsis", "typed", "mark"), ESCAPES)
def test_escape_as_its_synopsis_has_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], synopsis: str, typed: str, mark: str
) -> None:
    settings = "set noasksub sign=small Sign=BIG DEAD=~/commands EDITOR=~/edit VISUAL=~/edit\nignore x-extra"
    found = _session(tmp_path, f"{settings}\nmail bob@x", typed + "\n") + capfd.readouterr().out
    assert (mark.lstrip("!") in found) != mark.startswith("!"), found
