"""Logging in to a server: SASL by the AUTH command (RFC 4954).

Apart from the connection because each mechanism is a small dialogue of its own, loaded
only where a user name is given. A mechanism is a generator: it yields what we say, and is
sent what the server says.
"""

from __future__ import annotations

import os
from binascii import Error, a2b_base64, b2a_base64
from hashlib import pbkdf2_hmac, sha256
from hmac import compare_digest, digest
from unicodedata import normalize

from pymail.transports.wire import Lost, Reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pymail.transports.url import Server
    from pymail.transports.wire import Wire
    from pymail.variables.values import Variables

    Dialogue = Generator[bytes | None, bytes, None]

# What is taken when the user has not said: the password itself goes out only where nothing better is offered.
PREFERENCE = ("SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN")
COMMAND_LIMIT = 500  # octets: a longer answer waits for the server's 334 (RFC 4954 4)
ROUNDS = range(1000, 10_000_001)  # of PBKDF2: fewer are no protection, more are an attack on us


class Account:
    """Who logs in where, to send letters of `sender`."""

    def __init__(self, user: str, server: Server, variables: Variables, sender: str = "") -> None:
        self.sender = sender
        self.user = user
        self.server = server
        self._variables = variables

    def secret(self) -> str:
        """The password or token. Raises MailError where there is none or its file is not safe."""
        from pymail import secrets

        secrets.leave_no_core()
        given = self.server.password
        return secrets.password(self.user, self.server.host, self._variables, self.sender) if given is None else given


def log_in(wire: Wire, offers: dict[str, str], how: str, account: Account) -> Reply:
    """Log in by the mechanism `how`, "" for the best that is offered; the reply that ends it.

    Raises Lost, also for a server that should know the password and doesn't, and MailError
    when there is no password.
    """
    offered = offers.get("AUTH", "").upper().split()
    offered += [word.removeprefix("AUTH=") for word in offers if word.startswith("AUTH=")]  # as before RFC 2554
    wanted = (how.upper(),) if how else PREFERENCE
    mechanism = next((name for name in wanted if name in offered and name in MECHANISMS), "")
    if not mechanism:
        return Reply(504, f"5.5.4 it offers no {' or '.join(wanted)}, but {' '.join(offered) or 'nothing'}")
    secret = account.secret() if mechanism != "EXTERNAL" else ""
    wire.hide(secret)
    return _converse(wire, mechanism, MECHANISMS[mechanism](account, secret))


def _converse(wire: Wire, mechanism: str, dialogue: Dialogue) -> Reply:
    command, first = b"AUTH " + mechanism.encode(), next(dialogue)
    if first is not None and len(words := _encoded(wire, first)) < COMMAND_LIMIT:
        reply = wire.ask(command + b" " + (words or b"="))
    else:
        reply = wire.ask(command)
        if first is not None and reply.code == 334:
            reply = wire.ask(_encoded(wire, first))
    while reply.code == 334:
        answer = _next(dialogue, reply.lines[0])
        if answer is None:
            reply = wire.ask(b"*")  # we break off (RFC 4954 4)
            return reply if reply.code >= 400 else Reply(501, "5.5.2 it cannot be broken off")
        reply = wire.ask(_encoded(wire, answer))
    if reply.positive:
        _next(dialogue, "")  # a server that has yet to prove itself has not
    return reply


def _next(dialogue: Dialogue, challenge: str) -> bytes | None:
    """What we say to a challenge; None to break off."""
    try:
        return dialogue.send(a2b_base64(challenge.encode("ascii", "replace")))
    except (Error, StopIteration):
        return None


def _encoded(wire: Wire, words: bytes) -> bytes:
    encoded = b2a_base64(words, newline=False)
    wire.hide(encoded.decode())
    return encoded


def _plain(account: Account, secret: str) -> Dialogue:
    """RFC 4616."""
    yield f"\0{account.user}\0{secret}".encode()


def _login(account: Account, secret: str) -> Dialogue:
    """Never made a standard; the prompts are not to be relied on."""
    yield None
    yield account.user.encode()
    yield secret.encode()


def _cram_md5(account: Account, secret: str) -> Dialogue:
    """RFC 2195."""
    challenge = yield None
    yield f"{account.user} {digest(secret.encode(), challenge, 'md5').hex()}".encode()


def _scram(account: Account, secret: str) -> Dialogue:
    """RFC 5802 with SHA-256 (RFC 7677), without channel binding. The server proves itself as well."""
    nonce = b2a_base64(os.urandom(18), newline=False)
    user = normalize("NFKC", account.user).replace("=", "=3D").replace(",", "=2C")
    bare = b"n=%b,r=%b" % (user.encode(), nonce)
    said = yield b"n,," + bare
    whole, salt, rounds = _scram_challenge(said, nonce)
    salted = pbkdf2_hmac("sha256", normalize("NFKC", secret).encode(), salt, rounds)
    key = digest(salted, b"Client Key", "sha256")
    final = b"c=biws,r=" + whole
    both = b"%b,%b,%b" % (bare, said, final)
    signature = digest(sha256(key).digest(), both, "sha256")
    proof = bytes(mine ^ theirs for mine, theirs in zip(key, signature, strict=True))
    last = yield final + b",p=" + b2a_base64(proof, newline=False)
    theirs = digest(digest(salted, b"Server Key", "sha256"), both, "sha256")
    if not last.startswith(b"e=") and not compare_digest(last, b"v=" + b2a_base64(theirs, newline=False)):
        raise Lost("could not prove that it knows the password")
    yield b""


def _scram_challenge(said: bytes, nonce: bytes) -> tuple[bytes, bytes, int]:
    """The server's first message: both nonces, salt, rounds. Raises Lost for another form."""
    fields = {part[:2]: part[2:] for part in said.split(b",")}
    try:
        whole, salt, rounds = fields[b"r="], a2b_base64(fields[b"s="]), int(fields[b"i="])
    except (KeyError, ValueError):
        raise Lost("sent a SCRAM challenge that is none") from None
    if not whole.startswith(nonce) or rounds not in ROUNDS:
        raise Lost("sent a SCRAM challenge that is not safe")
    return whole, salt, rounds


def _xoauth2(account: Account, secret: str) -> Dialogue:
    """Google's and Microsoft's; the challenge is the reason of a refusal, which comes after an empty answer."""
    yield f"user={account.user}\1auth=Bearer {secret}\1\1".encode()
    yield b""


def _oauthbearer(account: Account, secret: str) -> Dialogue:
    """RFC 7628; as before, but the answer to the reason is a single ^A."""
    server = account.server
    user = account.user.replace("=", "=3D").replace(",", "=2C")
    yield f"n,a={user},\1host={server.host}\1port={server.port}\1auth=Bearer {secret}\1\1".encode()
    yield b"\1"


def _external(account: Account, secret: str) -> Dialogue:
    """RFC 4422 A: the client certificate says who we are."""
    yield account.user.encode()


MECHANISMS: dict[str, Callable[[Account, str], Dialogue]] = {
    "PLAIN": _plain,
    "LOGIN": _login,
    "CRAM-MD5": _cram_md5,
    "SCRAM-SHA-256": _scram,
    "XOAUTH2": _xoauth2,
    "OAUTHBEARER": _oauthbearer,
    "EXTERNAL": _external,
}
