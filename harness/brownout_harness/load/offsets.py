"""How far another machine's clock is from this one's, and how sure that is. Pure.

Each process of a run stamps with its machine's monotonic clock, and two machines' clocks have nothing in common. So the
master asks a worker what time it is, several times, and believes the answer that came back the fastest: it was given
somewhere between question and answer. Asked again at the end, the difference is how far the clocks have drifted.
"""

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

ROUNDS: Final = 20
LIMIT_S: Final = 0.02
"""Of what is unsure, and of the drift: a fifth of what counts as late."""


class Round(NamedTuple):
    """One question and its answer."""

    asked_s: float
    """On the clock of who asks."""
    told_s: float
    """On the other one."""
    answered_s: float
    """On the clock of who asks."""


class Offset(NamedTuple):
    """What the other clock is ahead of this one."""

    ahead_s: float
    unsure_s: float
    """It may be as much more or less."""


UNKNOWN: Final = Offset(0.0, math.inf)
"""Of who does not answer."""


def offset_of(rounds: Iterable[Round]) -> Offset:
    """By the fastest of at least one."""
    best = min(rounds, key=lambda each: each.answered_s - each.asked_s)
    half_s = (best.answered_s - best.asked_s) / 2
    return Offset(best.told_s - best.asked_s - half_s, half_s)


def in_words(before: Offset, after: Offset) -> str:
    """For the notes of the run."""
    unsure_s = max(before.unsure_s, after.unsure_s)
    drift_s = after.ahead_s - before.ahead_s
    return f"clock {before.ahead_s:+.6f} s, within {unsure_s * 1000:.3f} ms, {drift_s * 1000:+.3f} ms more at the end"


def trouble_of(before: Offset, after: Offset) -> str:
    """Why its instants cannot be held against those of others; empty where they can."""
    unsure_s = max(before.unsure_s, after.unsure_s)
    if math.isinf(unsure_s):
        return "did not say what time it is"
    if unsure_s > LIMIT_S:
        return f"answered so slowly that its clock is known to {unsure_s * 1000:.0f} ms only"
    drift_s = abs(after.ahead_s - before.ahead_s)
    return f"has a clock that drifted by {drift_s * 1000:.0f} ms during the run" if drift_s > LIMIT_S else ""
