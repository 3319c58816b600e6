"""The circuit breaker: its table, its bounds while half-open, its deafness to late results."""

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from brownout_core.errors import BreakerOpen, ConfigError
from brownout_core.policies import breaker as module
from brownout_core.policies.breaker import (
    TRANSITIONS,
    Breaker,
    BreakerConfig,
    Event,
    IllegalTransition,
    Permit,
    State,
    Transition,
)
from tests.support.examples import examples

CLOSED, OPEN, HALF_OPEN = State.CLOSED, State.OPEN, State.HALF_OPEN


class Bench:
    """A breaker, its clock and what it told."""

    def __init__(self, **config: object) -> None:
        defaults: dict[str, object] = {"minimum_calls": 5, "sampling_window_s": 10.0, "open_for_s": 5.0}
        self.told: list[Transition] = []
        self.now_s = 100.0
        self.breaker = Breaker(
            BreakerConfig(**{**defaults, **config}),  # type: ignore[arg-type]
            Random(1),
            self.told.append,
        )

    @property
    def state(self) -> State:
        return self.breaker.state(self.now_s)

    def acquire(self) -> Permit:
        return self.breaker.acquire(self.now_s)

    def admitted(self, callers: int) -> int:
        """How many of `callers` get a permit at this instant."""
        count = 0
        for _ in range(callers):
            try:
                self.acquire()
            except BreakerOpen:
                continue
            count += 1
        return count

    def succeed(self, duration_s: float = 0.01) -> None:
        self.breaker.succeeded(self.acquire(), self.now_s, duration_s)

    def fail(self, duration_s: float = 0.01) -> None:
        self.breaker.failed(self.acquire(), self.now_s, duration_s)

    def trip(self) -> None:
        while self.state is CLOSED:
            self.fail()

    def to_half_open(self) -> None:
        self.trip()
        self.now_s += 6.0  # open_for_s and its jitter
        assert self.state is HALF_OPEN


def test_trips_at_the_minimum_of_calls_and_never_below() -> None:
    """C3, and A of the conformance checks: of 50 failing calls 5 are let through."""
    bench = Bench()
    let_through = 0
    for _ in range(50):
        assert (bench.state is CLOSED) == (let_through < 5)
        if bench.state is CLOSED:
            bench.fail()
            let_through += 1
    assert let_through == 5


def test_a_vendor_that_fails_four_of_five_calls_trips_it() -> None:
    """B of the conformance checks: what a counter of consecutive failures never sees."""
    bench = Bench()
    calls = 0
    while bench.state is CLOSED:
        bench.succeed() if calls % 5 == 4 else bench.fail()
        calls += 1
    assert calls == 5
    assert bench.told[-1].event is Event.FAILURE_RATIO_REACHED


def test_a_vendor_that_crawls_trips_it() -> None:
    bench = Bench(slow_call_s=1.0, slow_call_ratio=0.8)
    bench.succeed(0.99)
    for _ in range(4):
        assert bench.state is CLOSED
        bench.succeed(1.0)
    assert bench.state is OPEN
    assert bench.told[-1].event is Event.SLOW_CALL_RATIO_REACHED


def test_without_a_slow_call_time_no_call_is_slow() -> None:
    bench = Bench(slow_call_s=None)
    for _ in range(50):
        bench.succeed(3_600.0)
    assert bench.state is CLOSED


def test_old_failures_are_forgotten() -> None:
    bench = Bench()
    for _ in range(4):
        bench.fail()
    bench.now_s += 10.0
    for _ in range(4):
        bench.fail()
    assert bench.state is CLOSED


@pytest.mark.parametrize("failing_share", [0.3, 0.5, 0.7])
def test_trips_as_often_as_the_binomial_tail_says(failing_share: float) -> None:
    """C4: exactly `minimum_calls` calls, each failing with probability p; within four standard deviations."""
    calls, needed, runs = 20, 10, 2_000
    rng = Random(5)
    tripped = 0
    for _ in range(runs):
        bench = Bench(minimum_calls=calls)
        for _ in range(calls):
            bench.fail() if rng.random() < failing_share else bench.succeed()
        tripped += bench.state is OPEN
    tail = sum(
        math.comb(calls, k) * failing_share**k * (1 - failing_share) ** (calls - k) for k in range(needed, calls + 1)
    )
    assert abs(tripped - runs * tail) <= 4 * math.sqrt(runs * tail * (1 - tail))


