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
from _frozen_importlib_external import MAGIC_NUMBER
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_COMPILED = f".{sys.implementation.cache_tag}.pyc"
_LONGEST = 1 << 16  # octets of a compiled module


class Finder:
    """Finds and loads the modules of the package in a folder (PEP 451)."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        """Where a module is, its compiled form read already; None for what Python shall search for."""
        if name == "pymail":
            return self._spec(name, self.package, "__init__")
        if not path or not name.startswith("pymail."):
            return None
        folder, last = path[0], name.rpartition(".")[2]
        return self._spec(name, folder, last) or self._spec(name, f"{folder}/{last}", "__init__")

    def _spec(self, name: str, folder: str, file: str) -> ModuleSpec | None:
        source, compiled = f"{folder}/{file}.py", f"{folder}/__pycache__/{file}{_COMPILED}"
        try:
            status = posix.stat(source)
            descriptor = posix.open(compiled, posix.O_RDONLY | posix.O_CLOEXEC)
        except OSError:
            return None
        octets = posix.read(descriptor, _LONGEST)
        posix.close(descriptor)
        # PEP 552: a magic number, no flags, time and size of the source.
        made_from = (int(status.st_mtime) & 0xFFFFFFFF) | (status.st_size & 0xFFFFFFFF) << 32
        if octets[:16] != MAGIC_NUMBER + bytes(4) + made_from.to_bytes(8, "little") or len(octets) == _LONGEST:
            return None
        is_package = file == "__init__"
        spec = ModuleSpec(name, self, origin=source, loader_state=octets, is_package=is_package)  # type: ignore[arg-type]
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(folder)
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """A module as Python makes them."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the compiled form in the module."""
        spec = module.__spec__
        assert spec is not None
        octets, spec.loader_state = spec.loader_state, None
        module.__file__ = spec.origin  # what else Python notes of files nobody asks for
        exec(loads(memoryview(octets)[16:]), module.__dict__)


def run(package: str) -> None:
    """Run the program that is the package in this folder, and leave the process with its exit status."""
    gc.set_threshold(100_000, 50, 50)  # as it is, loading modules alone sets off dozens of collections
    sys.meta_path.insert(0, Finder(package))
    from pymail.main import main

    status = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = status or 74  # sysexits.h: EX_IOERR
    posix._exit(status)
