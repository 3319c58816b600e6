"""How long something is told to have taken."""

import pytest

from brownout_harness.judging.expectations.base import seconds
from brownout_harness.judging.expectations.told_durations import durations_against_driver
from tests.support.histories import changed, healthy, telling

ASKED_AT_S = 1.5
"""When `op-3` of that history is asked for."""


@pytest.mark.parametrize(("duration_s", "is_true"), [(0.0, True), (0.1, True), (0.2, False), (-0.2, False)])
def test_nothing_takes_longer_than_since_it_was_asked_for(duration_s: float, is_true: bool) -> None:
    told = telling(healthy())
    assert next(each.sent_s for each in told.operations if each.operation_id == "op-3") == ASKED_AT_S
    events = [
        each._replace(at_s=ASKED_AT_S + 0.1, duration_s=duration_s)
        if (each.operation_id, each.kind) == ("op-3", "operation_finished")
        else each
        for each in told.events
    ]
    found = [(each.operation_id, each.what) for each in durations_against_driver(changed(told, events=events))]
    what = f"operation_finished was told to have taken {seconds(duration_s)}, 100 ms after it was asked for"
    assert found == ([] if is_true else [("op-3", what)])
