"""SMTP servers for the tests of transports: real sockets on loopback, in threads.

A Sink takes all mail and keeps what it was sent, octet by octet. A script makes it
answer otherwise, hang or close at any step; so it stands for each kind of bad server.
It speaks LMTP to whom says LHLO, and TLS where it is given a certificate.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from pymail.transports.smtp import open_transport
from pymail.transports.transport import Answer, Envelope
from pymail.variables.values import Variables

HANG = "HANG"  # says nothing more until the client goes
CLOSE = "CLOSE"  # closes the connection
RESET = "RESET"  # ... so that the client's next call fails

# What one server or another has taken for the end of the data.
SMUGGLED = [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r\n", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r", b"\n\n..\r\r\n"]

OFFERS = ("PIPELINING", "8BITMIME", "SIZE 100000000", "SMTPUTF8")


class Text:
    """A source: octets, given out in pieces of `cut`; `size` is what it says they are, when that is something else."""

    def __init__(
        self,
        octets: bytes = b"Subject: s\n\nbody\n",
        cut: int = 1 << 16,
        eightbit: bool = False,
        size: int | None = None,
    ) -> None:
        self.octets = octets
        self.cut = cut
        self.size = len(octets) if size is None else size
        self.eightbit = eightbit

    def pieces(self) -> Iterator[bytes]:
        for at in range(0, len(self.octets), self.cut):
            yield self.octets[at : at + self.cut]


def variables(**given: str) -> Variables:
    """Variables as from a start-up file, `_` in a name being `-`; a client's name and a short time-out beside them."""
    made = Variables(strict=False)
    for name, value in {"hostname": "client.example", "smtp-timeout": "5", **given}.items():
        made.set(name.replace("_", "-"), value, "rc")
    return made


def codes(answers: list[Answer]) -> list[int]:
    return [answer.code for answer in answers]


def deliver(
    sink: Sink, source: Text | None = None, *to: str, sender: str = "me@client.example", **given: str
) -> list[Answer]:
    """Send a letter to the sink, to bob@test.example if nobody is named, with these variables; the answers."""
    transport = open_transport(sink.url, variables(**given))
    try:
        return transport.send(Envelope(sender, list(to or ["bob@test.example"])), source or Text())
    finally:
        transport.close()


class Letter:
    """A letter that was taken: the MAIL and RCPT lines' arguments, and the data as they came, without the final dot."""

    def __init__(self, mail: str, recipients: list[str], data: bytes) -> None:
        self.mail = mail
        self.recipients = recipients
        self.data = data


def address(argument: str) -> str:
    return argument[argument.find("<") + 1 : argument.rfind(">")]


class Gone(Exception):
    """This connection is over."""


