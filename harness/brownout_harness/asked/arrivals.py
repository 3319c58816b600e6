"""When somebody asks: computed from the seed, the same instants in both modes.

An arrival process is its expected count over time, turned around: unit steps (constant) or exponential steps
(Poisson) of expected arrivals, put back on the clock phase by phase. So a rate that pauses or rises needs no case of
its own, and changing one phase moves no arrival of an earlier one.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from brownout_harness.asked.parameters import Params
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Group, ends_of


@dataclass(frozen=True, slots=True)
class Arrival:
    """One operation that somebody will ask for."""

    operation_id: str
    """Readable, unique in the run: `pay-000042-5f3a9c`. The last part follows from scenario and seed."""
    name: str
    """The operation's name: `pay`."""
    at_s: float
    """Since the start of the run."""
    params: Params
    """What is asked for; JSON-able."""
    group: str = ""
    """The group of users that asks for it."""
    tenant: str = ""
    """Whose users these are."""
    asked_of: str = ""
    """The vendor that is asked directly; empty: the target."""


def stream(seed: int, *names: str) -> random.Random:
    """A source of its own for each user of randomness: one more user shifts nobody else's draws."""
    return random.Random(":".join([str(seed), *names]))


def group_stream(seed: int, group: Group, *names: str) -> random.Random:
    """The same for a group of users: one group more shifts nobody else's draws."""
    return stream(seed, *names, *((group.name,) if group.name else ()))


def instants(scenario: Scenario, group: Group | None = None) -> Iterator[float]:
    """When a group's arrivals happen, in order; the only group's, where none is named."""
    group = group or scenario.workload
    if group.arrivals is None:
        return
    steps = group_stream(scenario.seed, group, "arrivals")
    poisson = group.arrivals.process == "poisson"
    count = steps.expovariate(1.0) if poisson else 0.0
    expected = 0.0  # arrivals expected up to the start of the span
    for span in scenario.spans():
        first, last = ends_of(group.rate_in(span.phase.name, span.phase.rate_per_s))
        in_span = (first + last) / 2.0 * span.phase.for_s
        while count < expected + in_span:
            yield min(span.start_s + _elapsed_s(count - expected, first, last, span.phase.for_s), span.end_s)
            count += steps.expovariate(1.0) if poisson else 1.0
        expected += in_span


def _elapsed_s(count: float, first: float, last: float, length_s: float) -> float:
    """When a rate going evenly from `first` to `last` has made `count` arrivals: first*t + slope*t*t/2 = count."""
    slope = (last - first) / length_s
    # This form of the root has no cancellation, and is count/first where the slope is zero.
    return 2.0 * count / (first + math.sqrt(max(0.0, first * first + 2.0 * slope * count))) if count else 0.0
