"""`save_job`: a job that is kept."""

import random
from typing import Any

from brownout_core.flows.save_job import SaveJob
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import GOODS, cents


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """Each its own: two that share a business key are one job."""
    return {"business_key": operation_id, "details": {"sku": rng.choice(GOODS)[0]}, "amount": cents(rng)}


OPERATION = GatewayOperation(
    flow=SaveJob,
    draw=draw,
    leaves=("supabase.row",),
    as_asked={"supabase.row": {"table": "jobs"}},
    answers={"job": ("supabase.row.key",)},
)
