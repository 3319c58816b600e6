"""Everything that is known of one operation."""

import pytest

from brownout_harness.real.console.story import story_of
from brownout_harness.real.console.watch import Watch
from tests.harness.real.console.conftest import Street

pytestmark = pytest.mark.real


def test_steps_of_other_operations_are_left_out_and_instants_are_those_of_the_wall(street: Street) -> None:
    watch = Watch(wall_s=5000.0)
    watch.turn_to(street.simulated)
    street.pay("op-1")
    street.pay("op-2")
    watch.look()
    steps = story_of("op-2", watch, street.simulated, 5000.0)["steps"]
    assert [(step["kind"], step["operation_id"]) for step in steps] == [("request", "op-2"), ("effect", "op-2")]
    assert steps[0]["at"] > 5000.0
