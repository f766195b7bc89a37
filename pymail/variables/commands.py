"""The variables about commands: how they are carried out, and macros that run by themselves."""

from __future__ import annotations

from pymail.variables.table import FLAG, TEXT, Variable

ROWS = (
    Variable("posix", FLAG, None, "The defaults of POSIX, as POSIXLY_CORRECT sets them.", posix=""),
    Variable("errexit", FLAG, None, "A command that fails ends a run without a terminal."),
    Variable("folder-hook", TEXT, None, "The macro that runs when a mailbox opens; folder-hook-NAME: when that does."),
    Variable("on-account-cleanup", TEXT, None, "The macro that runs when an account is left."),
)
