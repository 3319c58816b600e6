"""A breaker that any success closes: also the late answer to a call that was sent before it opened."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig, Event, Permit, State, Transition
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part


class _Gullible(Breaker):
    """From open to closed, without a probe."""

    __slots__ = ()

    def succeeded(self, permit: Permit, now_s: float, duration_s: float) -> None:
        """As the good one, but for what comes too late."""
        if self._state is State.OPEN:
            self._state = State.CLOSED
            self._window.clear()
            if self._on_transition is not None:
                self._on_transition(Transition(now_s, State.OPEN, State.CLOSED, Event.PROBES_SUCCEEDED))
            return
        super().succeeded(permit, now_s, duration_s)


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return _Gullible(config, rng, tell)


MUTANT = Mutant(
    name="closes-by-late-success",
    part=Part.BREAKER,
    about="a good answer to a call of before closes the open breaker: it protects nobody while slow calls succeed",
    scenario="stripe-brownout",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_breaker),
)
