"""Real mail servers on loopback, each with a folder, a configuration and a port of its own.

Nothing here changes the machine: Exim and Dovecot (dovecot.py) are the installed programs with another configuration,
Postfix is an unpacked package (`PYMAIL_TEST_POSTFIX` names the folder; the package itself conflicts with Exim's).
"Up" means that the banner was read. A server that is not there skips the test that asks for it.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import pytest

ROOT_RUNS = os.geteuid() == 0
SERVICE = "Debian-exim" if ROOT_RUNS else pwd.getpwuid(os.geteuid()).pw_name


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def need(program: str) -> str:
    """The path of an installed server; its tests are skipped without it."""
    path = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path


class Server:
    """A child process that greets on a port; `with` starts and stops it, and it may be started again.

    `mail` is the folder it delivers to, `sendmail` its sendmail program where it has one. `prefix` is put before
    the command, for a server in a name space of its own.
    """

    name = ""

    def __init__(self, prefix: tuple[str, ...] = ()) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"pymail-{self.name}-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.mail = self.folder / "mail"
        self.sendmail = self.folder / "sendmail"
        self.prefix = prefix
        self._child: subprocess.Popen[bytes] | None = None
        self.prepare()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write the configuration."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """What runs the server in the foreground."""
        raise NotImplementedError

    def log(self) -> str:
        """What the server noted, for the message of a failure."""
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        """Start it and read its banner; RuntimeError with its log when there is none within 20 s."""
        self._child = subprocess.Popen(
            [*self.prefix, *self.command()], stderr=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + 20
        while self._child.poll() is None and time.monotonic() < until:
            if greets(self.port):
                return
            time.sleep(0.02)  # nothing can be awaited here: the port is the only sign
        self.stop()
        raise RuntimeError(f"{self.name} did not come up\n{self.log()}")

    def stop(self) -> None:
        """End it and wait until it is gone."""
        if self._child is None:
            return
        self.end(self._child)
        self._child.wait(20)
        self._child = None

    def end(self, child: subprocess.Popen[bytes]) -> None:
        signal_group(child.pid, signal.SIGTERM)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *ignored: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def script(self, command: str) -> None:
        """Write `sendmail`, two lines that run the server's own program."""
        self.sendmail.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        self.sendmail.chmod(0o755)


def greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            return bool(connection.recv(1))
    except OSError:
        return False


def signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass


def own(*folders: Path) -> None:
    """Make folders and give them to the account that the servers run under."""
    for folder in folders:
        folder.mkdir(exist_ok=True)
        if ROOT_RUNS:
            shutil.chown(folder, SERVICE, grp.getgrgid(pwd.getpwnam(SERVICE).pw_gid).gr_name)


EXIM = """
primary_hostname = test.example
spool_directory = {dir}/spool
log_file_path = {dir}/log/%s
pid_file_path = {dir}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
smtp_accept_max = 100
smtp_accept_max_per_connection = 1000
{more}
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  defer  message = come back later
         local_parts = later
  accept domains = test.example : localhost : {host}
         local_parts = {users}
  deny   message = no such user
begin routers
local:
  driver = accept
  domains = test.example : localhost : {host}
  local_parts = {users}
  transport = box
begin transports
box:
  driver = appendfile
  file = {dir}/mail/$local_part_data
  mode = 0600
  lock_retries = 3
  lock_interval = 1s
  return_path_add
  envelope_to_add
  delivery_date_add
{box}
begin retry
* * F,1h,1s
"""


# Exim's build refuses to deliver as root.
AS_RECIPIENT = """  user = ${if eq{$local_part_data}{root}{mail}{$local_part_data}}
  group = mail"""


