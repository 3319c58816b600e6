"""Looks at a target's breakers in its metrics, every so often, and writes down what was seen.

A look sees a state that held somewhen between its question and its answer. So a step is dated by the answer that saw it
first, and may have been made as early as the question before.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from brownout_core.telemetry import Kind
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.looks import SEEN, Blind, Looks
from brownout_harness.real.http_json import NoAnswer, exchange
from brownout_harness.real.metrics import Unreadable, samples_in, state_in
from brownout_harness.real.replicas import telemetry_of
from brownout_harness.real.target import Launch
from brownout_harness.real.telemetry_tail import BreakerWatch
from brownout_reports.rows import EventRow
from brownout_scenarios.observing import BreakerMetric, Prometheus, State
from brownout_scenarios.schema import Scenario

TIMEOUT_S: Final = 1.0


class BreakerSeen:
    """What was seen of one vendor's breaker. Instants are on whatever clock the caller has."""

    def __init__(self, vendor: str, wanted: BreakerMetric, start_s: float) -> None:
        self.vendor = vendor
        self.state: State = "closed"
        """A breaker starts closed."""
        self.events: list[EventRow] = []
        self.unreadable = ""
        self._wanted = wanted
        self._before_s = start_s
        self._count = 0
        self._longest_s = 0.0
        self._blind: list[Blind] = []

    def take(self, state: State | None, asked_s: float, answered_s: float) -> None:
        """One look, and what it saw: a state that held somewhen between question and answer. None: no series."""
        if state is None and self._count:
            return  # there was one: that it is gone says nothing of the breaker
        self._pass(answered_s)
        if state is None:  # it has not been used yet
            self._before_s = asked_s
            return
        if state != self.state:
            detail, since_s = f"{self.state}->{state}: {SEEN}", answered_s - self._before_s
            kind = Kind.BREAKER_TRANSITION
            self.events.append(
                EventRow(answered_s, kind, self.vendor, outcome=state, duration_s=since_s, detail=detail)
            )
            self.state = state
        self._count += 1
        self._before_s = asked_s

    def _pass(self, until_s: float) -> None:
        self._longest_s = max(self._longest_s, until_s - self._before_s)
        if until_s - self._before_s >= self._wanted.open_for_s:
            self._blind.append(Blind(self._before_s, until_s))

    @property
    def was_seen(self) -> bool:
        """Whether its state was there once."""
        return self._count > 0

    def looks(self, end_s: float) -> Looks:
        """All of them, when the run is over."""
        self._pass(end_s)
        return Looks(self._count, self._longest_s, tuple(self._blind))


class BreakerLooks:
    """Of one run: a thread from its making to its `stop`."""

    def __init__(self, url: str, source: Prometheus, *, now_s: Callable[[], float]) -> None:
        """`url` is the target's; `now_s` counts from the run's start."""
        self._url = url + source.path
        self._source = source
        self._now_s = now_s
        self.seen = {vendor: BreakerSeen(vendor, each, 0.0) for vendor, each in source.breakers.items()}
        self.no_answer = ""
        """Why the last look saw nothing."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="breaker-looks", daemon=True)
        self._thread.start()

    def _look_on(self) -> None:
        next_s = time.monotonic()
        while not self._ended.wait(max(0.0, next_s - time.monotonic())):
            next_s = max(next_s, time.monotonic()) + self._source.every_s
            if self._now_s() >= 0:
                self._look()

    def _look(self) -> None:
        asked_s = self._now_s()
        try:
            status, body = exchange("GET", self._url, {}, timeout_s=TIMEOUT_S)
            samples = samples_in(body.decode(errors="replace")) if status == 200 else []
        except (NoAnswer, Unreadable) as error:
            self.no_answer = str(error)
            return
        if status != 200:
            self.no_answer = f"GET {self._source.path} answered {status}"
            return
        answered_s = self._now_s()
        for vendor, each in self.seen.items():
            try:
                each.take(state_in(samples, self._source.breakers[vendor]), asked_s, answered_s)
            except Unreadable as error:
                each.unreadable = str(error)

    @property
    def states(self) -> Mapping[str, str]:
        """By vendor, as last seen."""
        return {vendor: each.state for vendor, each in self.seen.items()}

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def gaps(self) -> Iterator[Gap]:
        """Breakers that were to be seen, and were not to be understood, or never there."""
        for vendor, each in self.seen.items():
            if each.unreadable:
                yield Gap(GapKind.EVIDENCE_LOST, f"{vendor}'s breaker, at {self._url}: {each.unreadable}")
            elif not each.was_seen:
                wanted = self._source.breakers[vendor]
                labels = ", ".join(f'{name}="{value}"' for name, value in wanted.labels.items())
                why = self.no_answer or f"no series {wanted.metric}{{{labels}}} was ever there"
                yield Gap(GapKind.EVIDENCE_LOST, f"{vendor}'s breaker, at {self._url}: {why}")


class Breakers:
    """All that is known of the target's breakers while it runs: what it tells, and what is looked at."""

    def __init__(self, targets: Mapping[str, Launch], scenario: Scenario, now_s: Callable[[], float]) -> None:
        observed = {name: each.observe.prometheus for name, each in scenario.applications.items() if each.observe}
        self._told = BreakerWatch(telemetry_of(targets))
        self._looking = [BreakerLooks(targets[name].url, source, now_s=now_s) for name, source in observed.items()]

    def look(self) -> None:
        """Read what is new of what it tells."""
        self._told.look()

    @property
    def size(self) -> int:
        """Of what it tells: grows as long as it tells something."""
        return self._told.size

    @property
    def states(self) -> dict[str, str]:
        """By vendor the newest state."""
        return {
            **self._told.states,
            **{vendor: state for each in self._looking for vendor, state in each.states.items()},
        }

    def stop(self) -> None:
        """Look no more."""
        for each in self._looking:
            each.stop()

    def gaps(self) -> list[Gap]:
        """What was to be seen and was not; nobody looks any more."""
        self.stop()
        return [gap for each in self._looking for gap in each.gaps()]

    def seen(self) -> list[EventRow]:
        """Every step, as a target that tells of its own would tell it."""
        return [event for each in self._looking for one in each.seen.values() for event in one.events]

    def looks(self, end_s: float) -> dict[str, Looks]:
        """By vendor, how it was looked at."""
        return {vendor: one.looks(end_s) for each in self._looking for vendor, one in each.seen.items()}
