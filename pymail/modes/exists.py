"""Is there mail (-e)? And which mailbox the command line means.

Apart from `read` because the answer needs no mailbox opened: scripts ask often.
"""

from __future__ import annotations

import posix

from pymail import paths
from pymail.errors import NOINPUT, USAGE, MailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.options import Options
    from pymail.session import Session


def run(s: Session, options: Options) -> int:
    """0 when there is mail, 1 when not; told by stat and listing alone: no time stamp changes.

    With -L the mailbox is opened, read-only: 0 when it holds such messages.
    """
    path = mailbox_path(s, options)
    if options.has("list"):
        return 0 if _any(s, path, options.last("list") or "") else 1
    try:
        if paths.isdir(path):
            mail = any(posix.listdir(paths.join(path, part)) for part in ("new", "cur"))
        else:
            mail = posix.stat(path).st_size > 0
    except OSError:
        mail = False
    return 0 if mail else 1


def _any(s: Session, path: str, text: str) -> bool:
    from pymail import msglist, visit
    from pymail.verbs.selection import numbers

    try:
        visit.enter(s, visit.open_mailbox(s, path, True), path)
        return bool(numbers(s, text))
    except msglist.Nothing:
        return False
    except MailError as error:
        if error.status == NOINPUT:
            return False
        raise


def mailbox_path(s: Session, options: Options) -> str:
    """The mailbox that -f or -u means, else the system mailbox, "" with -#. MailError for two files, no such user."""
    if s.mailbox_user and not _is_user(s.mailbox_user):
        raise MailError(f"-u {s.mailbox_user}: no such user", NOINPUT)
    if options.has("file"):
        files = [*filter(None, options.all("file")), *options.operands, *options.literal]
        if len(files) > 1 and not options.is_for_script():
            raise MailError(f"-f: {files[1]}: one mailbox at a time", USAGE)
        name = files[0] if files else "&"
        # The shell has expanded it already: a dollar sign may be a letter of the name.
        return name if "$" in name and paths.lexists(name) else s.path(name)
    return "" if options.has("batch") and not s.mailbox_user else s.names().system


def _is_user(name: str) -> bool:
    import pwd

    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False
