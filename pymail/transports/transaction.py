"""A mail transaction (RFC 5321 3.3): one letter's MAIL, RCPT and data, and what came back.

Apart from the connection, which sees many of them: what the server offers decides the
form of each command, and the replies decide about each recipient, also when they stop
half-way.
"""

from __future__ import annotations

from pymail.transports.wire import Lost, Reply, chunked, dotted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymail.transports.transport import Envelope, Source
    from pymail.transports.wire import Wire

# How many commands go out before their replies are read: with more, both sides could wait with full buffers.
GROUP = 100
AHEAD = 8  # chunks of data, likewise
DATA = b"DATA\r\n"
# What takes 8-bit text, with what it needs beside it (RFC 6152; RFC 3030: binary data goes by BDAT only).
EIGHT_BIT = {"8BITMIME": "8BITMIME", "BINARYMIME": "CHUNKING"}


class Stop(Exception):
    """Ends a letter's way: `reply` stands for each recipient that has none of its own."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


class Transaction:
    """One letter over one connection.

    `offers` are the server's extensions (keyword -> parameters), `name` what the user calls
    the server, `notify` when to report on delivery (RFC 3461), "" for the server's habit.
    `verdicts` are the replies to each recipient so far; `begun`: the server has taken the
    letter up; `ended`: and is done with it. `early`: its commands went out behind the letter
    before it, and the server waits for its data.
    """

    def __init__(self, envelope: Envelope, source: Source, name: str, notify: str) -> None:
        self.verdicts: list[Reply | None] = [None] * len(envelope.recipients)
        self.sender = envelope.sender
        self.begun = False
        self.ended = True
        self.early = False
        self._commands: list[bytes] = []
        self._named: list[int] = []
        self._envelope = envelope
        self._source = source
        self._name = name
        self._notify = notify

    def run(self, wire: Wire, offers: dict[str, str], following: Transaction | None = None) -> Reply:
        """Do it; the reply for all recipients without a verdict. Raises Stop, Lost, and what `source` raises.

        The commands of `following` go out behind the end of this letter, if the server takes them together.
        """
        if not self.early:
            self._prepare(offers)
        replies = _converse(wire, self._commands, GROUP if "PIPELINING" in offers else 1, self.early)
        mail = next(replies)
        self.begun, self.ended = mail.code != 421, False
        try:
            for index, reply in zip(self._named, replies, strict=False):  # named first: the reply to DATA must be left
                if mail.positive and not reply.positive:
                    self.verdicts[index] = reply
            data = next(replies, mail)
        except Lost as lost:
            raise Lost(str(lost), lost.reply if mail.positive else mail) from None
        accepted = [index for index in self._named if self.verdicts[index] is None] if mail.positive else []
        ahead = following.opening(offers) if following is not None and accepted else b""
        if "CHUNKING" in offers:
            return self._chunks(wire, accepted, AHEAD if "PIPELINING" in offers else 1, ahead) if accepted else mail
        return self._data(wire, accepted, mail, data, ahead)

    def opening(self, offers: dict[str, str]) -> bytes:
        """The commands up to the data, where all can go out before the letter before is answered (RFC 2920 3.1).

        b"" where that is not so; who asks has to send them.
        """
        try:
            self._prepare(offers)
        except Stop:
            return b""
        self.early = "PIPELINING" in offers and len(self._commands) <= GROUP
        return b"".join(self._commands) if self.early else b""

    def _prepare(self, offers: dict[str, str]) -> None:
        """Write the commands. Raises Stop for a letter that this server cannot take."""
        self._commands = [self._mail(offers)]
        self._named = self._name_recipients(self._commands, offers)
        if "CHUNKING" not in offers:
            self._commands.append(DATA)

    def _mail(self, offers: dict[str, str]) -> bytes:
        """The MAIL command. Raises Stop for a letter that this server cannot take."""
        sender = _path(self._envelope.sender)
        utf8 = "SMTPUTF8" in offers
        wide = self._envelope.utf8 or not all(map(str.isascii, map(_path, [sender, *self._envelope.recipients])))
        body = next((word for word in EIGHT_BIT if word in offers and EIGHT_BIT[word] in offers), "")
        if not utf8 and not sender.isascii():
            raise Stop(self._narrow("sender"))
        if self._source.eightbit and not body or self._envelope.utf8 and not utf8:
            self._source = self._in_ascii(body=not body)
        source, size = self._source, self._size(offers.get("SIZE", ""))
        parameters = (
            f" SIZE={size}" if "SIZE" in offers and size else "",
            f" BODY={body}" if body and (source.eightbit or wide) else "",
            " SMTPUTF8" if wide and utf8 else "",
            " RET=HDRS" if self._notify and "DSN" in offers else "",
        )
        return f"MAIL FROM:<{sender}>{''.join(parameters)}\r\n".encode()

    def _size(self, offered: str) -> int:
        """How many octets are told to the server, about. Raises Stop for more than it takes (RFC 1870 4)."""
        size = self._source.size
        limit = int(offered) if offered.isdecimal() and offered.isascii() and len(offered) < 20 else 0
        if not 0 < limit < size:
            return size
        size = sum(len(piece) + piece.count(b"\n") for piece in self._source.pieces())  # it was an estimate
        if size > limit:
            raise Stop(Reply(552, f"5.3.4 {size} octets; {self._name} takes {limit} at most"))
        return size

    def _in_ascii(self, *, body: bool) -> Source:
        """The letter with an ASCII header and, with `body`, text. Raises Stop where that cannot be."""
        from pymail.transports.sevenbit import Foreign, SevenBit

        try:
            return SevenBit(self._source, body=body)
        except Foreign:
            raise Stop(self._narrow("header")) from None

    def _name_recipients(self, commands: list[bytes], offers: dict[str, str]) -> list[int]:
        """Add a RCPT for each recipient that this server can be told; which ones these are."""
        notify = f" NOTIFY={self._notify}" if self._notify and "DSN" in offers else ""
        named = []
        for index, path in enumerate(map(_path, self._envelope.recipients)):
            if path.isascii() or "SMTPUTF8" in offers:
                named.append(index)
                commands.append(f"RCPT TO:<{path}>{notify}\r\n".encode())
            else:
                self.verdicts[index] = self._narrow("address")
        if not named:
            raise Stop(self._narrow("address"))
        return named

    def _narrow(self, what: str) -> Reply:
        return Reply(553, f"5.6.7 {self._name} takes no {what} that is not ASCII (it offers no SMTPUTF8)")

    def _data(self, wire: Wire, accepted: list[int], mail: Reply, data: Reply, ahead: bytes) -> Reply:
        """`data` is the reply to DATA, or to MAIL where DATA was not sent; `ahead` goes out behind the letter."""
        if data.code == 354 and not accepted:
            # The server waits for a letter that nobody may get (RFC 2920 3.1): it is ended at once.
            wire.ask(b".")
            return mail
        if accepted and data.code < 400 and data.code != 354:
            raise Lost(f"took DATA for something else: {data.code} {data.text}")
        if not accepted or data.code != 354:
            return mail if not mail.positive else data
        for block, end in _marked(dotted(self._source.pieces())):
            _hand_over(wire, block, f"({len(block)} octets of the letter)", ahead if end else b"")
        return self._end(wire, accepted)

    def _chunks(self, wire: Wire, accepted: list[int], most: int, ahead: bytes) -> Reply:
        """Send the letter by BDAT, with up to `most` chunks whose replies have not been read; behind them `ahead`."""
        owed = 0
        for chunk, end in _marked(chunked(self._source.pieces())):
            if owed == most:
                _go_on(wire)
                owed -= 1
            _hand_over(wire, chunk, chunk[: chunk.index(b"\r")].decode(), ahead if end else b"")
            owed += 1
        return self._end(wire, accepted, owed - 1)

    def _end(self, wire: Wire, accepted: list[int], owed: int = 0) -> Reply:
        if wire.until is not None:
            # It has all of the letter: who goes now cannot know what became of it, and somebody waits for us.
            wire.until = wire.patience = None
        try:
            for _ in range(owed):
                _go_on(wire)
            reply = self._outcome(wire, accepted)
        except Lost as lost:
            if lost.reply is not None:
                raise
            raise Lost(f"{lost} after the whole letter, which may have been delivered") from None
        self.ended = True
        return reply

    def _outcome(self, wire: Wire, accepted: list[int]) -> Reply:
        """The answer to the whole letter, for all of `accepted` at once."""
        return final(wire)


def final(wire: Wire) -> Reply:
    """An answer to a whole letter, which 3xx cannot be: then nobody knows whose the next answer is."""
    reply = wire.reply(wire.patience)
    if 300 <= reply.code < 400:
        raise Lost(f"took the letter for something else: {reply.code} {reply.text}")
    return reply


def _hand_over(wire: Wire, block: bytes, shown: str, ahead: bytes) -> None:
    """A block of the letter, and commands behind it, in one send."""
    if ahead:
        shown += "\r\n" + ahead.decode("utf-8", "surrogateescape").rstrip("\r\n")
    wire.send(block + ahead if ahead else block, shown)


def _marked(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block, and whether it is the last."""
    held = next(blocks)
    for block in blocks:
        yield held, False
        held = block
    yield held, True


def _converse(wire: Wire, commands: list[bytes], step: int, early: bool) -> Iterator[Reply]:
    """The replies to MAIL, each RCPT and DATA, sent `step` at a time (RFC 2920), or all together `early` already.

    Ends early once MAIL or every RCPT was refused and the rest has not been sent.
    """
    positive = 0
    for at in range(0, len(commands), step):
        group = commands[at : at + step]
        if at and positive < (2 if group == [DATA] else 1):
            return
        if not early:
            wire.send(b"".join(group))
        for command in group:
            reply = wire.reply()
            positive += reply.positive
            if command is group[-1]:
                wire.in_step()
            yield reply


def _go_on(wire: Wire) -> None:
    reply = wire.reply()
    if not reply.positive:
        raise Lost("refused a part of the letter", reply)


def _path(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891 A-labels) where that makes all of it ASCII."""
    local, at, domain = address.rpartition("@")
    if not address.isascii() and local.isascii():
        try:
            return local + at + domain.encode("idna").decode()
        except UnicodeError:
            pass  # only by SMTPUTF8, then
    return address
