"""SMTP (RFC 5321): the connection to a server that letters are handed to.

Apart from smtplib because sending is what the program exists for: a letter costs two
round trips where the server takes commands together, one send() for a small letter, and
nothing is loaded that plain SMTP does not need. There is an answer for each recipient,
also when the connection breaks half-way. Where TLS is asked for nothing goes out without
it: neither a name and password nor a letter.
"""

from __future__ import annotations

from posix import uname
from time import monotonic

from pymail.errors import MailError
from pymail.transports import url as urls
from pymail.transports.transaction import Stop, Transaction
from pymail.transports.transport import Answer, Envelope, Transport, Unreachable, checked
from pymail.transports.wire import Lost, Reply, Wire, connect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket

    from pymail.transports.transport import Source
    from pymail.variables.values import Variables

PARTING = 1.0  # seconds to wait for the answer to QUIT
CHECKING = 600.0  # and for that to a letter (RFC 5321 4.5.3.2.6): who goes earlier sends twice what takes long to check
TLS_FROM_THE_START = ("smtps", "submissions")
NOTIFY = {"never", "success", "failure", "delay"}


def open_transport(url: str, variables: Variables) -> Smtp:
    """The transport for smtp://, submission://, smtps:// or submissions://[user@]host[:port], not connected yet.

    Raises MailError (CONFIG) for a URL without a server.
    """
    return Smtp(urls.server(url), variables)


