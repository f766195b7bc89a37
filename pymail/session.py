"""Session: everything a verb may know, in one value that is passed along.

Apart, and without a method for any verb, so that there is no module state: the
variables, the aliases, the open folder, where lines come from and where text goes.
"""

from __future__ import annotations

import posix
import sys

from pymail import filters, paths, user
from pymail.errors import NOINPUT, USAGE, MailError, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from pymail.addresses import Address
    from pymail.folder import Folder
    from pymail.input import Keyboard, Source
    from pymail.mailboxes.mailbox import Settings
    from pymail.mailboxes.names import Names
    from pymail.progress import Progress
    from pymail.unfinished import Unfinished
    from pymail.variables.values import Changes, Variables
    from pymail.words import Word


class Leave(Exception):
    """The session ends here with this exit status (quit, exit, end of file)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Session:
    """One run of pymail.

    Lines: `sources` is the stack of places that commands come from, `keyboard` its bottom, `history` what was
    typed; text goes to `out` and `err`. `status` is the exit status so far.
    Mail: `folder` is the open mailbox, None in send mode (`sending`); `previous` is what `#` names, `warned` are
    the mailboxes whose permissions were spoken of. While a letter is typed (`composing`), `unfinished` is its
    file. `escapes`: tilde escapes count without a terminal too (-~). `by_recipient`: letters are recorded in
    files named after their first recipients (-F).
    Settings: `account` is the one that was changed to, "" for none; `account_changes`, `folder_changes` and
    `letter_changes` take back what it, folder-hook and the hooks of a letter did. `custom` are header fields
    for every letter, `sender_fields` where the author of a message stands, `lists` the known mailing lists, of
    which some are `subscribed` to.
    """

    __slots__ = (
        "variables", "environ", "user", "out", "err", "keyboard", "sources", "folder", "previous", "readonly",
        "sending", "composing", "interactive", "status", "aliases", "alternates", "filters", "mailbox_user",
        "escapes", "by_recipient", "custom", "sender_fields", "lists", "subscribed", "history", "last_shell",
        "macros", "accounts", "account", "account_changes", "folder_changes", "letter_changes", "command_aliases",
        "shortcuts", "warned", "unfinished", "progress",
    )  # fmt: skip

    def __init__(
        self, variables: Variables, environ: dict[str, str], keyboard: Keyboard, out: TextIO, err: TextIO
    ) -> None:
        self.variables = variables
        self.environ = environ
        self.user = user.whoami(environ)
        self.keyboard = keyboard
        self.out = out
        self.err = err
        self.sources: list[Source] = []
        self.folder: Folder | None = None
        self.previous = ""
        self.readonly = False
        self.sending = False
        self.composing = False
        self.unfinished: Unfinished | None = None
        self.interactive = keyboard.terminal
        self.status = 0
        self.aliases: dict[str, list[str]] = {}
        self.alternates: list[str] = []
        self.filters = filters.standard(variables.strict)
        self.mailbox_user = ""
        self.escapes = False
        self.by_recipient = False
        self.custom: list[str] = []
        self.sender_fields: list[str] = []
        self.lists: set[str] = set()
        self.subscribed: set[str] = set()
        self.history: list[str] = []
        self.last_shell = ""
        self.macros: dict[str, list[str]] = {}
        self.accounts: dict[str, list[str]] = {}
        self.account = ""
        self.account_changes: Changes = {}
        self.folder_changes: Changes = {}
        self.letter_changes: Changes = {}
        self.command_aliases: dict[str, str] = {}
        self.shortcuts: dict[str, str] = {}
        self.warned: set[str] = set()
        self.progress: Progress | None = None

    def say(self, *lines: str) -> None:
        """Lines for the user, made safe, on standard output."""
        for line in lines:
            self.out.write(printable(line) + "\n")

    def complain(self, text: str) -> None:
        """A diagnostic: one safe line on standard error, after what was said before."""
        prefix = "" if self.interactive and not self.sources_are_files() else "pymail: "
        for stream, line in ((self.out, ""), (self.err, prefix + printable(text) + "\n")):
            try:
                stream.write(line)
                stream.flush()
            except OSError:
                continue  # nobody listens: the work that is told of goes on

    def sources_are_files(self) -> bool:
        """Do commands come from a start-up file or another file just now?"""
        return bool(self.sources) and self.sources[-1] is not self.keyboard

    def value(self, name: str) -> str:
        """What `$name` stands for in a command, "" when that is nothing."""
        return self.lookup(name) or ""

    def lookup(self, name: str) -> str | None:
        """An argument of the macro, else the value of a variable, else of one of the environment; None if none."""
        found = next((each.arguments for each in reversed(self.sources) if each.arguments is not None), None)
        if found is not None and (name.isdecimal() or name in ("*", "@", "#")):
            number = int(name) if name.isdecimal() else 0
            return str(len(found)) if name == "#" else " ".join(found[number - 1 : number] if number else found)
        for value in (self.variables.get(name), self._own(name)):
            if value is not None:
                return value
        return self.environ.get(name)

    def _own(self, name: str) -> str | None:
        """What can be asked of the session as if it were a variable (s-nail; GNU mail mode, PID)."""
        if name == "account":
            return self.account or None
        if name in ("mode", "PID"):
            return str(posix.getpid()) if name == "PID" else "send" if self.sending else "read"
        if self.folder is None or not name.startswith("mailbox-"):
            return None
        mailbox = self.folder.mailbox
        return {"mailbox-display": mailbox.name, "mailbox-resolved": mailbox.path}.get(name)

    def open_folder(self) -> Folder:
        """The open folder; MailError when there is none."""
        if self.folder is None:
            raise MailError("no mailbox is open; file NAME opens one", NOINPUT)
        return self.folder

    def screen(self) -> tuple[int, int]:
        """Lines and columns of the terminal; 24 by 80 where there is none."""
        try:
            size = posix.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
            columns, lines = size.columns, size.lines
        except (OSError, ValueError):
            columns, lines = 80, 24
        return _positive(self.environ.get("LINES"), lines or 24), _positive(self.environ.get("COLUMNS"), columns or 80)

    def charset(self) -> str:
        """The character set of the terminal, "" when it is that of the locale (s-nail ttycharset, GNU mail charset)."""
        name = self.variables.text("ttycharset") or ""
        return "" if name == "auto" else name

    def mine(self) -> Callable[[str], bool]:
        """A test for my addresses: login, login@hostname, `from`, an alternate. Case does not matter.

        With allnet only login parts are compared (POSIX allnet).
        """
        names = {name.casefold() for name in self.my_names()}
        if self.variables.flag("allnet"):
            logins = {name.partition("@")[0] for name in names}
            return lambda spec: spec.casefold().partition("@")[0] in logins
        return lambda spec: spec.casefold() in names

    def my_names(self) -> list[str]:
        """My addresses, the one that I send from first."""
        from pymail import addresses

        given = (self.variables.text(name) or "" for name in ("from", "sender"))
        names = [address.spec for text in given for address in addresses.lenient(text)]
        here = self.variables.text("hostname") or posix.uname().nodename
        return [*names, f"{self.user.name}@{here}", f"{self.user.name}@localhost", self.user.name, *self.alternates]

    def me(self) -> list[Address]:
        """The same, taken apart."""
        from pymail import addresses

        return [address for name in self.my_names() for address in addresses.lenient(name)]

    def home_file(self, variable: str, name: str) -> str:
        """The path that a variable such as DEAD gives, else `name` in the home directory.

        Raises MailError when there is neither.
        """
        path = self.variables.text(variable)
        if path:
            return self.names().expand(path)
        if not self.user.home:
            raise MailError(f"{name}: there is no home directory; set {variable} to a path", NOINPUT)
        return paths.join(self.user.home, name)

    def state(self) -> str:
        """The folder of the user's state (outbox, journals); "" without a home."""
        return paths.state_folder(self.environ, self.user.home)

    def outbox(self) -> str:
        """The folder where letters wait; "" with nooutbox or without a home."""
        given = self.variables.text("outbox")
        if given:
            return self.names().expand(given)
        return paths.join(self.state(), "outbox") if given is not None and self.state() else ""

    def names(self) -> Names:
        """What the short names of mailboxes stand for just now."""
        from pymail.mailboxes import names

        spool = self.variables.text("spool") or ""
        user, environ = self.user.name, self.environ
        if self.mailbox_user:
            # -u: another user's mailbox is %, and $MAIL is not his.
            user, environ = self.mailbox_user, {}
        system = names.system_mailbox(user, environ, "" if self.mailbox_user else self.state(), spool)
        found = names.Names(
            home=self.user.home,
            system=system,
            mbox=self.variables.text("MBOX") or paths.join(self.user.home, "mbox"),
            folder=self.variables.text("folder") or "",
            previous=self.previous,
            environ=self.environ,
            spool=spool or names.SPOOL,
        )
        inbox = self.variables.text("inbox")
        if inbox and not self.mailbox_user:
            found.system = found.expand(inbox)
        return found

    def path(self, name: str) -> str:
        """What the name of a file or mailbox stands for: a shortcut (`work`, `work/sub`), %, #, &, +name, ~, a path."""
        word, slash, rest = name.partition("/")
        if word in self.shortcuts:
            name = self.shortcuts[word] + slash + rest
        # My own system mailbox need not lie where those of other users do.
        return self.names().expand("%" if name == "%" + self.user.name else name)

    def filename(self, word: Word) -> str:
        """What a word names as a file, after POSIX's transformations, which quoting switches off.

        A word that was typed may hold `$(command)` and `${name:-word}`, as in the shell (POSIX mailx, Commands in
        mailx). MailError (64) for a line end in it (FUTURE DIRECTIONS).
        """
        from pymail import words

        name = word.shielded
        plain = all(part.partition("}")[0].isidentifier() for part in name.split("${")[1:])
        if "`" in name or "$(" in name or not plain:
            from pymail import process

            name = process.word_of(self, name)
        path = words.unshielded(self.path(name))
        if "\n" in path:
            raise MailError(f"{path}: a line end belongs in no file name", USAGE)
        return path

    def mailbox_settings(self) -> Settings:
        """What mailboxes are told of this user's surroundings and wishes."""
        from pymail.mailboxes import mailbox

        return mailbox.Settings(
            self.state(),
            paths.cache_folder(self.environ, self.user.home),
            self.variables.number("lock-timeout") or 0,
            self.variables.flag("mbox-content-length"),
            self.watch if self.err.isatty() else None,
        )

    def watch(self, what: str, done: int, total: int) -> None:
        """Tell on the terminal how far a job is when it takes long."""
        if self.progress is None:
            from pymail.progress import Progress

            self.progress = Progress(self.err)
        self.progress.tell(what, done, total)

    def outgoing_file(self, name: str) -> str:
        """Where a file for outgoing mail lies that the user named: in `folder` with outfolder (POSIX outfolder)."""
        path = self.names().expand(name)
        return path if "://" in path else paths.join(self._out_folder(), path)

    def _out_folder(self) -> str:
        """Where the files of outgoing mail lie, "" for here: in `folder` with outfolder, or in that (GNU mail)."""
        given = self.variables.text("outfolder")
        if given is None:
            return ""
        from pymail.variables.table import ON

        names = self.names()
        return names.directory if given.lower() in ON else paths.join(names.directory, names.expand(given))

    def file_of(self, address: str) -> str:
        """The file named after an author or a recipient, in `folder` with outfolder (POSIX Save, followup, -F).

        Letters bring such names: they are no paths and no short names of mailboxes.
        """
        login, _, domain = address.rpartition("@") if "@" in address else (address, "", "")
        # user%host@gateway and host!user are network addressing too.
        login = login.strip('"').rpartition("!")[2].partition("%")[0] or login
        parts = {"local": login, "domain": domain or login, "email": address}
        name = printable(parts[self.variables.text("outfilename") or "local"]).replace("/", "_")
        name = name if name[:1].isalnum() else "_" + name[1:]
        return paths.join(self._out_folder(), name)


def _positive(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) else default