def test_open_it_admits_nobody_for_the_whole_open_time() -> None:
    """C2, with jitter: never shorter than `open_for_s`, and not the same for every breaker."""
    opened_for_s = set()
    for seed in range(20):
        breaker = Breaker(BreakerConfig(minimum_calls=1, open_for_s=5.0, open_jitter=0.2), Random(seed))
        breaker.failed(breaker.acquire(0.0), 0.0, 0.0)
        remaining_s = breaker.open_remaining_s(0.0)
        assert 5.0 <= remaining_s <= 6.0
        with pytest.raises(BreakerOpen) as refused:
            breaker.acquire(remaining_s - 0.001)
        assert refused.value.retry_after_s == pytest.approx(0.001)
        breaker.acquire(remaining_s)
        opened_for_s.add(remaining_s)
    assert len(opened_for_s) == 20


@pytest.mark.parametrize("callers", [1, 3, 200, 1_000])
def test_half_open_it_admits_the_permitted_calls_and_no_more(callers: int) -> None:
    """C1, and C of the conformance checks."""
    bench = Bench(permitted_calls=3)
    bench.to_half_open()
    assert bench.admitted(callers) == min(callers, 3)


def test_closes_when_enough_probes_have_succeeded() -> None:
    bench = Bench(permitted_calls=3, successes_to_close=2)
    bench.to_half_open()
    first, second, third = (bench.acquire() for _ in range(3))
    bench.breaker.succeeded(first, bench.now_s, 0.01)
    assert bench.state is HALF_OPEN
    bench.breaker.succeeded(second, bench.now_s, 0.01)
    assert bench.state is CLOSED
    bench.breaker.failed(third, bench.now_s, 0.01)
    assert bench.state is CLOSED


def test_one_failed_probe_opens_it_again_for_a_full_open_time() -> None:
    bench = Bench(permitted_calls=3, successes_to_close=2)
    bench.to_half_open()
    bench.succeed()
    bench.fail()
    assert bench.state is OPEN
    bench.now_s += 4.9
    assert bench.state is OPEN


def test_a_slow_probe_is_a_failed_probe() -> None:
    bench = Bench(slow_call_s=1.0)
    bench.to_half_open()
    bench.succeed(1.5)
    assert bench.told[-1].event is Event.PROBE_FAILED


def test_closed_again_it_remembers_nothing_of_the_outage() -> None:
    bench = Bench(permitted_calls=1, successes_to_close=1)
    bench.to_half_open()
    bench.succeed()
    for _ in range(4):
        bench.fail()
    assert bench.state is CLOSED


def test_a_cancelled_probe_gives_its_permit_back() -> None:
    """D of the conformance checks: never stuck, not even after a thousand of them."""
    bench = Bench(permitted_calls=1, successes_to_close=1)
    bench.to_half_open()
    for _ in range(1_000):
        bench.breaker.abandoned(bench.acquire(), bench.now_s)
    assert bench.admitted(5) == 1


def test_a_permit_given_back_twice_counts_once() -> None:
    bench = Bench(permitted_calls=2)
    bench.to_half_open()
    permit = bench.acquire()
    bench.acquire()
    bench.breaker.abandoned(permit, bench.now_s)
    bench.breaker.abandoned(permit, bench.now_s)
    assert bench.admitted(5) == 1


