"""How long who is starved stands still, and runs, in turn."""

import pytest

from brownout_harness.faults.starving import PERIOD_S, pulse_of
from brownout_scenarios.phases import Action


@pytest.mark.parametrize(("taken", "still_s"), [(None, 0.075), (0.75, 0.075), (0.5, 0.05), (0.99, 0.099)])
def test_it_is_a_part_of_each_tenth_of_a_second(taken: float | None, still_s: float) -> None:
    still, running = pulse_of(Action(starve="gateway", taken=taken))
    assert still == pytest.approx(still_s)
    assert still + running == pytest.approx(PERIOD_S)
