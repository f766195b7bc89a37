"""The launcher pair: stub layouts for how it is found and started, one real wheel for how it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from installation import PACKAGES, ROOT, install_editable

# The interpreter behind the tests' own environment, which may have pymail installed.
PYTHON = os.path.realpath(sys.executable)
LAUNCHER = ROOT / "pymail" / "launcher"
STUB = """
import json, sys
def main():
    flags = [sys.flags.isolated, sys.flags.no_site]
    print(json.dumps({"flags": flags, "arguments": sys.argv[1:], "site": "site" in sys.modules}))
    return 7
"""


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """An installed tree with a stub for the program, in a folder whose name holds a blank."""
    root = tmp_path / "a place"
    (root / "bin").mkdir(parents=True)
    (root / PACKAGES / "pymail").mkdir(parents=True)
    (root / PACKAGES / "pymail" / "__init__.py").touch()
    for name in ("start.py", "bundles.py"):
        shutil.copy(ROOT / "pymail" / name, root / PACKAGES / "pymail")
    (root / PACKAGES / "pymail" / "main.py").write_text(STUB)
    for name in ("pymail", "pymail-python"):
        shutil.copy(LAUNCHER / name, root / "bin" / name)
    set_first_line(root, f"#!{PYTHON}")
    return root


def set_first_line(root: Path, line: str) -> None:
    """As an installer does: replace `#!python`."""
    script = root / "bin" / "pymail-python"
    script.write_text(line + script.read_text().removeprefix("#!python"))


def run(*argv: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, **more)  # type: ignore[call-overload, no-any-return]


def by_path(root: Path) -> list[str | Path]:
    return [root / "bin" / "pymail"]


def by_name_on_the_path(root: Path) -> list[str | Path]:
    return ["env", f"PATH={root / 'bin'}:{os.environ['PATH']}", "pymail"]


def by_sh_from_its_folder(root: Path) -> list[str | Path]:
    return ["sh", "-c", 'cd "$1/bin"; shift; exec sh pymail "$@"', "sh", root]


def by_a_symlink(root: Path) -> list[str | Path]:
    (root / "mail").symlink_to(root / "bin" / "pymail")
    return [root / "mail"]


def by_a_chain_of_relative_symlinks(root: Path) -> list[str | Path]:
    (root / "first").mkdir()
    (root / "first" / "mail").symlink_to("../bin/pymail")
    (root / "mailx").symlink_to("first/mail")
    return [root / "mailx"]


WAYS = [by_path, by_name_on_the_path, by_sh_from_its_folder, by_a_symlink, by_a_chain_of_relative_symlinks]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_python_starts_bare_with_the_arguments_as_given(layout: Path, way: Callable[[Path], list[str | Path]]) -> None:
    done = run(*way(layout), "-s", "two words", "*", "")
    assert (done.returncode, done.stderr) == (7, "")
    assert json.loads(done.stdout) == {"flags": [1, 1], "arguments": ["-s", "two words", "*", ""], "site": False}


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ({"LANG": "C.UTF-8"}, True),
        ({"LC_CTYPE": "de_DE.utf8", "LANG": "C"}, True),
        ({"LC_ALL": "fr_FR.ISO-8859-1", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LANG": "C"}, False),
        ({}, False),
    ],
)
def test_python_is_told_of_utf_8_by_the_locale_alone(layout: Path, locale: dict[str, str], told: bool) -> None:
    echo = layout / "bin" / "python-echo"
    echo.write_text("#!/bin/sh\nprintf '%s\\n' \"$*\"\n")
    echo.chmod(0o755)
    shutil.copy(LAUNCHER / "pymail-python", layout / "bin")
    set_first_line(layout, f"#!{echo}")
    options = run(*by_path(layout), env={"PATH": os.environ["PATH"], **locale}).stdout.partition(str(layout))[0]
    assert options == ("-I -S -X utf8 " if told else "-I -S ")


def test_first_line_as_pipx_leaves_it_is_understood(layout: Path) -> None:
    shutil.copy(LAUNCHER / "pymail-python", layout / "bin")
    set_first_line(layout, f"#!{PYTHON} -E")
    assert json.loads(run(*by_path(layout)).stdout)["flags"] == [1, 1]


def test_interpreter_that_is_started_by_sh_still_starts(layout: Path) -> None:
    shutil.copy(LAUNCHER / "pymail-python", layout / "bin")
    set_first_line(layout, f"#!/bin/sh\n'''exec' '{PYTHON}' \"$0\" \"$@\"\n' '''")
    assert json.loads(run(*by_path(layout), "bob").stdout)["arguments"] == ["bob"]


def test_input_that_is_a_folder_is_told(layout: Path) -> None:
    folder = os.open(layout, os.O_RDONLY)
    done = run(*by_path(layout), stdin=folder)
    os.close(folder)
    assert (done.returncode, done.stderr) == (66, "pymail: standard input: is a directory\n")


def test_environment_cannot_choose_what_is_imported(layout: Path, tmp_path: Path) -> None:
    (tmp_path / "os.py").write_text("raise SystemExit(99)")
    (tmp_path / "pymail.py").write_text("raise SystemExit(99)")
    env = dict(os.environ, PYTHONPATH=str(tmp_path), PYTHONSTARTUP=str(tmp_path / "os.py"))
    assert run(*by_path(layout), env=env, cwd=tmp_path).returncode == 7


def test_import_error_inside_the_program_is_not_taken_for_its_absence(layout: Path) -> None:
    (layout / PACKAGES / "pymail" / "main.py").write_text("import no_such_module_here\n")
    done = run(*by_path(layout))
    assert "No module named 'no_such_module_here'" in done.stderr
    assert "import site" not in done.stderr and "During handling" not in done.stderr


def test_package_in_another_folder_is_found_by_way_of_site(layout: Path) -> None:
    shutil.move(layout / PACKAGES / "pymail", layout / "pymail")
    (layout / PACKAGES / "pymail.pth").write_text(f"{layout}\n")
    done = run(*by_path(layout))
    assert json.loads(done.stdout)["site"] is True


SAYS_HOW = STUB.replace('"site" in sys.modules', "type(__loader__).__name__")


def test_compiled_code_is_run_without_a_search(layout: Path) -> None:
    (layout / PACKAGES / "pymail" / "main.py").write_text(SAYS_HOW)
    loaders = [json.loads(run(*by_path(layout)).stdout)["site"] for _ in range(2)]
    assert loaders == ["SourceFileLoader", "Finder"]  # compiled by the first run


def bundle_of(layout: Path) -> Path:
    """The bundle that begins the program, which the second run leaves."""
    for _ in range(2):
        assert run(*by_path(layout)).returncode == 7
    (bundle,) = (layout / PACKAGES / "pymail" / "__pycache__").glob("main.*.opt-bundle.pyc")
    return bundle


def test_bundle_is_run_in_place_of_compiled_modules(layout: Path) -> None:
    (layout / PACKAGES / "pymail" / "main.py").write_text("from pymail import other\n" + SAYS_HOW)
    (layout / PACKAGES / "pymail" / "other.py").touch()
    compiled = bundle_of(layout).parent
    for module in ("main", "other"):
        (compiled / f"{module}.{sys.implementation.cache_tag}.pyc").unlink()
    assert json.loads(run(*by_path(layout)).stdout)["site"] == "Finder"
    assert not list(compiled.glob("other.*"))


def test_bundle_of_a_package_that_was_copied_is_left_alone(layout: Path, tmp_path: Path) -> None:
    bundle_of(layout)
    shutil.copytree(layout, tmp_path / "copy")
    main = tmp_path / "copy" / PACKAGES / "pymail" / "main.py"
    main.write_text(STUB.replace("return 7", "return 8"))
    os.utime(main, (1, 1))
    assert run(*by_path(tmp_path / "copy")).returncode == 8


def test_source_that_was_replaced_by_one_of_the_same_time_and_size_is_noticed_by_its_bundle(layout: Path) -> None:
    main = layout / PACKAGES / "pymail" / "main.py"
    compiled = bundle_of(layout).with_name(f"main.{sys.implementation.cache_tag}.pyc")
    before = main.stat()
    main.write_text(STUB.replace("return 7", "return 8"))
    os.utime(main, ns=(before.st_atime_ns, before.st_mtime_ns))
    compiled.unlink()  # Python's own compiled form is not so careful
    assert run(*by_path(layout)).returncode == 8


def test_bundle_has_no_code_that_only_people_and_checkers_read(layout: Path) -> None:
    source = 'from __future__ import annotations\n"""A docstring."""\n' + STUB.replace("main()", "main() -> int")
    (layout / PACKAGES / "pymail" / "main.py").write_text('"""A text."""\n' + source)
    octets = bundle_of(layout).read_bytes()
    assert not any(text in octets for text in (b"A text.", b"annotations", b"__future__"))


def test_what_is_in_one_bundle_is_in_no_other(layout: Path) -> None:
    package = layout / PACKAGES / "pymail"
    (package / "main.py").write_text("from pymail import interpreter, other\n" + STUB)
    (package / "interpreter.py").write_text("inner = True\n")
    (package / "other.py").touch()
    outer = bundle_of(layout)
    inner = outer.with_name(outer.name.replace("main", "interpreter"))
    assert b"pymail.other" in outer.read_bytes() and b"pymail.interpreter" not in outer.read_bytes()
    assert b"pymail.interpreter" in inner.read_bytes()
    assert run(*by_path(layout)).returncode == 7


def test_bundle_is_for_its_owner_to_write(layout: Path) -> None:
    mask = os.umask(0)
    try:
        assert bundle_of(layout).stat().st_mode & 0o022 == 0
    finally:
        os.umask(mask)


@pytest.mark.parametrize("damage", [b"", b"\0\0\r\n", b"\xff" * 8], ids=["empty", "of another Python", "garbage"])
def test_bundle_that_is_damaged_is_left_alone(layout: Path, damage: bytes) -> None:
    bundle = bundle_of(layout)
    bundle.write_bytes(damage + bundle.read_bytes()[4:] if len(damage) == 4 else bundle.read_bytes()[:4] + damage)
    done = run(*by_path(layout))
    assert (done.returncode, done.stderr) == (7, "")


def test_bundle_is_not_written_where_compiled_code_is_not(layout: Path) -> None:
    command = [PYTHON, "-B", "-I", "-S", layout / "bin" / "pymail-python"]
    run(*by_path(layout))
    assert run(*command).returncode == 7
    assert not list(layout.rglob("*.opt-bundle.pyc"))


def test_source_that_was_changed_is_compiled_anew(layout: Path) -> None:
    main = layout / PACKAGES / "pymail" / "main.py"
    bundle_of(layout)
    main.write_text(STUB.replace("return 7", "return 8"))
    os.utime(main, (1, 1))  # older than the compiled form, and of the same size
    assert [run(*by_path(layout)).returncode for _ in range(4)] == [8, 8, 8, 8]


def test_source_beside_the_changed_one_is_looked_at_too(layout: Path) -> None:
    (layout / PACKAGES / "pymail" / "main.py").write_text("from pymail.other import main\n")
    other = layout / PACKAGES / "pymail" / "other.py"
    other.write_text(STUB)
    bundle_of(layout)
    other.write_text(STUB.replace("return 7", "return 8"))
    os.utime(other, (1, 1))
    assert [run(*by_path(layout)).returncode for _ in range(4)] == [8, 8, 8, 8]


def test_compiled_code_of_another_python_is_left_alone(layout: Path) -> None:
    run(*by_path(layout))
    (compiled,) = (layout / PACKAGES / "pymail" / "__pycache__").glob("main.*.pyc")
    compiled.write_bytes(b"\0\0\r\n" + compiled.read_bytes()[4:])
    assert run(*by_path(layout)).returncode == 7


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_editable(tmp_path_factory.mktemp("editable"))


@pytest.mark.parametrize("kind", ["installed", "editable"])
def test_installed_command_runs_the_program(kind: str, request: pytest.FixtureRequest) -> None:
    done = run(request.getfixturevalue(kind) / "bin" / "pymail", "--version")
    assert done.returncode == 0 and "0.1.0" in done.stdout


def test_module_runs_the_program(installed: Path) -> None:
    done = run(installed / "bin" / "python", "-m", "pymail", "--version", cwd=installed)
    assert done.returncode == 0 and "0.1.0" in done.stdout


def test_installed_command_runs_compiled_code_and_leaves_the_launcher_out_of_the_package(installed: Path) -> None:
    package = installed / PACKAGES / "pymail"
    assert list((package / "__pycache__").glob("main.*.pyc"))
    assert not (package / "launcher").exists()


def test_wheel_brings_the_manual_pages_and_the_licence(installed: Path) -> None:
    assert (installed / "share/man/man1/pymail.1").is_file()
    assert (installed / "share/man/man5/pymailrc.5").is_file()
    (licence,) = (installed / PACKAGES).glob("pymail_mua-*.dist-info/licenses/LICENSE")
    assert "the pymail maintainers" in licence.read_text()
