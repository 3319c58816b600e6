"""A pipeline on the bench: a vendor that follows a script, real policies, a recorder."""

import asyncio
from collections import deque
from collections.abc import Sequence
from math import inf
from random import Random
from typing import Any

import pytest

from brownout_core.asking import Asking
from brownout_core.errors import ConnectFailed, ConnectionLost, Throttled, VendorRefused, VendorUnavailable
from brownout_core.pipeline import Pipeline
from brownout_core.policies.breaker import Breaker, BreakerConfig, State
from brownout_core.policies.bulkhead import Bulkhead, BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig, Timeouts
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_core.policies.retry import Retry, RetryConfig
from brownout_core.policies.retry_budget import RetryBudget, RetryBudgetConfig
from brownout_core.policies.settings import transition_events
from brownout_core.policies.shapes import Policies
from brownout_core.telemetry import Event, Kind

HANG = 1e9
CALL = "create_payment_intent"


def now_s() -> float:
    """The running loop's time."""
    return asyncio.get_running_loop().time()


class whatever:  # noqa: N801 - reads like contextlib's
    """Lets a call end as it will; only cancellation passes."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, Exception)


class Vendor:
    """Answers attempts from a script; the last line repeats. An error is raised, a number is slept, else returned.

    A pair is (seconds, answer).
    """

    def __init__(self, *script: object) -> None:
        self._script = deque(script or ["ok"])
        self.asked_at_s: list[float] = []
        self.in_flight = 0
        self.most_in_flight = 0

    async def __call__(self) -> Any:
        self.asked_at_s.append(now_s())
        line = self._script.popleft() if len(self._script) > 1 else self._script[0]
        seconds, answer = line if isinstance(line, tuple) else (line, "ok") if isinstance(line, float) else (0.0, line)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if seconds:
                await asyncio.sleep(seconds)
        finally:
            self.in_flight -= 1
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def attempts(self) -> int:
        """How often it was asked."""
        return len(self.asked_at_s)


class Bench:
    """One vendor's pipeline and all that it told. Defaults: nothing strikes but what a test turns on."""

    def __init__(
        self,
        *,
        retry: RetryConfig | None = None,
        breaker: BreakerConfig | None = None,
        timeout: TimeoutConfig | None = None,
        budget: RetryBudgetConfig | None = None,
        limiter: LimiterConfig | None = None,
        bulkhead: BulkheadConfig | None = None,
        seed: int = 1,
    ) -> None:
        self.events: list[Event] = []
        self.breaker = Breaker(
            breaker or BreakerConfig(minimum_calls=1_000_000),
            Random(seed),
            transition_events("stripe", self.events.append),
        )
        self.bulkhead = Bulkhead(bulkhead or BulkheadConfig(max_in_flight=1_000))
        self.timeout = timeout or TimeoutConfig()
        self.policies = Policies(
            retry=Retry(retry or RetryConfig(), Random(seed)),
            breaker=self.breaker,
            timeouts=Timeouts(self.timeout),
            budget=RetryBudget(budget or RetryBudgetConfig(reserve=10_000)),
            limiter=Limiter(limiter or LimiterConfig(capacity=100_000)),
            bulkhead=self.bulkhead,
        )
        self.pipeline = Pipeline("stripe", self.policies, sink=self.events.append)

    async def call(self, vendor: Vendor, asking: Asking | None = None, *, idempotent: bool = True) -> Any:
        """One call of `create_payment_intent` to `vendor`."""
        return await self.pipeline.call(asking or asking_of(), CALL, vendor, idempotent=idempotent)

    def told(self, *kinds: Kind) -> Sequence[Event]:
        """The events of these kinds, in order."""
        return [event for event in self.events if event.kind in kinds]


def asking_of(operation_id: str = "op_1", *, ends_at_s: float | None = None, **fields: Any) -> Asking:
    """One asking; without a deadline of its own the vendor's counts."""
    return Asking(operation_id, ends_at_s=inf if ends_at_s is None else ends_at_s, **fields)


def unavailable(retry_after_s: float | None = None) -> VendorUnavailable:
    """503: the effect is unknown."""
    return VendorUnavailable("stripe", "pay", "503", status=503, retry_after_s=retry_after_s)


def throttled(retry_after_s: float | None = None) -> Throttled:
    """429: surely no effect."""
    return Throttled("stripe", "pay", "429", status=429, retry_after_s=retry_after_s)


def refused() -> VendorRefused:
    """402: a definitive no."""
    return VendorRefused("stripe", "pay", "402", status=402)


def lost() -> ConnectionLost:
    """A reset after the request was sent."""
    return ConnectionLost("stripe", "pay", "reset")


def not_sent() -> ConnectFailed:
    """No connection."""
    return ConnectFailed("stripe", "pay", "refused")


TRIPS_AT_5 = BreakerConfig(
    minimum_calls=5,
    sampling_window_s=30.0,
    open_for_s=5.0,
    open_jitter=0.0,
    permitted_calls=3,
    successes_to_close=3,
)
NO_RETRY = RetryConfig(max_retries=0)


async def trip(bench: Bench) -> None:
    """Open a breaker that `TRIPS_AT_5`."""
    for _ in range(5):
        with pytest.raises(VendorUnavailable):
            await bench.call(Vendor(unavailable()), idempotent=False)
    assert bench.breaker.state(now_s()) is State.OPEN
