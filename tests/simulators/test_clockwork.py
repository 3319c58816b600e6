"""What runs by itself."""

import pytest

from tests.simulators.driving import Driver


def test_a_deferred_step_runs_when_it_is_due_and_its_effect_belongs_to_the_operation() -> None:
    till = Driver()
    till.send(operation="op-1", body={"amount": 5, "settle_after_s": 3.0})
    assert till.simulator.next_due_s() == 103.0
    assert till.simulator.run_due(102.9) == []
    till.clock.now_s = 103.0
    till.simulator.run_due(103.0)
    assert [(row["route"], row["operation_id"], row["at_s"]) for row in till.effects()] == [
        ("till.charge", "op-1", 100.0),
        ("till.settlement", "op-1", 103.0),
    ]


def test_moving_the_clock_ahead_makes_things_due_and_leaves_the_books_alone() -> None:
    till = Driver()
    till.send(body={"amount": 5, "settle_after_s": 3600.0})
    till.simulator.advance(3600.0)
    assert till.simulator.next_due_s() == 100.0
    till.simulator.run_due(100.0)
    assert till.effects()[1]["at_s"] == 100.0
    with pytest.raises(ValueError, match="advance_s"):
        till.simulator.advance(-1.0)
