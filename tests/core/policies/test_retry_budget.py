"""The retry budget: a share of the calls and a small reserve, over every stretch of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.errors import ConfigError
from brownout_core.policies.retry_budget import RetryBudget, RetryBudgetConfig
from tests.support.examples import examples


@given(
    ratio=st.floats(0.0, 2.0),
    reserve=st.floats(1.0, 20.0),
    steps=st.lists(st.tuples(st.floats(0.0, 3.0), st.booleans(), st.integers(1, 30)), max_size=40),
)
@examples(150, always=True)
def test_no_window_holds_more_retries_than_its_calls_and_the_reserve_pay_for(
    ratio: float, reserve: float, steps: list[tuple[float, bool, int]]
) -> None:
    """R1: over any 10 s, also one in which traffic fell silent."""
    budget = RetryBudget(RetryBudgetConfig(ratio=ratio, reserve=reserve, window_s=10.0))
    now_s = 0.0
    history: list[tuple[float, int, int]] = []  # (instant, answered calls, retries)
    for passed_s, is_retry, times in steps:
        now_s += passed_s
        for _ in range(times):
            if is_retry:
                history.append((now_s, 0, int(budget.try_retry(now_s))))
            else:
                budget.answered(now_s)
                history.append((now_s, 1, 0))
    for start in range(len(history)):
        firsts = retries = 0
        for at_s, first, retry in history[start:]:
            if at_s - history[start][0] > 10.0:
                break
            firsts += first
            retries += retry
            assert retries <= ratio * firsts + reserve + 1e-6


def amplification(pattern: str, *, calls: int) -> float:
    """Of 50 calls a second that fail (F) or not, over and over, each failed attempt of which asks for a retry."""
    budget = RetryBudget(RetryBudgetConfig())
    attempts = 0
    for call in range(calls):
        now_s = call / 50
        for _ in range(4):
            attempts += 1
            if pattern[(attempts - 1) % len(pattern)] != "F":
                budget.answered(now_s)
                break
            if not budget.try_retry(now_s):
                break
    return attempts / calls


def test_when_everything_fails_the_reserve_is_all_there_is() -> None:
    """R2: what fails pays for no retry, so the load does not grow as the outage goes on."""
    assert amplification("F", calls=50) <= 1.0 + 6 / 50
    assert amplification("F", calls=50 * 60) <= 1.0 + 10 / 3000


def test_when_all_is_answered_at_the_second_attempt_the_load_grows_by_the_ratio_and_no_more() -> None:
    """R2: after the reserve, 1 + ratio."""
    budget = RetryBudget(RetryBudgetConfig())
    retries = 0
    for call in range(50 * 60):
        retries += budget.try_retry(call / 50)
        budget.answered(call / 50)
    assert 0.19 <= retries / (50 * 60) <= 0.2 + 10 / 3000


@pytest.mark.parametrize("calls", [50, 100, 1_000, 10_000])
def test_four_bad_and_one_good_stay_within_the_ratio_from_the_first_second_on(calls: int) -> None:
    """A breaker opens after so few calls that a budget whose reserve comes on top of the ratio is over it."""
    assert amplification("FFFF.", calls=calls) <= 1.2


def test_a_quiet_client_may_retry_too() -> None:
    budget = RetryBudget(RetryBudgetConfig(ratio=0.0, reserve=4.0, window_s=10.0))
    assert [budget.try_retry(0.0) for _ in range(3)] == [True, True, False]
    assert budget.try_retry(5.0)
    assert not budget.try_retry(5.0)


def test_a_refused_retry_costs_nothing() -> None:
    budget = RetryBudget(RetryBudgetConfig(ratio=0.5, reserve=1.0))
    assert budget.try_retry(0.0)
    budget.answered(0.0)
    assert not budget.try_retry(0.0)
    budget.answered(0.0)
    assert budget.try_retry(0.0)


def test_a_clock_that_steps_back_gives_nothing_away() -> None:
    """C8's lesson, for the budget."""
    budget = RetryBudget(RetryBudgetConfig(ratio=0.0, reserve=2.0, window_s=10.0))
    assert budget.try_retry(100.0)
    assert not budget.try_retry(50.0)
    assert not budget.try_retry(51.0)


@pytest.mark.parametrize("wrong", [{"ratio": -0.1}, {"reserve": 0.0}, {"window_s": 0.0}], ids=str)
def test_a_setting_that_cannot_be_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        RetryBudgetConfig(**wrong)
