"""`collect`, as whoever asks for it must know it: one file, and one line in the table of the gateway's operations."""

import random
from typing import Any

from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import cents
from tests.toys.collect_flow import Collect


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """An amount."""
    return {"amount": cents(rng)}


OPERATION = GatewayOperation(flow=Collect, draw=draw, leaves=(("acme.payment", "stripe.charge"),))
