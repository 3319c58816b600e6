"""`rotate_secret`: a secret that gets a new value."""

import random
from typing import Any

from brownout_core.flows.rotate_secret import RotateSecret
from brownout_harness.asked.gateway.operation import GatewayOperation

SECRETS = 40
"""So few that some are rotated by two at once, and so many that most are not."""


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """One of several secrets."""
    return {"path": f"app/secret-{rng.randrange(SECRETS)}"}


OPERATION = GatewayOperation(
    flow=RotateSecret,
    draw=draw,
    leaves=("vault.secret_written",),
    as_asked={"vault.secret_written": {"path": "secret/{{path}}"}},
    answers={"version": ("vault.secret_written.version",)},
)
