"""start: from the launcher to `main` and out again, by the shortest way.

Apart because it comes before everything else. Python's own search asks for each module in several
places and under several names, and what it tidies up at its end costs a fifth of its start. Here a
module of this package costs one look at its source and one read of its compiled form.

A bundle saves most of that too: one file with a module and all that its import brings along, compiled,
which are run one behind the other without being searched for. It counts while each of its sources is
as it was; a run that misses one leaves it for the next (bundles.py). What is unusual (not compiled,
compiled from an older source) is left to Python's own search.
"""

# No `from __future__ import annotations`: at the start that costs as much as three modules.
import gc
import posix
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType

    # Its name, its source, whether that is of a folder, the stamp of the source, its code.
    Module = tuple[str, str, bool, tuple[int, int, int], CodeType]

# What usual runs come by, one after the other.
BUNDLES = (
    "pymail.main", "pymail.ownership", "pymail.interpreter", "pymail.verbs.settings", "pymail.modes.read",
    "pymail.mailboxes.scan", "pymail.mailboxes.mbox", "pymail.verbs.leave", "pymail.modes.send",
    "pymail.transports.smtp", "pymail.transports.sendmail",
)  # fmt: skip

_SINGLE = f".{sys.implementation.cache_tag}.pyc"
_BUNDLE = f".{sys.implementation.cache_tag}.opt-bundle.pyc"  # PEP 488
_SECOND = 10**9


class Finder:
    """Finds and loads the modules of the package in a folder (PEP 451), and notes the bundles that it misses.

    `loaded` are modules that came singly, in the order in which they were ready; `begun` says of a module
    whose bundle was missed where that could be kept and how many were ready before, `missed` what should be in it.
    `whole` is false when one came by Python's own search, so that `loaded` does not tell all.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        self.loaded: list[Module] = []
        self.begun: dict[str, tuple[str, int]] = {}
        self.missed: dict[str, list[Module]] = {}
        self.whole = True

    def find_spec(self, name: str, path: "Sequence[str] | None", target: object = None) -> ModuleSpec | None:
        """Where a module is, its compiled form read already; None for what Python shall search for."""
        if name == "pymail":
            return self._single(name, self.package, "__init__")
        if not path or not name.startswith("pymail."):
            return None
        folder, last = path[0], name.rpartition(".")[2]
        if name in BUNDLES:
            file = f"{folder}/__pycache__/{last}{_BUNDLE}"
            bundle = self._bundle(file)
            if bundle:
                return self._unpack(bundle)
            if not sys.dont_write_bytecode and posix.access(f"{folder}/__pycache__", posix.W_OK):
                self.begun[name] = file, len(self.loaded)
        spec = self._single(name, folder, last) or self._single(name, f"{folder}/{last}", "__init__")
        self.whole = self.whole and spec is not None
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """A module as Python makes them."""

    def exec_module(self, module: "ModuleType") -> None:
        """Run the compiled form in the module."""
        spec = module.__spec__
        assert spec is not None
        loaded, spec.loader_state = spec.loader_state, None
        module.__file__ = spec.origin  # what else Python notes of files nobody asks for
        exec(loaded[-1], module.__dict__)
        if self.begun:
            self.loaded.append(loaded)
            if spec.name in self.begun:
                file, before = self.begun.pop(spec.name)
                self.missed[file] = self.loaded[before:]
                del self.loaded[before:]  # what is in one bundle is in no other

    def _single(self, name: str, folder: str, file: str) -> ModuleSpec | None:
        source = f"{folder}/{file}.py"
        stamp = _stamp(source)
        octets = _octets(f"{folder}/__pycache__/{file}{_SINGLE}") if any(stamp) else b""
        # PEP 552: a magic number, no flags, time and size of the source.
        made_from = (stamp[0] // _SECOND & 0xFFFFFFFF) | (stamp[1] & 0xFFFFFFFF) << 32
        if octets[:16] != MAGIC_NUMBER + bytes(4) + made_from.to_bytes(8, "little"):
            return None
        return self._spec((name, source, file == "__init__", stamp, loads(memoryview(octets)[16:])))

    def _bundle(self, path: str) -> "list[Module]":
        """The modules of a bundle; none when it is missing or damaged, or of another Python, folder or source."""
        octets = _octets(path)
        if octets[:4] != MAGIC_NUMBER:
            return []
        try:
            modules: list[Module] = loads(memoryview(octets)[4:])
        except (EOFError, TypeError, ValueError):
            return []
        for module in modules:
            if _stamp(module[1]) != module[3] or not module[1].startswith(self.package + "/"):
                return []
        return modules

    def _unpack(self, bundle: "list[Module]") -> ModuleSpec:
        """Load all modules of a bundle but the last, which is found with that."""
        modules = sys.modules
        for each in bundle[:-1]:
            name = each[0]
            if name in modules:
                continue
            spec = self._spec(each)
            module = modules[name] = type(sys)(name)
            module.__spec__ = spec
            module.__package__ = spec.parent
            if spec.submodule_search_locations is not None:
                module.__path__ = spec.submodule_search_locations
            self.exec_module(module)
            parent, _, last = name.rpartition(".")
            setattr(modules[parent], last, module)
        return self._spec(bundle[-1])

    def _spec(self, module: "Module") -> ModuleSpec:
        name, source, is_package = module[:3]
        spec = ModuleSpec(name, self, origin=source, loader_state=module, is_package=is_package)  # type: ignore[arg-type]
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(source.rpartition("/")[0])
        return spec


def _stamp(path: str) -> tuple[int, int, int]:
    """What changes with a file: its time (nanoseconds), its size, the time of its last change, which nobody can set.

    Zeros when there is none.
    """
    try:
        status = posix.stat(path)
    except OSError:
        return 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_ctime_ns


def _octets(path: str) -> bytes:
    """What a file holds, nothing when it cannot be read."""
    try:
        descriptor = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return b""
    octets = posix.read(descriptor, posix.fstat(descriptor).st_size)
    posix.close(descriptor)
    return octets


def run() -> None:
    """Run the program, and leave the process with its exit status."""
    gc.set_threshold(100_000, 50, 50)  # as it is, loading modules alone sets off dozens of collections
    finder = Finder(__file__.rpartition("/")[0])
    sys.meta_path.insert(0, finder)
    from pymail.main import main

    status = main()
    # What was asked for has to arrive (sysexits.h: EX_IOERR); what was told beside it changes no status.
    for stream, failed in ((sys.stdout, 74), (sys.stderr, 0)):
        try:
            stream.flush()
        except OSError:
            status = status or failed
    if finder.missed and finder.whole:
        from pymail import bundles

        bundles.keep(finder.missed)
    posix._exit(status)
