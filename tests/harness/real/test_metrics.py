"""What metrics say of a breaker."""

import pytest

from brownout_harness.real.metrics import Unreadable, samples_in, state_in
from brownout_scenarios.observing import BreakerMetric

NUMBERS = """
# HELP breaker_state 0 closed, 1 half-open, 2 open
# TYPE breaker_state gauge
breaker_state{vendor="stripe"} 2
breaker_state{vendor="twilio"} 0.0
breaker_state{vendor="openai"} 7
"""
NAMED = """
resilience4j_circuitbreaker_state{name="pay",state="closed",} 0.0
resilience4j_circuitbreaker_state{name="pay",state="half_open",} 1.0
resilience4j_circuitbreaker_state{name="pay",state="open",} 0.0
resilience4j_circuitbreaker_state{name="off",state="disabled",} 1.0
resilience4j_circuitbreaker_state{name="two",state="open",} 1.0
resilience4j_circuitbreaker_state{name="two",state="closed",} 1.0
"""


def numbered(**labels: str) -> BreakerMetric:
    return BreakerMetric(metric="breaker_state", labels=labels, closed=0, half_open=1, open=2, open_for_s=5)


def named(name: str) -> BreakerMetric:
    return BreakerMetric(metric="resilience4j_circuitbreaker_state", labels={"name": name}, state="state", open_for_s=5)


@pytest.mark.parametrize(
    ("text", "wanted", "state"),
    [
        (NUMBERS, numbered(vendor="stripe"), "open"),
        (NUMBERS, numbered(vendor="twilio"), "closed"),
        (NUMBERS, numbered(vendor="clerk"), None),
        (NAMED, named("pay"), "half_open"),
        (NAMED, named("none"), None),
        (NAMED.replace("half_open", "HALF-OPEN"), named("pay"), "half_open"),
        ("", named("pay"), None),
    ],
)
def test_a_state_is_a_number_or_the_name_of_the_series_that_is_one(
    text: str, wanted: BreakerMetric, state: str | None
) -> None:
    assert state_in(samples_in(text), wanted) == state


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        (NUMBERS, numbered(), "3 series; say by labels which one it is"),
        (NUMBERS, numbered(vendor="openai"), "7 stands for no state that the scenario says"),
        (NAMED, named("off"), "state is 'disabled', which is none of closed, open, half_open"),
        (NAMED, named("two"), "2 of 2 series are 1, and one state is to be"),
    ],
)
def test_what_cannot_be_understood_is_no_state(text: str, wanted: BreakerMetric, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        state_in(samples_in(text), wanted)


def test_what_is_no_text_format_is_told() -> None:
    with pytest.raises(Unreadable, match="not in Prometheus's text format"):
        samples_in('{"status": "up"}')
