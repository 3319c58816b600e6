"""Delays: within their bounds, spread as declared, never past the cap."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.errors import ConfigError
from brownout_core.policies.backoff import (
    JITTERS,
    BackoffConfig,
    bound_s,
    decorrelated_jitter_s,
    delay_s,
    equal_jitter_s,
    full_jitter_s,
    proportional_jitter_s,
)
from tests.support.examples import examples

configs = st.builds(
    BackoffConfig,
    initial_delay_s=st.floats(0.0, 10.0),
    max_delay_s=st.floats(10.0, 1_000.0),
    multiplier=st.floats(1.0, 10.0),
    jitter=st.sampled_from(JITTERS),
    jitter_share=st.floats(0.0, 1.0),
)


@given(config=configs, retry=st.integers(1, 100_000), previous_s=st.floats(0.0, 1_000.0), seed=st.integers())
@examples(200, always=True)
def test_no_delay_is_ever_past_the_cap(config: BackoffConfig, retry: int, previous_s: float, seed: int) -> None:
    """B1, for every jitter, also after a hundred thousand retries."""
    assert 0.0 <= delay_s(retry, previous_s, config, Random(seed)) <= config.max_delay_s


def test_the_bound_grows_by_the_multiplier_up_to_the_cap() -> None:
    """B1"""
    config = BackoffConfig(initial_delay_s=0.5, max_delay_s=5.0, multiplier=2.0)
    assert [bound_s(retry, config) for retry in (1, 2, 3, 4, 5, 5_000)] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def _greatest_distance(samples: list[float], low: float, high: float) -> float:
    """The Kolmogorov-Smirnov statistic of `samples` against the uniform distribution on [low, high]."""
    ordered = sorted((sample - low) / (high - low) for sample in samples)
    n = len(ordered)
    return max(max((i + 1) / n - x, x - i / n) for i, x in enumerate(ordered))


@pytest.mark.parametrize(
    ("draw", "low", "high"),
    [
        (lambda config, rng: full_jitter_s(3, config, rng), 0.0, 4.0),
        (lambda config, rng: equal_jitter_s(3, config, rng), 2.0, 4.0),
        (lambda config, rng: decorrelated_jitter_s(2.0, config, rng), 1.0, 6.0),
        (lambda config, rng: proportional_jitter_s(3, config, rng), 4.0, 6.0),
    ],
    ids=["full", "equal", "decorrelated", "proportional"],
)
def test_delays_have_the_declared_distribution(draw, low: float, high: float) -> None:  # type: ignore[no-untyped-def]
    """B2: 1,000 delays are not told from the declared uniform distribution at p = 0.01."""
    config = BackoffConfig(initial_delay_s=1.0, max_delay_s=100.0, jitter_share=0.5)
    rng = Random(11)
    samples = [draw(config, rng) for _ in range(1_000)]
    assert _greatest_distance(samples, low, high) < 1.63 / math.sqrt(len(samples))


def _fullest_bin(config: BackoffConfig) -> int:
    """Of 1,000 clients that fail at one instant: the most second retries in any 100 ms."""
    arrivals: dict[int, int] = {}
    for client in range(1_000):
        rng = Random(client)
        first_s = delay_s(1, 0.0, config, rng)
        second_s = first_s + delay_s(2, first_s, config, rng)
        arrivals[int(second_s * 10)] = arrivals.get(int(second_s * 10), 0) + 1
    return max(arrivals.values())


def test_a_herd_that_fails_at_once_comes_back_spread_out() -> None:
    """B3: no 100 ms takes more than three times its share of a 3 s spread."""
    uniform = 1_000 / 30
    config = BackoffConfig(initial_delay_s=1.0, max_delay_s=30.0)
    assert _fullest_bin(config) <= 3 * uniform


def test_proportional_jitter_hardly_spreads_a_herd() -> None:
    """B3, as a control: what the check above is there to find."""
    config = BackoffConfig(initial_delay_s=1.0, max_delay_s=30.0, jitter="proportional", jitter_share=0.1)
    assert _fullest_bin(config) > 3 * 1_000 / 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"initial_delay_s": -1.0},
        {"initial_delay_s": 6.0, "max_delay_s": 5.0},
        {"initial_delay_s": math.nan},
        {"max_delay_s": math.inf},
        {"multiplier": 0.5},
        {"jitter": "some"},
        {"jitter_share": 1.5},
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        BackoffConfig(**wrong)  # type: ignore[arg-type]
