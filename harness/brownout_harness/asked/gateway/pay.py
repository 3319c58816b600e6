"""`pay`: a payment, as in a shop."""

import random
from typing import Any

from brownout_core.flows.pay import Pay
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import card, cents


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """Most of them small."""
    return {"amount": cents(rng), "currency": "usd", "payment_method": card(rng)}


OPERATION = GatewayOperation(
    flow=Pay,
    draw=draw,
    leaves=("stripe.charge",),
    as_asked={"stripe.charge": {"amount": "{{amount}}", "currency": "{{currency}}"}},
    answers={
        "payment_intent": ("stripe.charge.payment_intent",),
        "amount": ("stripe.charge.amount",),
        "currency": ("stripe.charge.currency",),
    },
)
