"""`use_credentials`: a user of a database, lent by Vault."""

import random
from typing import Any

from brownout_core.flows.use_credentials import UseCredentials
from brownout_harness.asked.gateway.operation import GatewayOperation

ROLE = "ro"
"""Which every cluster of the simulator has from the beginning."""


def draw(_rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """Everybody works as the same one."""
    return {"role": ROLE}


# Who is lent is nobody's in particular: his coming and going is under no operation's id.
OPERATION = GatewayOperation(flow=UseCredentials, draw=draw, leaves=())
