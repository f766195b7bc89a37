"""Which program shows a media type: mailcap files, read with distrust."""

from __future__ import annotations

from pathlib import Path

import pytest

from pymail import mailcap

CAPS = """
# a comment
text/html; w3m -T text/html %s; copiousoutput; test=test -n "$DISPLAY"
text/html; lynx -dump %s; copiousoutput
image/*; feh %s
image/gif; never
audio; play \\
  - ; needsterminal
application/x-a; one\\; two '%s' %t %{charset}; description="a; b"
"""


def found(type: str, path: str = "/tmp/x", passes: bool = True, **params: str) -> str | None:
    entry = mailcap.find(mailcap.parse(CAPS), type, params, path, passes=lambda command: passes)
    return entry and entry[1]


@pytest.mark.parametrize(
    ("type", "passes", "command"),
    [
        ("text/html", True, "w3m -T text/html /tmp/x"),
        ("text/html", False, "lynx -dump /tmp/x"),
        ("image/gif", True, "feh /tmp/x"),
        ("audio/basic", True, "play   -"),
        ("application/x-a", True, "one; two '/tmp/x' application/x-a "),
        ("video/mp4", True, None),
    ],
)
def test_the_first_entry_that_fits_is_taken(type: str, passes: bool, command: str | None) -> None:
    assert found(type, passes=passes) == command


@pytest.mark.parametrize("value", ["$(id)", "`id`", "a b", "a'b", 'a"b', "a;b", "a\nb", "-rf", "a|b", "\u00e9", "a\\b"])
def test_no_value_of_a_letter_means_anything_to_the_shell(value: str) -> None:
    assert found("application/x-a", charset=value) is None
    assert mailcap.fill("show %s", "a/b", {}, value) is None
    assert mailcap.fill("show %t", value, {}, "x") is None


@pytest.mark.parametrize(
    ("template", "command"),
    [
        ("a \\%s %s", "a %s /tmp/x"),
        ("%{Charset}", "utf-8"),
        ("%{none}|%{open", "|"),
        ("100%", "100"),
        ("%z", ""),
    ],
)
def test_templates_are_filled(template: str, command: str) -> None:
    assert mailcap.fill(template, "a/b", {"charset": "utf-8"}, "/tmp/x") == command


def test_an_entry_says_what_it_needs() -> None:
    audio = next(entry for entry in mailcap.parse(CAPS) if entry.type == "audio/*")
    html = next(mailcap.parse(CAPS))
    assert (audio.terminal, audio.piped, audio.background) == (True, True, False)
    assert (html.terminal, html.piped, html.background, html.test) == (False, False, False, 'test -n "$DISPLAY"')


def test_the_user_names_the_files(tmp_path: Path) -> None:
    (tmp_path / ".mailcap").write_text("a/b; mine")
    (tmp_path / "other").write_bytes(b"a/b; other\n\xff\n")
    environ = {"HOME": str(tmp_path), "MAILCAPS": f"{tmp_path}/missing:~/.mailcap:{tmp_path}/other"}
    caps = mailcap.entries(environ, print)
    assert [entry.command for entry in caps] == ["mine", "other"]


def test_a_file_that_others_can_write_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "caps").write_text("a/b; evil")
    (tmp_path / "caps").chmod(0o666)
    said: list[str] = []
    assert not list(mailcap.entries({"MAILCAPS": f"{tmp_path}/caps"}, said.append))
    assert len(said) == 1 and "caps" in said[0]


@pytest.mark.parametrize("line", ["a/b; show %s; x-mailx-async", "a/b; show %s &", "a/b;show %s&;description=x"])
def test_an_entry_may_run_in_the_background(line: str) -> None:
    [entry] = mailcap.parse(line)
    assert (entry.background, entry.command) == (True, "show %s")


@pytest.mark.parametrize(
    ("template", "path", "place"),
    [
        ("%s.html", "/tmp/x", "/tmp/x.html"),
        ("%s.html", "/tmp/x.html", "/tmp/x.html"),
        ("%s;id", "/tmp/x", "/tmp/x"),
        ("%s/../y", "/tmp/x", "/tmp/x"),
        ("", "/tmp/x", "/tmp/x"),
    ],
)
def test_an_entry_says_how_the_name_of_its_file_ends(template: str, path: str, place: str) -> None:
    [entry] = mailcap.parse(f"a/b; show %s; nametemplate={template}")
    assert entry.place(path) == place
    assert mailcap.find(iter([entry]), "a/b", {}, path, passes=bool) == (entry, f"show {place}")
