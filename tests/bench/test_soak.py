"""What the soak makes of its samples."""

import pytest

from tests.bench.soak import Sample, slope_mb


def test_a_simulator_that_grows_has_a_slope_and_one_that_only_trembles_has_none() -> None:
    growing = [Sample(at_s, 300.0 + at_s / 100.0) for at_s in range(300, 1800, 10)]
    trembling = [Sample(at_s, 300.0 + (at_s // 10) % 2) for at_s in range(300, 1800, 10)]
    assert slope_mb(growing) == pytest.approx(3.0)
    assert abs(slope_mb(trembling)) < 0.01
