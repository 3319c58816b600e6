"""`notify`: a text message."""

import random
from typing import Any

from brownout_core.flows.notify import Notify
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import phone, text


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """To a number that is reserved for fiction."""
    return {"to": phone(rng), "body": text(rng)}


OPERATION = GatewayOperation(
    flow=Notify,
    draw=draw,
    leaves=(("twilio.message", "twilio.verification"),),
    as_asked={
        "twilio.message": {"to": "{{to}}", "body": "{{body}} (ref *)"},
        "twilio.verification": {"to": "{{to}}"},
    },
    answers={"message": ("twilio.message.id",)},
)