@pytest.mark.parametrize("result", ["succeeded", "failed"])
def test_a_result_from_before_the_trip_changes_nothing(result: str) -> None:
    """C5, and E of the conformance checks: neither while open, nor half-open, nor closed again."""
    bench = Bench(permitted_calls=1, successes_to_close=1)
    late = [bench.acquire() for _ in range(30)]
    bench.trip()

    def deliver() -> None:
        for _ in range(10):
            getattr(bench.breaker, result)(late.pop(), bench.now_s, 0.01)

    remaining_s = bench.breaker.open_remaining_s(bench.now_s)
    deliver()
    assert bench.state is OPEN
    assert bench.breaker.open_remaining_s(bench.now_s) == remaining_s
    bench.now_s += remaining_s
    probe = bench.acquire()
    deliver()
    assert bench.state is HALF_OPEN
    bench.breaker.succeeded(probe, bench.now_s, 0.01)
    deliver()
    assert bench.state is CLOSED


def test_results_from_before_the_trip_are_no_samples_after_it() -> None:
    """C5: closed again, it opens at the fifth failure, however many late successes come in between."""
    bench = Bench(permitted_calls=1, successes_to_close=1)
    late = [bench.acquire() for _ in range(30)]
    bench.to_half_open()
    bench.succeed()
    for failures in range(5):
        assert bench.state is CLOSED, failures
        for _ in range(5):
            bench.breaker.succeeded(late.pop(), bench.now_s, 0.01)
        bench.fail()
    assert bench.state is OPEN


def test_a_late_result_does_not_even_move_it_to_half_open() -> None:
    """C5: only a call, or a look, finds out that the open time is over."""
    bench = Bench()
    late = bench.acquire()
    bench.trip()
    bench.now_s += 60.0
    told = len(bench.told)
    bench.breaker.succeeded(late, bench.now_s, 0.01)
    assert len(bench.told) == told


def test_probes_that_follow_a_hung_one_buy_it_no_time() -> None:
    """C7"""
    bench = Bench(permitted_calls=3, successes_to_close=3, probe_timeout_s=2.0)
    bench.to_half_open()
    bench.acquire()
    bench.now_s += 1.5
    bench.succeed()
    bench.acquire()
    bench.now_s += 0.5
    assert bench.state is OPEN


def test_a_probe_of_an_earlier_probing_changes_nothing() -> None:
    """C5"""
    bench = Bench(permitted_calls=2, successes_to_close=1)
    bench.to_half_open()
    late = bench.acquire()
    bench.fail()
    bench.now_s += 6.0
    assert bench.state is HALF_OPEN
    bench.breaker.succeeded(late, bench.now_s, 0.01)
    assert bench.state is HALF_OPEN


def test_a_probe_that_hangs_does_not_hold_it_half_open() -> None:
    """C7"""
    bench = Bench(permitted_calls=1, successes_to_close=1, probe_timeout_s=2.0)
    bench.to_half_open()
    hung = bench.acquire()
    bench.now_s += 1.9
    assert bench.state is HALF_OPEN
    bench.now_s += 0.1
    assert bench.state is OPEN
    assert bench.told[-1].event is Event.PROBE_OVERDUE
    bench.breaker.succeeded(hung, bench.now_s, 2.0)
    assert bench.state is OPEN


def test_half_open_without_traffic_it_waits_for_the_next_call() -> None:
    """C7's other side: a quiet hour is no hung probe, and the successes so far still count."""
    bench = Bench(permitted_calls=2, successes_to_close=2, probe_timeout_s=2.0)
    bench.to_half_open()
    bench.succeed()
    bench.now_s += 3_600.0
    bench.succeed()
    assert bench.state is CLOSED


def test_answers_that_say_nothing_about_health_are_no_samples() -> None:
    bench = Bench()
    for _ in range(100):
        bench.breaker.ignored(bench.acquire(), bench.now_s)
    for _ in range(4):
        bench.fail()
    assert bench.state is CLOSED


def test_probes_that_are_answered_without_a_failure_close_it_in_the_end() -> None:
    """A 4xx or a 429 says nothing against the vendor; the probes stay bounded all the same."""
    bench = Bench(permitted_calls=3, successes_to_close=2)
    bench.to_half_open()
    for _ in range(3):
        assert bench.state is HALF_OPEN
        bench.breaker.ignored(bench.acquire(), bench.now_s)
    assert bench.state is CLOSED


