"""The token bucket: never more than the burst and the rate allow, turns in the order of asking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.errors import ConfigError, LimiterFull
from brownout_core.policies.limiter import Limiter, LimiterConfig
from tests.support.examples import examples


@given(
    capacity=st.integers(1, 20),
    refill_per_s=st.floats(0.1, 100.0),
    max_wait_s=st.floats(0.0, 5.0),
    gaps_s=st.lists(st.floats(0.0, 2.0), min_size=1, max_size=80),
)
@examples(150, always=True)
def test_no_stretch_of_time_holds_more_than_the_burst_and_the_rate(
    capacity: int, refill_per_s: float, max_wait_s: float, gaps_s: list[float]
) -> None:
    """K: for all s < t, granted(s, t) <= capacity + rate x (t - s); reserved tokens count when they are used."""
    limiter = Limiter(LimiterConfig(capacity=capacity, refill_per_s=refill_per_s, max_wait_s=max_wait_s))
    now_s = 0.0
    used_at_s = []
    for gap_s in gaps_s:
        now_s += gap_s
        try:
            used_at_s.append(now_s + limiter.reserve(now_s, within_s=100.0))
        except LimiterFull:
            continue
    assert used_at_s == pytest.approx(sorted(used_at_s))
    for i, start_s in enumerate(used_at_s):
        for j in range(i, len(used_at_s)):
            assert j - i + 1 <= capacity + refill_per_s * (used_at_s[j] - start_s) + 1e-6


def test_of_a_hundred_at_once_the_bucket_lets_its_capacity_through() -> None:
    """K: what a read-modify-write without care grants to all hundred."""
    limiter = Limiter(LimiterConfig(capacity=10, refill_per_s=0.001, max_wait_s=0.0))
    granted = 0
    for _ in range(100):
        try:
            limiter.reserve(0.0, within_s=10.0)
        except LimiterFull:
            continue
        granted += 1
    assert granted == 10


def test_says_how_long_to_wait_and_takes_turns() -> None:
    limiter = Limiter(LimiterConfig(capacity=1, refill_per_s=2.0, max_wait_s=2.0))
    assert [limiter.reserve(0.0, within_s=10.0) for _ in range(4)] == [0.0, 0.5, 1.0, 1.5]


@pytest.mark.parametrize(("max_wait_s", "within_s"), [(0.9, 10.0), (10.0, 0.9)])
def test_refuses_a_wait_that_is_too_long_and_takes_nothing(max_wait_s: float, within_s: float) -> None:
    """K3, for the limiter: a wait that the deadline does not allow is not begun."""
    limiter = Limiter(LimiterConfig(capacity=1, refill_per_s=1.0, max_wait_s=max_wait_s))
    limiter.reserve(0.0, within_s=within_s)
    for _ in range(10):
        with pytest.raises(LimiterFull) as refused:
            limiter.reserve(0.0, within_s=within_s)
        assert refused.value.retry_after_s == 1.0
    assert limiter.reserve(1.0, within_s=within_s) == 0.0


def test_a_full_bucket_does_not_overflow() -> None:
    limiter = Limiter(LimiterConfig(capacity=2, refill_per_s=10.0, max_wait_s=0.0))
    limiter.reserve(0.0, within_s=1.0)
    assert limiter.reserve(100.0, within_s=1.0) == 0.0
    assert limiter.reserve(100.0, within_s=1.0) == 0.0
    with pytest.raises(LimiterFull):
        limiter.reserve(100.0, within_s=1.0)


def test_a_clock_that_steps_back_gives_nothing_away() -> None:
    limiter = Limiter(LimiterConfig(capacity=1, refill_per_s=1.0, max_wait_s=0.0))
    limiter.reserve(100.0, within_s=1.0)
    for now_s in (50.0, 60.0, 100.5):
        with pytest.raises(LimiterFull):
            limiter.reserve(now_s, within_s=1.0)


def test_a_clock_that_steps_back_takes_nothing_away() -> None:
    limiter = Limiter(LimiterConfig(capacity=2, refill_per_s=1.0, max_wait_s=0.0))
    limiter.reserve(100.0, within_s=1.0)
    assert limiter.reserve(50.0, within_s=1.0) == 0.0


@pytest.mark.parametrize("wrong", [{"capacity": 0}, {"refill_per_s": 0.0}, {"max_wait_s": -1.0}], ids=str)
def test_a_setting_that_cannot_be_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        LimiterConfig(**wrong)  # type: ignore[arg-type]
