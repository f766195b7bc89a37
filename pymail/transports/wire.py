"""The wire: one connection to a server, its replies, and a letter's form on it.

Apart from the dialogue so that what keeps a bad server harmless stands in one place:
every wait ends, every reply is bounded, and nothing in a letter can end it early.
Built on `_socket`, which costs a tenth of what `socket` does at start.
"""

from __future__ import annotations

import _socket as sockets
from time import monotonic

from pymail.errors import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from pymail.transports.transport import Trace

BLOCK = 1 << 16
CHUNK = 1 << 18
REPLY_LIMIT = 1 << 16
TEXT_LIMIT = 1000


class Reply:
    """One reply of a server (RFC 5321 4.2): its code and the text of its lines."""

    __slots__ = ("code", "lines")

    def __init__(self, code: int, *lines: str) -> None:
        self.code = code
        self.lines = lines

    @property
    def positive(self) -> bool:
        """Done (2xx)."""
        return 200 <= self.code < 300

    @property
    def text(self) -> str:
        """The lines as one, printable; an enhanced code that each repeats (RFC 2034 4) is told once."""
        lines = self.lines
        enhanced = lines[0].partition(" ")[0]
        if enhanced.replace(".", "").isdecimal():
            lines = lines[0], *(line.removeprefix(enhanced + " ") for line in lines[1:])
        return printable(" ".join(lines).strip()[:TEXT_LIMIT])


class Lost(Exception):
    """The connection is of no more use; `reply` is what the server said last, if it did."""

    def __init__(self, why: str, reply: Reply | None = None) -> None:
        super().__init__(why)
        self.reply = reply


