"""SMTP by hand (--smtp): what is typed goes to a server as it is, and its answers are shown and explained.

For finding out what a server does, and for learning it. A line ends with CRLF on the wire
and nothing else about it is changed; only `?` and `auth` in small letters are for pymail.
At a terminal Tab completes commands.
Every wait ends after `smtp-timeout`. Without a terminal the lines are a script, and its
commands are shown among the answers.
"""

from __future__ import annotations

from binascii import Error, a2b_base64

from pymail import smtpwords
from pymail.editline import EditLine
from pymail.errors import TEMPFAIL, UNAVAILABLE, USAGE, MailError
from pymail.transports import url as urls
from pymail.transports.wire import Lost, Reply, Wire, connect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.session import Session

_PROMPT = "smtp> "
_STATUSES = {4: TEMPFAIL, 5: UNAVAILABLE}  # for the worst class of answers
_FROM_THE_START = ("smtps", "submissions")


def run(s: Session, words: list[str]) -> int:
    """Talk with the server that `words` names (host, host:port or a URL; localhost without) until QUIT or the end.

    The exit status: 75 when there is no connection, or none any more; for a script also 69 or 75 when an answer
    was a 5xx or 4xx. Raises MailError (64) for a host that is none.
    """
    if len(words) > 1:
        raise MailError(f"--smtp: {words[1]}: one server is enough", USAGE)
    place = words[0] if words else "localhost"
    url = place if "://" in place else f"smtp://{place}"
    if url.partition(":")[0] not in urls.PORTS:
        raise MailError(f"--smtp {place}: write host, host:port or smtp://host:port", USAGE)
    return _Conversation(s, urls.server(url, USAGE)).run()


