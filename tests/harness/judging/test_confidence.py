"""Intervals hold the truth as often as they say."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.judging.confidence import of_ratio, of_share
from tests.support.examples import examples


def test_of_nothing_it_may_be_any_share() -> None:
    assert of_share(0, 0) == (0.0, 1.0)
    assert of_ratio(0, 0) == (0.0, math.inf)


@pytest.mark.parametrize(("share", "needed"), [(0.95, 73), (0.98, 189), (0.99, 381)])
def test_so_many_are_needed_to_be_sure_of_a_share_of_which_all_was_seen(share: float, needed: int) -> None:
    assert of_share(needed - 1, needed - 1).low < share <= of_share(needed, needed).low


def test_a_known_interval() -> None:
    low, high = of_share(8, 10)  # Wilson (1927), as in any textbook
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)


def test_a_fifth_more_can_be_told_from_as_many_from_some_230_on() -> None:
    assert of_ratio(230, 230).high > 1.2 >= of_ratio(231, 231).high


@examples(50)
@given(st.integers(0, 500), st.integers(1, 500))
def test_the_share_seen_lies_within_and_more_samples_narrow_it(hits: int, more: int) -> None:
    among = hits + more
    low, high = of_share(hits, among)
    assert 0.0 <= low <= hits / among <= high <= 1.0
    wide, narrow = of_share(hits, among), of_share(10 * hits, 10 * among)
    assert narrow.high - narrow.low < wide.high - wide.low


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_it_holds_the_truth_nineteen_times_in_twenty(share: float) -> None:
    rng, tries = random.Random(7), 1000
    held = 0
    for _ in range(tries):
        low, high = of_share(sum(rng.random() < share for _ in range(200)), 200)
        held += low <= share <= high
    assert 0.92 <= held / tries <= 0.98
