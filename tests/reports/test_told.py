"""What the target tells of its policies: counted right, and what a breaker judged by."""

import random

import numpy as np
import pytest

from brownout_core.policies.breaker import Breaker, BreakerConfig, Transition
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import Settings
from brownout_reports.series import Band
from brownout_reports.tables import Rows
from brownout_reports.told import MAX_LINES, MOST_STRETCHES, judged, rates, transitions
from tests.reports.runs import a_run

EDGES_S = np.arange(0.0, 101.0)
CLOSED = {"stripe": (Band("closed", 0.0, 100.0),)}


def settings(**breaker: object) -> Settings:
    usual = {
        "failure_ratio": 0.5,
        "minimum_calls": 4,
        "sampling_window_s": 5.0,
        "slow_call_s": 2.0,
        "slow_call_ratio": 0.8,
    }
    return Settings(
        policies={"stripe": {"breaker": {**usual, **breaker}}}, failures=("vendor_unavailable",), window_slices=10
    )


def attempt(at_s: float, outcome: str = "ok", took_s: float = 0.1) -> EventRow:
    return EventRow(at_s, "attempt_finished", "stripe", "pay", "op", 1, outcome, took_s)


def test_each_kind_of_event_is_a_line_and_the_usual_claim_is_none() -> None:
    events = a_run().tables.of(EventRow)
    found = rates(events, "policies", EDGES_S)
    assert {name: float(values.sum()) for name, values in found.items()} == {
        "rejected by breaker": 5.0,
        "retries scheduled": 3.0,
        "retries suppressed": 2.0,
    }
    assert found["rejected by breaker"][30] == 5.0
    assert set(rates(events, "idempotency", EDGES_S)) == {"conflict", "replayed", "waited"}


def test_who_names_a_thousand_policies_gets_a_few_lines() -> None:
    events = Rows.of(EventRow, [EventRow(1.0, "call_rejected", outcome=f"p{n}") for n in range(1000)])
    assert len(rates(events, "policies", EDGES_S)) == MAX_LINES


@pytest.mark.parametrize("at_s", [-5.0, 1e12, float("inf"), float("nan")])
def test_an_instant_outside_the_run_is_drawn_nowhere(at_s: float) -> None:
    found = rates(Rows.of(EventRow, [EventRow(at_s, "retry_scheduled")]), "policies", EDGES_S)
    assert all(float(values.sum()) == 0.0 for values in found.values())


def test_a_ratio_is_of_the_attempts_in_the_window_before_the_instant() -> None:
    outcomes = ["ok", "vendor_unavailable", "vendor_unavailable", "ok", "ok", "ok", "ok", "ok", "ok", "ok"]
    events = Rows.of(EventRow, [attempt(10.5 + n, each) for n, each in enumerate(outcomes)])
    found = judged(events, settings(), CLOSED, EDGES_S)["stripe"]
    at = {float(s): float(v) for s, v in zip(found.at_s, found.failing, strict=True)}
    assert np.isnan(at[13.0])  # three attempts are too few
    assert at[14.0] == pytest.approx(2 / 4)
    assert at[16.0] == pytest.approx(2 / 5)  # the first one is out of the window
    assert at[18.0] == pytest.approx(0.0)


def test_what_is_no_sample_is_in_no_ratio() -> None:
    events = [attempt(10.0 + n / 10, "vendor_refused") for n in range(20)]
    events += [attempt(10.0 + n / 10, "vendor_unavailable") for n in range(20)]
    found = judged(Rows.of(EventRow, events), settings(), CLOSED, EDGES_S)["stripe"]
    assert float(np.nanmax(found.failing)) == 1.0


def test_slow_calls_are_told_by_how_long_they_took() -> None:
    events = Rows.of(EventRow, [attempt(10.0 + n / 10, took_s=4.0 if n % 2 else 0.1) for n in range(20)])
    found = judged(events, settings(), CLOSED, EDGES_S)["stripe"]
    assert float(np.nanmax(found.slow)) == pytest.approx(0.5, abs=0.1)
    assert found.slow_call_ratio == 0.8
    assert judged(events, settings(slow_call_s=None), CLOSED, EDGES_S) == {}


