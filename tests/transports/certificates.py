"""Certificates for the tests of TLS, made with the openssl program: right and each kind of wrong."""

from __future__ import annotations

import ssl
import subprocess
import warnings
from pathlib import Path

NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:0.0.0.0"
CA = """
[ca]
default_ca = test
[test]
database = {0}/index
serial = {0}/serial
new_certs_dir = {0}
default_md = sha256
policy = any
rand_serial = yes
copy_extensions = copy
[any]
commonName = supplied
"""


class Authority:
    """An authority of our own in `folder`; `file` is its certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "ca.pem"
        (folder / "ca.cnf").write_text(CA.format(folder))
        (folder / "index").touch()
        self._make("ca", "test authority", "-x509", "-addext", "basicConstraints=critical,CA:TRUE")

    def sign(self, name: str, names: str = NAMES, start: str = "20200101000000Z", end: str = "20990101000000Z") -> Path:
        """A certificate for `names`, good from `start` to `end`; certificate and key in one file."""
        self._make(name, name, "-addext", names)
        self._openssl(
            "ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key",
            "-startdate", start, "-enddate", end, "-in", f"{name}.pem", "-out", f"{name}.crt",
        )  # fmt: skip
        return self._join(name, (self.folder / f"{name}.crt").read_text())

    def self_signed(self, name: str) -> Path:
        """A certificate that no authority has signed."""
        self._make(name, name, "-x509", "-addext", NAMES)
        return self._join(name, (self.folder / f"{name}.pem").read_text())

    def _make(self, name: str, subject: str, *more: str) -> None:
        words = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={subject}")
        self._openssl("req", *words, "-keyout", f"{name}.key", "-out", f"{name}.pem", *more)

    def _join(self, name: str, certificate: str) -> Path:
        path = self.folder / f"{name}.both"
        path.write_text(certificate + (self.folder / f"{name}.key").read_text())
        return path

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


def server(certificate: Path, clients: Path | None = None) -> ssl.SSLContext:
    """What a server needs to speak TLS; `clients` is the authority of the certificates that it asks clients for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context


def old_server(certificate: Path) -> ssl.SSLContext:
    """A server that has never heard of TLS 1.2."""
    context = server(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context
