"""A breaker that calls slow what takes a twentieth of a second, and opens for a few of it: the application's own short
stops look to it like a vendor that crawls.
"""

from dataclasses import replace
from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part

SLOW_S = 0.05
SO_MANY = 0.1


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return Breaker(replace(config, slow_call_s=SLOW_S, slow_call_ratio=SO_MANY), rng, tell)


MUTANT = Mutant(
    name="takes-hiccups-for-an-outage",
    part=Part.BREAKER,
    about="what takes a twentieth of a second is slow, and a few of it open the breaker: it opens for its own stops",
    scenario="processor-taken",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_breaker),
)
