"""`take_note`: a note of the application's own user."""

import random
from typing import Any

from brownout_core.flows.take_note import TakeNote
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import GOODS


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """What is noted."""
    return {"text": f"ask for {rng.choice(GOODS)[0]}"}


OPERATION = GatewayOperation(
    flow=TakeNote,
    draw=draw,
    leaves=("supabase.row",),
    as_asked={"supabase.row": {"table": "notes", "row": {"text": "{{text}}"}}},
    answers={"note": ("supabase.row.key",)},
)