def test_while_it_is_not_closed_a_breaker_judges_nothing_and_begins_anew() -> None:
    events = Rows.of(EventRow, [attempt(at_s, "vendor_unavailable") for at_s in np.arange(10.0, 12.0, 0.2)])
    bands = {"stripe": (Band("closed", 0.0, 11.9), Band("open", 11.9, 13.0), Band("closed", 13.0, 100.0))}
    found = judged(events, settings(), bands, EDGES_S)["stripe"]
    at = {float(s): float(v) for s, v in zip(found.at_s, found.failing, strict=True)}
    assert at[11.9] == 1.0  # what it opened on
    assert np.isnan(at[12.0])
    assert np.isnan(at[13.0])
    assert np.isnan(at[14.0])


@pytest.mark.parametrize("seed", range(5))
def test_what_is_drawn_where_a_breaker_opened_is_what_it_opened_on(seed: int) -> None:
    draw = random.Random(seed)
    moves: list[Transition] = []
    config = BreakerConfig(slow_call_s=None)
    breaker = Breaker(config, draw, moves.append)
    attempts, now_s = [], 0.0
    while not moves:
        now_s += draw.expovariate(20.0)
        fails = draw.random() < now_s / 100
        permit = breaker.acquire(now_s)
        (breaker.failed if fails else breaker.succeeded)(permit, now_s, 0.1)
        attempts.append(attempt(now_s, "vendor_unavailable" if fails else "ok"))
    bands = {"stripe": (Band("closed", 0.0, now_s), Band("open", now_s, 200.0))}
    breaks = {"failure_ratio": 0.5, "minimum_calls": 10, "sampling_window_s": 5.0, "slow_call_s": None}
    found = judged(Rows.of(EventRow, attempts), settings(**breaks), bands, np.arange(0.0, 201.0))["stripe"]
    at = {float(s): float(v) for s, v in zip(found.at_s, found.failing, strict=True)}
    assert config.failure_ratio <= at[now_s] < config.failure_ratio + 0.1
    assert not any(value >= config.failure_ratio for s, value in at.items() if s < now_s)


def test_without_settings_or_telemetry_nothing_is_judged() -> None:
    events = Rows.of(EventRow, [attempt(1.0, "vendor_unavailable")] * 20)
    assert judged(events, None, CLOSED, EDGES_S) == {}
    assert judged(events, settings(), {}, EDGES_S) == {}


def test_a_breaker_that_is_switched_off_judges_nothing() -> None:
    off = Settings(policies={"stripe": {"breaker": None}}, failures=("vendor_unavailable",), window_slices=10)
    assert judged(Rows.of(EventRow, [attempt(1.0, "vendor_unavailable")] * 20), off, CLOSED, EDGES_S) == {}


@pytest.mark.parametrize(
    "nonsense", [{"sampling_window_s": 0}, {"sampling_window_s": "5"}, {"minimum_calls": None}, {"failure_ratio": -1.0}]
)
def test_somebody_elses_folder_may_say_what_no_breaker_can_be_set_to(nonsense: dict[str, object]) -> None:
    events = Rows.of(EventRow, [attempt(1.0, "vendor_unavailable")] * 20)
    assert judged(events, settings(**nonsense), CLOSED, EDGES_S) == {}
    assert (
        judged(events, Settings(policies={"stripe": {"breaker": {}}}, failures=(), window_slices=0), CLOSED, EDGES_S)
        == {}
    )


def test_a_breaker_that_never_rests_is_judged_in_part() -> None:
    events = Rows.of(EventRow, [attempt(n / 100, "vendor_unavailable") for n in range(10_000)])
    bands = tuple(Band("closed", n / 50, n / 50 + 0.01) for n in range(5_000))
    found = judged(events, settings(minimum_calls=1), {"stripe": bands}, EDGES_S)["stripe"]
    assert len(found.at_s) <= len(EDGES_S) + MOST_STRETCHES


def test_transitions_come_in_their_order() -> None:
    assert [each.outcome for each in transitions(a_run().tables.of(EventRow))] == [
        "open", "half_open", "open", "half_open", "closed",
    ]  # fmt: skip


def test_each_process_judges_by_its_own_attempts() -> None:
    """One fails always, the other never: together they would be at half."""
    bad = [attempt(10.0 + n / 4, "vendor_unavailable")._replace(process="gateway.1") for n in range(20)]
    good = [attempt(10.1 + n / 4)._replace(process="gateway.0") for n in range(20)]
    for bands in (CLOSED, {f"stripe.{n}": CLOSED["stripe"] for n in range(2)}):
        found = judged(Rows.of(EventRow, [*bad, *good]), settings(), bands, EDGES_S)
        assert list(found) == ["stripe.1"]
        assert float(np.nanmin(found["stripe.1"].failing)) == 1.0
