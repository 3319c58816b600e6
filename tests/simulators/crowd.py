"""Many calls at once, without a host: in virtual time, by a heap of what comes next."""

import heapq
import itertools
from collections.abc import Callable
from typing import Any

from brownout_simulators.call import UNTIL_WOKEN, Sending
from tests.simulators.driving import Driver
from tests.support.sending import all_sent


class Crowd(Driver):
    """A till whose callers come at given instants, counted from the start, and wait for as long as they like."""

    def __init__(self, *rules: Any, **more: Any) -> None:
        super().__init__(*rules, **more)
        self.start_s = self.clock()
        self.answered: list[str] = []
        """Operations in the order of their answers."""
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], object]]] = []

    def comes(self, at_s: float, operation: str, **more: Any) -> None:
        self.at(at_s, lambda: self._begin(operation, more))

    def at(self, at_s: float, step: Callable[[], object]) -> None:
        heapq.heappush(self._due, (self.start_s + at_s, next(self._order), step))

    def run(self, *, upto_s: float = float("inf"), after: Callable[[], None] = lambda: None) -> "Crowd":
        """Until nothing is left to happen, or to that instant; `after` is called behind every step."""
        while self._due and self._due[0][0] <= self.start_s + upto_s:
            due_s, _, step = heapq.heappop(self._due)
            self.clock.now_s = max(self.clock.now_s, due_s)
            step()
            after()
        return self

    def _begin(self, operation: str, more: dict[str, Any]) -> None:
        call = self.call(operation=operation, **more)
        steps = self.simulator.handle(call)
        over: list[bool] = []
        timer = [0]

        def go_on() -> None:
            timer[0] += 1
            if over:
                return
            try:
                delay_s = next(steps)
            except StopIteration as stop:
                self._answered(operation, stop.value)
                return
            if delay_s != UNTIL_WOKEN:
                self._later(delay_s, timer, go_on)

        def cut() -> None:
            over.append(True)
            steps.close()

        def wake() -> None:
            timer[0] += 1
            self._later(0.0, timer, go_on)

        call.cut, call.wake = cut, wake
        go_on()

    def _later(self, delay_s: float, timer: list[int], go_on: Callable[[], None]) -> None:
        set_as = timer[0]
        self.at(self.clock.now_s - self.start_s + delay_s, lambda: go_on() if timer[0] == set_as else None)

    def _answered(self, operation: str, sending: Sending) -> None:
        self.answered.append(operation)
        delays_s = sum(delay_s for delay_s, _ in sending.stream or ())
        self.at(self.clock.now_s - self.start_s + delays_s, lambda: all_sent(self.simulator, sending))

    def row(self, operation: str) -> dict[str, Any]:
        return next(row for row in self.requests() if row["operation_id"] == operation)

    def serving(self) -> dict[str, Any]:
        counts: dict[str, Any] = self.simulator.status()["serving"]
        return counts
