"""Whether a caller's regular expression is found in a text, in a time that nobody's expression can stretch.

Python's engine tries one way after the other: where there may be many it is not asked, and all ways are gone at once
(Thompson 1968), which takes as many steps as the text is long times the expression. Both see the same texts.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple

FEW_WAYS: Final = 100_000
"""Python's engine goes so many in some milliseconds."""
STEPS_LIMIT: Final = 1_000_000
"""Of all ways at once: about a second."""
SIZE_LIMIT: Final = 4_000
"""Of an expression, with its counted repeats written out."""

_REPEATS: Final = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_LETTERS: Final = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN)


class TooLong(Exception):
    """It would take too long to look."""


@dataclass(slots=True)
class Budget:
    """How many steps may still be taken, in as many texts as share it."""

    left: int = STEPS_LIMIT


class Search:
    """One expression, looked for in texts."""

    def __init__(self, text: str, flags: int = 0) -> None:
        """Raises `ValueError` for what is no regular expression."""
        try:
            self._parsed = parser.parse(text, flags)
            self._compiled = re.compile(text, flags)
        except (re.error, OverflowError, RecursionError) as wrong:
            raise ValueError(str(wrong)) from None
        self._program: list[_Step] | None = None

    def finds(self, text: str, budget: Budget | None = None) -> bool:
        """Whether it is anywhere in the text. Raises `TooLong` where that, or the budget, is not enough."""
        if _ways(self._parsed, len(text)) * (len(text) + 1) <= FEW_WAYS:
            return self._compiled.search(text) is not None
        if self._program is None:
            self._program = _Writer(self._parsed).program()
        budget = budget or Budget()
        budget.left -= len(self._program) * (len(text) + 1)
        if budget.left < 0:
            raise TooLong
        return _finds(self._program, text)


def _ways(parsed: Any, length: int, *, is_repeated: bool = False) -> float:
    """How many ways there are to go through it from one letter on, at most; without an end for a repeat in a repeat."""
    ways = 1.0
    for code, argument in parsed:
        if code in _REPEATS:
            low, high, inner = argument
            if is_repeated and low != high:
                return math.inf
            ways *= max(1, min(int(high), length) - low + 1) * _ways(inner, length, is_repeated=is_repeated or high > 1)
        elif code is codes.BRANCH:
            ways *= math.inf if is_repeated else sum(_ways(each, length) for each in argument[1])
        elif code is codes.SUBPATTERN or code in (codes.ASSERT, codes.ASSERT_NOT):
            ways *= _ways(argument[-1], length, is_repeated=is_repeated)
        elif code is codes.ATOMIC_GROUP:
            ways *= _ways(argument, length, is_repeated=is_repeated)
        elif code is codes.GROUPREF_EXISTS:
            ways *= math.inf
    return ways


class _Step(NamedTuple):
    """One of a program. With a test the next step follows where it holds; without one, each of `then`."""

    of_letter: Any = None
    of_place: Any = None
    then: tuple[int, ...] = ()
    is_end: bool = False


class _Writer:
    """An expression as a program. Raises `TooLong` for what only Python's engine knows, and for what is too large."""

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed
        self._steps: list[_Step] = []

    def program(self) -> list[_Step]:
        self._write(self._parsed, self._parsed.state.flags)
        self._add(_Step(is_end=True))
        return self._steps

    def _add(self, step: _Step) -> int:
        if len(self._steps) >= SIZE_LIMIT:
            raise TooLong
        self._steps.append(step)
        return len(self._steps) - 1

    def _write(self, parsed: Any, flags: int) -> None:
        for code, argument in parsed:
            if code in _LETTERS:
                self._add(_Step(of_letter=self._alone(code, argument, flags)))
            elif code is codes.AT:
                self._add(_Step(of_place=self._alone(code, argument, flags)))
            elif code is codes.SUBPATTERN:
                _, more, fewer, inner = argument
                self._write(inner, (flags | more) & ~fewer)
            elif code is codes.BRANCH:
                self._choice(argument[1], flags)
            elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
                low, high, inner = argument
                self._repeat(low, high, inner, flags)
            else:
                raise TooLong

    def _alone(self, code: Any, argument: Any, flags: int) -> Any:
        """One letter or place, as Python's engine sees it."""
        return compiler.compile(parser.SubPattern(self._parsed.state, [(code, argument)]), flags)

    def _choice(self, branches: Iterable[Any], flags: int) -> None:
        ends: list[int] = []
        for branch in branches:
            fork = self._add(_Step())
            self._write(branch, flags)
            ends.append(self._add(_Step()))
            self._steps[fork] = _Step(then=(fork + 1, len(self._steps)))
        # The last fork leads on to what is no branch: there is none left to be tried.
        dead = self._add(_Step(then=()))
        for end in ends:
            self._steps[end] = _Step(then=(dead + 1,))

    def _repeat(self, low: int, high: int, inner: Any, flags: int) -> None:
        for _ in range(low):
            self._write(inner, flags)
        if high is codes.MAXREPEAT:
            fork = self._add(_Step())
            self._write(inner, flags)
            back = self._add(_Step(then=(fork,)))
            self._steps[fork] = _Step(then=(fork + 1, back + 1))
            return
        forks = []
        for _ in range(high - low):
            forks.append(self._add(_Step()))
            self._write(inner, flags)
        for fork in forks:
            self._steps[fork] = _Step(then=(fork + 1, len(self._steps)))


def _finds(program: list[_Step], text: str) -> bool:
    """All ways at once: after each letter, the steps at which one of them stands."""
    waiting: list[int] = []
    for place in range(len(text) + 1):
        seen: set[int] = set()
        standing: list[int] = []
        open_steps = [0, *waiting]
        while open_steps:
            number = open_steps.pop()
            if number in seen:
                continue
            seen.add(number)
            step = program[number]
            if step.is_end:
                return True
            if step.of_letter is not None:
                standing.append(number)
            elif step.of_place is None:
                open_steps += step.then
            elif step.of_place.match(text, place) is not None:
                open_steps.append(number + 1)
        waiting = [
            number + 1 for number in standing if place < len(text) and program[number].of_letter.match(text[place])
        ]
    return False
