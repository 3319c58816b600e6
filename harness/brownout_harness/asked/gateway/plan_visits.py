"""`plan_visits`: two work orders of the ERP, made together."""

import random
from typing import Any

from brownout_core.flows.plan_visits import PlanVisits
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import CUSTOMERS, GOODS, person


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """In two weeks of a far year, as the ERP writes an instant."""
    customer, someone = rng.choice(CUSTOMERS), person(rng)
    day, hour = rng.randint(1, 14), rng.randint(7, 16)
    return {
        "customer": customer,
        "site": someone.line1,
        "first_start": f"2040-02-{day:02}T{hour:02}:00:00.000Z",
        "first_item": rng.choice(GOODS)[0],
        "second_start": f"2040-02-{day + 14:02}T{hour:02}:00:00.000Z",
        "second_item": rng.choice(GOODS)[0],
    }


def _visit(number: str, which: str) -> dict[str, Any]:
    return {
        "external_document_number": f"*-{number}",
        "customer": "{{customer}}",
        "site": "{{site}}",
        "planned_start": f"{{{{{which}_start}}}}",
        "lines": [{"item": f"{{{{{which}_item}}}}", "quantity": 1}],
    }


OPERATION = GatewayOperation(
    flow=PlanVisits,
    draw=draw,
    leaves=("erp.work_order", "erp.work_order"),
    undone_by={"erp.work_order": "erp.work_order_cancellation"},
    as_asked={"erp.work_order": [_visit("1", "first"), _visit("2", "second")]},
    answers={
        "first_visit": ("erp.work_order.id",),
        "first_number": ("erp.work_order.number",),
        "second_visit": ("erp.work_order.id",),
        "second_number": ("erp.work_order.number",),
    },
)