class _Conversation:
    """One connection, and how bad the worst answer was."""

    def __init__(self, s: Session, server: urls.Server) -> None:
        self.s = s
        self.server = server
        self.typed = s.keyboard.terminal
        self.lines = EditLine(s.keyboard, lambda line: smtpwords.completions(line, self.offers))
        self.offers: dict[str, str] = {}
        self.worst = 0
        self.timeout = float(s.variables.number("smtp-timeout") or 60)
        self.wire: Wire

    def run(self) -> int:
        """Until the server or the user ends it."""
        try:
            self.wire = Wire(connect(self.server.host, self.server.port, self.timeout), self.timeout, self.trace)
        except Lost as lost:
            raise MailError(f"{self.server.name}: {lost}", TEMPFAIL) from None
        self.s.say(f"--- connected to {self.server.name}; ? explains the commands")
        try:
            if self.server.scheme in _FROM_THE_START:
                self.encrypt()
            self.hear("")
            while self.converse():
                pass
        except Lost as lost:
            self.s.say(f"--- the server {lost}")
            return TEMPFAIL
        finally:
            self.wire.close()
        return 0 if self.typed else _STATUSES.get(self.worst, 0)

    def trace(self, direction: str, line: str) -> None:
        """A line that came or went; what was typed on the screen is there already."""
        if direction == "<<<" or not self.typed:
            self.s.say(f"{direction} {line}")

    def converse(self) -> bool:
        """Do the next line; False when it was the last."""
        self.overhear()
        try:
            line = self.lines.read(_PROMPT)
        except KeyboardInterrupt:
            self.s.keyboard.forget()
            self.s.say("")
            return True
        if line is None:
            return False
        line = line.removesuffix("\r")
        word, _, rest = line.strip().partition(" ")
        if word.startswith("?"):
            self.s.say(*(smtpwords.help_on((word[1:] + rest).strip()) or ["nothing is known of that; ? lists all"]))
        elif word == "auth":
            self.log_in(*rest.split())
        else:
            return self.command(line)
        return True

    def overhear(self) -> None:
        """Show what the server says unasked: that it waits no longer, most likely."""
        while self.wire.heard():
            self.hear("")

    def command(self, line: str) -> bool:
        """Send a line as it is and show what comes back."""
        verb, _, rest = line.strip().upper().partition(" ")
        self.wire.send(line.encode("utf-8", "surrogateescape") + b"\r\n")
        if verb == "BDAT":
            self.send_chunk(rest)
        reply = self.hear(verb)
        if verb == "STARTTLS" and reply.positive:
            self.encrypt()
        if verb == "DATA" and reply.code == 354:
            self.send_letter()
        return verb != "QUIT" or not reply.positive

    def hear(self, verb: str) -> Reply:
        """Read one reply, explain it and remember it."""
        try:
            reply = self.wire.reply()
        except KeyboardInterrupt:
            self.s.say("--- not waiting any longer; the answer will be shown when it comes")
            return Reply(421, "")
        self.s.say(f"    {smtpwords.explain(reply.code, reply.lines[0])}")
        self.worst = max(self.worst, reply.code // 100)
        if verb in ("EHLO", "LHLO") and reply.positive:
            self.offers = {word.upper(): rest for word, _, rest in (line.partition(" ") for line in reply.lines[1:])}
            self.s.say(*(f"    {told}" for told in map(smtpwords.explain_offer, reply.lines[1:]) if told))
        if reply.code == 334:
            self.s.say(*_decoded(reply.lines[0]))
        return reply

    def send_letter(self) -> None:
        """Send lines up to that of a single dot, or the end of the input."""
        while (line := self.lines.read("", command=False)) is not None:
            line = line.removesuffix("\r")
            self.wire.send(line.encode("utf-8", "surrogateescape") + b"\r\n")
            if line == ".":
                self.hear(".")
                return

    def send_chunk(self, size: str) -> None:
        """Send lines until BDAT's octets are full; the last one is cut there."""
        left = int(size.split()[0]) if size.split() and size.split()[0].isdecimal() else 0
        while left > 0 and (line := self.lines.read("", command=False)) is not None:
            octets = (line.removesuffix("\r").encode("utf-8", "surrogateescape") + b"\r\n")[:left]
            self.wire.send(octets)
            left -= len(octets)

    def encrypt(self) -> None:
        """Make the handshake; a certificate that is not right ends it, if the user did not say otherwise."""
        from pymail import tls

        host = self.server.host
        verify = (self.s.variables.get("tls-" + host) or "") != tls.UNVERIFIED
        try:
            self.wire.encrypt(tls.wrapper(host, self.s.variables, verify=verify))
        except Lost as lost:
            hint = f"; -S tls-{host}=verify-off goes on without that" if "certificate" in str(lost) else ""
            raise Lost(f"{lost}{hint}") from None
        self.offers = {}
        self.s.say(f"--- encrypted: {self.wire.cipher}, the certificate was {'checked' if verify else 'not checked'}")

    def log_in(self, mechanism: str = "", user: str = "", *more: str) -> None:
        """Do the whole dialogue of AUTH; the password is shown to nobody."""
        from pymail.transports import auth

        if more or mechanism.upper() not in auth.MECHANISMS or not user:
            self.s.say(*smtpwords.help_on("auth"))
            return
        if mechanism.upper() not in self.offers.get("AUTH", "").upper().split():
            self.s.say("--- the server has not offered that; say EHLO, and see what stands behind AUTH")
            return
        typed, self.typed = self.typed, False
        try:
            account = auth.Account(user, self.reached(user), self.s.variables)
            reply = auth.log_in(self.wire, self.offers, mechanism, account)
            self.s.say(f"    {smtpwords.explain(reply.code, reply.lines[0])}")
        except MailError as error:
            self.s.say(f"--- {error.text}")
        finally:
            self.typed = typed

    def reached(self, user: str) -> urls.Server:
        """The server, with the password if one is to be typed. MailError where it would go out in the clear."""
        from pymail import tls

        here = self.server
        clear = here.loopback or self.wire.cipher or tls.policy(here.host, self.s.variables) == tls.PLAIN
        if not clear:
            raise MailError(f"the password would go out in the clear; say STARTTLS first, or set tls-{here.host}=plain")
        password = here.password
        if password is None and self.s.keyboard.terminal:
            password = _hidden(f"password of {user}: ")
        return urls.Server(here.scheme, user, password or None, here.host, here.port)


def _decoded(challenge: str) -> list[str]:
    try:
        text = a2b_base64(challenge.encode("ascii", "replace"), strict_mode=True)
    except Error:
        return []
    return [f"    {challenge} is base64 of: {text.decode('utf-8', 'replace')}"] if text else []


def _hidden(prompt: str) -> str:
    """A line typed without echo; "" has it looked up."""
    from getpass import getpass

    try:
        return getpass(prompt)
    except EOFError:
        return ""
