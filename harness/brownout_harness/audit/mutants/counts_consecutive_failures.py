"""A breaker that counts failures in a row: four bad, one good, for ever, and it never opens."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.errors import BreakerOpen
from brownout_core.policies.breaker import BreakerConfig, Event, Permit, State, Transition
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part

IN_A_ROW = 5


class ConsecutiveBreaker:
    """Opens after so many failures in a row; any success starts the count again. Half-open lets one call through."""

    def __init__(self, config: BreakerConfig, tell: OnTransition | None) -> None:
        self._open_for_s = config.open_for_s
        self._tell = tell
        self._state = State.CLOSED
        self._failures = 0
        self._reopens_at_s = 0.0
        self._probing = False

    def state(self, _now_s: float) -> State:
        """The state, as it was left."""
        return self._state

    def open_remaining_s(self, now_s: float) -> float:
        """Seconds until a probe is let through."""
        return max(0.0, self._reopens_at_s - now_s) if self._state is State.OPEN else 0.0

    def acquire(self, now_s: float) -> Permit:
        """Leave to make one attempt."""
        if self._state is State.OPEN and now_s >= self._reopens_at_s:
            self._move(State.HALF_OPEN, Event.OPEN_TIME_ELAPSED, now_s)
        if self._state is State.OPEN or (self._state is State.HALF_OPEN and self._probing):
            raise BreakerOpen("the breaker is open", retry_after_s=self.open_remaining_s(now_s))
        self._probing = self._state is State.HALF_OPEN
        return Permit(0)

    def succeeded(self, _permit: Permit, now_s: float, _duration_s: float) -> None:
        """Any success forgets every failure."""
        self._failures = 0
        self._probing = False
        if self._state is State.HALF_OPEN:
            self._move(State.CLOSED, Event.PROBES_SUCCEEDED, now_s)

    def failed(self, _permit: Permit, now_s: float, _duration_s: float) -> None:
        """One more in a row."""
        self._failures += 1
        self._probing = False
        if self._state is State.HALF_OPEN:
            self._open(Event.PROBE_FAILED, now_s)
        elif self._state is State.CLOSED and self._failures >= IN_A_ROW:
            self._open(Event.FAILURE_RATIO_REACHED, now_s)

    def ignored(self, permit: Permit, now_s: float) -> None:
        """No failure, so a success."""
        self.succeeded(permit, now_s, 0.0)

    def abandoned(self, _permit: Permit, _now_s: float) -> None:
        """Nothing was sent."""
        self._probing = False

    def open_by_hand(self, now_s: float) -> None:
        """As if by failures."""
        self._open(Event.OPENED_BY_HAND, now_s)

    def close_by_hand(self, now_s: float) -> None:
        """At once."""
        self._move(State.CLOSED, Event.CLOSED_BY_HAND, now_s)

    def _open(self, event: Event, now_s: float) -> None:
        self._failures = 0
        self._reopens_at_s = now_s + self._open_for_s
        self._move(State.OPEN, event, now_s)

    def _move(self, new: State, event: Event, now_s: float) -> None:
        old, self._state = self._state, new
        if self._tell is not None:
            self._tell(Transition(now_s, old, new, event))


def _breaker(_vendor: str, config: BreakerConfig, _rng: Random, tell: OnTransition | None) -> ConsecutiveBreaker:
    return ConsecutiveBreaker(config, tell)


MUTANT = Mutant(
    name="counts-consecutive-failures",
    part=Part.BREAKER,
    about="the breaker counts failures in a row: four bad and one good never open it",
    scenario="grey-failure",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_breaker),
)
