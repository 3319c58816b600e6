"""`send_receipt`: a mail that a payment was received."""

import random
from typing import Any

from brownout_core.flows.send_receipt import SendReceipt
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import cents, money


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """To an address of its own, at a domain that nobody can have (RFC 6761, section 6.2)."""
    return {"to": f"{operation_id}@sim.test", "amount": cents(rng), "currency": "usd"}


OPERATION = GatewayOperation(
    flow=SendReceipt,
    draw=draw,
    leaves=("resend.email",),
    derived=lambda params: {"paid": f"{money(params['amount'])} {params['currency'].upper()}"},
    as_asked={
        "resend.email": {
            "recipients": ["{{to}}"],
            "subject": "Your receipt for {{paid}} *",
            "text": "*payment of {{paid}}.*",
            "html": "*payment of <b>{{paid}}</b>.*",
        }
    },
    answers={"email": ("resend.email.id",)},
)
