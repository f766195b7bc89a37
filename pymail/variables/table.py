"""What a variable is: one row of the tables in this folder.

Apart so that each section of pymailrc(5) can be a file of rows and nothing else.
"""

from __future__ import annotations

FLAG = "flag"
TEXT = "text"
NUMBER = "number"


class Variable:
    """One row: name, kind, default, one sentence, and where it differs the POSIX default.

    A flag's default is "" (set) or None (unset); a text's or number's is its value or
    None. `environ`: imported from the environment variable of the same name. `choices`:
    the only values allowed. `same`: another spelling of that variable.
    """

    __slots__ = ("name", "kind", "default", "text", "posix", "environ", "choices", "same")

    def __init__(
        self,
        name: str,
        kind: str,
        default: str | None,
        text: str,
        *,
        posix: str | None = "=",
        environ: bool = False,
        choices: tuple[str, ...] = (),
        same: str = "",
    ) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.text = text
        self.posix = default if posix == "=" else posix
        self.environ = environ
        self.choices = choices
        self.same = same

    def wrong(self, value: str) -> str:
        """Why this value is not allowed, "" when it is."""
        if self.choices and value and value.lower() not in self.choices:
            return "allowed are " + ", ".join(self.choices)
        if self.kind == NUMBER and value and not value.isdecimal():
            return "a number is wanted"
        return ""
