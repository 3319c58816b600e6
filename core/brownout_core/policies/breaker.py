"""The circuit breaker: stops asking a vendor that fails or crawls, and finds out carefully whether it is back.

Closed: every call passes and is a sample. Open: none passes. Half-open: a few probes pass, no more.
The state machine is `TRANSITIONS`; what is not in the table raises and changes nothing.

- Samples are attempts that were made. What says nothing about the vendor's health (a 4xx, a 429) is none.
- A permit remembers the state it was given in. A result that arrives after the state has changed is ignored: a reply
  to a call sent before the breaker opened neither closes it nor keeps it open longer.
- Half-open is bounded in number and concurrency (`permitted_calls` probes) and in time (`probe_timeout_s`). One failed
  or slow probe opens the breaker again. A probe answered with a 4xx or a 429 is neither success nor failure, but it is
  an answer: when all permitted probes were answered and none failed, the breaker closes, because closed it would not
  have opened on these answers either. A probe that was never sent or was cancelled gives its permit back.
- The breaker has no timer. Time that has passed is noticed by the next call, result or look at the state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isinf
from random import Random
from typing import Final, NamedTuple

from brownout_core.errors import BreakerOpen, ConfigError
from brownout_core.policies.sampling import SamplingWindow


class State(StrEnum):
    """What the breaker does with calls."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Event(StrEnum):
    """Why a breaker changes its state."""

    FAILURE_RATIO_REACHED = "failure_ratio_reached"
    SLOW_CALL_RATIO_REACHED = "slow_call_ratio_reached"
    OPEN_TIME_ELAPSED = "open_time_elapsed"
    PROBE_FAILED = "probe_failed"
    PROBE_OVERDUE = "probe_overdue"
    PROBES_SUCCEEDED = "probes_succeeded"
    OPENED_BY_HAND = "opened_by_hand"
    CLOSED_BY_HAND = "closed_by_hand"


TRANSITIONS: Final[Mapping[tuple[State, Event], State]] = {
    (State.CLOSED, Event.FAILURE_RATIO_REACHED): State.OPEN,
    (State.CLOSED, Event.SLOW_CALL_RATIO_REACHED): State.OPEN,
    (State.CLOSED, Event.OPENED_BY_HAND): State.OPEN,
    (State.OPEN, Event.OPEN_TIME_ELAPSED): State.HALF_OPEN,
    (State.OPEN, Event.CLOSED_BY_HAND): State.CLOSED,
    (State.HALF_OPEN, Event.PROBE_FAILED): State.OPEN,
    (State.HALF_OPEN, Event.PROBE_OVERDUE): State.OPEN,
    (State.HALF_OPEN, Event.PROBES_SUCCEEDED): State.CLOSED,
    (State.HALF_OPEN, Event.OPENED_BY_HAND): State.OPEN,
    (State.HALF_OPEN, Event.CLOSED_BY_HAND): State.CLOSED,
}


class Transition(NamedTuple):
    """One change of state, told exactly once."""

    at_s: float
    old: State
    new: State
    event: Event


