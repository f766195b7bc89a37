"""Whole sessions as text: what the user types and sees, and which files that leaves.

A dialogue is a file of sections, done from top to bottom. Its first line says what it shows.

    == rc                   the start-up file
    == environment          NAME=value lines
    == mail                 a letter that lies in (or now arrives at) the system mailbox; `== mail ~/box` in another
    == pymail ARGUMENTS     one run at a terminal of 80 columns; the lines are the screen from the first to the last
    == file ~/mbox          what a file holds now; `== no file ~/mbox`
    == sent                 all envelopes and letters sent so far

On the screen, what stands after the prompt `& ` (`? ` with POSIXLY_CORRECT) is typed, and so is all between `«` and
`»` (`Subject: «lunch»`; `«^D»` is the end of input, `«^C»` an interrupt). A last line `[status 1]` is the exit status
where that is not 0. `$HOME`, `$SPOOL`, `$USER` and `$VERSION` stand for what they are in this run; `[...]` is any text
within a line, and any lines where it is a line of its own. A letter without a Date gets one.
"""

from __future__ import annotations

import difflib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pexpect
from letters import mbox
from program import PYMAIL, USER, Home

import pymail

PROMPTS = ("& ", "? ")
ANY = "[...]"
SECONDS = 10
KEYS = {"^D": "\x04", "^C": "\x03"}


class Dialogue:
    """One dialogue in one HOME; `play` does its sections and raises AssertionError with a diff."""

    def __init__(self, path: Path, home: Home) -> None:
        self.path = path
        self.home = home
        self.sent = home.path / "sent"
        home.options += ["-S", f"mta=test://{self.sent}"]
        self.letters = 0

    def play(self) -> None:
        for title, lines in sections(self.path.read_text()):
            name, _, rest = title.partition(" ")
            if title.startswith("no file "):
                assert not self._file(title.removeprefix("no file ")).exists(), title
            else:
                getattr(self, f"do_{name}")(rest, lines)

    def do_rc(self, _: str, lines: list[str]) -> None:
        self.home.rc("".join(f"{self._known(line)}\n" for line in lines))

    def do_environment(self, _: str, lines: list[str]) -> None:
        self.home.env.update(self._known(line).split("=", 1) for line in lines)

    def do_mail(self, name: str, lines: list[str]) -> None:
        if not any(line.startswith("Date:") for line in lines[: lines.index("")]):
            lines = [f"Date: Tue, 14 Nov 2023 22:{self.letters:02}:00 +0000", *lines]
        self.letters += 1
        mbox(self._file(name) if name else self.home.inbox, ["".join(f"{line}\n" for line in lines).encode()])

    def do_file(self, name: str, lines: list[str]) -> None:
        self._compare(lines, self._file(name).read_text().splitlines(), name)

    def do_sent(self, _: str, lines: list[str]) -> None:
        self._compare(lines, self.sent.read_text().splitlines(), "sent")

    def do_pymail(self, arguments: str, lines: list[str]) -> None:
        typed = [shown_and_typed(line) for line in lines]
        echoed = [(shown, "" if keys == "^D" else keys) for shown, keys in typed if (shown, keys) != ("", "^D")]
        expected = [shown + (keys or "") for shown, keys in echoed]
        seen = self._session(shlex.split(self._known(arguments)), typed)
        self._compare(expected, seen, f"pymail {arguments}")

    def _session(self, arguments: list[str], lines: list[tuple[str, str | None]]) -> list[str]:
        """Run the program at a terminal, typing each line once the text before it is shown; the screen's lines."""
        argv = [*PYMAIL, *self.home.options, *arguments]
        screen = io.StringIO()
        child = pexpect.spawn(
            argv[0], argv[1:], env=self.home.env, cwd=str(self.home.path), dimensions=(24, 80), encoding="utf-8",
            timeout=SECONDS, use_poll=True,
        )  # fmt: skip
        child.delaybeforesend = None
        child.logfile_read = screen
        try:
            awaited = ""
            for shown, typed in lines:
                awaited += self._known(shown)
                if typed is None:
                    awaited += "\n"
                else:
                    child.expect(pattern(awaited, r"\r\n") + r"\Z")
                    child.send(KEYS.get(typed, f"{typed}\n"))
                    awaited = "" if typed == "^D" else f"{typed}\n"
            child.expect(pexpect.EOF)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return [*screen.getvalue().splitlines(), "(what was awaited did not come)"]
        finally:
            child.close(force=True)
        status = [f"[status {child.exitstatus}]"] if child.exitstatus else []
        return screen.getvalue().replace("\r\n", "\n").splitlines() + status

    def _known(self, text: str) -> str:
        """Replace the names of this run's places by these."""
        for name, value in self._places():
            text = text.replace(name, value)
        return text

    def _places(self) -> list[tuple[str, str]]:
        return [
            ("$HOME", str(self.home.path)),
            ("$SPOOL", str(self.home.spool)),
            ("$USER", USER),
            ("$VERSION", pymail.__version__),
        ]

    def _file(self, name: str) -> Path:
        return Path(self._known(name.replace("~", "$HOME")))

    def _compare(self, expected: list[str], seen: list[str], what: str) -> None:
        while seen and not seen[-1]:
            seen.pop()
        known = [self._known(line) for line in expected]
        if not matches(known, seen):
            diff = difflib.unified_diff(expected, self._alike(expected, seen), "expected", "seen", lineterm="", n=100)
            raise AssertionError("\n".join([f"{self.path.name}: {what}", *diff]))

    def _alike(self, expected: list[str], seen: list[str]) -> list[str]:
        """The lines seen, each as it is expected where it matches: what is left is the difference."""
        names = {self._known(line): line for line in expected if line != ANY}
        return [next((names[each] for each in names if matches([each], [line])), line) for line in seen]


def sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """The parts of a dialogue: title, lines (empty lines before the next title left out)."""
    for part in re.split(r"(?m)^== ", text)[1:]:
        title, _, body = part.partition("\n")
        yield title, body.rstrip("\n").splitlines()


def shown_and_typed(line: str) -> tuple[str, str | None]:
    """What the program shows of a line, and what the user types after it (None: nothing)."""
    for prompt in PROMPTS:
        if f"{line} ".startswith(prompt):
            return prompt, line[len(prompt) :].strip("«»")
    shown, mark, typed = line.partition("«")
    return shown, typed.removesuffix("»") if mark else None


def matches(expected: list[str], seen: list[str]) -> bool:
    """Whether lines are as expected, with `[...]` as the wildcard."""
    lines = ["".join(f"{line}\n" for line in each) for each in (expected, seen)]
    return re.fullmatch(pattern(lines[0], "\n"), lines[1]) is not None


def pattern(text: str, end: str) -> str:
    """The regular expression for a text with wildcards, each of its lines ended by `end`."""
    parts = []
    for line in text.splitlines(keepends=True):
        words = line.rstrip("\n")
        any_lines = words == ANY and line.endswith("\n")
        parts.append(f"(?:[^\n]*{end})*" if any_lines else r"[^\n]*".join(map(re.escape, words.split(ANY))))
        parts.append(end if line.endswith("\n") and not any_lines else "")
    return "".join(parts)