class Sink:
    """A server on `port` of 127.0.0.1, as a context manager.

    `offers` are the lines of its EHLO reply. `script` says what it answers instead of the
    usual at a step: `connect`, a verb, `RCPT address` (as it stands between < and >), `body`
    (in the middle of the data), `BDAT` (a chunk that is not the last) or `.` (LMTP: `. address`);
    a list is used up one a time. Each answer is text, HANG, CLOSE or RESET; text without a
    CRLF gets one. `tls` makes STARTTLS work, from the start with `wrapped`. `login` does AUTH:
    it is given the conversation and the command's arguments, and returns the last reply.
    `path` listens on a unix socket.
    """

    def __init__(
        self,
        offers: Sequence[str] = OFFERS,
        script: Mapping[str, str | list[str]] | None = None,
        family: int = socket.AF_INET,
        tls: ssl.SSLContext | None = None,
        wrapped: bool = False,
        login: Callable[[Conversation, list[str]], str] | None = None,
        path: str = "",
    ) -> None:
        self.offers = offers
        self.script = {step: list(said) if isinstance(said, list) else said for step, said in (script or {}).items()}
        self.letters: list[Letter] = []
        self.lines: list[str] = []  # every command
        self.chunks: list[bytes] = []  # every recv
        self._came = threading.Condition()
        self.connections = 0
        self.failures: list[BaseException] = []
        self.tls = tls
        self.wrapped = wrapped
        self.login = login
        self._listener = socket.socket(socket.AF_UNIX if path else family)
        self._listener.bind(path or ("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self._listener.listen(50)
        self.port = 0 if path else int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Sink:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(10)
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads[1:]:
            thread.join(10)
        self._listener.close()
        assert not self.failures, self.failures

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def octets(self) -> bytes:
        return b"".join(self.chunks)

    def await_octets(self, wanted: bytes, seconds: float = 20) -> None:
        """Return once these have come; AssertionError when they do not within that time."""
        with self._came:
            assert self._came.wait_for(lambda: wanted in self.octets, seconds), self.octets

    def took(self, chunk: bytes) -> None:
        """Note octets that came."""
        with self._came:
            self.chunks.append(chunk)
            self._came.notify_all()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        conversation = Conversation(self, connection)
        try:
            conversation.run()
        except (Gone, OSError):
            pass
        except BaseException as failure:
            self.failures.append(failure)
        finally:
            self._open.discard(conversation.connection)
            conversation.connection.close()
            connection.close()


class Conversation:
    """One connection's dialogue."""

    def __init__(self, sink: Sink, connection: socket.socket) -> None:
        self.sink = sink
        self.connection = connection
        self.ahead = b""
        self.mail: str | None = None
        self.recipients: list[str] = []
        self.chunks = b""
        self.lmtp = False

    def run(self) -> None:
        if self.sink.wrapped:
            self.encrypt()
        self.say("220 sink ESMTP", "connect")
        while True:
            line = self.until(b"\r\n").decode("utf-8", "surrogateescape")
            self.sink.lines.append(line)
            self.command(line)

    def command(self, line: str) -> None:
        verb = line[:4].upper()
        if verb in ("EHLO", "LHLO"):
            self.lmtp = verb == "LHLO"
            self.say("".join(f"250-{offer}\r\n" for offer in ("sink", *self.sink.offers)) + "250 HELP", verb)
        elif verb == "MAIL":
            taken = self.say("250 2.1.0 sender fine", verb).startswith("2")
            self.mail, self.recipients = line[10:] if taken else None, []
        elif verb == "RCPT":
            self.recipient(line[8:])
        elif verb == "DATA":
            self.data()
        elif verb == "BDAT":
            self.chunk(*line.split()[1:])
        elif verb == "STAR" and self.sink.tls:
            if self.say("220 go ahead", "STARTTLS").startswith("2"):
                self.encrypt()
        elif verb == "AUTH" and self.sink.login:
            self.say(self.sink.login(self, line.split()[1:]), verb)
        elif verb == "QUIT":
            self.say("221 2.0.0 bye", verb)
            raise Gone
        elif verb == "RSET":
            self.mail, self.recipients = None, []
            self.say("250 2.0.0 forgotten", verb)
        else:
            self.say("250 sink" if verb == "HELO" else "500 5.5.1 what?", verb)

    def recipient(self, argument: str) -> None:
        step = f"RCPT {address(argument)}"
        step = step if step in self.sink.script else "RCPT"
        if self.mail is None:
            self.say("503 5.5.1 MAIL first")
        elif self.say("250 2.1.5 recipient fine", step).startswith("2"):
            self.recipients.append(argument)

    def data(self) -> None:
        usual = "354 go on" if self.recipients else "554 5.5.1 no valid recipients"
        if not self.say(usual, "DATA").startswith("354"):
            return
        if "body" in self.sink.script:
            self.read()
            self.say("", "body")
        self.take(self.letter())

    def chunk(self, size: str, last: str = "") -> None:
        while len(self.ahead) < int(size):
            self.read()
        self.chunks += self.ahead[: int(size)]
        self.ahead = self.ahead[int(size) :]
        if not self.recipients:
            self.say("503 5.5.1 no valid recipients")
        elif last:
            self.take(self.chunks)
            self.chunks = b""
        else:
            self.say("250 2.0.0 go on", "BDAT")

    def take(self, data: bytes) -> None:
        """Answer the whole letter, by LMTP for each recipient."""
        steps = [". " + address(recipient) for recipient in self.recipients] if self.lmtp else ["."]
        said = [self.say("250 2.0.0 taken", step if step in self.sink.script else ".") for step in steps]
        if any(reply.startswith("2") for reply in said) and self.recipients:
            self.sink.letters.append(Letter(self.mail or "", self.recipients, data))
        self.mail, self.recipients = None, []

    def encrypt(self) -> None:
        assert self.sink.tls is not None
        wrapped = self.sink.tls.wrap_socket(self.connection, server_side=True)
        self.sink._open.discard(self.connection)
        self.sink._open.add(wrapped)
        self.connection = wrapped

    def ask(self, challenge: str) -> str:
        """A challenge of AUTH, and the answer."""
        self.say("334 " + challenge)
        line = self.until(b"\r\n").decode()
        self.sink.lines.append(line)
        return line

    def letter(self) -> bytes:
        while not self.ahead.startswith(b".\r\n") and b"\r\n.\r\n" not in self.ahead:
            self.read()
        if self.ahead.startswith(b".\r\n"):
            data, self.ahead = b"", self.ahead[3:]
        else:
            data, _, self.ahead = self.ahead.partition(b"\r\n.\r\n")
            data += b"\r\n"
        return data

    def say(self, usual: str, step: str = "") -> str:
        """Answer a step as the script has it, else as usual; what was said."""
        said = self.sink.script.get(step, usual)
        if isinstance(said, list):
            said = said.pop(0) if said else usual
        if said == HANG:
            while True:
                self.read()
        if said == RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if said in (CLOSE, RESET):
            raise Gone
        self.connection.sendall(said.encode("utf-8", "surrogateescape") + (b"" if said.endswith("\n") else b"\r\n"))
        if said.startswith("421"):
            raise Gone
        return said

    def until(self, end: bytes) -> bytes:
        while end not in self.ahead:
            self.read()
        line, _, self.ahead = self.ahead.partition(end)
        return line

    def read(self) -> None:
        chunk = self.connection.recv(1 << 16)
        if not chunk:
            raise Gone
        self.sink.took(chunk)
        self.ahead += chunk
