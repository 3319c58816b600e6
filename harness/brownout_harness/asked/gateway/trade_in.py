"""`trade_in`: a new part is paid for, and the old one's worth given back."""

import random
from collections.abc import Mapping
from typing import Any

from brownout_core.flows.trade_in import TradeIn
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import brand_of, card, cents, person


def draw(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """At most two fifths are given back, so that a second time would be no more than was paid, and be seen."""
    customer, amount = person(rng), cents(rng)
    return {
        "email": customer.email,
        "name": customer.name,
        "amount": amount,
        "allowance": rng.randint(amount // 5, 2 * amount // 5),
        "currency": "usd",
        "payment_method": card(rng),
    }


def derived(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the books call the card."""
    return {"brand": brand_of(params["payment_method"])}


OPERATION = GatewayOperation(
    flow=TradeIn,
    draw=draw,
    leaves=("stripe.charge", "stripe.refund"),
    derived=derived,
    as_asked={
        "stripe.charge": {
            "amount": "{{amount}}",
            "currency": "{{currency}}",
            "description": "traded in by {{email}}",
            "payment_method_details": {"card": {"brand": "{{brand}}"}},
        },
        "stripe.refund": {"amount": "{{allowance}}", "currency": "{{currency}}"},
    },
    answers={
        "customer": ("stripe.charge.customer",),
        "payment_intent": ("stripe.charge.payment_intent",),
        "charge": ("stripe.charge.id",),
        "amount": ("stripe.charge.amount",),
        "currency": ("stripe.charge.currency",),
        "refund": ("stripe.refund.id",),
        "given_back": ("stripe.refund.amount",),
    },
)
