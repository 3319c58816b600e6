"""What a run hands to the judge."""

import dataclasses

import pytest

from brownout_harness.judging.inputs import FaultCount, RunInputs
from brownout_reports.tables import Tables


def test_a_run_of_nothing_has_no_gap_and_nothing_left_open() -> None:
    inputs = RunInputs(tables=Tables())
    assert inputs.gaps == ()
    assert not inputs.still_open
    assert inputs.logs is None


def test_run_inputs_cannot_be_changed_after_the_run() -> None:
    inputs = RunInputs(tables=Tables(), fault_counts={"brownout.1": FaultCount(4, 2)})
    with pytest.raises(dataclasses.FrozenInstanceError):
        inputs.gaps = ()  # type: ignore[misc]
