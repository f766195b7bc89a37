"""The outbox from the command line: --flush and --outbox, for scripts, cron and timers.

Apart from the verbs of the same names because nobody sits there: a flush that went well
says nothing, and root may ask for everybody's letters.
"""

from __future__ import annotations

import os
import pwd
from functools import partial

from pymail import deputy, paths, waiting
from pymail.errors import NOPERM, USAGE, MailError
from pymail.transports.outbox import Outbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.options import Options
    from pymail.session import Session


def run(s: Session, options: Options) -> int:
    """Flush, list or look after the outbox; the exit status: 75 while something waits, 1 when the list is empty."""
    if options.has("flush"):
        return _flush(s, [*options.operands, *options.literal])
    words = [*options.operands, *options.literal]
    if not options.has("all"):
        from pymail.verbs import queue

        return 0 if queue.manage(s, words) else 1
    if words:
        raise MailError("--all: lists; name no letters", USAGE)
    return 0 if _list_everybodys(s) else 1


def _flush(s: Session, words: list[str]) -> int:
    if words:
        raise MailError(f"--flush {words[0]}: sends all that waits; takes no arguments", USAGE)
    status, sent = waiting.flush_all(s)
    if sent and s.out.isatty():
        s.say(f"Sent {sent} letter{'s' * (sent != 1)}")
    return status


def _list_everybodys(s: Session) -> int:
    """Root's list of what waits for each user of this machine, read as that user; how many letters."""
    if os.geteuid() != 0:
        raise MailError("--all: only root may look into everybody's outbox", NOPERM)
    count = 0
    homes = {user.pw_dir: user for user in reversed(pwd.getpwall()) if os.path.isdir(user.pw_dir)}
    for user in sorted(homes.values(), key=lambda user: user.pw_name):
        path = s.outbox() if user.pw_name == s.user.name else paths.state_folder({}, user.pw_dir) + "/outbox"
        try:
            found = deputy.as_user(user, partial(_listing, path)).decode().splitlines()
        except MailError as error:
            s.complain(f"{user.pw_name}: {error.text}")
            continue
        s.say(*([f"{user.pw_name}:", *found] if found else []))
        count += len(found) // 2
    return count


def _listing(path: str) -> bytes:
    """What waits in an outbox; two lines a letter, as UTF-8. Run as the user whose it is."""
    entries = Outbox(path).entries() if path else []
    return "".join(line + "\n" for entry in entries for line in waiting.lines(entry)).encode("utf-8", "replace")
