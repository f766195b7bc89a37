"""LMTP (RFC 2033): SMTP to what delivers, with an answer for each recipient after the data.

Apart from SMTP because of just that answer, the other greeting, and unix sockets.
"""

from __future__ import annotations

from pymail.transports import url as urls
from pymail.transports.smtp import Smtp
from pymail.transports.transaction import Transaction, final
from pymail.transports.wire import connect_unix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket

    from pymail.transports.wire import Reply, Wire
    from pymail.variables.values import Variables


def open_transport(url: str, variables: Variables) -> Lmtp:
    """The transport for lmtp://host:port or lmtp:///path/of/socket, not connected yet.

    Raises MailError (CONFIG) for a URL without a server.
    """
    path = url.removeprefix("lmtp://")
    if path.startswith("/"):
        return Lmtp(urls.Server("lmtp", "", None, "localhost", 0), variables, path)
    return Lmtp(urls.server(url), variables)


class Letter(Transaction):
    """A letter by LMTP."""

    def _outcome(self, wire: Wire, accepted: list[int]) -> Reply:
        for index in accepted:
            self.verdicts[index] = reply = final(wire)
        return reply


class Lmtp(Smtp):
    """One server; `path` is its unix socket, "" for TCP."""

    hello = b"LHLO "
    fallback = b""
    kind = Letter

    def __init__(self, server: urls.Server, variables: Variables, path: str = "") -> None:
        super().__init__(server, variables)
        self._path = path
        if path:
            self.name = "lmtp://" + path

    def _connect(self) -> socket:
        return connect_unix(self._path, self._timeout) if self._path else super()._connect()

    def _policy(self) -> str:
        return "plain" if self._path else super()._policy()