class Exim(Server):
    """Exim for `users` at test.example, localhost and this host: `later` is put off (451), anybody else refused (550).

    Without `real`, all is done by one account, which the mailboxes belong to; with it (root only) each letter is
    delivered as the user it is for (root's as mail), and `prefix` must make these users known.
    """

    name = "exim"

    def __init__(
        self, users: tuple[str, ...] = ("bob", "smith", "root"), real: bool = False, prefix: tuple[str, ...] = ()
    ) -> None:
        self.users = users
        self.real = real
        self.program = need("exim4")
        super().__init__(prefix)

    def prepare(self) -> None:
        own(self.folder / "spool", self.folder / "log", self.mail)
        if self.real:
            shutil.chown(self.mail, "root", "mail")
            self.mail.chmod(0o2775)
        group = grp.getgrgid(os.getegid()).gr_name
        more = f"exim_user = {SERVICE}\nexim_group = {group}\ndeliver_drop_privilege"
        if ROOT_RUNS:
            more = "exim_user = root\nexim_group = root" if self.real else "deliver_drop_privilege"
        self.configuration = self.folder / "exim.conf"
        text = EXIM.format(
            dir=self.folder,
            host=socket.gethostname(),
            port=self.port,
            users=" : ".join(self.users),
            more=more,
            box=AS_RECIPIENT if self.real else "",
        )
        self.configuration.write_text(text)
        self.configuration.chmod(0o644)
        self.script(f"{self.program} -C {self.configuration}")

    def command(self) -> list[str]:
        return [self.program, "-C", str(self.configuration), "-bdf"]

    def log(self) -> str:
        return "".join(path.read_text(errors="replace") for path in (self.folder / "log").iterdir())


POSTFIX = """
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
meta_directory = {dir}/etc
command_directory = {tree}/usr/sbin
daemon_directory = {tree}/usr/lib/postfix/sbin
shlib_directory = {tree}/usr/lib/postfix
import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH={tree}/usr/lib/postfix
export_environment = MAIL_CONFIG TZ LANG LD_LIBRARY_PATH={tree}/usr/lib/postfix
mail_owner = Debian-exim
setgid_group = mail
default_privs = nobody
myhostname = test.example
mydestination = test.example, localhost, {host}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
alias_maps =
mail_spool_directory = {dir}/mail
mailbox_delivery_lock = fcntl, dotlock
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
"""


class Postfix(Server):
    """Postfix for the machine's own users at test.example, localhost and this host; root only."""

    name = "postfix"

    def __init__(self, prefix: tuple[str, ...] = ()) -> None:
        self.tree = os.environ.get("PYMAIL_TEST_POSTFIX", "")
        if not self.tree:
            pytest.skip("no unpacked Postfix (PYMAIL_TEST_POSTFIX)")
        if not ROOT_RUNS:
            pytest.skip("Postfix starts as root only")
        need("exim4")  # whose account stands in for Postfix's own
        super().__init__(prefix)

    def prepare(self) -> None:
        for name in ("queue", "data", "mail"):
            (self.folder / name).mkdir()
        shutil.copytree(f"{self.tree}/etc/postfix", self.folder / "etc")
        master = Path(f"{self.tree}/usr/share/postfix/master.cf.dist").read_text()
        master = re.sub(r"(?m)^smtp +inet +", f"127.0.0.1:{self.port} inet ", master, count=1)
        master = re.sub(r"(?m)^(\w+ +(?:unix|inet) +\S+ +\S+ +)y", r"\1n", master)  # no chroot
        (self.folder / "etc/master.cf").write_text(master)
        (self.folder / "etc/main.cf").write_text(
            POSTFIX.format(dir=self.folder, tree=self.tree, host=socket.gethostname())
        )
        shutil.chown(self.folder / "data", "Debian-exim")
        self.mail.chmod(0o1777)
        self.script(f"{' '.join(self._with_libraries())} {self.tree}/usr/sbin/sendmail -C {self.folder}/etc")

    def _with_libraries(self) -> list[str]:
        return ["env", f"LD_LIBRARY_PATH={self.tree}/usr/lib/postfix"]

    def command(self) -> list[str]:
        return [*self._with_libraries(), f"{self.tree}/usr/sbin/postfix", "-c", f"{self.folder}/etc", "start-fg"]

    def end(self, child: subprocess.Popen[bytes]) -> None:
        pid = self.folder / "queue/pid/master.pid"
        if pid.exists():
            os.kill(int(pid.read_text()), signal.SIGTERM)
        else:
            super().end(child)
