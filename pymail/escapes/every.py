"""Every escape: to import this is to fill the table.

Apart so that nobody else need know in which modules escapes are declared.
"""

from __future__ import annotations

from pymail.escapes import control, head, text, whole  # noqa: F401
from pymail.escapes.table import ESCAPES as ESCAPES
from pymail.escapes.table import Abandon as Abandon
from pymail.escapes.table import End as End
from pymail.escapes.table import perform as perform
