"""A breaker that doubles its open time with each opening, and forgets none of them."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig, Event, State
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part


class _Growing(Breaker):
    """Twice the time, each time."""

    __slots__ = ("_openings",)

    def __init__(self, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> None:
        self._openings = 0
        super().__init__(config, rng, tell)

    def _move(self, event: Event, now_s: float) -> None:
        super()._move(event, now_s)
        if self._state is State.OPEN:
            self._reopens_at_s = now_s + self._config.open_for_s * 2**self._openings
            self._openings += 1


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return _Growing(config, rng, tell)


MUTANT = Mutant(
    name="opens-longer-each-time",
    part=Part.BREAKER,
    about="each opening lasts twice as long as the one before: a vendor that is back is shut out for minutes",
    scenario="incident-stripe-2019",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_breaker),
)
