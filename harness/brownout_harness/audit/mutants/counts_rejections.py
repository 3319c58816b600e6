"""A breaker to which a call that was never sent is a failure of the vendor."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig, Permit
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part


class _Alarmed(Breaker):
    """Whatever did not succeed has failed."""

    __slots__ = ()

    def abandoned(self, permit: Permit, now_s: float) -> None:
        """One more."""
        self.failed(permit, now_s, 0.0)


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return _Alarmed(config, rng, tell)


MUTANT = Mutant(
    name="counts-rejections",
    part=Part.BREAKER,
    about="what its own limiter turned away counts as a failure: many callers open the breaker of a healthy vendor",
    scenario="cloudflare-rate-shared",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_breaker),
)