class IllegalTransition(RuntimeError):
    """A transition that is not in the table: a defect in the breaker, never a vendor's doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerConfig:
    """When a breaker opens, how long it stays open, how it probes."""

    failure_ratio: float = 0.5  # of the calls in the sampling window
    minimum_calls: int = 10  # in the sampling window; below this the ratios mean nothing
    sampling_window_s: float = 5.0  # the span judged
    slow_call_s: float | None = None  # a call that takes this long or longer is slow; None = no call is
    slow_call_ratio: float = 0.8  # of the calls in the sampling window
    permitted_calls: int = 3  # let through while half-open
    successes_to_close: int = 2  # of the permitted calls
    probe_timeout_s: float = 10.0  # half-open with probes unanswered all this time: open again
    open_for_s: float = 5.0  # open before probing, at least
    open_jitter: float = 0.2  # and up to this share longer, so that many clients do not probe in step

    def __post_init__(self) -> None:
        _check_ratio("failure_ratio", self.failure_ratio)
        _check_ratio("slow_call_ratio", self.slow_call_ratio)
        _check_span("sampling_window_s", self.sampling_window_s)
        _check_span("probe_timeout_s", self.probe_timeout_s)
        _check_span("open_for_s", self.open_for_s)
        if self.slow_call_s is not None:
            _check_span("slow_call_s", self.slow_call_s)
        if not 1 <= self.minimum_calls <= 1_000_000:
            raise ConfigError(f"minimum_calls must be in [1, 1000000], got {self.minimum_calls}")
        if not 1 <= self.permitted_calls <= 1_000:
            raise ConfigError(f"permitted_calls must be in [1, 1000], got {self.permitted_calls}")
        if not 1 <= self.successes_to_close <= self.permitted_calls:
            raise ConfigError(
                f"successes_to_close must be in [1, permitted_calls = {self.permitted_calls}], "
                f"got {self.successes_to_close}"
            )
        if not 0 <= self.open_jitter <= 1:
            raise ConfigError(f"open_jitter must be in [0, 1], got {self.open_jitter}")


def _check_ratio(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise ConfigError(f"{name} must be in (0, 1], got {value}")


def _check_span(name: str, value: float) -> None:
    if not 0.001 <= value <= 86_400:
        raise ConfigError(f"{name} must be in [0.001, 86400], got {value}")


class Permit:
    """Leave to make one attempt, given in one state of the breaker. Give it exactly one result."""

    __slots__ = ("generation", "is_used")

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.is_used = False


class Breaker:
    """One vendor's breaker, shared by all calls to it. For one event loop; not thread-safe.

    Every method takes the loop's time. `on_transition` is told of each change once, after it happened; it must not
    raise and must not call the breaker.
    """

    __slots__ = (
        "_admitted", "_answered", "_config", "_generation", "_on_transition", "_permit", "_probing_since_s",
        "_reopens_at_s", "_rng", "_slow_call_s", "_state", "_successes", "_window",
    )  # fmt: skip

    def __init__(
        self, config: BreakerConfig, rng: Random, on_transition: Callable[[Transition], None] | None = None
    ) -> None:
        self._config = config
        self._rng = rng
        self._on_transition = on_transition
        self._slow_call_s = inf if config.slow_call_s is None else config.slow_call_s
        self._window = SamplingWindow(config.sampling_window_s)
        self._state = State.CLOSED
        self._generation = 0
        self._permit = Permit(0)  # closed, all calls share one permit: there is nothing to give back
        self._reopens_at_s = inf
        self._start_probing()

    def state(self, now_s: float) -> State:
        """The state at `now_s`; notices time that has passed."""
        self._notice_time(now_s)
        return self._state

    def open_remaining_s(self, now_s: float) -> float:
        """Seconds until probes are let through: 0 when closed or half-open, infinite when opened by hand."""
        return max(0.0, self._reopens_at_s - now_s) if self._state is State.OPEN else 0.0

    def acquire(self, now_s: float) -> Permit:
        """Leave to make one attempt now.

        Raises:
            BreakerOpen: open, or half-open with every probe taken; `retry_after_s` says how long still, where known.
        """
        if self._state is State.CLOSED:
            return self._permit
        self._notice_time(now_s)
        if self._state is State.OPEN:
            remaining_s = self._reopens_at_s - now_s
            raise BreakerOpen("the breaker is open", retry_after_s=None if isinf(remaining_s) else remaining_s)
        if self._admitted >= self._config.permitted_calls:
            raise BreakerOpen("the breaker is half-open and every probe is taken")
        if self._admitted == self._answered:
            self._probing_since_s = now_s
        self._admitted += 1
        return Permit(self._generation)

    def succeeded(self, permit: Permit, now_s: float, duration_s: float) -> None:
        """The vendor answered well, `duration_s` after the attempt began."""
        if self._state is State.CLOSED:
            if permit is self._permit:
                self._sample(now_s, failed=False, slow=duration_s >= self._slow_call_s)
        elif self._takes_result(permit, now_s):
            if duration_s >= self._slow_call_s:
                self._move(Event.PROBE_FAILED, now_s)
            else:
                self._successes += 1
                self._answer(now_s)

    def failed(self, permit: Permit, now_s: float, duration_s: float) -> None:
        """The attempt failed in a way that speaks against the vendor's health."""
        if self._state is State.CLOSED:
            if permit is self._permit:
                self._sample(now_s, failed=True, slow=duration_s >= self._slow_call_s)
        elif self._takes_result(permit, now_s):
            self._move(Event.PROBE_FAILED, now_s)

    def ignored(self, permit: Permit, now_s: float) -> None:
        """The vendor answered, and the answer says nothing about its health (a 4xx, a 429): no sample."""
        if self._state is not State.CLOSED and self._takes_result(permit, now_s):
            self._answer(now_s)

    def abandoned(self, permit: Permit, now_s: float) -> None:
        """Nothing was sent, or the caller gave up: the permit goes back as if it had not been taken."""
        if self._state is not State.CLOSED and self._takes_result(permit, now_s):
            self._admitted -= 1

    def open_by_hand(self, now_s: float) -> None:
        """Open, and stay open until `close_by_hand`."""
        self._notice_time(now_s)
        if self._state is not State.OPEN:
            self._move(Event.OPENED_BY_HAND, now_s)
        self._reopens_at_s = inf

    def close_by_hand(self, now_s: float) -> None:
        """Close and forget all samples."""
        self._notice_time(now_s)
        if self._state is not State.CLOSED:
            self._move(Event.CLOSED_BY_HAND, now_s)
        self._window.clear()

    def _sample(self, now_s: float, *, failed: bool, slow: bool) -> None:
        window, config = self._window, self._config
        window.add(now_s, failed=failed, slow=slow)
        calls = window.calls
        if calls < config.minimum_calls:
            return
        if window.failures >= config.failure_ratio * calls:
            self._move(Event.FAILURE_RATIO_REACHED, now_s)
        elif window.slow >= config.slow_call_ratio * calls:
            self._move(Event.SLOW_CALL_RATIO_REACHED, now_s)

    def _takes_result(self, permit: Permit, now_s: float) -> bool:
        """Whether `permit` belongs to the probing that is going on; if so it is used up."""
        if permit.generation != self._generation or permit.is_used:
            return False
        permit.is_used = True
        self._notice_time(now_s)
        return permit.generation == self._generation

    def _answer(self, now_s: float) -> None:
        self._answered += 1
        config = self._config
        if self._successes >= config.successes_to_close or self._answered >= config.permitted_calls:
            self._move(Event.PROBES_SUCCEEDED, now_s)

    def _notice_time(self, now_s: float) -> None:
        if self._state is State.OPEN:
            if now_s >= self._reopens_at_s:
                self._move(Event.OPEN_TIME_ELAPSED, now_s)
        elif (
            self._state is State.HALF_OPEN
            and self._admitted > self._answered
            and now_s - self._probing_since_s >= self._config.probe_timeout_s
        ):
            self._move(Event.PROBE_OVERDUE, now_s)

    def _move(self, event: Event, now_s: float) -> None:
        old = self._state
        new = TRANSITIONS.get((old, event))
        if new is None:
            raise IllegalTransition(f"{event} does not happen to a breaker that is {old}")
        self._state = new
        self._generation += 1
        self._permit = Permit(self._generation)
        match new:
            case State.OPEN:
                jitter = 1 + self._rng.uniform(0.0, self._config.open_jitter)
                self._reopens_at_s = now_s + self._config.open_for_s * jitter
            case State.HALF_OPEN:
                self._start_probing()
            case State.CLOSED:
                self._window.clear()
        if self._on_transition is not None:
            self._on_transition(Transition(now_s, old, new, event))

    def _start_probing(self) -> None:
        self._admitted = 0
        self._answered = 0
        self._successes = 0
        self._probing_since_s = 0.0
