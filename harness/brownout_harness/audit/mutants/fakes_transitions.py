"""Telemetry that makes up what the breaker does: the dashboard shows protection where there is none."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.settings import OnTransition
from brownout_core.telemetry import Event, Kind, Sink
from brownout_harness.audit.mutant import Mutant, Part

FAILURES_UNTIL_OPEN = 10
SHOWN_OPEN_S = 5.0


class _Storyteller:
    """Tells of a breaker that opens after ten failures and closes at the first success five seconds later."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._failures: dict[str, int] = {}
        self._opened_at_s: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        self._sink(event)
        if event.kind is not Kind.ATTEMPT_FINISHED:
            return
        vendor = event.vendor
        if event.outcome != "ok" and vendor not in self._opened_at_s:
            self._failures[vendor] = self._failures.get(vendor, 0) + 1
            if self._failures[vendor] >= FAILURES_UNTIL_OPEN:
                self._opened_at_s[vendor] = event.at_s
                self._tell(event, "open", "closed->open: failure_ratio_reached")
        elif event.outcome == "ok" and event.at_s - self._opened_at_s.get(vendor, event.at_s) > SHOWN_OPEN_S:
            del self._opened_at_s[vendor]
            self._failures[vendor] = 0
            self._tell(event, "half_open", "open->half_open: open_time_elapsed")
            self._tell(event, "closed", "half_open->closed: probes_succeeded")

    def _tell(self, event: Event, state: str, detail: str) -> None:
        self._sink(Event(event.at_s, Kind.BREAKER_TRANSITION, event.vendor, outcome=state, detail=detail))


def _silent_and_idle(_vendor: str, config: BreakerConfig, rng: Random, _tell: OnTransition | None) -> Breaker:
    """It has so high a bar that it never opens, and tells nothing itself."""
    lazy = BreakerConfig(
        minimum_calls=1_000_000,
        sampling_window_s=config.sampling_window_s,
        permitted_calls=config.permitted_calls,
        successes_to_close=config.successes_to_close,
    )
    return Breaker(lazy, rng)


MUTANT = Mutant(
    name="fakes-transitions",
    part=Part.TELEMETRY,
    about="telemetry makes up breaker transitions: the dashboard shows protection where there is none",
    scenario="stripe-brownout",
    expectation="breaker",
    replacements=lambda: Replacements(breaker=_silent_and_idle, sink=_Storyteller),
)
