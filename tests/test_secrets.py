"""Where a password comes from, and which files are refused."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from program import PYMAIL
from sink import HANG, Sink

from pymail import secrets
from pymail.errors import CONFIG, NOPERM, TEMPFAIL, USAGE, MailError
from pymail.secrets import password
from pymail.variables.values import Variables

ROOT = str(Path(__file__).parent.parent)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty HOME that is the user's own; the limit of core files is put back."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    path = tmp_path / "home"
    path.mkdir(0o700)
    monkeypatch.setenv("HOME", str(path))
    monkeypatch.delenv("NETRC", raising=False)
    yield path
    resource.setrlimit(resource.RLIMIT_CORE, before)


def asked(user: str = "me", host: str = "mail.example", origin: str = "rc", **given: str) -> str:
    variables = Variables(strict=False)
    for name, value in given.items():
        variables.set(name.replace("_", "-"), value, origin)
    return password(user, host, variables)


def secret_file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def refusal(**given: str) -> MailError:
    with pytest.raises(MailError) as caught:
        asked(**given)
    return caught.value


# -- from the variables -----------------------------------------------------------


def test_a_start_up_file_may_say_it_for_one_account_or_for_all() -> None:
    given = {"password-me@mail.example": "mine", "password-mail.example": "here", "smtp-auth-password": "any"}
    assert asked(password="s-nail's") == "s-nail's"
    assert asked(**given) == "mine"
    assert asked(user="you", **given) == "here"
    assert asked(host="other.example", **given) == "any"


@pytest.mark.parametrize("name", ["password-me@mail.example", "smtp-auth-password", "password"])
def test_the_command_line_may_not(name: str) -> None:
    failure = refusal(origin="option", **{name: "hush"})
    assert failure.status == USAGE
    assert "hush" not in failure.text


# -- from a command -----------------------------------------------------------------


def test_the_first_line_of_a_commands_output_is_it() -> None:
    assert asked(password_command="printf 'a b \\t\\r\\nmore\\n'") == "a b \t"
    assert asked(password_command="yes hush | head -100000") == "hush"


@pytest.mark.parametrize("command", ["exit 3", "true", "echo hush; exit 1", "/no/such/program"])
def test_a_command_that_fails_gives_none(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    failure = refusal(password_command=command)
    assert failure.status == CONFIG
    assert "hush" not in failure.text


@pytest.mark.parametrize("command", ["sleep 9", "echo hush; sleep 9", "while :; do echo hush; sleep 0.1; done"])
def test_a_command_that_does_not_end_is_not_waited_for_for_ever(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "PATIENCE", 1)
    failure = refusal(password_command=f"exec {command}" if command.startswith("sleep") else command)
    assert (failure.text, failure.status) == ("password-command: no answer in 1 seconds", TEMPFAIL)


# -- from a file ----------------------------------------------------------------------


def test_the_first_line_of_a_file_is_it(home: Path) -> None:
    secret_file(home / "secret", "hush\nmore\n")
    assert asked(password_file=str(home / "secret")) == asked(password_file="~/secret") == "hush"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused_naming_chmod(mode: int, home: Path) -> None:
    path = secret_file(home / "secret", "hush\n", mode)
    failure = refusal(password_file=str(path))
    assert failure.status == NOPERM
    assert "chmod" in failure.text and str(path) in failure.text
    secret_file(home / ".netrc", "machine mail.example login me password hush\n", mode)
    failure = refusal()
    assert failure.status == NOPERM
    assert "chmod" in failure.text and str(home / ".netrc") in failure.text


def test_a_file_behind_a_link_or_missing_is_refused(home: Path) -> None:
    secret_file(home / "secret", "hush\n")
    (home / "link").symlink_to("secret")
    assert refusal(password_file=str(home / "link")).status == NOPERM
    assert refusal(password_file=str(home / "none")).status == CONFIG
    os.mkfifo(home / "pipe", 0o600)
    assert refusal(password_file=str(home / "pipe")).status == NOPERM


# -- from netrc -----------------------------------------------------------------------

NETRC = r"""
# a comment with machine mail.example login me password wrong
machine other.example login me password wrong
macdef init
machine mail.example login me password wrong

