"""`reserve_stock`: stock that is held, and the work order that has it."""

import random
from typing import Any

from brownout_core.flows.reserve_stock import ReserveStock
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import CUSTOMERS, GOODS, person


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """Of what the simulated company has in stock."""
    item, customer, someone = rng.choice(GOODS)[0], rng.choice(CUSTOMERS), person(rng)
    return {"item": item, "quantity": rng.randint(1, 5), "customer": customer, "site": someone.line1}


OPERATION = GatewayOperation(
    flow=ReserveStock,
    draw=draw,
    leaves=("erp.reservation", "erp.work_order"),
    undone_by={"erp.reservation": "erp.reservation_release", "erp.work_order": "erp.work_order_cancellation"},
    as_asked={
        "erp.reservation": {"item": "{{item}}", "quantity": "{{quantity}}"},
        "erp.work_order": {
            "customer": "{{customer}}",
            "site": "{{site}}",
            "lines": [{"item": "{{item}}", "quantity": "{{quantity}}"}],
        },
    },
    answers={"work_order": ("erp.work_order.id",), "work_order_number": ("erp.work_order.number",)},
)
