"""start: from the launcher to `main` and out again, by the shortest way.

Apart because it comes before everything else. Python's own search asks for each module in several
places and under several names, and what it tidies up at its end costs a fifth of its start. Here a
module of this package costs one look at its source and one read of its compiled form.

A bundle saves most of that too: one file with a module and all that its import brings along, compiled,
which are run one behind the other without being searched for. The first run that needs a bundle leaves
it where Python keeps compiled forms: who may write there may change what runs anyway. It counts while
each of its sources is as it was. What is unusual (not compiled, compiled from an older source, nothing
may be written) is left to Python's own search.
"""

from __future__ import annotations

import gc
import posix
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER
from marshal import dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType

    # Name, source, whether that is of a folder, its time in nanoseconds, its size, code.
    Compiled = tuple[str, str, bool, int, int, CodeType]

# What usual runs come by, one after the other.
BUNDLES = frozenset((
    "pymail.main", "pymail.interpreter", "pymail.readmode", "pymail.mailboxes.scan", "pymail.mailboxes.mbox",
    "pymail.verbs.leave", "pymail.sendmode", "pymail.transports.smtp", "pymail.transports.sendmail",
))  # fmt: skip

_SINGLE = f".{sys.implementation.cache_tag}.pyc"
_BUNDLE = f".{sys.implementation.cache_tag}.opt-bundle.pyc"  # PEP 488
_SECOND = 10**9
_Module = type(sys)


class Finder:
    """Finds and loads the modules of the package in a folder (PEP 451), and makes the bundles that it misses.

    `loaded` are modules that came singly, in the order in which they were ready; `begun` says how many there
    were before a bundle was missed, `missed` what would have been in it. `whole`: Python's search was not needed.
    """

    __slots__ = ("package", "loaded", "begun", "missed", "whole")

    def __init__(self, package: str) -> None:
        self.package = package
        self.loaded: list[Compiled] = []
        self.begun: dict[str, int] = {}
        self.missed: list[list[Compiled]] = []
        self.whole = True

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        """Where a module is, its compiled form read already; None for what Python shall search for."""
        if name == "pymail":
            return self._single(name, self.package, "__init__")
        if not path or not name.startswith("pymail."):
            return None
        folder, last = path[0], name.rpartition(".")[2]
        if name in BUNDLES:
            bundle = _bundle(f"{folder}/__pycache__/{last}{_BUNDLE}")
            if bundle:
                return self._unpack(bundle)
            self.begun[name] = len(self.loaded)
        spec = self._single(name, folder, last) or self._single(name, f"{folder}/{last}", "__init__")
        self.whole = self.whole and spec is not None
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """A module as Python makes them."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the compiled form in the module."""
        spec = module.__spec__
        assert spec is not None
        compiled, spec.loader_state = spec.loader_state, None
        module.__file__ = spec.origin  # what else Python notes of files nobody asks for
        exec(compiled[-1], module.__dict__)
        if self.begun:
            self.loaded.append(compiled)
            if spec.name in self.begun:
                self.missed.append(self.loaded[self.begun.pop(spec.name) :])

    def keep(self) -> None:
        """Write the bundles that were missed, if compiled forms may be written at all."""
        for bundle in self.missed if self.whole and not sys.dont_write_bytecode else ():
            folder, _, file = bundle[-1][1].rpartition("/")
            _write(f"{folder}/__pycache__/{file.removesuffix('.py')}{_BUNDLE}", MAGIC_NUMBER + dumps(bundle))

    def _single(self, name: str, folder: str, file: str) -> ModuleSpec | None:
        source = f"{folder}/{file}.py"
        time, size = _stamp(source)
        octets = _octets(f"{folder}/__pycache__/{file}{_SINGLE}") if time else b""
        # PEP 552: a magic number, no flags, time and size of the source.
        made_from = (time // _SECOND & 0xFFFFFFFF) | (size & 0xFFFFFFFF) << 32
        if octets[:16] != MAGIC_NUMBER + bytes(4) + made_from.to_bytes(8, "little"):
            return None
        return self._spec((name, source, file == "__init__", time, size, loads(memoryview(octets)[16:])))

    def _unpack(self, bundle: list[Compiled]) -> ModuleSpec:
        """Load all modules of a bundle but the last, which is found with that."""
        modules = sys.modules
        for compiled in bundle[:-1]:
            name = compiled[0]
            if name in modules:
                continue
            spec = self._spec(compiled)
            module = modules[name] = _Module(name)
            module.__spec__ = spec
            module.__package__ = spec.parent
            if spec.submodule_search_locations is not None:
                module.__path__ = spec.submodule_search_locations
            self.exec_module(module)
            parent, _, last = name.rpartition(".")
            setattr(modules[parent], last, module)
        return self._spec(bundle[-1])

    def _spec(self, compiled: Compiled) -> ModuleSpec:
        name, source, is_package = compiled[:3]
        spec = ModuleSpec(name, self, origin=source, loader_state=compiled, is_package=is_package)  # type: ignore[arg-type]
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(source.rpartition("/")[0])
        return spec


def _bundle(path: str) -> list[Compiled]:
    """The modules of the bundle in a file, none when it is missing, damaged, of another Python, or too old."""
    octets = _octets(path)
    if octets[:4] != MAGIC_NUMBER:
        return []
    try:
        modules: list[Compiled] = loads(memoryview(octets)[4:])
    except (EOFError, TypeError, ValueError):
        return []
    for module in modules:
        if _stamp(module[1]) != module[3:5]:
            return []
    return modules


def _stamp(path: str) -> tuple[int, int]:
    """Time (nanoseconds) and size of a file, zeros when there is none."""
    try:
        status = posix.stat(path)
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _octets(path: str) -> bytes:
    """What a file holds, nothing when it cannot be read."""
    try:
        descriptor = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return b""
    octets = posix.read(descriptor, posix.fstat(descriptor).st_size)
    posix.close(descriptor)
    return octets


def _write(path: str, octets: bytes) -> None:
    """Put a file in its place, whole or not at all."""
    temporary = f"{path}.{posix.getpid()}"
    try:
        descriptor = posix.open(temporary, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_CLOEXEC, 0o644)
        try:
            if posix.write(descriptor, octets) == len(octets):
                posix.replace(temporary, path)
        finally:
            posix.close(descriptor)
    except OSError:
        return


def run() -> None:
    """Run the program, and leave the process with its exit status."""
    gc.set_threshold(100_000, 50, 50)  # as it is, loading modules alone sets off dozens of collections
    finder = Finder(__file__.rpartition("/")[0])
    sys.meta_path.insert(0, finder)
    from pymail.main import main

    status = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = status or 74  # sysexits.h: EX_IOERR
    finder.keep()
    posix._exit(status)
