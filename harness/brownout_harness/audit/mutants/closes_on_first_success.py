"""A breaker that one good answer convinces: what succeeds now and then is asked by everybody again."""

from dataclasses import replace
from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return Breaker(replace(config, successes_to_close=1), rng, tell)


MUTANT = Mutant(
    name="closes-on-first-success",
    part=Part.BREAKER,
    about="one probe that succeeds closes the breaker: a vendor that answers now and then has everybody at once",
    scenario="probes-in-two-minds",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_breaker),
)
