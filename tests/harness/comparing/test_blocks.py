"""A run's time in blocks."""

import numpy as np

from brownout_harness.comparing.blocks import FEWEST, MOST, blocks_of
from brownout_reports.spans import PhaseSpan


def test_no_block_lies_in_two_phases() -> None:
    blocks = blocks_of([PhaseSpan("steady", 0, 21), PhaseSpan("outage", 21, 22), PhaseSpan("long", 22, 622)])
    assert {name: blocks.phases.count(name) for name in blocks.phases} == {"steady": 10, "outage": FEWEST, "long": MOST}
    assert blocks.starts_s[10] == 21.0
    assert (np.diff(blocks.starts_s) > 0).all()


def test_an_instant_is_in_the_block_that_it_begins_and_what_is_later_than_all_in_the_last() -> None:
    blocks = blocks_of([PhaseSpan("steady", 0, 10)])
    assert list(blocks.places([0.0, 1.999, 2.0, 9.9, 10.0, 99.0])) == [0, 0, 1, 4, 4, 4]
    assert list(blocks.counted([0.0, 1.0, 99.0])) == [2, 0, 0, 0, 1]
    assert list(blocks.summed([0.0, 1.0, 99.0], [5, 6, 7])) == [11, 0, 0, 0, 7]


def test_phases_of_one_name_are_drawn_apart() -> None:
    blocks = blocks_of([PhaseSpan("calm", 0, 10), PhaseSpan("storm", 10, 20), PhaseSpan("calm", 20, 30)])
    assert set(blocks.phases) == {"calm", "storm", "calm (2)"}
    assert blocks.within("storm").sum() == 5
    assert blocks.within("").sum() == 15


def test_a_run_without_phases_is_one_block() -> None:
    assert list(blocks_of([]).counted([1.0, 2.0])) == [2]