class Smtp(Transport):
    """One server, connected from the first letter until close()."""

    hello = b"EHLO "
    fallback = b"HELO "
    kind = Transaction

    def __init__(self, server: urls.Server, variables: Variables) -> None:
        self.name = server.name
        self._server = server
        self._variables = variables
        self._timeout = float(variables.number("smtp-timeout") or 60)
        self._wire: Wire | None = None
        self._offers: dict[str, str] = {}
        self._sender = self._user = ""  # of the letter in hand; who is logged in
        self._until: float | None = None
        self._ended = True  # no transaction was left open
        self._announced: tuple[Source, Transaction] | None = None
        self._early: tuple[Source, Transaction] | None = None  # its commands are out, the server waits for its data

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        """See Transport. For whom a letter has too many recipients it is sent once more (RFC 5321 4.5.3.1.10)."""
        answers = self._once(envelope, source)
        sent = answers
        while left := [answer.recipient for answer in sent if _is_one_too_many(answer)]:
            if not any(answer.accepted for answer in sent):
                break
            sent = self._once(Envelope(envelope.sender, left, envelope.utf8), source)
            more = iter(sent)
            answers = [next(more) if _is_one_too_many(answer) else answer for answer in answers]
        return answers

    def _once(self, envelope: Envelope, source: Source) -> list[Answer]:
        """The answers to one transaction. A connection that the server ended between two letters is made anew."""
        letter = self._begun(source) or self._letter(envelope, source)
        reused = self._wire is not None
        rest = self._attempt(letter)
        if reused and self._wire is None and not letter.begun:
            letter = self._letter(envelope, source)
            rest = self._attempt(letter)
        replies = [verdict or rest for verdict in letter.verdicts]
        pairs = zip(envelope.recipients, replies, strict=True)
        return [Answer(recipient, reply.code, reply.text) for recipient, reply in pairs]

    def announce(self, envelope: Envelope, source: Source) -> None:
        """See Transport. An address that cannot be sent to is told of when its turn comes."""
        try:
            self._announced = source, self._letter(envelope, source)
        except MailError:
            self._announced = None

    def hurry(self, seconds: float) -> None:
        """See Transport."""
        self._until = monotonic() + seconds

    def close(self) -> None:
        """Say QUIT and go, with or without an answer."""
        if self._early is not None:
            self._drop()
        if self._wire is not None:
            try:
                self._wire.send(b"QUIT\r\n")
                self._wire.reply(PARTING)
            except Lost:
                pass  # it has gone first
            self._drop()

    def _drop(self) -> None:
        self._early = None
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _letter(self, envelope: Envelope, source: Source) -> Transaction:
        for address in (envelope.sender, *envelope.recipients):
            checked(address)
        return self.kind(envelope, source, self.name, _notify(self._variables))

    def _begun(self, source: Source) -> Transaction | None:
        """The transaction of this letter if its commands are out; those of any other are broken off."""
        early, self._early = self._early, None
        if early is not None and early[0] is not source:
            self._drop()
            return None
        return early[1] if early else None

    def _attempt(self, letter: Transaction) -> Reply:
        """Try once; the reply for each recipient that the letter has no verdict about."""
        announced, self._announced = self._announced, None
        self._sender = letter.sender
        if announced and self._login(announced[1].sender) != self._login(letter.sender):
            announced = None  # it needs a connection of its own
        try:
            wire = self._wire if letter.early and self._wire is not None else self._open()
            wire.until = self._until
            rest = letter.run(wire, self._offers, announced[1] if announced else None)
            self._early = announced if announced and announced[1].early else None
        except Stop as stop:
            rest = stop.reply
        except Lost as lost:
            if self._wire is not None and self._wire.late:
                self.ready = False  # it is us who have no time
            self._drop()
            rest = lost.reply or Reply(451, f"4.4.2 {self.name} {lost}")
        except BaseException:
            self._drop()  # in the middle of a letter: only so can the server not take it for whole
            raise
        self._ended = letter.ended
        if rest.code == 421:
            self._drop()
        return rest

    def _open(self) -> Wire:
        """A connection that is ready for MAIL. Raises Unreachable, Stop, Lost."""
        if self._wire is not None and self._user != self._login(self._sender):
            self.close()
        if self._wire is not None and not self._wire.quiet:
            self._drop()  # whose replies these are nobody can know
        if self._wire is not None:
            if not self._ended:
                self._wire.ask(b"RSET")
            return self._wire
        if self.trace is not None:
            self.trace("---", self.name)
        self.ready = False
        try:
            wire = self._wire = Wire(self._connect(), self._timeout, self.trace)
            wire.until = self._until
            wire.patience = CHECKING if self._variables.origin("smtp-timeout") == "default" else None
            if self._server.scheme in TLS_FROM_THE_START:
                self._encrypt(wire)
            greeting = wire.reply()
        except Lost as lost:
            self._drop()
            raise Unreachable(f"{self.name}: {lost}") from None
        try:
            self._greet(wire, greeting)
        except Stop:
            self.close()
            raise
        self.ready = True
        return wire

    def _connect(self) -> socket:
        timeout = self._timeout if self._until is None else min(max(self._until - monotonic(), 0.1), self._timeout)
        return connect(self._server.host, self._server.port, timeout)

    def _greet(self, wire: Wire, greeting: Reply) -> None:
        """From the greeting to where letters are taken. Raises Stop when that is not reached."""
        if not greeting.positive:
            raise Stop(greeting)
        self._introduce(wire)
        if self._server.scheme not in TLS_FROM_THE_START and self._policy() != "plain":
            self._start_tls(wire)
        user = self._user = self._login(self._sender)
        how = (self._of(self._sender, "smtp-auth") or "").lower()
        if (user or how == "external") and how != "none":
            self._log_in(wire, user, how)

    def _login(self, sender: str) -> str:
        """As whom to log in for letters of `sender`, "" for not at all."""
        user = self._server.user or self._of(sender, "smtp-auth-user")
        return user or self._variables.get("user-" + self._server.host) or ""

    def _of(self, sender: str, name: str) -> str | None:
        """What a variable says of a sender's letters (Heirloom: `smtp-auth-user-me@host`), else of everybody's."""
        return self._variables.get(f"{name}-{sender}") or self._variables.get(name)

    def _introduce(self, wire: Wire) -> None:
        name = self._own_name(wire).encode()
        reply = wire.ask(self.hello + name)
        self._offers = {word.upper(): rest for word, _, rest in (line.partition(" ") for line in reply.lines[1:])}
        if reply.code >= 500 and self.fallback:
            self._offers = {}
            try:
                reply = wire.ask(self.fallback + name)
            except Lost as lost:
                raise Lost(str(lost), reply) from None  # it was refused, and that is the last that was said
        if not reply.positive:
            raise Stop(reply)

    def _own_name(self, wire: Wire) -> str:
        """For EHLO: no resolver is asked, whose answer could take seconds (RFC 5321 4.1.3, 4.1.4)."""
        given = self._variables.get("smtp-hostname") or self._variables.text("hostname") or ""
        name = given or uname().nodename
        if name.isascii() and name.replace(".", "").replace("-", "").isalnum() and ("." in name or given):
            return name
        address = wire.address or "127.0.0.1"
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def _policy(self) -> str:
        """`plain`, `require` or `verify-off`; on this machine nobody listens, and TLS is for whom it is asked."""
        get = self._variables.get
        if self._server.loopback and get("tls-" + self._server.host) is None and get("smtp-use-starttls") is None:
            return "plain"
        from pymail import tls

        return tls.policy(self._server.host, self._variables)

    def _encrypt(self, wire: Wire) -> None:
        from pymail import tls

        verify = self._policy() != "verify-off"
        wire.encrypt(tls.wrapper(self._server.host, self._variables, verify=verify))

    def _start_tls(self, wire: Wire) -> None:
        """RFC 3207. What was offered in the clear is forgotten."""
        if "STARTTLS" not in self._offers:
            hint = f"tls-{self._server.host}=plain would send in the clear"
            raise Stop(Reply(454, f"4.7.0 {self.name} offers no STARTTLS; {hint}"))
        reply = wire.ask(b"STARTTLS")
        if not reply.positive:
            raise Stop(Reply(454, f"4.7.0 {self.name} refuses STARTTLS: {reply.code} {reply.text}"))
        self._encrypt(wire)
        self._introduce(wire)

    def _log_in(self, wire: Wire, user: str, how: str) -> None:
        """RFC 4954. A refusal speaks of the account, not of the letter: that can wait until it is put right."""
        from pymail.transports import auth

        account = auth.Account(user, self._server, self._variables, self._sender)
        reply = auth.log_in(wire, self._offers, how, account)
        if not reply.positive:
            raise Stop(Reply(454, f"4.7.0 {self.name} does not let {user or 'us'} in: {reply.code} {reply.text}"))


def _is_one_too_many(answer: Answer) -> bool:
    return answer.code == 452 and (answer.text.startswith("4.5.3") or "too many" in answer.text.lower())


def _notify(variables: Variables) -> str:
    """When a report on delivery is wanted, as RFC 3461 4.1 spells it; "" when nobody has asked."""
    words = (variables.get("dsn") or "").lower().replace(",", " ").split()
    return ",".join(word.upper() for word in words if word in NOTIFY)
