"""How fast something grows is told with how sure that is."""

import random

import pytest

from brownout_harness.judging.expectations.held import Held, Measure, growth_per_minute


@pytest.mark.parametrize("a_minute", [0, 60, -600])
def test_the_slope_is_that_of_the_line_and_without_noise_sure(a_minute: int) -> None:
    held = [Held(float(second), 10_000 + a_minute * second // 60) for second in range(0, 600, 10)]
    low, high = growth_per_minute(held)
    assert low == pytest.approx(a_minute, abs=1e-6) == high


def test_of_a_hundred_that_only_wander_about_as_many_are_taken_for_growing_as_is_said() -> None:
    wrong = 0
    for seed in range(100):
        rng = random.Random(seed)
        low, high = growth_per_minute([Held(float(second), rng.randrange(1000)) for second in range(120)])
        wrong += not low <= 0.0 <= high
    assert wrong <= 12


def test_an_amount_is_told_in_its_unit() -> None:
    measure = Measure("memory", "MB", 1_000_000, 1, lambda sample: sample.resident_bytes)
    assert measure.text(50_240_000) == "50.2 MB"
