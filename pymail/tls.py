"""TLS: for which hosts it is wanted, and whom it believes (pymail(1), TLS).

Apart because everything that connects asks here, and because `ssl` is loaded only where
a connection is really encrypted. It fails closed: an error is never a reason to go on
in the clear.
"""

from __future__ import annotations

import os

from pymail.errors import CONFIG, NOINPUT, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl
    from _socket import socket
    from collections.abc import Callable

    from pymail.variables.values import Variables

PLAIN = "plain"
REQUIRE = "require"
UNVERIFIED = "verify-off"


def policy(host: str, variables: Variables) -> str:
    """What the user wants for a host that is not known to be this machine: `plain`, `require` or `verify-off`.

    Without a variable `tls-HOST`: `require`. Raises MailError (CONFIG) for another value.
    """
    value = variables.get("tls-" + host) or REQUIRE
    if value not in (PLAIN, REQUIRE, UNVERIFIED):
        raise MailError(f"tls-{host}={value}: write {REQUIRE}, {UNVERIFIED} or {PLAIN}", CONFIG)
    return value


def wrapper(host: str, variables: Variables, *, verify: bool) -> Callable[[socket], socket]:
    """A function that makes a connected socket a TLS one, its handshake done.

    The certificate must be right for `host` by the system's authorities or those of
    `tls-ca-file`; `verify` False believes any. `tls-cert-file` and `tls-key-file` are our own
    certificate. Raises MailError for files that cannot be used; the function raises
    OSError with one line of text.
    """
    context = _context(variables, verify)

    def wrap(plain: socket) -> socket:
        from socket import socket as Socket
        from ssl import SSLCertVerificationError, SSLError

        timeout = plain.gettimeout()
        try:
            # The descriptor changes hands: `ssl` knows only the public class.
            public = Socket(fileno=plain.detach())
            public.settimeout(timeout)
            return context.wrap_socket(public, server_hostname=host)
        except SSLCertVerificationError as error:
            raise OSError(0, f"the certificate is not right: {error.verify_message}") from None
        except SSLError as error:
            raise OSError(0, (error.reason or str(error)).lower().replace("_", " ")) from None

    return wrap


def _context(variables: Variables, verify: bool) -> ssl.SSLContext:
    import ssl

    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 is strict about the form of certificates, earlier ones and other programs are not.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    authorities, own, key = (_path(variables, name) for name in ("tls-ca-file", "tls-cert-file", "tls-key-file"))
    if authorities:
        _load(lambda: context.load_verify_locations(authorities), "tls-ca-file", authorities)
    if own:
        _load(lambda: context.load_cert_chain(own, key or None), "tls-cert-file", own)
    return context


def _path(variables: Variables, name: str) -> str:
    return os.path.expanduser(variables.get(name) or "")


def _load(load: Callable[[], None], variable: str, path: str) -> None:
    from ssl import SSLError

    try:
        load()
    except SSLError as error:
        raise MailError(f"{variable}={path}: not usable: {error.reason or error}", CONFIG) from None
    except OSError as error:
        raise MailError(f"{variable}={path}: {error.strerror}", NOINPUT) from None
