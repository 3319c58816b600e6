"""Known-bad breakers, retries, budgets, time limits, limiters and bulkheads, each by itself."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any, Final

import pytest

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.errors import BreakerOpen, BulkheadFull, DeadlineExceeded, LimiterFull
from brownout_core.policies.breaker import BreakerConfig, State, Transition
from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.retry import Judgement, RetryConfig
from brownout_core.policies.retry_budget import RetryBudgetConfig
from brownout_core.policies.settings import make_policies, recommended
from brownout_core.policies.shapes import BreakerShape
from tests.harness.audit.mutants.demo import Demo, Probe, shown
from tests.support.pipelines import Vendor, now_s, unavailable, whatever

TRANSIENT: Final = Judgement(retryable=True, may_have_effect=True, is_failure=True)


def breaker_of(put: Replacements, **config: Any) -> tuple[BreakerShape, list[Transition]]:
    """Five calls are its minimum, it is open for five seconds, two of three probes close it."""
    told: list[Transition] = []
    settings = BreakerConfig(**{"minimum_calls": 5, "open_for_s": 5.0, "open_jitter": 0.0, **config})
    return put.breaker("stripe", settings, Random(1), told.append), told


def fail(breaker: BreakerShape, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        breaker.failed(breaker.acquire(now), now, 0.1)


def admitted(breaker: BreakerShape, times: int, now: float) -> int:
    """How many of so many callers at once get a permit."""
    count = 0
    for _ in range(times):
        try:
            breaker.acquire(now)
        except BreakerOpen:
            continue
        count += 1
    return count


async def half_open_admits(put: Replacements) -> int:
    breaker, _ = breaker_of(put)
    fail(breaker, 5)
    return admitted(breaker, 200, 5.0)


async def four_bad_one_good(put: Replacements) -> bool:
    """Whether ten rounds open it."""
    breaker, told = breaker_of(put)
    for _ in range(10):
        try:
            fail(breaker, 4)
            breaker.succeeded(breaker.acquire(0.0), 0.0, 0.1)
        except BreakerOpen:
            break
    return any(each.new is State.OPEN for each in told)


async def twenty_slow_answers(put: Replacements) -> State:
    breaker, _ = breaker_of(put, slow_call_s=1.0)
    for _ in range(20):
        if breaker.state(0.0) is State.CLOSED:
            breaker.succeeded(breaker.acquire(0.0), 0.0, 2.0)
    return breaker.state(0.0)


async def after_a_few_hiccups(put: Replacements) -> State:
    """Three of twenty answers took a tenth of a second; the others a hundredth."""
    breaker, _ = breaker_of(put, slow_call_s=1.0)
    for number in range(20):
        if breaker.state(0.0) is State.CLOSED:
            breaker.succeeded(breaker.acquire(0.0), 0.0, 0.1 if number % 6 == 0 else 0.01)
    return breaker.state(0.0)


async def after_one_good_probe(put: Replacements) -> State:
    breaker, _ = breaker_of(put)
    fail(breaker, 5)
    breaker.succeeded(breaker.acquire(5.0), 5.0, 0.1)
    return breaker.state(5.0)


async def after_one_bad_probe(put: Replacements) -> State:
    breaker, _ = breaker_of(put)
    fail(breaker, 5)
    fail(breaker, 1, 5.0)
    return breaker.state(5.0)


async def open_for_after_a_late_failure(put: Replacements) -> float:
    breaker, _ = breaker_of(put)
    late = breaker.acquire(0.0)
    fail(breaker, 5)
    breaker.failed(late, 4.0, 4.0)
    return breaker.open_remaining_s(4.0)


async def after_a_late_success(put: Replacements) -> State:
    breaker, _ = breaker_of(put)
    late = breaker.acquire(0.0)
    fail(breaker, 5)
    breaker.succeeded(late, 1.0, 1.0)
    return breaker.state(1.0)


async def after_a_probe_that_hangs(put: Replacements) -> State:
    """A minute later, another caller."""
    breaker, _ = breaker_of(put, permitted_calls=1, successes_to_close=1)
    fail(breaker, 5)
    breaker.failed(breaker.acquire(5.0), 8.0, 3.0)
    return breaker.state(8.0)


async def after_three_failures(put: Replacements) -> State:
    breaker, _ = breaker_of(put)
    fail(breaker, 3)
    return breaker.state(0.0)


async def open_times(put: Replacements) -> int:
    """How many different ones ten breakers have."""
    times = set()
    for seed in range(10):
        breaker = put.breaker("stripe", BreakerConfig(minimum_calls=5), Random(seed), None)
        fail(breaker, 5)
        times.add(breaker.open_remaining_s(0.0))
    return len(times)


async def open_for_the_third_time(put: Replacements) -> float:
    breaker, _ = breaker_of(put)
    fail(breaker, 5)
    fail(breaker, 1, 5.0)
    fail(breaker, 1, 20.0)
    return breaker.open_remaining_s(20.0)


async def after_ten_rejections(put: Replacements) -> State:
    breaker, _ = breaker_of(put)
    for _ in range(10):
        if breaker.state(0.0) is State.CLOSED:
            breaker.abandoned(breaker.acquire(0.0), 0.0)
    return breaker.state(0.0)


async def after_twenty_failures(put: Replacements) -> State:
    breaker, _ = breaker_of(put, minimum_calls=10)
    for _ in range(20):
        if breaker.state(0.0) is State.CLOSED:
            fail(breaker, 1)
    return breaker.state(0.0)


async def attempts_of_calls_under_way(put: Replacements) -> int:
    """Ten calls at once at a vendor that is down; its breaker opens at the fifth failure."""
    settings = recommended(3.0, 10.0).overridden({"breaker": {"minimum_calls": 5, "open_for_s": 60.0}, "budget": None})
    policies = make_policies("stripe", settings, seed=1, factories=put)
    pipeline = put.pipeline("stripe", policies, sink=None)
    vendor = Vendor((0.1, unavailable()))

    async def call() -> None:
        with whatever():
            await pipeline.call(Asking(), "call", vendor, idempotent=True)

    await asyncio.gather(*(call() for _ in range(10)))
    return vendor.attempts


async def attempts_of_forty_calls(put: Replacements) -> int:
    """One after the other at a vendor that is down, with a breaker that never opens, by the vendor's one budget."""
    changes = {"breaker": {"minimum_calls": 100_000}, "retry": {"max_delay_s": 0.2}}
    policies = make_policies("stripe", recommended(3.0, 10.0).overridden(changes), seed=1, factories=put)
    pipeline = put.pipeline("stripe", policies, sink=None)
    vendor = Vendor(unavailable())
    for _ in range(40):
        with whatever():
            await pipeline.call(Asking(), "call", vendor, idempotent=True)
    return vendor.attempts


