"""`sign_contract`: what is drawn is what the flow takes, and each operation has a signer of its own."""

import random

from brownout_core.flows.sign_contract import ContractRequest
from brownout_harness.asked.gateway.sign_contract import OPERATION


def test_what_is_drawn_is_a_request_of_the_flow() -> None:
    rng = random.Random(5)
    drawn = [OPERATION.draw(rng, f"sign_contract-{number}") for number in range(50)]
    assert len({each["email"] for each in drawn}) == len({each["subject"] for each in drawn}) == 50
    for number, each in enumerate(drawn):
        ContractRequest.model_validate({**each, "operation_id": f"sign_contract-{number}"})
    assert list(OPERATION.problems({})) == []
    assert list(OPERATION.problems({"email": "nobody"}))
