"""A breaker that does not wait for its minimum of calls: so few failures open it that one call can do it alone."""

from dataclasses import replace
from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part

SO_FEW = 3
"""Fewer than one call has attempts."""


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return Breaker(replace(config, minimum_calls=SO_FEW), rng, tell)


MUTANT = Mutant(
    name="judges-too-few-calls",
    part=Part.BREAKER,
    about="the breaker opens below its minimum of calls: two answers that were lost shut everybody out",
    scenario="few-calls",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_breaker),
)
