"""Where a breaker stands in a target's metrics."""

from typing import Any

import pytest

from brownout_scenarios.observing import BreakerMetric


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"closed": 0, "open": 1, "state": "state"}, "has numbers and state"),
        ({"closed": 0}, "says not which number is what"),
        ({}, "says not which number is what"),
        ({"closed": 0, "open": 1, "half_open": 1}, "has one number for two states"),
    ],
)
def test_a_state_has_one_number_or_a_name(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        BreakerMetric(metric="breaker_state", open_for_s=5, **given)
