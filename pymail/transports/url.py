"""A server's URL: smtp://[user[:password]@]host[:port].

Apart because choosing a transport has to look into it (a password may come from a file
only) before the module that speaks to the server is loaded.
"""

from __future__ import annotations

from pymail.errors import CONFIG, MailError, printable

PORTS = {"smtp": 25, "smtps": 465, "submission": 587, "submissions": 465, "lmtp": 24}


class Server:
    """Where a server is and who asks. `password` is None when the URL has none."""

    __slots__ = ("scheme", "user", "password", "host", "port")

    def __init__(self, scheme: str, user: str, password: str | None, host: str, port: int) -> None:
        self.scheme = scheme
        self.user = user
        self.password = password
        self.host = host
        self.port = port

    @property
    def name(self) -> str:
        """The URL as the user may see it: without the password, with the port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{printable(self.user)}@" if self.user else ""
        return f"{self.scheme}://{user}{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Nobody but this machine can hear: judged by the name as written."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.") and _numeric(self.host)


def server(url: str, status: int = CONFIG) -> Server:
    """Take a URL apart. Raises MailError (`status`) that shows it without the password."""
    scheme, _, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    user, colon, password = login.partition(":")
    host, port = _place(place.removesuffix("/"))
    if not (_is_host(host) and (port.isdecimal() and int(port) < 65536 or not port)):
        shown = f"{scheme}://{user}{at}{place}"
        raise MailError(f"{shown}: not a server; write {scheme}://host or {scheme}://host:port", status)
    return Server(scheme, _plain(user), _plain(password) if colon else None, host.lower(), int(port or PORTS[scheme]))


def _place(place: str) -> tuple[str, str]:
    if place.startswith("["):
        host, end, port = place[1:].partition("]")
        return host if end else "", port.removeprefix(":")
    host, _, port = place.partition(":")
    return host, port


def _is_host(host: str) -> bool:
    if ":" in host:
        return all(char in "0123456789abcdefABCDEF:.%" or char.isalnum() for char in host)
    return bool(host) and host.replace(".", "").replace("-", "").replace("_", "").isalnum()


def _numeric(host: str) -> bool:
    return host.replace(".", "").isdecimal()


def _plain(text: str) -> str:
    """Undo percent encoding (RFC 3986 2.1)."""
    first, *rest = text.split("%")
    octets = first.encode("utf-8", "surrogateescape")
    for part in rest:
        try:
            octets += bytes.fromhex(part[:2]) + part[2:].encode("utf-8", "surrogateescape")
        except ValueError:
            octets += b"%" + part.encode("utf-8", "surrogateescape")
    return octets.decode("utf-8", "surrogateescape")
