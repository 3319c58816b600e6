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
    history: list[tuple[float, int, int]] = []  # (instant, first attempts, retries)
    for passed_s, is_retry, times in steps:
        now_s += passed_s
        for _ in range(times):
            if is_retry:
                history.append((now_s, 0, int(budget.try_retry(now_s))))
            else:
                budget.first_attempt(now_s)
                history.append((now_s, 1, 0))
    for start in range(len(history)):
        firsts = retries = 0
        for at_s, first, retry in history[start:]:
            if at_s - history[start][0] > 10.0:
                break
            firsts += first
            retries += retry
            assert retries <= ratio * firsts + reserve + 1e-6


def test_when_everything_fails_the_load_grows_by_the_ratio_and_no_more() -> None:
    """R2: 50 calls a second, all fail, each asks for three retries; after the reserve, 1 + ratio."""
    budget = RetryBudget(RetryBudgetConfig(ratio=0.2, reserve=10.0, window_s=10.0))
    calls = retries = 0
    for tick in range(50 * 60):
        now_s = tick / 50
        budget.first_attempt(now_s)
        calls += 1
        retries += sum(budget.try_retry(now_s) for _ in range(3))
    assert 1.19 <= (calls + retries) / calls <= 1.0 + 0.2 + 0.025  # 0.5/s of reserve on 50 calls/s, and its start


def test_a_quiet_client_may_retry_too() -> None:
    budget = RetryBudget(RetryBudgetConfig(ratio=0.0, reserve=4.0, window_s=10.0))
    assert [budget.try_retry(0.0) for _ in range(3)] == [True, True, False]
    assert budget.try_retry(5.0)
    assert not budget.try_retry(5.0)


def test_a_refused_retry_costs_nothing() -> None:
    budget = RetryBudget(RetryBudgetConfig(ratio=0.5, reserve=1.0))
    assert budget.try_retry(0.0)
    budget.first_attempt(0.0)
    assert not budget.try_retry(0.0)
    budget.first_attempt(0.0)
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
