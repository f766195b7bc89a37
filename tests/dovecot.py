"""Dovecot on loopback ports: mailboxes by POP3, IMAP and LMTP, or letters taken in by its submission service.

Apart from the other servers because its configuration is long, and most of it the same for both.
"""

from __future__ import annotations

import grp
import pwd
import shutil
from pathlib import Path

import pytest
from servers import ROOT_RUNS, SERVICE, Server, free_port, need

COMMON = """
base_dir = {dir}/run
state_dir = {dir}/run
log_path = {dir}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
mail_access_groups =
userdb {{
  driver = static
  args = uid={user} gid={group} home={dir}/home/%n
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

MAILBOXES = """
protocols = imap pop3 lmtp
auth_mechanisms = plain login
mail_location = mbox:{dir}/home/%n:INBOX={dir}/mail/%n
mbox_write_locks = dotlock fcntl
passdb {{
  driver = static
  args = password=secret
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
  unix_listener lmtp {{
    mode = 0600
  }}
}}
"""

TAKING = """
protocols = submission
auth_mechanisms = plain login cram-md5 scram-sha-256
mail_location = mbox:{dir}/home/%n
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
submission_relay_trusted = no
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {dir}/users
}}
service submission-login {{
  chroot =
  inet_listener submission {{
    port = {port}
  }}
}}
"""


class _Kin(Server):
    """A process of Dovecot's; `part` is the program of it that has to be installed."""

    part = ""

    def __init__(self, prefix: tuple[str, ...] = ()) -> None:
        self.program = need("dovecot")
        if not Path(f"/usr/lib/dovecot/{self.part}").exists():
            pytest.skip(f"dovecot-{self.part}d is not installed")
        super().__init__(prefix)

    def configure(self, text: str, **ports: int) -> None:
        """Make its folders and its configuration."""
        user = "nobody" if ROOT_RUNS else SERVICE
        group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
        for name in ("run", "mail", "home"):
            (self.folder / name).mkdir()
            if ROOT_RUNS and name != "run":
                shutil.chown(self.folder / name, user, group)
        text = (COMMON + text).format(dir=self.folder, port=self.port, user=user, group=group, **ports)
        (self.folder / "dovecot.conf").write_text(text)

    def command(self) -> list[str]:
        return [self.program, "-F", "-c", str(self.folder / "dovecot.conf")]


class Dovecot(_Kin):
    """Dovecot for any name with the password `secret`: POP3 on `port`, IMAP on `imap`, LMTP on `lmtp` and `socket`."""

    name = "dovecot"
    part = "lmtp"

    def prepare(self) -> None:
        self.imap, self.lmtp = free_port(), free_port()
        self.socket = self.folder / "run" / "lmtp"
        self.configure(MAILBOXES, imap=self.imap, lmtp=self.lmtp)


class Submission(_Kin):
    """Dovecot's submission service for one user, handing letters on to the server on the port `relay`."""

    name = "submission"
    part = "submission"

    def __init__(self, relay: int, user: str, password: str) -> None:
        self.relay, self.users = relay, f"{user}:{{PLAIN}}{password}::::::\n"
        super().__init__()

    def prepare(self) -> None:
        (self.folder / "users").write_text(self.users)
        self.configure(TAKING, relay=self.relay)
