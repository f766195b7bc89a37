"""Installing this tree into virtual environments, without any network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import hatchling

ROOT = Path(__file__).parent.parent
PACKAGES = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


def install(folder: Path) -> Path:
    """A new environment with this tree's wheel in it, without what it depends on."""
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("pymail_mua-*.whl")
    environment = empty_environment(folder)
    pip("--python", str(environment), "install", str(wheel))
    return environment


def install_editable(folder: Path) -> Path:
    """A new environment that runs this tree where it lies; it borrows the build tools of the tests' own."""
    environment = empty_environment(folder)
    (environment / PACKAGES / "tools.pth").write_text(str(Path(hatchling.__path__[0]).parent))
    pip("--python", str(environment), "install", "--no-build-isolation", "--editable", str(ROOT))
    return environment


def empty_environment(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True, timeout=60)
    return folder / "venv"


def pip(*arguments: str) -> None:
    quiet = {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [sys.executable, "-m", "pip", *arguments]
    done = subprocess.run(command, env=os.environ | quiet, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
