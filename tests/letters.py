"""Letters and mailboxes to read, made from a few words."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable
from pathlib import Path

EPOCH = 1_700_000_000  # 2023-11-14 22:13:20 UTC, a Tuesday


def letter(
    subject: str = "Hello", body: str = "text\n", sender: str = "Bob Dylan <bob@example.org>", **fields: str
) -> bytes:
    """One letter: RFC 5322 octets with LF line ends, without a From_ line.

    `fields` are more header fields, `_` in their names standing for `-`; Date, To and Message-ID have defaults.
    """
    head = {
        "From": sender,
        "To": "me@example.org",
        "Subject": subject,
        "Date": "Tue, 14 Nov 2023 22:13:20 +0000",
        "Message-ID": f"<{zlib.crc32(subject.encode() + body.encode()):x}@example.org>",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    return "".join(f"{name}: {value}\n" for name, value in head.items()).encode() + b"\n" + body.encode()


def mbox(path: Path, letters: Iterable[bytes]) -> Path:
    """Append letters to an mbox file, each with a From_ line (mboxrd quoting is the caller's), and return its path."""
    stamp = time.asctime(time.gmtime(EPOCH))
    with open(path, "ab") as file:
        for octets in letters:
            file.write(f"From bob@example.org {stamp}\n".encode() + octets + b"\n")
    path.chmod(0o600)
    return path
