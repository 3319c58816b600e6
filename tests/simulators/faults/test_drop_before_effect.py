"""Drop before the effect."""

import pytest

from tests.simulators.driving import Driver


@pytest.mark.parametrize("ending", ["reset", "close", "hang"])
def test_the_connection_ends_as_asked_and_nothing_was_done(ending: str) -> None:
    till = Driver({"drop_before_effect": {"ending": ending}})
    answer = till.send()
    assert (answer.status, answer.ending) == (0, ending)
    assert till.effects() == []


def test_a_drop_can_come_late() -> None:
    till = Driver({"latency": {"fixed_s": 1.0}}, {"drop_before_effect": {}})
    steps = till.simulator.handle(till.call())
    assert next(steps) == 1.0
    till.clock.now_s += 1.0
    assert till.finish(steps).status == 0
    assert till.requests()[0]["finished_s"] == 101.0
