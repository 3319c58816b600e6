"""Lock: the object is held by somebody else."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver, body_of


def test_a_lock_is_waited_for_and_then_refused_in_the_vendors_words() -> None:
    till = Driver({"lock": {"wait_s": 1.5}})
    steps = till.simulator.handle(till.call(key="k"))
    assert next(steps) == 1.5
    till.clock.now_s += 1.5
    assert body_of(till.finish(steps)) == {"error": "slow_down: lock"}
    till.simulator.plan.remove()
    assert till.send(key="k").status == 200
    assert len(till.effects()) == 1


def test_a_lock_that_cannot_be_is_refused() -> None:
    with pytest.raises(FaultError, match="wait_s"):
        rule_from_json({"id": "r", "vendor": "till", "lock": {"wait_s": -1}})
