"""Spans of time at a quantile."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.faults.distributions import Empirical, Exponential, Lognormal, Normal, Pareto, Uniform
from tests.support.examples import examples

ALL: list[Any] = [
    Uniform(low_s=1.0, high_s=5.0),
    Normal(mean_s=1.0, deviation_s=1.0),
    Lognormal(p50_s=0.4, p99_s=4.0),
    Pareto(least_s=0.1, alpha=1.16),
    Exponential(mean_s=2.0),
    Empirical(values_s=(0.3, 0.1, 0.2)),
]


@pytest.mark.thorough
@given(st.sampled_from(ALL), st.floats(0.001, 0.999), st.floats(0.001, 0.999))
@examples(200)
def test_a_higher_quantile_is_never_shorter_and_none_is_below_0(one: Any, chance: float, other: float) -> None:
    low, high = sorted((chance, other))
    assert 0 <= one.at(low) <= one.at(high)


def test_the_middle_is_where_it_is_said_to_be() -> None:
    assert [one.at(0.5) for one in ALL[:3]] == [3.0, 1.0, pytest.approx(0.4)]
    assert ALL[4].at(0.5) == pytest.approx(1.386, abs=0.001)  # ln 2 of two seconds
    assert ALL[5].at(0.5) == 0.2
