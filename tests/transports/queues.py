"""An outbox of a test: letters put there, and a server that answers as it is told."""

from __future__ import annotations

from collections.abc import Callable

from sink import Text

from pymail.transports.entry import Letter
from pymail.transports.flush import Report, flush
from pymail.transports.outbox import Outbox
from pymail.transports.transport import Answer, Envelope, Transport, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.transports.transport import Source

    Send = Callable[[Envelope, Source], list[Answer]]

NOW = 1_700_000_000.0


class Way(Transport):
    """A way out that sends by this function; `told` of a letter when it is announced."""

    name = "way"

    def __init__(self, send: Send, told: Callable[[Envelope], None] = lambda envelope: None) -> None:
        self._send = send
        self._told = told

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        return self._send(envelope, source)

    def announce(self, envelope: Envelope, source: Source) -> None:
        self._told(envelope)


class Server(Transport):
    """A way out and failures as a flush sees them: `answers` is what it says for a recipient, else 250."""

    name = "server"

    def __init__(self, **answers: int) -> None:
        self.answers = answers
        self.got: list[tuple[str, list[str], bytes]] = []
        self.dead: list[tuple[list[str], bytes]] = []
        self.up = True

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        if not self.up:
            raise Unreachable("smtp://localhost:25: Connection refused")
        self.got.append((envelope.sender, envelope.recipients, b"".join(source.pieces())))
        return [Answer(name, self.answers.get(name, 250), "said") for name in envelope.recipients]

    def failed(self, letter: Letter, answers: list[Answer]) -> None:
        self.dead.append(([answer.recipient for answer in answers], b"".join(letter.pieces())))

    @property
    def recipients(self) -> list[str]:
        return [name for _, names, _ in self.got for name in names]


def put(outbox: Outbox, *recipients: str, account: str = "home", octets: bytes = b"\nhello\n", now: float = NOW) -> str:
    return outbox.put(Envelope("me@here", list(recipients)), Text(octets), account, "no server", now=now)


def run(outbox: Outbox, server: Server, account: str = "home", now: float = NOW, **how: object) -> Report:
    return flush(outbox, account, server, server.failed, now, **how)  # type: ignore[arg-type]
