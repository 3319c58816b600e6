"""A text that a regular expression matches whole, for the patterns that schemas have: none that look around or back."""

import random
import re
from collections.abc import Callable, Mapping
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

MORE: Final = 3
"""How much more often than it must a repeat without an end is repeated, at most."""
LONGEST: Final = 5_000
_PRINTABLE: Final = [chr(code) for code in range(32, 127)]
_OF_CATEGORY: Final[Mapping[Any, Callable[[str], bool]]] = {
    codes.CATEGORY_DIGIT: str.isdigit,
    codes.CATEGORY_NOT_DIGIT: lambda letter: not letter.isdigit(),
    codes.CATEGORY_WORD: lambda letter: letter.isalnum() or letter == "_",
    codes.CATEGORY_NOT_WORD: lambda letter: not (letter.isalnum() or letter == "_"),
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_NOT_SPACE: lambda letter: not letter.isspace(),
}


_EDGES: Final = (codes.AT_BEGINNING, codes.AT_BEGINNING_STRING, codes.AT_END, codes.AT_END_STRING)


class _CannotSay(Exception):
    """There is a part that this module does not know, or it gets too long."""


def text_for(pattern: str, draws: random.Random) -> str | None:
    """A text in which the pattern is found; None where it cannot be told."""
    try:
        return _Writer(draws).text(parser.parse(pattern)) if len(pattern) <= LONGEST else None
    except (_CannotSay, re.error, RecursionError, OverflowError):
        return None


class _Writer:
    """One text. Whoever wrote the pattern is not trusted: what it makes is bounded, not only how long it is."""

    def __init__(self, draws: random.Random) -> None:
        self._draws = draws
        self._left = LONGEST

    def text(self, parsed: Any) -> str:
        return "".join([self._part(code, argument) for code, argument in parsed])

    def _part(self, code: Any, argument: Any) -> str:  # noqa: PLR0911  one line for each part of the language
        self._left -= 1
        if self._left < 0:
            raise _CannotSay
        if code is codes.LITERAL:
            return chr(argument)
        if code is codes.AT and argument in _EDGES:
            return ""
        if code is codes.ANY:
            return self._draws.choice(_PRINTABLE)
        if code is codes.NOT_LITERAL:
            return self._draws.choice([letter for letter in _PRINTABLE if ord(letter) != argument])
        if code is codes.IN:
            return self._draws.choice(_letters(argument))
        if code is codes.BRANCH:
            return self.text(self._draws.choice(argument[1]))
        if code is codes.SUBPATTERN:
            return self.text(argument[-1])
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
            least, most, inner = argument
            times = self._draws.randint(least, min(int(most), int(least) + MORE))
            return "".join([self.text(inner) for _ in range(times)])
        raise _CannotSay


def _letters(members: Any) -> list[str]:
    found: list[str] = []
    is_negated = False
    for code, argument in members:
        if code is codes.NEGATE:
            is_negated = True
        elif code is codes.LITERAL:
            found.append(chr(argument))
        elif code is codes.RANGE:
            found += [chr(each) for each in range(argument[0], min(argument[1], argument[0] + 200) + 1)]
        elif code is codes.CATEGORY and argument in _OF_CATEGORY:
            found += [letter for letter in _PRINTABLE if _OF_CATEGORY[argument](letter)]
        else:
            raise _CannotSay
    if is_negated:
        found = [letter for letter in _PRINTABLE if letter not in found]
    if not found:
        raise _CannotSay
    return found