class Wire:
    """A connected socket and what was read from it ahead.

    `timeout` (seconds) bounds each wait: for a whole reply, however it drips, once what it is
    about has left this machine, and for more data to be taken; none lasts beyond `until` (on
    the monotonic clock), if that is set. `patience` is as long for the answer to a whole letter,
    None for no longer than for any. `trace` is told each line. The methods raise Lost.
    """

    def __init__(self, socket: sockets.socket, timeout: float, trace: Trace | None = None) -> None:
        self._socket = socket
        self._timeout = timeout
        self._trace = trace
        self._secrets: list[str] = []
        self._ahead = b""
        self.until: float | None = None
        self.patience: float | None = None
        self._parting: Reply | None = None  # a 421, after which the server closes (RFC 5321 3.8)

    @property
    def address(self) -> str:
        """Our own end's IP address, "" where there is none (a unix socket)."""
        name = self._socket.getsockname()
        return str(name[0]) if isinstance(name, tuple) else ""

    @property
    def quiet(self) -> bool:
        """Nothing has been said that was not asked for."""
        return not self._ahead

    @property
    def late(self) -> bool:
        """Is it later than `until`?"""
        return self.until is not None and monotonic() >= self.until

    def in_step(self) -> None:
        """Raise Lost when more was said than was asked for: whose replies the next ones are nobody could know.

        But a server may say at any time that it goes (RFC 5321 3.8).
        """
        if self._ahead and not self._ahead.startswith(b"421"):
            raise Lost("said more than it was asked")

    def heard(self) -> bool:
        """Has something come that was not asked for? The end of the connection is Lost."""
        if not self._ahead:
            self._socket.settimeout(0.001)  # what TLS alone has to say is not enough
            try:
                self._ahead = self._socket.recv(REPLY_LIMIT)
            except TimeoutError:
                return False
            except OSError as error:
                raise Lost(_why(error), self._parting) from None
            if not self._ahead:
                raise Lost("closed the connection", self._parting)
        return True

    @property
    def cipher(self) -> str:
        """The version of TLS and what it encrypts by, "" in the clear."""
        name, version, _ = getattr(self._socket, "cipher", lambda: None)() or ("", "", 0)
        return f"{version} {name}".strip()

    def encrypt(self, wrap: Callable[[sockets.socket], sockets.socket]) -> None:
        """Go on by TLS. What was sent in the clear ahead of the handshake is somebody else's (CVE-2011-0411)."""
        if not self.quiet:
            raise Lost("sent octets ahead of the TLS handshake")
        try:
            self._socket.settimeout(self._timeout)
            self._socket = wrap(self._socket)
        except TimeoutError:
            raise Lost("made no TLS handshake in time") from None
        except OSError as error:
            raise Lost(f"TLS: {_why(error)}") from None

    def hide(self, secret: str) -> None:
        """Show `***` for it from now on, in the trace and in what the server says."""
        self._secrets += [secret] if secret else []

    def ask(self, command: bytes) -> Reply:
        """Send one command, without its line end, and read the reply."""
        self.send(command + b"\r\n")
        return self.reply()

    def send(self, octets: bytes, shown: str = "") -> None:
        """Hand all of `octets` to the system; the trace sees them, or `shown` in their place."""
        if self._trace is not None:
            for line in (shown or octets.decode("utf-8", "surrogateescape").rstrip("\r\n")).split("\r\n"):
                self._trace(">>>", printable(self._masked(line)))
        rest = memoryview(octets)
        try:
            while rest:  # sendall would want all of them taken in one timeout
                self._socket.settimeout(self._left())
                rest = rest[self._socket.send(rest[:BLOCK]) :]
        except TimeoutError:
            raise Lost(f"took nothing for {self._left():g} seconds") from None
        except OSError as error:
            raise Lost(_why(error), self._last_words()) from None

    def reply(self, timeout: float | None = None) -> Reply:
        """The next reply; all its lines have to come within `timeout` seconds."""
        until = monotonic() + (timeout or self._left())
        room = REPLY_LIMIT
        lines: list[str] = []
        while True:
            line = self._line(until, room)
            room -= len(line) + 1
            code, mark = line[:3], line[3:4]
            if not (len(code) == 3 and code.isdigit() and b"200" <= code < b"600" and mark in (b"", b" ", b"-")):
                raise Lost("gave an answer that is none: " + printable(line[:60].decode("ascii", "backslashreplace")))
            text = self._masked(line.decode("utf-8", "surrogateescape"))
            if self._trace is not None:
                self._trace("<<<", printable(text))
            lines.append(text[4:])
            if mark != b"-":
                reply = Reply(int(code), *lines)
                self._parting = reply if reply.code == 421 else None
                return reply

    def close(self) -> None:
        """Let go of the connection, saying nothing."""
        try:
            self._socket.close()
        except OSError:
            pass  # a reset that comes this late changes nothing

    def _left(self) -> float:
        """How long the next wait may last."""
        return self._timeout if self.until is None else min(max(self.until - monotonic(), 0.001), self._timeout)

    def _masked(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line

    def _line(self, until: float, room: int) -> bytes:
        while (end := self._ahead.find(b"\n", 0, room)) < 0:
            if len(self._ahead) >= room:
                raise Lost("gave an answer without an end")
            self._ahead += self._receive(until)
        line = self._ahead[:end].rstrip(b"\r")
        self._ahead = self._ahead[end + 1 :]
        return line

    def _receive(self, until: float) -> bytes:
        unsent = -1
        while True:
            try:
                self._socket.settimeout(max(until - monotonic(), 0.001))
                octets = self._socket.recv(REPLY_LIMIT)
                break
            except TimeoutError:
                before, unsent = unsent, self._unsent()
                if self.until is not None or unsent in (0, before):
                    raise Lost("gave no answer in time") from None
                until = monotonic() + self._timeout  # a slow line is still busy with what is to be answered
            except OSError as error:
                raise Lost(_why(error), self._parting) from None
        if not octets:
            raise Lost("closed the connection", self._parting)
        return octets

    def _unsent(self) -> int:
        """How many octets the system has yet to bring over, as far as it tells."""
        from fcntl import ioctl
        from sys import byteorder
        from termios import TIOCOUTQ

        try:
            return int.from_bytes(ioctl(self._socket.fileno(), TIOCOUTQ, bytes(4)), byteorder)
        except OSError:
            return 0

    def _last_words(self) -> Reply | None:
        try:
            reply = self.reply(0.1)  # what it said before it closed is here, or will never be
        except Lost:
            return None
        return reply if reply.code >= 400 else None


def connect(host: str, port: int, timeout: float) -> sockets.socket:
    """A TCP connection; `localhost` is 127.0.0.1, then ::1, and asks no resolver.

    `host` is a name or an address without brackets; `timeout` (seconds) bounds each
    address's attempt. Raises Lost.
    """
    why = "no address"
    for family, address in _places(host, port, timeout):
        try:
            socket = _connected(family, address, timeout)
            # A command waits for no acknowledgement of the one before.
            socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
            return socket
        except TimeoutError:
            why = f"no connection within {timeout:g} seconds"
        except OSError as error:
            why = _why(error)
    raise Lost(why)


def connect_unix(path: str, timeout: float) -> sockets.socket:
    """A connection to a unix socket. Raises Lost."""
    try:
        return _connected(sockets.AF_UNIX, path, timeout)
    except OSError as error:
        raise Lost(_why(error)) from None


def _connected(family: int, address: tuple[Any, ...] | str, timeout: float) -> sockets.socket:
    socket = sockets.socket(family, sockets.SOCK_STREAM)
    try:
        socket.settimeout(timeout)
        socket.connect(address)
    except BaseException:
        socket.close()
        raise
    return socket


def _places(host: str, port: int, timeout: float) -> list[tuple[int, tuple[Any, ...]]]:
    if host == "localhost":
        return [(sockets.AF_INET, ("127.0.0.1", port)), (sockets.AF_INET6, ("::1", port))]
    if ":" in host:
        return [(sockets.AF_INET6, (host, port))]
    try:
        sockets.inet_pton(sockets.AF_INET, host)
    except OSError:
        return _looked_up(host, port, timeout)
    return [(sockets.AF_INET, (host, port))]


def _looked_up(host: str, port: int, timeout: float) -> list[tuple[int, tuple[Any, ...]]]:
    """What the resolver says within `timeout`; it knows no limit, and is left behind in a thread."""
    from _thread import allocate_lock, start_new_thread

    found: list[tuple[int, tuple[Any, ...]]] = []
    why = [f"no address within {timeout:g} seconds"]
    asking = allocate_lock()

    def ask() -> None:
        try:
            name = host.encode("ascii" if host.isascii() else "idna")
            found.extend((place[0], place[4]) for place in sockets.getaddrinfo(name, port, 0, sockets.SOCK_STREAM))
        except OSError as error:
            why[0] = _why(error)
        except UnicodeError:
            why[0] = "that cannot be a host name"
        asking.release()

    asking.acquire()
    try:
        start_new_thread(ask, ())
    except RuntimeError:
        ask()  # this user may have no more threads
    if not asking.acquire(timeout=timeout) or not found:
        raise Lost(why[0])
    return found


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def dotted(pieces: Iterable[bytes], size: int = BLOCK) -> Iterator[bytes]:
    """A letter as DATA carries it (RFC 5321 4.5.2), in blocks, the end of data included.

    Every line end of the source, LF, CRLF or lone CR, becomes one CRLF; a dot that begins
    a line is doubled. So the only CRLF.CRLF is the last one, in the last block; a small
    letter is one block.
    """
    fresh, block = True, b""
    for text in _lines(pieces, size):
        if block:
            yield block
        if b"." in text:
            doubled = text.replace(b"\n.", b"\n..")
            text = b"." + doubled if fresh and text.startswith(b".") else doubled
        fresh = text.endswith(b"\n")
        block = text.replace(b"\n", b"\r\n")
    yield block + b".\r\n"


def chunked(pieces: Iterable[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """A letter as BDAT carries it (RFC 3030): each chunk behind its command, the last marked LAST."""
    block = b""
    for text in _lines(pieces, size):
        if block:
            yield b"BDAT %d\r\n%b" % (len(block), block)
        block = text.replace(b"\n", b"\r\n")
    yield b"BDAT %d LAST\r\n%b" % (len(block), block)


def _lines(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The letter in blocks of more than `limit` octets, with LF line ends, the last line ended.

    A CR that ends a block may be half a CRLF, and waits. Only the last block can be empty.
    """
    held, size, ended = [], 0, True
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > limit:
            block = b"".join(held)
            cut = len(block) - block.endswith(b"\r")
            ended = block.endswith(b"\n")
            yield _unix(block[:cut])
            held, size = [block[cut:]], len(block) - cut
    last = _unix(b"".join(held))
    yield last if last.endswith(b"\n") or not last and ended else last + b"\n"


def _unix(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block
