"""A breaker that waits for each probe that it let through: one that hangs keeps it half-open for good."""

from dataclasses import replace
from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig, Permit, State
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part

HANGS_S = 1.0
FOR_EVER_S = 86_400.0


class _Trusting(Breaker):
    """Who took a permit will say what came of it; of what hangs nobody says anything."""

    __slots__ = ()

    def failed(self, permit: Permit, now_s: float, duration_s: float) -> None:
        if self._state is not State.HALF_OPEN or duration_s < HANGS_S:
            super().failed(permit, now_s, duration_s)


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return _Trusting(replace(config, probe_timeout_s=FOR_EVER_S), rng, tell)


MUTANT = Mutant(
    name="waits-for-a-lost-probe",
    part=Part.BREAKER,
    about="a probe that hangs is waited for without end: the vendor is back, and nobody asks it",
    scenario="stripe-hangs",
    expectation="goodput",
    replacements=lambda: Replacements(breaker=_breaker),
)
