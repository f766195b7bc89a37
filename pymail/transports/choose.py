"""Choosing the way out: from the variable `mta` and its relatives to a chain of transports.

Apart because it is the one place that knows every kind by name; a kind's module is
loaded when a letter is really to go that way.
"""

from __future__ import annotations

from pymail.errors import CONFIG, USAGE, MailError
from pymail.paths import exists
from pymail.transports import url as urls
from pymail.transports.transport import Answer, Envelope, Transport, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymail.transports.transport import Source
    from pymail.variables.values import Variables

# scheme -> module of this folder
KINDS = {
    "smtp": "smtp",
    "smtps": "smtp",
    "submission": "smtp",
    "submissions": "smtp",
    "lmtp": "lmtp",
    "file": "sendmail",
    "sendmail": "sendmail",
    "local": "local",
    "test": "file",
    "mbox": "file",
    "maildir": "file",
}
FROM_ENVIRONMENT = ("smtp", "smtps", "submission", "submissions", "lmtp", "test", "mbox", "maildir")
PROGRAMS = ("/usr/sbin/sendmail", "/usr/lib/sendmail")
FORMS = "smtp://host, lmtp://host:port, /path/of/sendmail, local:, test:, mbox:///file, maildir:///folder"


class Chain(Transport):
    """Several ways out, as URLs or paths. The first that can be reached takes the letter, and those after it.

    `fleeting`: they were given for this run alone, by an option or in the environment.
    """

    def __init__(self, ways: list[str], variables: Variables, fleeting: bool = False) -> None:
        self.name = ways[0]
        self.ways = ways
        self.fleeting = fleeting
        self._variables = variables
        self._left = list(ways)
        self._transport: Transport | None = None
        self._failures: list[str] = []

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        """See Transport. Unreachable names each that was tried; none is tried twice."""
        while self._left:
            if self._transport is None:
                self._transport = open_transport(self._left[0], self._variables)
                self._transport.trace = self.trace
                self.name = self._transport.name
            try:
                return self._explained(self._transport.send(envelope, source))
            except Unreachable as failure:
                self._failures.append(failure.text)
                if self.trace is not None:
                    self.trace("---", failure.text)
                self.close()
                del self._left[0]
        raise Unreachable("; ".join(self._failures))

    @property
    def ready(self) -> bool:  # type: ignore[override]
        return self._transport is None or self._transport.ready

    def hurry(self, seconds: float) -> None:
        if self._transport is not None:
            self._transport.hurry(seconds)

    def announce(self, envelope: Envelope, source: Source) -> None:
        if self._transport is not None:
            self._transport.announce(envelope, source)

    def _explained(self, answers: list[Answer]) -> list[Answer]:
        """Where only `local:` was left, what it cannot do is told with what was tried before."""
        if not self._failures or self.name != "local:":
            return answers
        tried = f"({'; '.join(self._failures)}); set mta to a server that can be reached"
        return [
            Answer(answer.recipient, answer.code, f"{answer.text} {tried}") if answer.deferred else answer
            for answer in answers
        ]

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None


def chain(variables: Variables, environ: Mapping[str, str]) -> Chain:
    """What the user has chosen to send by, else what this machine has (pymail(1), Where it goes).

    Nothing is opened or started yet. Raises MailError (USAGE from the command line or the
    environment, else CONFIG) for a form that nobody knows, for a password that does not
    come from a file, and for arguments to a program where none is in the chain.
    """
    given, origin = _given(variables, environ)
    status = CONFIG if origin == "rc" else USAGE
    found = given.split()
    for word in found:
        _check(word, origin, status)
    if not found:
        found = _default(variables)
    if variables.origin("mta-arguments") == "option" and not any(_is_program(word) for word in found):
        raise MailError(f"--mta-argument: {found[0]} is not a sendmail program and takes no arguments", USAGE)
    return Chain(found, variables, bool(given) and origin in ("option", "environment"))


def shown(word: str) -> str:
    """A way as the user may see it: a server without its password."""
    return urls.server(word).name if _scheme(word) in urls.PORTS and not word.startswith("lmtp:///") else word


def open_transport(url: str, variables: Variables) -> Transport:
    """The transport of one URL or path; its module is loaded by name."""
    module = __import__("pymail.transports." + KINDS[_scheme(url)], fromlist=["open_transport"])
    transport: Transport = module.open_transport(url, variables)
    return transport


def _given(variables: Variables, environ: Mapping[str, str]) -> tuple[str, str]:
    """The words of the user's choice and where they come from; "" when there is none."""
    override = environ.get("PYMAIL_MTA", "")
    if override:
        return override, "environment"
    mta, smtp = variables.text("mta") or "", variables.text("smtp") or ""
    by_option = variables.origin("smtp") == "option" and variables.origin("mta") != "option"
    if smtp and (by_option or not mta):
        return smtp if "://" in smtp else "smtp://" + smtp, variables.origin("smtp")
    return mta, variables.origin("mta")


def _check(word: str, origin: str, status: int) -> None:
    scheme = _scheme(word)
    if scheme not in KINDS:
        raise MailError(f"mta={word.split('@')[-1]}: not a way to send; write one of {FORMS}", status)
    if origin == "environment" and scheme not in FROM_ENVIRONMENT:
        raise MailError(f"PYMAIL_MTA={word}: only {', '.join(FROM_ENVIRONMENT)} can be chosen there", status)
    if scheme in urls.PORTS and not word.startswith("lmtp:///"):
        server = urls.server(word, status)
        if server.password is not None and origin in ("option", "environment"):
            raise MailError(f"{server.name}: everybody can see a password there; set password-command", status)


def _default(variables: Variables) -> list[str]:
    program = next(filter(exists, PROGRAMS), None)
    if program and variables.text("mta-arguments"):
        return [program]
    return ["smtp://localhost", program or "local:"]


def _scheme(word: str) -> str:
    return "sendmail" if word.startswith("/") else word.partition(":")[0] if ":" in word else ""


def _is_program(word: str) -> bool:
    return KINDS[_scheme(word)] == "sendmail"
