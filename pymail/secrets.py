"""Secrets: where a password or token comes from, and how it stays one.

Apart because every server that asks who we are is answered from here. Nothing is cached,
and a secret that others could have read is refused rather than used.
"""

from __future__ import annotations

import os
import stat
import time

from pymail.errors import CONFIG, NOPERM, TEMPFAIL, USAGE, MailError, reason
from pymail.ownership import open_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.variables.values import Variables

LIMIT = 1 << 20  # octets of a secret file or of a command's output
PATIENCE = 300  # seconds for a command, which may ask the user to unlock something; a queue must not wait for ever


def password(user: str, host: str, variables: Variables, sender: str = "") -> str:
    """The secret of `user` at `host`, who sends letters of `sender`.

    From, in this order: `password-USER@HOST`, `password-HOST`, `smtp-auth-password-SENDER`,
    `smtp-auth-password`, `password`, the first line of what `password-command` prints, the file
    `password-file`, $NETRC or ~/.netrc, the keyring.
    Raises MailError: CONFIG where there is none, NOPERM for a file that others can read,
    USAGE for a password on the command line.
    """
    leave_no_core()
    heirloom = ([f"smtp-auth-password-{sender}"] if sender else []) + ["smtp-auth-password"]
    for name in (f"password-{user}@{host}", f"password-{host}", *heirloom, "password"):
        value = variables.get(name)
        if value:
            if variables.origin(name) in ("option", "environment"):
                raise MailError(f"{name}: everybody can see it there; set password-command or use ~/.netrc", USAGE)
            return value
    found = (
        _from_command(variables.get("password-command"))
        or _from_file(variables.get("password-file"))
        or _from_netrc(user, host)
        or _from_keyring(user, host)
    )
    if not found:
        raise MailError(f"{user}@{host}: no password; set password-command or put it into ~/.netrc", CONFIG)
    return found


def leave_no_core() -> None:
    """From here on a crash writes no core file: the secret would be in it."""
    from resource import RLIMIT_CORE, getrlimit, setrlimit

    most = getrlimit(RLIMIT_CORE)[1]
    # One octet: Linux takes 0 to be no limit for a program that core files are piped to (core(5)), and 1 for none.
    setrlimit(RLIMIT_CORE, (min(1, most) if most >= 0 else 1, most))


def _from_command(command: str | None) -> str:
    if not command:
        return ""
    from signal import SIGPIPE, SIGTERM

    into, out = os.pipe()
    try:
        words = ["/bin/sh", "-c", command]
        places = [(os.POSIX_SPAWN_DUP2, out, 1)]
        child = os.posix_spawn(words[0], words, os.environ, file_actions=places, setsigdef=[SIGPIPE])
    finally:
        os.close(out)
    try:
        first = _first_line(_output(into))
    except TimeoutError:
        os.kill(child, SIGTERM)
        raise MailError(f"password-command: no answer in {PATIENCE} seconds", TEMPFAIL) from None
    finally:
        os.close(into)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status or not first:
        raise MailError(f"password-command: it failed (status {status}) or printed nothing", CONFIG)
    return first


def _output(pipe: int) -> bytes:
    """All that comes out of a pipe, up to LIMIT octets. Raises TimeoutError."""
    from select import select

    octets, until = b"", time.monotonic() + PATIENCE
    while len(octets) < LIMIT:
        if not select([pipe], [], [], max(until - time.monotonic(), 0))[0]:
            raise TimeoutError
        piece = os.read(pipe, LIMIT)
        if not piece:
            break
        octets += piece
    return octets


def _from_file(path: str | None) -> str:
    if not path:
        return ""
    return _first_line(_read(path))


def _from_netrc(user: str, host: str) -> str:
    path = os.environ.get("NETRC") or "~/.netrc"
    if not os.path.exists(os.path.expanduser(path)):
        return ""
    for machine, login, secret in _entries(_read(path).decode("utf-8", "surrogateescape")):
        if machine in (host, "") and login in (user, ""):
            return secret
    return ""


def _entries(text: str) -> Iterator[tuple[str, str, str]]:
    """Machine ("" for `default`), login and password of each entry of a netrc file."""
    machine: str | None = None
    login = secret = ""
    words = _words(text)
    for word in words:
        if word in ("machine", "default"):
            if machine is not None:
                yield machine, login, secret
            machine, login, secret = next(words, "") if word == "machine" else "", "", ""
        elif word == "login":
            login = next(words, "")
        elif word == "password":
            secret = next(words, "")
        elif word == "account":
            next(words, "")
    if machine is not None:
        yield machine, login, secret


def _words(text: str) -> Iterator[str]:
    """The words of a netrc file, comment lines and macros (which end at an empty line) left out."""
    macro = False
    for line in text.split("\n"):
        rest = line.strip()
        macro = bool(rest) and (macro or rest.startswith("macdef "))
        while rest and not macro and not rest.startswith("#"):
            word, rest = _word(rest)
            yield word


def _word(text: str) -> tuple[str, str]:
    r"""The first word, which may be "quoted with \" and \\", and what follows."""
    if not text.startswith('"'):
        first, *rest = text.split(None, 1)
        return first, "".join(rest)
    word, at = "", 1
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\"
        word += text[at : at + 1]
        at += 1
    return word, text[at + 1 :].strip()


def _from_keyring(user: str, host: str) -> str:
    try:
        import keyring  # type: ignore[import-not-found]

        return keyring.get_password(host, user) or ""
    except ModuleNotFoundError as error:
        if error.name == "keyring":
            return ""  # nobody has to have it
        raise MailError(f"keyring: {error}; set password-command or use ~/.netrc", CONFIG) from None
    except Exception as error:  # its backends are other people's programs
        if isinstance(error, getattr(keyring.errors, "KeyringError", ())):
            return ""  # it is locked, or there is none on this machine
        raise MailError(f"keyring: {error}; set password-command or use ~/.netrc", CONFIG) from None


def _read(path: str) -> bytes:
    """A file of secrets: the user's own, and nobody else may even read it."""
    path = os.path.expanduser(path)
    try:
        with open(open_private(path, os.O_RDONLY), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                raise MailError(f"{path}: not used: others can read it (chmod 600 {path})", NOPERM)
            return file.read(LIMIT)
    except OSError as error:
        raise MailError(reason(error), CONFIG) from None


def _first_line(octets: bytes) -> str:
    return octets.partition(b"\n")[0].rstrip(b"\r").decode("utf-8", "surrogateescape")