def delay(judgement: Judgement, *, attempt: int = 1, idempotent: bool = True, **config: Any) -> Probe:
    """Whether, and how long, a retry waits for its turn: rounded down to whole seconds, None where there is none."""

    async def probe(put: Replacements) -> int | None:
        retry = put.retry("stripe", RetryConfig(**config), Random(1))
        delay_s = retry.delay_s(judgement, attempt=attempt, idempotent=idempotent, previous_s=0.0)
        return None if delay_s is None else int(delay_s)

    return probe


async def waits_as_asked(put: Replacements) -> bool:
    retry = put.retry("stripe", RetryConfig(), Random(1))
    return (retry.delay_s(WISH, attempt=1, idempotent=True, previous_s=0.0) or 0.0) >= 30.0


async def spread_of_delays(put: Replacements) -> bool:
    """Whether twenty first retries wait differently."""
    retry = put.retry("stripe", RetryConfig(), Random(1))
    waits = {retry.delay_s(TRANSIENT, attempt=1, idempotent=True, previous_s=0.0) for _ in range(20)}
    return len(waits) > 1


def retries_granted(seconds: int) -> Probe:
    """Of five asked for each second."""

    async def probe(put: Replacements) -> int:
        budget = put.budget("stripe", RetryBudgetConfig())
        return sum(budget.try_retry(second + part / 5) for second in range(seconds) for part in range(5))

    return probe


async def an_attempt_after_the_deadline(put: Replacements) -> bool:
    return put.timeouts("stripe", TimeoutConfig()).allows_attempt_at(10.5, 10.0)


async def an_attempts_time(put: Replacements) -> float | None:
    return put.timeouts("stripe", TimeoutConfig(attempt_s=3.0)).attempt_ends_at_s(0.0, 10.0)


async def tokens_at_once(put: Replacements) -> int:
    """Of a bucket of ten, asked for by a hundred at once."""
    limiter = put.limiter("stripe", LimiterConfig(capacity=10, refill_per_s=1.0, max_wait_s=0.0))
    return _granted(limiter, 100, 0.0)


async def tokens_after_a_pause(put: Replacements) -> int:
    limiter = put.limiter("stripe", LimiterConfig(capacity=10, refill_per_s=10.0, max_wait_s=0.0))
    _granted(limiter, 1, 0.0)
    return _granted(limiter, 1000, 60.0)


def _granted(limiter: Any, times: int, now: float) -> int:
    count = 0
    for _ in range(times):
        try:
            count += limiter.reserve(now, 0.0) == 0.0
        except LimiterFull:
            continue
    return count


async def a_second_token(put: Replacements) -> str:
    limiter = put.limiter("stripe", LimiterConfig())
    limiter.reserve(0.0, 1.0)
    try:
        limiter.reserve(1.0, 1.0)
    except TypeError:
        return "an error of the program"
    return "granted"


async def places_for_a_hundred(put: Replacements) -> int:
    bulkhead = put.bulkhead("stripe", BulkheadConfig(max_in_flight=10, max_queued=0))
    return sum(bulkhead.try_enter() for _ in range(100))


async def open_by_hand_for_a_minute(put: Replacements) -> State:
    breaker = put.breaker("stripe", BreakerConfig(), Random(7), None)
    breaker.open_by_hand(0.0)
    return breaker.state(60.0)


