"""A resolver that never answers holds nobody up longer than smtp-timeout."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from program import PYMAIL, Home

from pymail.transports.wire import Lost, connect

DEAF = "127.0.0.77"


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[list[str]]:
    """A command prefix under which names are asked of a server that takes every question and answers none."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("no mount name space can be made here")
    for name, text in (
        ("resolv.conf", f"nameserver {DEAF}\noptions timeout:30 attempts:5\n"),
        ("nsswitch.conf", "hosts: files dns\n"),
    ):
        (tmp_path / name).write_text(text)
    mounts = "; ".join(f"mount --bind '{tmp_path / name}' /etc/{name}" for name in ("resolv.conf", "nsswitch.conf"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        try:
            server.bind((DEAF, 53))
        except OSError:
            pytest.skip("the port of name servers is taken")
        yield ["unshare", "-m", "--propagation", "private", "sh", "-ec", f'{mounts}; exec "$@"', "sh"]


def test_letter_waits_in_the_outbox_when_no_address_comes(deaf: list[str], home: Home) -> None:
    words = ["-S", "mta=smtp://mail.example.org", "-S", "smtp-timeout=1", "bob@x"]
    argv = [*deaf, *PYMAIL, *home.options, *words]
    # The resolver alone would take 150 seconds.
    done = subprocess.run(argv, input="text\n", text=True, env=home.env, cwd=home.path, capture_output=True, timeout=60)
    why = "smtp://mail.example.org:25: no address within 1 seconds"
    assert (done.returncode, done.stderr) == (0, f"pymail: queued: {why}; pymail --flush sends it\n")


@pytest.mark.parametrize("host", ["no.such.host.invalid", "999.1.1.1", "x" * 70 + ".example", "ä" * 70])
def test_name_without_an_address_is_told(host: str) -> None:
    with pytest.raises(Lost, match="."):
        connect(host, 25, 5)


def test_name_of_this_machine_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = connect("127.1", server.getsockname()[1], 5)
        assert connection.getpeername() == server.getsockname()
        connection.close()