def test_opened_by_hand_it_stays_open_until_closed_by_hand() -> None:
    bench = Bench()
    bench.breaker.open_by_hand(bench.now_s)
    bench.now_s += 1e6
    with pytest.raises(BreakerOpen) as refused:
        bench.acquire()
    assert refused.value.retry_after_s is None
    assert math.isinf(bench.breaker.open_remaining_s(bench.now_s))
    bench.breaker.close_by_hand(bench.now_s)
    bench.succeed()
    assert [(t.old, t.new) for t in bench.told] == [(CLOSED, OPEN), (OPEN, CLOSED)]


def test_by_hand_twice_is_told_once() -> None:
    """C6"""
    bench = Bench()
    bench.breaker.close_by_hand(bench.now_s)
    bench.breaker.open_by_hand(bench.now_s)
    bench.breaker.open_by_hand(bench.now_s)
    assert [t.event for t in bench.told] == [Event.OPENED_BY_HAND]


def test_what_is_not_in_the_table_raises_and_changes_nothing() -> None:
    """C6"""
    for state in State:
        for event in Event:
            bench = Bench()
            if state is not CLOSED:
                bench.trip()
            if state is HALF_OPEN:
                bench.to_half_open()
            told = len(bench.told)
            if (state, event) in TRANSITIONS:
                bench.breaker._move(event, bench.now_s)
                assert bench.breaker._state is TRANSITIONS[state, event]
            else:
                with pytest.raises(IllegalTransition):
                    bench.breaker._move(event, bench.now_s)
                assert (bench.state, len(bench.told)) == (state, told)


def test_the_wall_clock_is_nowhere_in_it() -> None:
    """C8: a wall clock that jumps by an hour cannot change an open time that it is never asked for."""
    assert not {"time", "datetime", "clock", "system_wall_clock"} & set(vars(module))


