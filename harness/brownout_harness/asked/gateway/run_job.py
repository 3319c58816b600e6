"""`run_job`: a job that is kept, and done by whoever hears of it."""

import random
from typing import Any

from brownout_core.flows.run_job import RunJob
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import GOODS


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """What it is about."""
    return {"details": {"sku": rng.choice(GOODS)[0]}}


OPERATION = GatewayOperation(
    flow=RunJob,
    draw=draw,
    # The row that the asking made, and its change to `done`: of a job that nobody heard of there is no change.
    leaves=("supabase.row", "supabase.row_updated"),
    as_asked={
        "supabase.row": {"table": "jobs", "row": {"payload": "{{details}}", "status": "queued"}},
        "supabase.row_updated": {"table": "jobs", "row": {"payload": "{{details}}", "status": "done"}},
    },
    answers={"job": ("supabase.row.key",)},
)
