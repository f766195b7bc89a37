"""What stands after `if`."""

from __future__ import annotations

import pytest

from pymail import conditions, words
from pymail.errors import MailError

MODES = {"send": False, "receive": True, "terminal": False}
VARIABLES = {"a": "one", "b": "", "n": "7", "hex": "0x10", "features": ",+regex,+colour,"}


def holds(text: str) -> bool:
    return conditions.holds(words.texts(text), MODES, VARIABLES.get)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("s", False), ("r", True), ("R", True), ("receive", True), ("t", False), ("terminal", False), ("! t", True),
        ("1", True), ("0", False), ("yes", True), ("off", False), ("true", True), ("$b", False),
        ("-N a", True), ("-N b", True), ("-N c", False), ("-Z c", True), ("-n $a", True), ("-n $b", False),
        ('"$a-$n" == one-7', True), ("${a}x != onex", False),
        ("-z ''", True), ("-z $c", True),
        ("$a == one", True), ('"$a" == one', True), ("${a} != one", False), ("$a == ONE", False),
        ("$a ==? ONE", True), ("$a ==?case ONE", True), ("$a < two", True), ("$a >= two", False),
        ("$a =% n", True), ("$a !% n", False), ("$features =@ ,+regex,", True), ("$features !@ ,+mle,", True),
        ("$a =~ ^o.e$", True), ("$a !~ ^o.e$", False), ("$a =~? ^O", True),
        ("$n -eq 7", True), ("$n -lt 10", True), ("$n -ge 8", False), ("$hex -eq 16", True), ("$b -eq 0", True),
        ("r && $a == one", True), ("s || $a == one", True), ("s && s || r", True), ("r || r && s", False),
        ("[ s || r ] && r", True), ("[ [ true ] && [ s || r ] ]", True), ("! [ s || r ]", False),
    ],
)  # fmt: skip
def test_condition_holds_or_not(text: str, truth: bool) -> None:
    assert holds(text) == truth


@pytest.mark.parametrize("text", ["", "maybe", "$a ==", "[ r", "r r", "-N", "$n -eq many", "$a =~ ("])
def test_what_is_no_condition_is_told(text: str) -> None:
    with pytest.raises(MailError, match="^if"):
        holds(text)
