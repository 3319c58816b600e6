"""`sign_contract`: a contract that somebody is to sign."""

import random
from hashlib import sha256
from typing import Any

from brownout_core.flows.sign_contract import SignContract
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import person


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """Nobody is mailed twice by two of them: an operation's signer is its own."""
    customer = person(rng)
    text = f"{customer.name} orders the work at {customer.line1}, {customer.city}."
    return {
        "name": customer.name,
        "email": f"{operation_id}@example.com",
        "subject": f"Contract {operation_id}",
        "text": text,
    }


OPERATION = GatewayOperation(
    flow=SignContract,
    draw=draw,
    leaves=("docusign.envelope",),
    derived=lambda params: {"sha256": sha256(params["text"].encode()).hexdigest()},
    as_asked={
        "docusign.envelope": {
            "subject": "{{subject}}",
            "recipients": "{{email}}",
            "names": ["{{name}}"],
            "sha256": ["{{sha256}}"],
        }
    },
    answers={"envelope": ("docusign.envelope.envelope_id",)},
)
