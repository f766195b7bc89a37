"""Receive Mode as a script sees it: -e, -H, -N, -R, -u, -f, statuses and streams."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from letters import letter, mbox
from program import USER, Home, Run


def three(home: Home) -> Path:
    return home.receive(letter(subject, f"text of {subject}\n") for subject in ("one", "two", "three"))


def stamps(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_atime_ns, status.st_ino


@pytest.mark.parametrize("options", [["-e"], ["-H"], ["-R"], ["-L", "*"], []])
def test_looking_changes_no_octet_and_no_time_stamp(home: Home, pymail: Run, options: list[str]) -> None:
    inbox = three(home)
    octets = inbox.read_bytes()
    os.utime(inbox, (1_700_000_000, 1_700_000_001))
    before = stamps(inbox)
    assert pymail(*options, input="type 1\nx\n").status == 0
    # Reading a mailbox for its user moves its time of access, as mail(1) users' shells expect.
    assert stamps(inbox) == before or (not options and stamps(inbox)[::2] == before[::2])
    assert inbox.read_bytes() == octets
    assert os.listdir(home.spool) == [USER]


def test_e_tells_by_its_status_alone(home: Home, pymail: Run) -> None:
    assert (pymail("-e").status, pymail("-e").out, pymail("-e").err) == (1, "", "")
    three(home)
    assert (pymail("-e").status, pymail("-e").out, pymail("-e").err) == (0, "", "")
    home.inbox.write_bytes(b"")
    assert pymail("-e").status == 1


def test_e_looks_into_a_maildir(home: Home, pymail: Run) -> None:
    for name in ("new", "cur", "tmp"):
        (home.path / "dir" / name).mkdir(parents=True)
    assert pymail("-e", "-f", str(home.path / "dir")).status == 1
    (home.path / "dir" / "new" / "1.a.b").write_bytes(letter())
    assert pymail("-e", "-f", str(home.path / "dir")).status == 0


def test_no_mail_is_said_and_gives_status_1(home: Home, pymail: Run) -> None:
    for _ in range(2):
        done = pymail()
        assert (done.status, done.out, done.err) == (1, "", f"pymail: No mail for {USER}\n")
        home.inbox.write_bytes(b"")


def test_a_missing_file_is_an_error_that_names_it(pymail: Run) -> None:
    done = pymail("-f", "/nowhere/box")
    assert (done.status, done.err) == (66, "pymail: /nowhere/box: No such file or directory\n")


def test_a_file_may_stand_behind_the_end_of_the_options(home: Home, pymail: Run) -> None:
    (home.path / "-box").touch(0o600)
    assert '"-box": 0 messages' in pymail("-f", "--", "-box", input="x\n").out


def test_a_dollar_sign_may_belong_to_the_name_of_a_file(home: Home, pymail: Run) -> None:
    mbox(home.path / "a$HOME", [letter("one")])
    assert "one" in pymail("-H", "-f", "a$HOME").out


def test_an_empty_file_opens_with_no_messages(home: Home, pymail: Run) -> None:
    (home.path / "box").touch(0o600)
    done = pymail("-f", "box", input="x\n")
    assert done.status == 0
    assert '"box": 0 messages' in done.out


def test_another_users_name_must_exist(pymail: Run) -> None:
    done = pymail("-u", "no-such-user")
    assert (done.status, done.err) == (66, "pymail: -u no-such-user: no such user\n")


def test_h_lists_all_and_obeys_nothing(home: Home, pymail: Run) -> None:
    three(home)
    done = pymail("-H", input="delete *\nquit\n")
    assert [line.split()[-1] for line in done.out.splitlines()] == ["one", "two", "three"]
    assert pymail("-L", "2-3").out.count("\n") == 2


def test_n_leaves_the_list_out_and_quiet_the_version(home: Home, pymail: Run) -> None:
    three(home)
    assert pymail("-N", input="x\n").out.startswith("pymail ")
    assert pymail("-N", "-S", "quiet", input="x\n").out == ""


def test_a_read_only_mailbox_refuses_changes_and_says_why(home: Home, pymail: Run) -> None:
    inbox = three(home)
    before = inbox.read_bytes()
    done = pymail("-R", input="delete 1\nquit\n")
    assert "read-only" in done.err
    assert inbox.read_bytes() == before


def test_the_end_of_the_input_is_quit(home: Home, pymail: Run) -> None:
    three(home)
    assert pymail(input="delete 1\n").status == 0
    assert home.inbox.read_bytes().count(b"\nSubject: ") == 2


def test_a_failed_command_gives_a_script_a_status(home: Home, pymail: Run) -> None:
    three(home)
    done = pymail(input="type 9\nquit\n")
    assert done.status != 0
    assert "9: no such message" in done.err


def test_commands_run_before_and_after_the_mailbox_is_opened(home: Home, pymail: Run) -> None:
    three(home)
    done = pymail("-N", "-S", "quiet", "-X", "set prompt=x", "-Y", "from 2", input="set prompt\necho end\nx\n")
    assert "two" in done.out and "end" in done.out


def test_the_banner_tells_what_waits_in_the_outbox(home: Home, pymail: Run) -> None:
    assert pymail("-S", "mta=smtp://127.0.0.1:1", "-s", "x", "bob@example.org", input="text\n").status == 0
    three(home)
    assert "1 letter waits in the outbox" in pymail(input="x\n").out
    assert "1 letter waits in the outbox" in pymail("-N", "-S", f"spool={home.path}").err


def test_a_full_standard_output_is_an_error(home: Home, pymail: Run) -> None:
    import subprocess

    from program import PYMAIL

    three(home)
    with open("/dev/full", "w") as full:
        done = subprocess.run([*PYMAIL, *home.options, "-H"], stdout=full, stderr=subprocess.PIPE, env=home.env)
    assert done.returncode == 74
    assert b"Traceback" not in done.stderr and b"No space left" in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_cost_no_mail_and_no_traceback(home: Home, pymail: Run, closed: str) -> None:
    import shlex
    import subprocess

    from program import PYMAIL

    inbox = three(home)
    command = f"printf 'type 1\\nx\\n' | {shlex.join([*PYMAIL, *home.options])} {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, env=home.env, timeout=30)
    assert b"Traceback" not in done.stderr
    assert inbox.read_bytes().count(b"\nSubject: ") == 3


def test_quit_says_where_each_message_went(home: Home, pymail: Run) -> None:
    three(home)
    text = "set nohold\ntype 1\ndelete 2\nquit\n"
    out = pymail("-N", "-S", "quiet", input=text).out.splitlines()[-3:]
    assert out == [
        f"Saved 1 message in {home.path}/mbox",
        f"Deleted 1 message from {home.inbox}",
        f"Held 1 message in {home.inbox}",
    ]


def test_mail_that_arrives_meanwhile_is_kept(home: Home, pymail: Run) -> None:
    three(home)
    late = home.path / "late"
    mbox(late, [letter("late")])
    done = pymail(input=f"delete 1\n!cat {late} >> {home.inbox}\nquit\n")
    assert "New mail has arrived" in done.out
    assert b"Subject: late" in home.inbox.read_bytes()
    assert b"Subject: one" not in home.inbox.read_bytes()


def test_without_its_libraries_the_program_still_reads_html_and_aligns_columns(home: Home, pymail: Run) -> None:
    page = b"<p>one</p><a href='http://b.example/'>www.a.example</a><table><tr><td>x</table>"
    home.receive([b"Subject: \xe6\x97\xa5\xe6\x9c\xac\nContent-Type: text/html\n\n" + page + b"\n"])
    read = pymail(input="type 1\nx\n")
    assert read.status == 0 and read.err == ""
    assert "[-- a link that reads www.a.example leads to b.example --]" in read.out
    assert "one" in read.out and "www.a.example[1]" in read.out and "[1] http://b.example/" in read.out
