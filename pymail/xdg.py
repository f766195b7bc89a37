"""The user's folders after the XDG Base Directory Specification.

Apart from mailboxes/names because a send needs only the outbox in the state folder.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def state_folder(environ: Mapping[str, str], home: str) -> str:
    """Where pymail keeps the user's state: $XDG_STATE_HOME/pymail; "" without a home."""
    return _folder(environ.get("XDG_STATE_HOME", ""), home, ".local/state")


def cache_folder(environ: Mapping[str, str], home: str) -> str:
    """Where pymail keeps what can be made again: $XDG_CACHE_HOME/pymail; "" without a home."""
    return _folder(environ.get("XDG_CACHE_HOME", ""), home, ".cache")


def _folder(folder: str, home: str, default: str) -> str:
    # A path that is not absolute is ignored, says the specification.
    if not folder.startswith("/"):
        if not home.startswith("/"):
            return ""
        folder = os.path.join(home, default)
    return os.path.join(folder, "pymail")
