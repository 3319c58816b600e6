"""How far a difference may be chance."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.comparing.blocks import Blocks, Floats, blocks_of
from brownout_harness.comparing.intervals import FINEST, Interval, Quantile, Ratio, Sample, Total, interval_of, value_of
from brownout_harness.judging.expectations.latency import quantile
from brownout_reports.spans import PhaseSpan
from tests.support.examples import examples

BLOCKS = blocks_of([PhaseSpan("steady", 0, 60), PhaseSpan("outage", 60, 120)])
WHOLE = np.ones((1, len(BLOCKS)))


def sample(values: Floats, at_s: Floats, blocks: Blocks = BLOCKS) -> Sample:
    return Sample.of(values, blocks.places(at_s), len(blocks))


@examples(60)
@given(
    values=st.lists(st.sampled_from([0.1, 0.2, 0.2, 0.5, 1.0, 3.0]), min_size=1, max_size=60),
    q=st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_a_quantile_is_the_one_that_the_judge_computes(values: list[float], q: float) -> None:
    found = Quantile(sample(np.array(values), np.linspace(0, 119, len(values))), q)
    assert value_of(found, BLOCKS) == quantile(sorted(values), q)


def test_of_very_many_values_neighbours_are_taken_together() -> None:
    values = np.linspace(0, 1, 10 * FINEST)
    p99 = Quantile(sample(values, np.linspace(0, 119, len(values))), 0.99)
    assert len(p99.sample.values) == FINEST
    assert value_of(p99, BLOCKS) == pytest.approx(0.99, abs=1 / FINEST)


def test_a_figure_of_nothing_is_none_and_not_zero() -> None:
    nothing = np.zeros(len(BLOCKS))
    assert value_of(Ratio(nothing, nothing), BLOCKS) is None
    assert value_of(Quantile(sample(np.array([]), np.array([])), 0.99), BLOCKS) is None
    assert value_of(Total(nothing), BLOCKS) == 0
    assert interval_of(Ratio(nothing, nothing), Ratio(nothing, nothing), (BLOCKS, BLOCKS), is_paired=True) is None


def test_a_figure_of_one_phase_knows_nothing_of_the_others() -> None:
    asked = np.ones(len(BLOCKS))
    done = BLOCKS.within("steady")
    assert value_of(Ratio(done, asked), BLOCKS, "outage") == 0
    assert value_of(Ratio(done, asked), BLOCKS, "steady") == 1
    two = (BLOCKS, BLOCKS)
    assert interval_of(Ratio(done, asked), Ratio(done, asked), two, is_paired=False, phase="outage") == Interval(0, 0)


def test_the_same_runs_give_the_same_interval() -> None:
    one, other = (Total(np.arange(len(BLOCKS), dtype=float) * times) for times in (1, 2))
    first, again = (interval_of(one, other, (BLOCKS, BLOCKS), is_paired=False) for _ in range(2))
    assert first == again


def test_what_the_moment_does_to_both_takes_nothing_away_where_they_are_paired() -> None:
    moment = np.random.default_rng(1).uniform(10, 100, len(BLOCKS))
    one, other = Total(moment), Total(moment + 1)
    assert interval_of(one, other, (BLOCKS, BLOCKS), is_paired=True) == Interval(len(BLOCKS), len(BLOCKS))
    apart = interval_of(one, other, (BLOCKS, BLOCKS), is_paired=False)
    assert apart is not None
    assert not apart.excludes_zero


def test_phases_are_drawn_each_as_often_as_they_are_long() -> None:
    """A total over a phase in which every block is alike has nothing to do with chance."""
    alike = 3 * BLOCKS.within("steady")
    assert interval_of(Total(alike), Total(2 * alike), (BLOCKS, BLOCKS), is_paired=False) == Interval(90, 90)


@pytest.mark.thorough
def test_a_shift_is_found_and_none_is_not() -> None:
    """Operations of a log-normal latency: of 40 pairs that do not differ about two seem to."""
    assert sum(_is_told_apart(seed, 1.0) for seed in range(40)) <= 6
    assert sum(_is_told_apart(seed, 1.5) for seed in range(20)) >= 18


def _is_told_apart(seed: int, times: float) -> bool:
    one, other = _medians(seed, times)
    found = interval_of(one, other, (BLOCKS, BLOCKS), is_paired=False)
    return found is not None and found.excludes_zero


def _medians(seed: int, times: float) -> Iterator[Quantile]:
    draw = np.random.default_rng(seed)
    for factor in (1.0, times):
        at_s = draw.uniform(0, 120, 300)
        yield Quantile(sample(factor * draw.lognormal(-3, 0.6, 300), at_s), 0.5)
