"""`pay`: a payment, as in a shop."""

import random
from collections.abc import Mapping
from typing import Any

from brownout_core.flows.pay import Pay
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import brand_of, card, cents


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """Most of them small."""
    return {"amount": cents(rng), "currency": "usd", "payment_method": card(rng)}


def derived(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the books call the card, and what most do not say."""
    said = {name: params.get(name) for name in ("customer", "description")}
    return {**said, "brand": brand_of(params.get("payment_method", ""))}


OPERATION = GatewayOperation(
    flow=Pay,
    draw=draw,
    leaves=("stripe.charge",),
    derived=derived,
    as_asked={
        "stripe.charge": {
            "amount": "{{amount}}",
            "currency": "{{currency}}",
            "customer": "{{customer}}",
            "description": "{{description}}",
            "payment_method_details": {"card": {"brand": "{{brand}}"}},
        }
    },
    answers={
        "payment_intent": ("stripe.charge.payment_intent",),
        "amount": ("stripe.charge.amount",),
        "currency": ("stripe.charge.currency",),
    },
)
