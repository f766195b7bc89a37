"""The hooks that write into a letter when it has been typed: what they print is taken in as if it were typed.

Apart because few letters have such hooks (s-nail's on-compose-splice and on-compose-splice-shell).
"""

from __future__ import annotations

import io

from pymail import collect, interpreter, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.draft import Draft
    from pymail.session import Session

MACRO, COMMAND = "on-compose-splice", "on-compose-splice-shell"


def splice(s: Session, draft: Draft) -> None:
    """Add what the hooks print, and do the tilde escapes in it. Raises collect.Aborted, MailError."""
    command = s.variables.text(COMMAND)
    if command:
        collect.take(s, draft, process.output_of(s, command))
    if s.variables.text(MACRO):
        collect.take(s, draft, _printed(s))


def _printed(s: Session) -> bytes:
    """What the macro prints."""
    octets = io.BytesIO()
    before, s.out = s.out, io.TextIOWrapper(octets, "utf-8", "surrogateescape", write_through=True)
    try:
        s.letter_changes = {**interpreter.run_hook(s, MACRO, local=True), **s.letter_changes}
        return octets.getvalue()
    finally:
        s.out = before
