"""SMTP (RFC 5321): the dialogue that hands a letter to a server.

Apart from smtplib because sending is what the program exists for: a letter costs two
round trips where the server takes commands together, one send() for a small letter, and
nothing is loaded that plain SMTP does not need. There is an answer for each recipient,
also when the connection breaks half-way.
"""

from __future__ import annotations

from os import uname

from pymail.errors import CONFIG, MailError
from pymail.transports import url as urls
from pymail.transports.transport import Answer, Envelope, Transport, Unreachable, checked
from pymail.transports.wire import Lost, Reply, Wire, connect, dotted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.transports.transport import Source
    from pymail.variables.values import Variables

# How many commands go out before their replies are read: with more, both sides could wait with full buffers.
GROUP = 100
PARTING = 1.0  # seconds to wait for the answer to QUIT


def open_transport(url: str, variables: Variables) -> Smtp:
    """The transport for smtp://host[:port], not connected yet. Raises MailError (CONFIG)."""
    server = urls.server(url)
    if not server.loopback:
        raise MailError(f"{server.name}: only servers on this machine can be used yet", CONFIG)
    return Smtp(server, variables)


class Stop(Exception):
    """Ends a letter's way: `reply` stands for each recipient that has none of its own."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


class Smtp(Transport):
    """One server, connected from the first letter until close()."""

    def __init__(self, server: urls.Server, variables: Variables) -> None:
        self.name = server.name
        self._server = server
        self._timeout = float(variables.number("smtp-timeout") or 60)
        self._hostname = variables.text("hostname") or ""
        self._wire: Wire | None = None
        self._offers: dict[str, str] = {}
        self._begun = False  # the server has taken up the letter
        self._ended = True  # ... and nothing of it is left there

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        """See Transport. A connection that the server ended between two letters is made anew."""
        for address in (envelope.sender, *envelope.recipients):
            checked(address)
        reused = self._wire is not None
        verdicts = self._attempt(envelope, source)
        if reused and self._wire is None and not self._begun:
            verdicts = self._attempt(envelope, source)
        pairs = zip(envelope.recipients, verdicts, strict=True)
        return [Answer(recipient, verdict.code, verdict.text) for recipient, verdict in pairs]

    def close(self) -> None:
        """Say QUIT and go, with or without an answer."""
        if self._wire is not None:
            try:
                self._wire.send(b"QUIT\r\n")
                self._wire.reply(PARTING)
            except Lost:
                pass  # it has gone first
            self._drop()

    def _drop(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _attempt(self, envelope: Envelope, source: Source) -> list[Reply]:
        """Try once; what is said about each recipient."""
        verdicts: list[Reply | None] = [None] * len(envelope.recipients)
        self._begun = False
        try:
            rest = self._transact(self._open(), envelope, source, verdicts)
        except Stop as stop:
            rest = stop.reply
        except Lost as lost:
            self._drop()
            rest = lost.reply or Reply(451, f"4.4.2 {self.name} {lost}")
        except BaseException:
            self._drop()  # in the middle of a letter: only so can the server not take it for whole
            raise
        if rest.code == 421:
            self._drop()
        return [verdict or rest for verdict in verdicts]

    def _open(self) -> Wire:
        """A connection that is ready for MAIL. Raises Unreachable, Stop, Lost."""
        if self._wire is not None:
            if not self._ended:
                self._ask(self._wire, b"RSET")
            return self._wire
        try:
            wire = self._wire = Wire(connect(self._server.host, self._server.port, self._timeout), self._timeout)
            greeting = wire.reply()
        except Lost as lost:
            self._drop()
            raise Unreachable(f"{self.name}: {lost}") from None
        welcome = self._hello(wire) if greeting.positive else greeting
        if not welcome.positive:
            self.close()
            raise Stop(welcome)
        return wire

    def _hello(self, wire: Wire) -> Reply:
        name = self._own_name(wire).encode()
        reply = self._ask(wire, b"EHLO " + name)
        self._offers = {word.upper(): rest for word, _, rest in (line.partition(" ") for line in reply.lines[1:])}
        if reply.code >= 500:
            reply = self._ask(wire, b"HELO " + name)
            self._offers = {}
        return reply

    def _own_name(self, wire: Wire) -> str:
        """For EHLO: no resolver is asked, whose answer could take seconds (RFC 5321 4.1.3, 4.1.4)."""
        name = self._hostname or uname().nodename
        if name.isascii() and name.replace(".", "").replace("-", "").isalnum() and ("." in name or self._hostname):
            return name
        address = wire.address
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def _transact(self, wire: Wire, envelope: Envelope, source: Source, verdicts: list[Reply | None]) -> Reply:
        """One letter. Notes each recipient's refusal; returns the reply that stands for the others."""
        commands = [self._mail(envelope, source)]
        named = self._named(envelope, commands, verdicts)
        commands.append(b"DATA\r\n")
        replies = self._converse(wire, commands)
        mail = next(replies)
        self._begun, self._ended = mail.code != 421, False
        for index, reply in zip(named, replies, strict=False):  # named first: zip must leave the reply to DATA
            if mail.positive and not reply.positive:
                verdicts[index] = reply
        accepted = [index for index in named if verdicts[index] is None] if mail.positive else []
        data = next(replies, mail)
        if data.code == 354:
            return self._data(wire, source, accepted, verdicts) if accepted else self._nothing(wire, mail)
        if accepted and data.code < 400:
            raise Lost(f"took DATA for something else: {data.code} {data.text}")
        return mail if not mail.positive else data

    def _named(self, envelope: Envelope, commands: list[bytes], verdicts: list[Reply | None]) -> list[int]:
        """Add a RCPT for each recipient that this server can be told; which ones these are."""
        named = []
        for index, path in enumerate(map(_path, envelope.recipients)):
            if path.isascii() or "SMTPUTF8" in self._offers:
                named.append(index)
                commands.append(b"RCPT TO:<%b>\r\n" % path.encode())
            else:
                verdicts[index] = self._narrow("address")
        if not named:
            raise Stop(self._narrow("address"))
        return named

    def _narrow(self, what: str) -> Reply:
        return Reply(553, f"5.6.7 {self.name} takes no {what} that is not ASCII (it offers no SMTPUTF8)")

    def _mail(self, envelope: Envelope, source: Source) -> bytes:
        """The MAIL command. Raises Stop for a letter that this server cannot take."""
        offers = self._offers
        sender = _path(envelope.sender)
        limit = offers.get("SIZE", "")
        wide = envelope.utf8 or not all(path.isascii() for path in map(_path, [sender, *envelope.recipients]))
        if limit.isdecimal() and 0 < int(limit) < source.size:
            raise Stop(Reply(552, f"5.3.4 {source.size} octets; {self.name} takes {limit} at most"))
        if "SMTPUTF8" not in offers and (envelope.utf8 or not sender.isascii()):
            raise Stop(self._narrow("header" if sender.isascii() else "sender"))
        if source.eightbit and "8BITMIME" not in offers:
            raise Stop(Reply(554, f"5.6.3 {self.name} takes no 8-bit text (it offers no 8BITMIME)"))
        size = f" SIZE={source.size}" if "SIZE" in offers and source.size else ""
        body = " BODY=8BITMIME" if (source.eightbit or wide) and "8BITMIME" in offers else ""
        utf8 = " SMTPUTF8" if wide and "SMTPUTF8" in offers else ""
        return f"MAIL FROM:<{sender}>{size}{body}{utf8}\r\n".encode()

    def _converse(self, wire: Wire, commands: list[bytes]) -> Iterator[Reply]:
        """The replies to MAIL, each RCPT and DATA, in groups where the server takes that (RFC 2920).

        Ends early once MAIL or every RCPT was refused and the rest has not been sent.
        """
        step = GROUP if "PIPELINING" in self._offers else 1
        positive = 0
        for at in range(0, len(commands), step):
            group = commands[at : at + step]
            if at and positive < (2 if group == commands[-1:] else 1):
                return
            wire.send(b"".join(group))
            for _ in group:
                reply = wire.reply()
                positive += reply.positive
                yield reply

    def _data(self, wire: Wire, source: Source, accepted: list[int], verdicts: list[Reply | None]) -> Reply:
        """Send the letter. A `verdict` of its own for each recipient is LMTP's (RFC 2033)."""
        for block in dotted(source.pieces()):
            wire.send(block)
        try:
            reply = self._outcome(wire, accepted, verdicts)
        except Lost as lost:
            raise Lost(f"{lost} after the whole letter, which may have been delivered") from None
        self._ended = True
        return reply

    def _outcome(self, wire: Wire, accepted: list[int], verdicts: list[Reply | None]) -> Reply:
        return wire.reply()

    def _nothing(self, wire: Wire, mail: Reply) -> Reply:
        """The server waits for a letter that nobody may get (RFC 2920 3.1): end it at once."""
        wire.send(b".\r\n")
        wire.reply()
        return mail

    def _ask(self, wire: Wire, command: bytes) -> Reply:
        wire.send(command + b"\r\n")
        return wire.reply()


def _path(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891 A-labels) where that makes all of it ASCII."""
    local, at, domain = address.rpartition("@")
    if not address.isascii() and local.isascii():
        try:
            return local + at + domain.encode("idna").decode()
        except UnicodeError:
            pass  # only by SMTPUTF8, then
    return address
