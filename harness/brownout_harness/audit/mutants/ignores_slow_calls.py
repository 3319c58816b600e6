"""A breaker that counts failures and nothing else: a vendor that crawls is a vendor that works."""

from dataclasses import replace
from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return Breaker(replace(config, slow_call_s=None), rng, tell)


MUTANT = Mutant(
    name="ignores-slow-calls",
    part=Part.BREAKER,
    about="calls that crawl are no sample: a vendor that answers too late for anybody never opens the breaker",
    scenario="sales-crawls",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_breaker),
)
