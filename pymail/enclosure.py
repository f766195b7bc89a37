"""What goes along with a letter.

Apart from `body`, which holds its octets, because few letters have any.
"""

from __future__ import annotations

import posix

from pymail.body import BLOCK, Body
from pymail.errors import NOINPUT, MailError, printable
from pymail.paths import is_file


class Attachment:
    """Something that goes along: `content` under a `name`, with a media `type` or None to find one.

    Without `content` the file at `path` is opened at once: MailError(NOINPUT) names it when it
    cannot be read. It may change or vanish then; what is sent is what it was.
    """

    __slots__ = ("content", "name", "path", "type")

    def __init__(self, path: str, name: str = "", type: str | None = None, content: Body | None = None) -> None:
        self.path = path
        self.name = name or path.rstrip("/").rpartition("/")[2]
        self.type = type
        self.content = content or _opened(path)


def _opened(path: str) -> Body:
    try:
        descriptor = posix.open(path, posix.O_RDONLY | posix.O_NOCTTY | posix.O_CLOEXEC)
        status = posix.fstat(descriptor)
        if is_file(status):
            posix.pread(descriptor, 1, 0)
            return Body(name=path, descriptor=descriptor, size=status.st_size)
        # A pipe can be read only once.
        body = Body(name=path)
        with open(descriptor, "rb") as file:
            while piece := file.read(BLOCK):
                body.write(piece)
        return body
    except OSError as error:
        raise MailError(printable(f"{path}: {error.strerror or error}"), NOINPUT) from error
