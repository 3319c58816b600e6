"""How long generation takes: a time to the first token, gaps between tokens, a stall now and then.

Times are drawn from the account's random source, so they depend on the seed and on the order of calls; where no pace is
asked for nothing is drawn, and all is there at once.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from brownout_simulators.spelling import named, nearest, shown

LONGEST_S: Final = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, as they are drawn."""

    first_s: float = 0.0
    """Half of the answers have begun after so long."""
    first_spread: float = 0.0
    """Standard deviation of the logarithm of that time."""
    tokens_per_s: float = 0.0
    """From the first token on; 0: all at once."""
    gap_spread: float = 0.1
    """The same of the gap between two tokens. About a tenth where nothing else is known."""
    stalls: float = 0.0
    """Share of the answers whose first token takes longer, by a factor between the next two."""
    stall_from: float = 5.0
    stall_to: float = 20.0
    pauses: float = 0.0
    """Share of the gaps that are longer, by between a tenth and half of a second."""

    @property
    def is_off(self) -> bool:
        """Whether everything is there at once."""
        return not (self.first_s or self.tokens_per_s)

    def gaps_s(self, tokens: int, draws: random.Random) -> list[float]:
        """The seconds before each of so many tokens."""
        if self.is_off or not tokens:
            return [0.0] * tokens
        first_s = self.first_s * math.exp(self.first_spread * draws.gauss(0.0, 1.0))
        if self.stalls and draws.random() < self.stalls:
            first_s *= draws.uniform(self.stall_from, self.stall_to)
        gaps = [min(LONGEST_S, first_s)]
        if not self.tokens_per_s:
            return gaps + [0.0] * (tokens - 1)
        # The mean of a lognormal is above its median: the speed that was asked for is that of the whole answer.
        middle = -math.log(self.tokens_per_s) - self.gap_spread**2 / 2
        for _ in range(tokens - 1):
            gap_s = math.exp(middle + self.gap_spread * draws.gauss(0.0, 1.0))
            if self.pauses and draws.random() < self.pauses:
                gap_s += draws.uniform(0.1, 0.5)
            gaps.append(gap_s)
        return gaps


OFF: Final = Pace()

_FIGURES: Final = {
    "first_s": LONGEST_S, "first_spread": 3.0, "tokens_per_s": 1e6, "gap_spread": 3.0, "stalls": 1.0, "stall_from": 1e3,
    "stall_to": 1e3, "pauses": 1.0,
}  # fmt: skip


def read_pace(value: Any, profiles: Mapping[str, Pace], where: str = "pace") -> Pace:
    """A profile's name, or figures: `{profile: gpt-4o-mini/2026, tokens_per_s: 20}`. Raises `ValueError`."""
    if value is None:
        return OFF
    given = {"profile": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping):
        raise ValueError(f"{where}: a profile's name or a mapping of figures, got {shown(value)}")  # noqa: TRY004
    name = given.get("profile")
    if name is not None and (not isinstance(name, str) or name not in profiles):
        near = nearest(str(name), profiles)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(profiles) or 'none'}"
        raise ValueError(f"{where}{'' if given is not value else '.profile'}: no profile {named(name)}; {hint}")
    figures: dict[str, Any] = {str(figure): number for figure, number in given.items() if figure != "profile"}
    for figure, number in figures.items():
        _require_figure(f"{where}.{named(figure)}", figure, number)
    return replace(profiles[name] if name is not None else OFF, **figures)


def _require_figure(where: str, figure: object, number: Any) -> None:
    if figure not in _FIGURES:
        near = nearest(str(figure), [*_FIGURES, "profile"])
        raise ValueError(f"{where}: no such figure; " + (f"did you mean {near}?" if near else f"{', '.join(_FIGURES)}"))
    most = _FIGURES[str(figure)]
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= most:
        raise ValueError(f"{where}: a number from 0 to {most:g}, got {shown(number)}")


def total_s(gaps: Sequence[float]) -> float:
    """How long an answer takes that comes as a whole."""
    return min(LONGEST_S, sum(gaps))
