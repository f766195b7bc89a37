"""What is asked for goes to standard output, what is wrong to standard error (POSIX mailx, STDOUT, STDERR)."""

from __future__ import annotations

import pytest
from letters import letter
from program import Home, Run

WRONG = [
    "nonsense", "print 9", "print 1-9", "print /nothing", "print :x", "print nobody", "delete 9", "undelete",
    "write", "write 1 nowhere/file", "save 1 nowhere/file", "copy 9 file", "file nowhere", "folders", "source nowhere",
    "cd nowhere", "alias nobody", "unalias nobody", "set toplines=many", "unset", "else", "endif", "pipe",
    "pipe 1 false", "headers 9", "from 9", "size 9", "top 9", "hold 9", "mbox 9", "touch 9", "next 9", "edit 9",
    "visual 9", "call nothing", "shortcut x", "account nobody", "help nonsense", "? nonsense", "history x",
    "sort nonsense", "headerpick nonsense", "rename a b", "remove nothing", "define x", "localopts", "return", "!",
    "reply 9", "mail", "resend 1", "commandalias x", "Lreply 1", "z9x", "-", "+9",
]  # fmt: skip


@pytest.mark.parametrize("posix", [False, True], ids=["today", "posix"])
@pytest.mark.parametrize("line", WRONG)
def test_an_error_is_one_line_on_standard_error_alone(home: Home, pymail: Run, line: str, posix: bool) -> None:
    home.receive([letter("first")])
    env = {"POSIXLY_CORRECT": "1"} if posix else {}
    fine = pymail("-N", input="x\n", env=env)
    result = pymail("-N", input=f"{line}\nx\n", env=env)
    assert result.status != 0
    assert result.out.replace(fine.out, "") in ("", f"Held 1 message in {home.inbox}\n")
    assert len(result.err.splitlines()) == 1 and result.err.startswith("pymail: ")


RIGHT = [
    "print", "top", "headers", "from *", "size", "=", "file", "folders /tmp", "echo words", "set", "set all",
    "alias a b\nalias", "list", "help", "? print", "version", "cwd", "z", "next 1", "!echo hi", "pipe 1 cat", "sort",
    "summary", "shortcut a b\nshortcut", "define x {\necho\n}\ndefine", "retain from\nretain", "inc", "envelope",
    "struct",
]  # fmt: skip


@pytest.mark.parametrize("line", RIGHT)
def test_what_is_asked_for_is_on_standard_output_alone(home: Home, pymail: Run, line: str) -> None:
    home.receive([letter("first")])
    result = pymail("-N", "-S", "quiet", "-S", "noheader", input=f"{line}\nx\n")
    assert (result.status, result.err) == (0, "")
    assert result.out
