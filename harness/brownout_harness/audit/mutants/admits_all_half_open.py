"""A breaker that admits everyone when half-open: the vendor that has just come back is trampled."""

from dataclasses import replace
from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part

EVERYONE = 1000


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    # As many successes are wanted as before, so that it closes no sooner than the good one.
    return Breaker(replace(config, permitted_calls=EVERYONE), rng, tell)


MUTANT = Mutant(
    name="admits-all-half-open",
    part=Part.BREAKER,
    about="the breaker admits everyone when half-open",
    scenario="stripe-brownout",
    expectation="quiet_while_open",
    replacements=lambda: Replacements(breaker=_breaker),
)
