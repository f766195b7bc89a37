"""A job on an outbox, as a process of its own that a test can kill: `put`, `flush`, `hold`, `retry` or `delete`.

argv: the job, a folder and the account's server. The folder holds `outbox`, `dead.letter` and `log`, where each
line says that a server has taken letter N for a recipient. Recipients called `later-…` are put off and `no-…`
refused, unless the server is `kind`, which takes all but `no-…`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from pymail.deadletter import bury  # noqa: E402
from pymail.errors import MailError, reason, status_of  # noqa: E402
from pymail.transports.flush import flush  # noqa: E402
from pymail.transports.outbox import Outbox  # noqa: E402
from pymail.transports.transport import Answer, Envelope, Transport  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.transports.entry import Letter
    from pymail.transports.transport import Source

ACCOUNT = "account"
NOW = 1_700_000_000.0


class Text:
    """Letter `number`: a Source that says which one it is."""

    eightbit = False

    def __init__(self, number: int) -> None:
        self.octets = b"Subject: %d\n\n" % number + b"text of %d\n" % number * 2000
        self.size = len(self.octets)

    def pieces(self) -> Iterator[bytes]:
        for at in range(0, len(self.octets), 4096):
            yield self.octets[at : at + 4096]


def put(folder: str, number: int, recipients: list[str]) -> str:
    """Queue letter `number`; its time makes it the number-th."""
    outbox = Outbox(folder + "/outbox")
    return outbox.put(Envelope("me@here", recipients), Text(number), ACCOUNT, "no server", now=NOW + number)


class Way(Transport):
    """Takes letters, and notes in `log` which one each recipient got."""

    name = "way"

    def __init__(self, log: int, kind: bool) -> None:
        self.log = log
        self.kind = kind

    def send(self, envelope: Envelope, source: Source) -> list[Answer]:
        octets = b"".join(source.pieces())
        number = int(octets.split(b"\n", 1)[0].split()[1])
        assert octets == Text(number).octets
        answers = [Answer(name, _code(name, self.kind), "said") for name in envelope.recipients]
        taken = "".join(f"{number} {answer.recipient}\n" for answer in answers if answer.accepted)
        os.write(self.log, taken.encode())
        return answers


def run_flush(folder: str, kind: bool) -> int:
    """Flush once; the number of letters that wait after it."""
    log = os.open(folder + "/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def failed(letter: Letter, answers: list[Answer]) -> None:
        bury(folder + "/dead.letter", letter.pieces(), "me@here", replace=False)

    try:
        report = flush(Outbox(folder + "/outbox"), ACCOUNT, Way(log, kind), failed, NOW + 1e6, lifetime=10**9)
    finally:
        os.close(log)
    return -1 if report.busy else report.waiting


def _code(name: str, kind: bool) -> int:
    return 550 if name.startswith("no-") else 451 if name.startswith("later-") and not kind else 250


def main(job: str, folder: str, *rest: str) -> None:
    outbox = Outbox(folder + "/outbox")
    try:
        if job == "put":
            print("queued", put(folder, int(rest[0]), list(rest[1:])), flush=True)
        elif job == "flush":
            print("waiting", run_flush(folder, rest[0] == "kind"), flush=True)
        elif job == "retry":
            outbox.retry(rest[0], NOW)
        else:
            (outbox.hold if job == "hold" else outbox.delete)(rest[0])
    except MailError as error:
        print("failed", error.status, error.text, flush=True)
    except OSError as error:
        # As main does: errors.reason() of what no module has made a MailError.
        print("failed", status_of(error), reason(error), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
