"""Any subject, text and files, given to the program as a script gives them, are what a reader gets."""

from __future__ import annotations

import email
import email.policy
import os
import subprocess
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from program import PYMAIL, Home

# What an argument, and what the name of a file can be.
WORD = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=80)
NAME = WORD.map(lambda name: name.replace("/", "").encode()[:200].decode("utf-8", "ignore").strip()).filter(
    lambda name: name not in ("", ".", "..")
)
FILES = st.dictionaries(NAME, st.binary(max_size=300), max_size=3)
TEXT = st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode))


def read(octets: bytes) -> EmailMessage:
    """The letter in what mta=test: wrote, as a reader undoes the dots."""
    data = octets.partition(b"DATA\n")[2].removesuffix(b".\n").replace(b"\n..", b"\n.")
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage) and not message.defects
    return message


def octets_of(part: EmailMessage) -> bytes:
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    in_base64 = part["Content-Transfer-Encoding"] == "base64" and part.get_content_disposition() != "attachment"
    return octets.replace(b"\r\n", b"\n") if in_base64 else octets


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORD, TEXT, FILES)
def test_everything_arrives_as_it_was_given(home: Home, subject: str, text: bytes, files: dict[str, bytes]) -> None:
    with TemporaryDirectory(dir=home.path) as folder:
        words = [f"--subject={subject}"]
        for name, octets in files.items():
            (Path(folder) / name).write_bytes(octets)
            words += ["--attach", os.path.join(folder, name)]
        argv = [*PYMAIL, *home.options, "-S", "mta=test:", *words, "bob@x"]
        done = subprocess.run(argv, input=text, env=home.env, cwd=home.path, capture_output=True, check=True)
    message = read(done.stdout)
    assert " ".join((message["Subject"] or "").split()) == " ".join(subject.split())
    body, *attached = message.iter_parts() if files else [message]
    # In 7bit and 8bit a last line has an end, whatever it had before.
    assert octets_of(body).removesuffix(b"\n") == text.removesuffix(b"\n")
    assert {part.get_filename(): octets_of(part) for part in attached} == files
