"""A machine of its own for real users: other accounts, /var/mail and home folders in a private mount name space.

The lab wants bob and smith as users with their own rights, a mail server that delivers as them and a /var/mail that
belongs to group mail. Making such accounts would change the machine that the tests run on; here /etc/passwd, /etc/group
and /var/mail are other files for these processes only. Root only, and only where a name space may be made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect
import pytest
from installation import ROOT
from program import START, Result

PEOPLE = {"bob": 7001, "smith": 7002}


class Machine:
    """`prefix` starts a command as root of this machine, `run` runs pymail as one of its users.

    `mail` is the folder that stands in for /var/mail; `env` is every user's environment.
    """

    def __init__(self) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root can have users of his own")
        if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
            pytest.skip("no mount name space can be made here")
        self.folder = Path(tempfile.mkdtemp(prefix="pymail-machine-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.env = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "TERM": "dumb", "TZ": "UTC"}
        self.mail = self.folder / "mail"
        self._accounts()
        self._python = str(self.folder / "python" / os.path.relpath(os.path.realpath(sys.executable), sys.base_prefix))

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("unshare", "-m", "--propagation", "private", "sh", "-ec", self._mounts(), "sh")

    def mailbox(self, user: str) -> Path:
        return self.mail / user

    def home(self, user: str) -> Path:
        return self.folder / "home" / user

    def run(self, user: str, *args: str, input: str = "", **env: str) -> Result:
        """Run pymail as a user, with text on a pipe as its input."""
        done = subprocess.run(
            self.command(user, *args),
            input=input,
            capture_output=True,
            text=True,
            env=self._env(user) | env,
            cwd=self.home(user),
            timeout=30,
        )
        return Result(done.stdout, done.stderr, done.returncode)

    def terminal(self, user: str, *args: str) -> pexpect.spawn[str]:
        """Run pymail as a user at a terminal."""
        argv = self.command(user, *args)
        child = pexpect.spawn(
            argv[0],
            argv[1:],
            env=self._env(user),
            cwd=str(self.home(user)),
            encoding="utf-8",
            timeout=15,
            use_poll=True,
        )
        child.delaybeforesend = None
        return child

    def command(self, user: str, *args: str) -> list[str]:
        start = START.replace(str(ROOT), str(self.folder))
        become = [] if user == "root" else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        return [*self.prefix, *become, self._python, "-I", "-S", "-c", start, *args]

    def _env(self, user: str) -> dict[str, str]:
        return self.env | {"HOME": str(self.home(user)), "LOGNAME": user, "USER": user}

    def _accounts(self) -> None:
        for name in ("etc", "mail", "home", "python", "pymail"):
            (self.folder / name).mkdir()
        shutil.chown(self.mail, "root", "mail")
        self.mail.chmod(0o2775)
        (self.folder / "etc/mail.rc").touch()
        self.home("root").mkdir(0o700)
        users = Path("/etc/passwd").read_text().replace(":/root:", f":{self.home('root')}:")
        groups = Path("/etc/group").read_text()
        for name, number in PEOPLE.items():
            users += f"{name}:x:{number}:{number}:{name.title()}:{self.home(name)}:/bin/sh\n"
            groups += f"{name}:x:{number}:\n"
            self.home(name).mkdir(0o700)
            os.chown(self.home(name), number, number)
        (self.folder / "etc/passwd").write_text(users)
        (self.folder / "etc/group").write_text(groups)

    def _mounts(self) -> str:
        """A shell script: each mount in turn, then the command."""
        places = {
            self.folder / "etc/passwd": "/etc/passwd",
            self.folder / "etc/group": "/etc/group",
            self.folder / "etc/mail.rc": "/etc/mail.rc",
            self.mail: "/var/mail",
            sys.base_prefix: self.folder / "python",
            ROOT / "pymail": self.folder / "pymail",
        }
        mounts = [f"mount --bind '{what}' '{where}'" for what, where in places.items() if Path(where).exists()]
        return "; ".join([*mounts, 'exec "$@"'])

    def close(self) -> None:
        shutil.rmtree(self.folder)
