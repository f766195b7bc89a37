"""What the tests of transports share."""

from __future__ import annotations

from pathlib import Path

import pytest

from pymail.transports.outbox import Outbox


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """An outbox that is not there yet."""
    return Outbox(str(tmp_path / "state" / "outbox"))