@pytest.mark.parametrize(
    "wrong",
    [
        {"failure_ratio": 0.0},
        {"failure_ratio": 1.1},
        {"failure_ratio": math.nan},
        {"slow_call_ratio": 0.0},
        {"minimum_calls": 0},
        {"sampling_window_s": 0.0},
        {"slow_call_s": 0.0},
        {"permitted_calls": 0},
        {"successes_to_close": 4, "permitted_calls": 3},
        {"probe_timeout_s": 0.0},
        {"open_for_s": math.inf},
        {"open_jitter": -0.1},
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        BreakerConfig(**wrong)  # type: ignore[arg-type]


class AgainstANaiveModel(RuleBasedStateMachine):
    """Random calls, results in any order, and time; beside a model that keeps lists and counts them each time."""

    MINIMUM, WINDOW_S, OPEN_S, PERMITTED, TO_CLOSE, PROBE_S, SLOW_S = 4, 10.0, 5.0, 3, 2, 4.0, 1.0

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Transition] = []
        config = BreakerConfig(
            failure_ratio=0.5,
            minimum_calls=self.MINIMUM,
            sampling_window_s=self.WINDOW_S,
            slow_call_s=self.SLOW_S,
            slow_call_ratio=0.75,
            permitted_calls=self.PERMITTED,
            successes_to_close=self.TO_CLOSE,
            probe_timeout_s=self.PROBE_S,
            open_for_s=self.OPEN_S,
            open_jitter=0.0,
        )
        self.breaker = Breaker(config, Random(0), self.told.append)
        self.now_s = 0.0
        self.model = CLOSED
        self.era = 0
        self.opened_s = 0.0
        self.samples: list[tuple[int, bool, bool]] = []
        self.probes: list[str] = []  # of this era: "out", "good", "answered"
        self.busy_since_s = 0.0
        self.out: list[tuple[Permit, int, int]] = []  # permit, era, place among the probes

    def enter(self, state: State) -> None:
        self.model, self.era, self.probes = state, self.era + 1, []
        if state is OPEN:
            self.opened_s = self.now_s
        if state is CLOSED:
            self.samples = []

    def pass_time(self) -> None:
        if self.model is OPEN and self.now_s >= self.opened_s + self.OPEN_S:
            self.enter(HALF_OPEN)
        elif self.model is HALF_OPEN and "out" in self.probes and self.now_s - self.busy_since_s >= self.PROBE_S:
            self.enter(OPEN)

    def judge_samples(self) -> None:
        newest = int(self.now_s)
        recent = [sample for sample in self.samples if sample[0] > newest - 10]
        failures = sum(failed for _, failed, _ in recent)
        slow = sum(slow for _, _, slow in recent)
        if len(recent) >= self.MINIMUM and (failures >= 0.5 * len(recent) or slow >= 0.75 * len(recent)):
            self.enter(OPEN)

    @rule(quarters=st.integers(0, 24))
    def wait(self, quarters: int) -> None:
        self.now_s += quarters / 4

    @precondition(lambda self: self.model is CLOSED)
    @rule()
    def go_down(self) -> None:
        for _ in range(30):
            if self.model is CLOSED:
                self.breaker.failed(self.breaker.acquire(self.now_s), self.now_s, 0.1)
                self.learn("bad", self.era, 0)

    @precondition(lambda self: self.model is OPEN)
    @rule()
    def wait_until_it_reopens(self) -> None:
        self.now_s = max(self.now_s, self.opened_s + self.OPEN_S)

    @rule()
    def look(self) -> None:
        self.pass_time()
        assert self.breaker.state(self.now_s) is self.model

    @rule()
    def call(self) -> None:
        self.pass_time()
        admitted = self.model is CLOSED or (self.model is HALF_OPEN and len(self.probes) < self.PERMITTED)
        if not admitted:
            with pytest.raises(BreakerOpen):
                self.breaker.acquire(self.now_s)
            return
        permit = self.breaker.acquire(self.now_s)
        if self.model is HALF_OPEN:
            if "out" not in self.probes:
                self.busy_since_s = self.now_s
            self.probes.append("out")
        self.out.append((permit, self.era, len(self.probes) - 1))

    @precondition(lambda self: self.out)
    @rule(data=st.data(), result=st.sampled_from(["good", "slow", "bad", "answered", "gone"]))
    def finish(self, data: st.DataObject, result: str) -> None:
        permit, era, place = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        match result:
            case "good":
                self.breaker.succeeded(permit, self.now_s, 0.1)
            case "slow":
                self.breaker.succeeded(permit, self.now_s, self.SLOW_S)
            case "bad":
                self.breaker.failed(permit, self.now_s, 0.1)
            case "answered":
                self.breaker.ignored(permit, self.now_s)
            case "gone":
                self.breaker.abandoned(permit, self.now_s)
        if era == self.era:
            self.learn(result, era, place)

    def learn(self, result: str, era: int, place: int) -> None:
        """The model takes a result that belongs to the state it is in."""
        if self.model is CLOSED:
            if result in {"good", "slow", "bad"}:
                self.samples.append((int(self.now_s), result == "bad", result == "slow"))
                self.judge_samples()
            return
        self.pass_time()
        if era != self.era:
            return
        if result in {"slow", "bad"}:
            self.enter(OPEN)
        elif result == "gone":
            del self.probes[place]
            self.out = [(p, e, n - (e == era and n > place)) for p, e, n in self.out]
        else:
            self.probes[place] = result
            answered = [probe for probe in self.probes if probe != "out"]
            if answered.count("good") >= self.TO_CLOSE or len(answered) >= self.PERMITTED:
                self.enter(CLOSED)

    @invariant()
    def every_change_is_legal_and_told_once(self) -> None:
        """C6"""
        assert all(TRANSITIONS[told.old, told.event] is told.new for told in self.told)
        assert all(earlier.new is later.old for earlier, later in pairwise(self.told))
        assert len(self.told) == self.era


TestAgainstANaiveModel = AgainstANaiveModel.TestCase
TestAgainstANaiveModel.settings = examples(150, steps=50, always=True)
