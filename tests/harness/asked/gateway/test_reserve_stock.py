"""`reserve_stock`: what is drawn is what the flow takes, and what the simulated company has."""

import random

from brownout_core.flows.reserve_stock import ReserveRequest
from brownout_harness.asked.gateway.reserve_stock import OPERATION, draw
from brownout_simulators.vendors.erp import VENDOR
from brownout_simulators.vendors.erp.setup import CUSTOMERS, ITEMS


def test_what_is_drawn_is_asked_for_and_there() -> None:
    rng = random.Random(7)
    for number in range(50):
        drawn = draw(rng, f"op-{number}")
        ReserveRequest(operation_id=f"op-{number}", **drawn)
        assert drawn["item"] in {item for item, _, _ in ITEMS}
        assert drawn["customer"] in {customer for customer, _ in CUSTOMERS}


def test_what_it_leaves_and_what_takes_that_back_are_effects_of_the_erps() -> None:
    named = {*OPERATION.leaves, *OPERATION.undone_by, *OPERATION.undone_by.values(), *OPERATION.as_asked}
    assert named <= set(VENDOR.effects)