async def a_call_that_finds_no_place(put: Replacements) -> str:
    bulkhead = put.bulkhead("stripe", BulkheadConfig(max_in_flight=1, max_wait_s=10.0))
    assert bulkhead.try_enter()
    asyncio.get_running_loop().call_later(5.0, bulkhead.leave)
    try:
        await bulkhead.enter(20.0)
    except BulkheadFull:
        return "turned away"
    return "served"


async def places_after_a_failure(put: Replacements) -> bool:
    bulkhead = put.bulkhead("stripe", BulkheadConfig(max_in_flight=1, max_queued=0))
    assert bulkhead.try_enter()
    with suppress(ZeroDivisionError):
        try:
            raise ZeroDivisionError
        finally:
            bulkhead.leave()
    return bulkhead.try_enter()


async def the_wait_for_a_place(put: Replacements) -> float:
    """Of a caller with two seconds, where the place is free after five."""
    bulkhead = put.bulkhead("stripe", BulkheadConfig(max_in_flight=1, max_wait_s=10.0))
    assert bulkhead.try_enter()
    asyncio.get_running_loop().call_later(5.0, bulkhead.leave)
    with suppress(BulkheadFull, DeadlineExceeded):
        await bulkhead.enter(2.0)
    return now_s()


WISH: Final = Judgement(retryable=True, may_have_effect=False, is_failure=False, retry_after_s=30.0)
AT_ONCE: Final = TRANSIENT._replace(retry_after_s=0.0)
NO: Final = Judgement(retryable=False, may_have_effect=False, is_failure=False)

DEMOS: Mapping[str, Demo] = {
    "admits-all-half-open": Demo(half_open_admits, 3, 200),
    "counts-consecutive-failures": Demo(four_bad_one_good, True, False),
    "ignores-slow-calls": Demo(twenty_slow_answers, State.OPEN, State.CLOSED),
    "takes-hiccups-for-an-outage": Demo(after_a_few_hiccups, State.CLOSED, State.OPEN),
    "closes-on-first-success": Demo(after_one_good_probe, State.HALF_OPEN, State.CLOSED),
    "stays-half-open": Demo(after_one_bad_probe, State.OPEN, State.HALF_OPEN),
    "extends-open-by-late-failures": Demo(open_for_after_a_late_failure, 1.0, 5.0),
    "closes-by-late-success": Demo(after_a_late_success, State.OPEN, State.CLOSED),
    "waits-for-a-lost-probe": Demo(after_a_probe_that_hangs, State.OPEN, State.HALF_OPEN),
    "judges-too-few-calls": Demo(after_three_failures, State.CLOSED, State.OPEN),
    "opens-in-step": Demo(open_times, 10, 1),
    "opens-longer-each-time": Demo(open_for_the_third_time, 5.0, 20.0),
    "counts-rejections": Demo(after_ten_rejections, State.CLOSED, State.OPEN),
    "fakes-transitions": Demo(after_twenty_failures, State.OPEN, State.CLOSED),
    "counts-calls-not-attempts": Demo(attempts_of_calls_under_way, 10, 40),
    "budgets-each-call": Demo(attempts_of_forty_calls, 45, 160),
    "ignores-retry-after": Demo(waits_as_asked, True, False),
    "waits-without-jitter": Demo(spread_of_delays, True, False),
    "retries-unsafe-calls": Demo(delay(TRANSIENT, idempotent=False), None, 0),
    "retries-refusals": Demo(delay(NO), None, 0),
    "three-plain-retries": Demo(spread_of_delays, True, False),
    "waits-past-the-cap": Demo(delay(TRANSIENT, attempt=8, max_retries=9, jitter="equal"), 2, 14),
    "hurries-as-told": Demo(delay(AT_ONCE, attempt=8, max_retries=9, jitter="equal"), 2, 0),
    "retries-without-budget": Demo(retries_granted(10), 5, 50),
    "refills-by-the-second": Demo(retries_granted(10), 5, 50),
    "pays-retries-with-retries": Demo(retries_granted(10), 5, 50),
    "retries-past-the-deadline": Demo(an_attempt_after_the_deadline, False, True),
    "times-each-read": Demo(an_attempts_time, 3.0, 600.0),
    "saves-up-tokens": Demo(tokens_after_a_pause, 10, 609),
    "sends-as-it-comes": Demo(tokens_at_once, 10, 100),
    "reads-then-writes-tokens": Demo(tokens_at_once, 10, 100),
    "cannot-read-its-own-date": Demo(a_second_token, "granted", "an error of the program"),
    "admits-past-the-bulkhead": Demo(places_for_a_hundred, 10, 100),
    "probes-against-orders": Demo(open_by_hand_for_a_minute, State.OPEN, State.HALF_OPEN),
    "lets-nobody-wait": Demo(a_call_that_finds_no_place, "served", "turned away"),
    "keeps-the-places-of-the-failed": Demo(places_after_a_failure, True, False),
    "queues-past-the-deadline": Demo(the_wait_for_a_place, 2.0, 5.0),
}


@pytest.mark.parametrize("name", DEMOS)
def test_the_known_bad_one_does_what_is_wrong_and_the_good_one_does_not(name: str) -> None:
    assert shown(name, DEMOS[name]) == (DEMOS[name].good, DEMOS[name].bad)
