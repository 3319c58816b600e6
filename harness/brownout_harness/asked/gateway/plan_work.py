"""`plan_work`: a work order that the ERP makes in its own time."""

import random
from typing import Any

from brownout_core.flows.plan_work import PlanWork
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import CUSTOMERS, GOODS, person


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """In one of the weeks of a far year, as the ERP writes an instant."""
    item, customer, someone = rng.choice(GOODS)[0], rng.choice(CUSTOMERS), person(rng)
    day, hour = rng.randint(1, 28), rng.randint(7, 16)
    return {
        "item": item,
        "quantity": rng.randint(1, 5),
        "customer": customer,
        "site": someone.line1,
        "planned_start": f"2040-02-{day:02}T{hour:02}:00:00.000Z",
    }


OPERATION = GatewayOperation(
    flow=PlanWork,
    draw=draw,
    leaves=("erp.work_order",),
    undone_by={"erp.work_order": "erp.work_order_cancellation"},
    as_asked={
        "erp.work_order": {
            "customer": "{{customer}}",
            "site": "{{site}}",
            "planned_start": "{{planned_start}}",
            "lines": [{"item": "{{item}}", "quantity": "{{quantity}}"}],
        },
    },
    answers={
        "work_order": ("erp.work_order.id",),
        "work_order_number": ("erp.work_order.number",),
        "site": ("erp.work_order.site",),
    },
)
