"""`save_job`: a job that is kept."""

import random
from collections.abc import Mapping
from typing import Any

from brownout_core.flows.save_job import SaveJob
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import GOODS, cents


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """Each its own: two that share a business key are one job."""
    return {"business_key": operation_id, "details": {"sku": rng.choice(GOODS)[0]}, "amount": cents(rng)}


def derived(params: Mapping[str, Any]) -> dict[str, Any]:
    """The amount as the table has it, and the state of who says none."""
    amount = params.get("amount")
    return {"in_full": None if amount is None else amount / 100, "state": params.get("state", "queued")}


OPERATION = GatewayOperation(
    flow=SaveJob,
    draw=draw,
    leaves=("supabase.row",),
    derived=derived,
    # One that is asked for again changes what is there: into the same.
    as_asked={
        kind: {
            "table": "jobs",
            "row": {
                "business_key": "{{business_key}}",
                "status": "{{state}}",
                "payload": "{{details}}",
                "amount": "{{in_full}}",
            },
        }
        for kind in ("supabase.row", "supabase.row_updated")
    },
    answers={
        "job": ("supabase.row.key",),
        "business_key": ("supabase.row.row.business_key",),
        "job_state": ("supabase.row.row.status",),
    },
)
