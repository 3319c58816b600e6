"""How sure a figure is that was counted from so many: intervals that hold the truth 19 times in 20.

Wilson's interval for a share holds for few samples, too, and for shares of 0 and 1. Of two counts, the one's share in
both together has such an interval, whatever the rate was; from that follows one for how many times the other it is.
Requests and operations that come in bursts vary more than these intervals know.
"""

import math
from typing import Final, NamedTuple

DEVIATIONS: Final = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""


class Interval(NamedTuple):
    """Where the truth most likely is."""

    low: float
    high: float


def of_share(hits: int, among: int) -> Interval:
    """Of a share that was counted: Wilson's interval. Of none it may be any share."""
    if not among:
        return Interval(0.0, 1.0)
    share, square = hits / among, DEVIATIONS**2
    middle = (share + square / (2 * among)) / (1 + square / among)
    spread = math.sqrt(share * (1 - share) / among + square / (4 * among**2))
    half = DEVIATIONS * spread / (1 + square / among)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def of_ratio(count: int, other: int) -> Interval:
    """Of how many times the other a count is."""
    low, high = of_share(count, count + other)
    return Interval(low / (1 - low) if low < 1 else math.inf, high / (1 - high) if high < 1 else math.inf)