machine mail.example
    login you password "with blank and \"quote\" and \\"
machine mail.example login me account x password hash#mark
default login me password default
"""


def test_netrc_is_looked_into(home: Path) -> None:
    secret_file(home / ".netrc", NETRC)
    assert asked() == "hash#mark"
    assert asked(user="you") == 'with blank and "quote" and \\'
    assert asked(host="any.example") == "default"


def test_netrc_may_lie_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret_file(home / ".netrc", "machine mail.example login me password wrong\n")
    monkeypatch.setenv("NETRC", str(secret_file(home / "other", "machine mail.example login me password right\n")))
    assert asked() == "right"
    monkeypatch.setenv("NETRC", "/dev/null")
    assert refusal().status == CONFIG


@pytest.mark.parametrize("text", ["", "machine", "machine mail.example login", "password x", 'machine "', "default"])
def test_a_torn_netrc_gives_nothing(text: str, home: Path) -> None:
    secret_file(home / ".netrc", text)
    failure = refusal()
    assert failure.status == CONFIG
    assert failure.text == "me@mail.example: no password; set password-command or put it into ~/.netrc"


# -- from the keyring -----------------------------------------------------------------


def keyring(secret: str | None, fails: bool = False, broken: bool = False) -> ModuleType:
    """Stands for the keyring package, which need not be installed."""
    made, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]

    def get_password(service: str, user: str) -> str | None:
        if broken:
            raise RuntimeError("no bus")
        if fails:
            raise errors.KeyringError("locked")
        return secret if (service, user) == ("mail.example", "me") else None

    made.errors, made.get_password = errors, get_password  # type: ignore[attr-defined]
    return made


def test_the_keyring_is_asked_last(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", keyring("ring"))
    assert asked() == "ring"
    secret_file(home / ".netrc", "machine mail.example login me password file\n")
    assert asked() == "file"


@pytest.mark.parametrize("ring", [keyring(None), keyring("x", fails=True)])
def test_a_keyring_that_knows_nothing_gives_none(ring: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert refusal().status == CONFIG


def test_a_keyring_that_is_broken_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", keyring("x", broken=True))
    assert refusal().text == "keyring: no bus; set password-command or use ~/.netrc"


# -- core files -------------------------------------------------------------------------


def test_a_secret_is_in_no_core_file(home: Path) -> None:
    probe = (
        f"import sys, resource; sys.path.insert(0, {ROOT!r})\n"
        "from pymail.secrets import password; from pymail.variables.values import Variables\n"
        "v = Variables(False); v.set('smtp-auth-password', 'hush', 'rc'); password('me', 'mail.example', v)\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    run = subprocess.run([sys.executable, "-I", "-S", "-c", probe], capture_output=True, text=True, check=True)
    assert run.stdout in ("0\n", "1\n")


@pytest.mark.parametrize("where", ["netrc", "url"])
def test_a_crash_with_a_secret_leaves_no_core_file(home: Path, tmp_path: Path, where: str) -> None:
    secret_file(home / ".netrc", "default login me password hush\n")
    with Sink(("AUTH PLAIN",), {"AUTH": HANG}, login=lambda conversation, words: "235 in") as sink:
        rc = secret_file(tmp_path / "rc", f"set mta=smtp://me{':hush' * (where == 'url')}@127.0.0.1:{sink.port}\n")
        env = {"HOME": str(home), "MAILRC": str(rc), "PATH": os.environ["PATH"]}
        command = ["sh", "-c", 'ulimit -c unlimited 2>/dev/null; exec "$@"', "sh", *PYMAIL, "-n", "bob@x"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, cwd=home) as run:
            sink.await_octets(b"\r\nAUTH")
            run.send_signal(signal.SIGSEGV)
            assert run.wait(20) == -signal.SIGSEGV
    assert not [path for path in home.iterdir() if "core" in path.name]
