"""The arithmetic of time limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.errors import ConfigError
from brownout_core.policies.deadline import TimeoutConfig, Timeouts
from tests.support.examples import examples

seconds = st.floats(0.0, 1e6)


@given(now_s=seconds, attempt_s=st.floats(0.01, 100.0), minimum_s=st.floats(0.0, 0.01), deadline_at_s=seconds)
@examples(200, always=True)
def test_an_attempt_ends_with_its_own_time_or_the_deadline_whichever_is_first(
    now_s: float, attempt_s: float, minimum_s: float, deadline_at_s: float
) -> None:
    """D1"""
    timeouts = Timeouts(TimeoutConfig(attempt_s=attempt_s, minimum_attempt_s=minimum_s))
    ends_at_s = timeouts.attempt_ends_at_s(now_s, deadline_at_s)
    assert timeouts.allows_attempt_at(now_s, deadline_at_s) is (ends_at_s is not None)
    if ends_at_s is None:
        assert deadline_at_s - now_s < max(minimum_s, 1e-300) or deadline_at_s <= now_s
    else:
        assert now_s < ends_at_s <= deadline_at_s
        assert ends_at_s == min(now_s + attempt_s, deadline_at_s)


@pytest.mark.parametrize(
    ("asked_at_s", "deadline_at_s"), [(None, 110.0), (105.0, 105.0), (1_000.0, 110.0), (99.0, 99.0)]
)
def test_the_earlier_of_the_callers_and_the_vendors_deadline_counts(
    asked_at_s: float | None, deadline_at_s: float
) -> None:
    assert Timeouts(TimeoutConfig(deadline_s=10.0)).deadline_at_s(100.0, asked_at_s) == deadline_at_s


def test_a_time_of_its_own_takes_the_place_of_the_usual_one_and_never_passes_the_deadline() -> None:
    timeouts = Timeouts(TimeoutConfig(attempt_s=3.0))
    assert timeouts.attempt_ends_at_s(100.0, 120.0, 8.0) == 108.0
    assert timeouts.attempt_ends_at_s(100.0, 105.0, 8.0) == 105.0


@pytest.mark.parametrize("left_s", [0.0, -1.0])
def test_no_attempt_starts_at_or_after_the_deadline(left_s: float) -> None:
    """D2"""
    assert Timeouts(TimeoutConfig(minimum_attempt_s=0.0)).attempt_ends_at_s(10.0, 10.0 + left_s) is None


@pytest.mark.parametrize(
    "wrong", [{"attempt_s": 0.0}, {"deadline_s": 0.0}, {"minimum_attempt_s": 5.0, "attempt_s": 3.0}], ids=str
)
def test_a_setting_that_cannot_be_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        TimeoutConfig(**wrong)
