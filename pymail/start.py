"""start: from the launcher to `main` and out again, by the shortest way.

Apart because it comes before everything else. Python's own search asks for each module in several
places and under several names, and what it tidies up at its end costs a fifth of its start. Here a
module of this package costs one look at its source and one read of its compiled form. What is unusual
(not compiled, compiled from an older source, too long) is left to Python's own search.
"""

from __future__ import annotations

import gc
import posix
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_HERE = __file__.rpartition("/")[0]
_TAG = sys.implementation.cache_tag
_LONGEST = 1 << 16  # octets of a compiled module


class Compiled(SourceFileLoader):
    """Loads a module whose compiled form has been read already."""

    def __init__(self, name: str, path: str, octets: bytes) -> None:
        self.name = name
        self.path = path
        self._octets = octets

    def exec_module(self, module: ModuleType) -> None:
        code = loads(memoryview(self._octets)[16:])
        self._octets = b""
        exec(code, module.__dict__)


class Finder:
    """Finds the modules of this package (the `find_spec` of PEP 451)."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        if not path or not path[0].startswith(_HERE):
            return None
        folder, last = path[0], name.rpartition(".")[2]
        return _spec(name, folder, last) or _spec(name, f"{folder}/{last}", "__init__")


def _spec(name: str, folder: str, file: str) -> ModuleSpec | None:
    source, compiled = f"{folder}/{file}.py", f"{folder}/__pycache__/{file}.{_TAG}.pyc"
    try:
        status = posix.stat(source)
        descriptor = posix.open(compiled, posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return None
    octets = posix.read(descriptor, _LONGEST)
    posix.close(descriptor)
    # PEP 552: a magic number, no flags, time and size of the source.
    made_from = int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF
    head = MAGIC_NUMBER + bytes(4) + b"".join(number.to_bytes(4, "little") for number in made_from)
    if octets[:16] != head or len(octets) == _LONGEST:
        return None
    spec = ModuleSpec(name, Compiled(name, source, octets), origin=source, is_package=file == "__init__")
    if spec.submodule_search_locations is not None:
        spec.submodule_search_locations.append(folder)
    spec.cached = compiled
    spec.has_location = True
    return spec


def run() -> None:
    """Run the program and leave the process with its exit status."""
    gc.set_threshold(100_000, 50, 50)  # as it is, loading modules alone sets off dozens of collections
    sys.meta_path.insert(0, Finder())
    from pymail.main import main

    status = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = status or 74  # sysexits.h: EX_IOERR
    posix._exit(status)
