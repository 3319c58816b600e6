"""`check_code`: the code that somebody has read."""

import random
from typing import Any

from brownout_core.flows.check_code import CheckCode
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import phone_of

DIGITS = 6


def draw(_rng: random.Random, operation_id: str) -> dict[str, Any]:
    """The right one: the simulator sends a number's last digits. Asked for before the `send_code` of the same number,
    or after one that failed, it is no code at all."""
    to = phone_of(operation_id)
    return {"to": to, "code": to[-DIGITS:]}


OPERATION = GatewayOperation(
    flow=CheckCode,
    draw=draw,
    leaves=("twilio.approval",),
    as_asked={"twilio.approval": {"to": "{{to}}"}},
    answers={"verification": ("twilio.approval.verification",), "to": ("twilio.approval.to",)},
)
