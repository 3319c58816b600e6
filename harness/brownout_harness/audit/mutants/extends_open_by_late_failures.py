"""A breaker to which a late failure is news: each of them keeps it open for the whole time once more."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig, Permit, State
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part


class _Resentful(Breaker):
    """What failed before it opened counts after it has opened."""

    __slots__ = ()

    def failed(self, permit: Permit, now_s: float, duration_s: float) -> None:
        """As the good one, but for what comes too late."""
        super().failed(permit, now_s, duration_s)
        if self._state is State.OPEN:
            self._reopens_at_s = max(self._reopens_at_s, now_s + self._config.open_for_s)


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return _Resentful(config, rng, tell)


MUTANT = Mutant(
    name="extends-open-by-late-failures",
    part=Part.BREAKER,
    about="a failure of before the breaker opened keeps it open longer: a healthy vendor is shut out",
    scenario="late-words",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_breaker),
)
