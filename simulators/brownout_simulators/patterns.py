"""Patterns over texts that a caller sends, refused where looking could take long.

Python's engine tries one way after the other: how many there are is bounded here before the first text comes.
"""

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

from brownout_simulators.spelling import shown

TEXT_LIMIT: Final = 2_000
"""Characters of a text that are looked at."""
WAYS_LIMIT: Final = 100_000_000
"""From each of the characters, with every repeat at each of its lengths. Mostly far fewer are tried."""
PATTERN_LIMIT: Final = 200

_REPEATS: Final = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


class Pattern:
    """A regular expression with a group. Its first group is what is looked for, by `first`."""

    def __init__(self, text: str, *, needs_group: bool = True) -> None:
        """Raises `ValueError` with what is wrong, and how to write it."""
        if len(text) > PATTERN_LIMIT:
            raise ValueError(f"a pattern has at most {PATTERN_LIMIT} characters")
        try:
            parsed = parser.parse(text)
            self._compiled = re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{shown(text)} is no pattern: {error}; write Order (\\S+)") from None
        if needs_group and not self._compiled.groups:
            raise ValueError(f"{shown(text)} has no group: write Order (\\S+), with brackets around the id")
        ways = _ways(parsed, text, within_repeat=False) * TEXT_LIMIT
        if ways > WAYS_LIMIT:
            raise ValueError(f"{shown(text)} could take long: give its repeats a bound, \\s{{0,3}} for \\s*")

    @property
    def groups(self) -> int:
        """How many it has."""
        return self._compiled.groups

    def find(self, text: str) -> re.Match[str] | None:
        """Where it is first found."""
        return self._compiled.search(text[:TEXT_LIMIT])

    def first(self, text: str) -> str:
        """What the first group holds, where the pattern is first found; empty where it is not."""
        found = self.find(text)
        return (found[1] or "") if found else ""


def _ways(parsed: Any, text: str, *, within_repeat: bool) -> int:
    """How many ways there are to go through it from one character on. Raises `ValueError` for what has no bound."""
    ways = 1
    for code, argument in parsed:
        if code in _REPEATS:
            low, high, inner = argument
            if within_repeat and low != high:
                raise ValueError(f"{shown(text)} repeats what repeats, and could take long: write one repeat, \\S+")
            ways *= (min(int(high), TEXT_LIMIT) - low + 1) * _ways(inner, text, within_repeat=within_repeat or high > 1)
        elif code is codes.BRANCH:
            if within_repeat:
                raise ValueError(f"{shown(text)} repeats a choice, and could take long: write a set, [a-z0-9]+")
            ways *= sum(_ways(each, text, within_repeat=False) for each in argument[1])
        elif code is codes.SUBPATTERN:
            ways *= _ways(argument[-1], text, within_repeat=within_repeat)
        elif code in (codes.GROUPREF, codes.GROUPREF_EXISTS, codes.ASSERT, codes.ASSERT_NOT, codes.ATOMIC_GROUP):
            raise ValueError(f"{shown(text)} looks around or back, which is not needed here: write Order (\\S+)")
    return ways
