"""A breaker whose open time is the same to the millisecond: whatever opened together probes together."""

from dataclasses import replace
from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return Breaker(replace(config, open_jitter=0.0), rng, tell)


MUTANT = Mutant(
    name="opens-in-step",
    part=Part.BREAKER,
    about="the open time has no jitter: every process probes a vendor that is down at the same instant",
    scenario="replicas-out-of-step",
    expectation="requests",
    replacements=lambda: Replacements(breaker=_breaker),
)
