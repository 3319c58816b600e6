"""What guarding a call costs: the pipeline around a no-op coroutine, beside stacks of libraries.

The figure is what a case adds to the bare await of the same round, in microseconds. Every case is sampled once a
round in a new order, 50 calls a sample: with the collector off and no turn of the loop, a longer sample measures the
memory that dead timers, and the reference cycles of some libraries, pile up, which no service keeps.
The libraries do less than the pipeline: none has a failure ratio, slow calls, a retry budget, a bulkhead or a deadline.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import aiobreaker  # type: ignore[import-untyped]
import purgatory
import stamina
from aiolimiter import AsyncLimiter

from brownout_core.application import Application
from brownout_core.asking import Asking
from brownout_core.flows.ending import Ending, done
from brownout_core.flows.pay import PayRequest
from brownout_core.front_door.door import FrontDoor
from brownout_core.pipeline import Pipeline
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.bulkhead import Bulkhead, BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig, Timeouts
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_core.policies.retry import Retry, RetryConfig
from brownout_core.policies.retry_budget import RetryBudget, RetryBudgetConfig
from brownout_core.policies.shapes import Policies
from brownout_core.redaction import Redactor
from brownout_core.telemetry import Event, Sink
from tests.bench.measure import Row, interleaved, paired_ratio

CALLS = 50
NEVER_FULL = 10_000_000

Case = Callable[[], Awaitable[None]]
"""One guarded call."""


async def no_op() -> None:
    """The call that is guarded."""


def _pipeline(sink: Sink | None) -> Pipeline:
    rng = Random(7)
    policies = Policies(
        retry=Retry(RetryConfig(), rng),
        breaker=Breaker(BreakerConfig(slow_call_s=1.0), rng),
        timeouts=Timeouts(TimeoutConfig()),
        budget=RetryBudget(RetryBudgetConfig()),
        limiter=Limiter(LimiterConfig(capacity=1_000_000, refill_per_s=1_000_000.0)),
        bulkhead=Bulkhead(BulkheadConfig()),
    )
    return Pipeline("stripe", policies, sink=sink)


def _ours(sink: Sink | None) -> Case:
    pipeline = _pipeline(sink)

    async def call() -> None:
        await pipeline.call(Asking("op_1"), "create_payment_intent", no_op, idempotent=True)

    return call


def _guarded() -> Case:
    pipeline = _pipeline(None)

    async def call() -> None:
        await pipeline.guard(no_op)

    return call


async def _with_timeout() -> None:
    async with asyncio.timeout(10):
        await no_op()


def _stamina() -> Case:
    retrying = stamina.AsyncRetryingCaller(attempts=4).on(OSError)

    async def call() -> None:
        await retrying(no_op)

    return call


def _aiobreaker(inner: Case = no_op) -> Case:
    breaker = aiobreaker.CircuitBreaker(fail_max=5)

    async def call() -> None:
        await breaker.call_async(inner)

    return call


async def _purgatory(inner: Case = no_op) -> Case:
    breaker = await purgatory.AsyncCircuitBreakerFactory(default_threshold=5).get_breaker("stripe")

    async def call() -> None:
        async with breaker:
            await inner()

    return call


def _aiolimiter(inner: Case = no_op) -> Case:
    limiter = AsyncLimiter(NEVER_FULL, 1)

    async def call() -> None:
        async with limiter:
            await inner()

    return call


def _stacked(breaker: Case) -> Case:
    """Retry around a breaker that guards limiter and timeout, the order that the pipeline has."""
    retrying = stamina.AsyncRetryingCaller(attempts=4).on(OSError)

    async def call() -> None:
        await retrying(breaker)

    return call


class _Answers:
    """Stands for a flow that takes no time: what is left is the door."""

    name, path, request = "pay", "/v1/pay", PayRequest

    async def __call__(self, request: PayRequest) -> Ending:
        return done(request.operation_id, PAID, 200)


PAID = {"payment_intent": "pi_1", "payment_status": "succeeded", "amount": 1200, "currency": "usd"}
BODY = b'{"amount":1200,"currency":"usd","payment_method":"pm_card_visa"}'
HEADERS = {"host": "127.0.0.1:8080", "x-correlation-id": "pay-000001-54352c", "content-type": "application/json"}


def _front_door() -> Case:
    nobody: Any = _NoLetters()
    flows: Any = {"pay": _Answers()}
    application = Application(flows=flows, letters=nobody, guarded={}, claims=nobody, inbox=nobody, transports={})
    door = FrontDoor(application, wall_clock=lambda: 0.0, redactor=Redactor(), instance="bench", log=lambda *_: None)

    async def call() -> None:
        await door("POST", "/v1/pay", HEADERS, BODY)

    return call


class _NoLetters:
    page = show = count = discard = None


async def _cases(recorded: list[Event]) -> dict[str, Case]:
    return {
        "bare await": no_op,
        "**pipeline**, no sink": _ours(None),
        "**pipeline**, recorder": _ours(recorded.append),
        "**pipeline**, `guard`, no sink": _guarded(),
        "**front door**, a payment's bytes to its answer's": _front_door(),
        "asyncio.timeout": _with_timeout,
        "stamina AsyncRetryingCaller": _stamina(),
        "aiobreaker": _aiobreaker(),
        "purgatory (memory)": await _purgatory(),
        "aiolimiter": _aiolimiter(),
        "stamina + aiobreaker + aiolimiter + timeout": _stacked(_aiobreaker(_aiolimiter(_with_timeout))),
        "stamina + purgatory + aiolimiter + timeout": _stacked(await _purgatory(_aiolimiter(_with_timeout))),
    }


GOALS_US = {
    "**pipeline**, no sink": 8.0,
    "**pipeline**, recorder": 12.0,
    "**front door**, a payment's bytes to its answer's": 20.0,
}


def run(*, quick: bool = False) -> list[Row]:
    """Sample every case; a quick run only shows that it runs."""
    recorded: list[Event] = []
    with asyncio.Runner() as runner:

        def sampled(case: Case) -> Callable[[], float]:
            async def sample() -> float:
                recorded.clear()
                started_s = perf_counter()
                for _ in range(CALLS):
                    await case()
                return (perf_counter() - started_s) / CALLS * 1e6

            return lambda: runner.run(sample())

        cases = runner.run(_cases(recorded))
        samples = interleaved({name: sampled(case) for name, case in cases.items()}, rounds=20 if quick else 600)
    bare = samples["bare await"]
    return [
        Row(
            bench="pipeline",
            case=name,
            value=median(samples[name]) if name == "bare await" else _added_us(samples[name], bare),
            unit="µs",
            goal=GOALS_US.get(name),
            note=f"{paired_ratio(samples[name], bare):.0f} x bare",
        )
        for name in samples
    ]


def _added_us(samples: list[float], bare: list[float]) -> float:
    return median(ours - theirs for ours, theirs in zip(samples, bare, strict=True))
