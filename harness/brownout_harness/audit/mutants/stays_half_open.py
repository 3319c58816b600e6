"""A breaker that a failed probe does not open: the count began anew at half-open, and must be reached again."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig, Permit, State
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part

UNTIL_OPEN = 5


class _Lenient(Breaker):
    """Each failed probe gives its permit back, until there were enough of them."""

    __slots__ = ("_failed",)

    def __init__(self, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> None:
        self._failed = 0
        super().__init__(config, rng, tell)

    def failed(self, permit: Permit, now_s: float, duration_s: float) -> None:
        """As the good one where it is closed."""
        if self._state is State.HALF_OPEN and self._failed < UNTIL_OPEN - 1:
            self._failed += 1
            self.abandoned(permit, now_s)
            return
        self._failed = 0
        super().failed(permit, now_s, duration_s)


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return _Lenient(config, rng, tell)


MUTANT = Mutant(
    name="stays-half-open",
    part=Part.BREAKER,
    about="half-open it needs as many failures to open again as closed: until then everybody is let through",
    scenario="stripe-brownout",
    expectation="quiet_while_open",
    replacements=lambda: Replacements(breaker=_breaker),
)
