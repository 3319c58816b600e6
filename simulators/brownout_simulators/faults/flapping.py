"""Flapping: a rule that is on and off in turn, evenly, or for spells that are drawn.

The spells are a function of the seed and the rule alone, so they are known beforehand and the same in both modes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import ClassVar, Final

from brownout_simulators.faults.fault import require, require_seconds
from brownout_simulators.faults.latency import Spread

SHORTEST_S: Final = 0.01
"""No spell is shorter, whatever is drawn: there are calls to be decided on between two of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell(Spread):
    """How long one spell lasts, drawn anew for each: exactly one of the seven distributions; at least 10 ms."""

    NAME: ClassVar[str] = "spell"

    up_to_s: float = 3_600.0
    """No spell is longer than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """`on` and `off`, evenly, or `up` and `down`, drawn. Counted from the window's start."""

    on_s: float | None = None
    """Struck for so long, and so on: it begins with this."""
    off_s: float | None = None
    """And then not for so long."""
    up: Spell | None = None
    """How long the vendor is well, drawn anew each time: nothing is struck. It begins with this."""
    down: Spell | None = None
    """How long it then is not: the fault strikes."""

    def __post_init__(self) -> None:
        is_even = self.on_s is not None and self.off_s is not None and self.up is None and self.down is None
        is_drawn = self.up is not None and self.down is not None and self.on_s is None and self.off_s is None
        require(is_even or is_drawn, "flapping: either on and off, two spans, or up and down, how each is drawn")
        require_seconds("flapping.on_s", self.on_s, above_0=True)
        require_seconds("flapping.off_s", self.off_s, above_0=True)
        for spell in (self.up, self.down):
            from_file = spell is not None and spell.empirical is not None and spell.empirical.file
            require(not from_file, "flapping: a spell reads no file: write empirical.values")

    def spells(self, since_s: float, chance: Callable[[int], float]) -> Iterator[tuple[float, float]]:
        """From when until when it is on, one after the other, for ever. `chance` in (0, 1) by the spell's number."""
        if self.on_s is not None and self.off_s is not None:
            for number in count():
                at_s = since_s + number * (self.on_s + self.off_s)
                yield at_s, at_s + self.on_s
        at_s = since_s
        for number in count(0, 2):
            begins_s = at_s + _seconds(self.up, chance(number))
            at_s = begins_s + _seconds(self.down, chance(number + 1))
            yield begins_s, at_s


def _seconds(spell: Spell | None, chance: float) -> float:
    return max(SHORTEST_S, spell.seconds(chance)) if spell is not None else SHORTEST_S


class Switch:
    """Whether a rule that flaps is on, asked at instants that never go back."""

    __slots__ = ("_flapping", "_since_s", "_spell", "_spells")

    def __init__(self, flapping: Flapping, since_s: float, chance: Callable[[int], float]) -> None:
        self._flapping = flapping
        self._since_s = since_s
        self._spells = flapping.spells(since_s, chance)
        self._spell = (float("-inf"), float("-inf"))

    def is_on(self, now_s: float) -> bool:
        """Whether it is at this instant."""
        on_s, off_s = self._flapping.on_s, self._flapping.off_s
        if on_s is not None and off_s is not None:  # however long ago it began
            return (now_s - self._since_s) % (on_s + off_s) < on_s
        while now_s >= self._spell[1]:
            self._spell = next(self._spells)
        return now_s >= self._spell[0]
