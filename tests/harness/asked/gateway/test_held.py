"""What somebody asks for is held against the vendors' books, field by field, whichever operation it is."""

import json
import random
from collections.abc import Mapping
from typing import Any, Final

import pytest

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.terms import asked_text

NOT_HELD: Final[Mapping[str, Mapping[str, str]]] = {
    "assist": {
        "text": "a model's books hold a digest of the whole prompt, and nobody owes an answer",
        "max_tokens": "the same",
        "stream": "how the answer is handed on, which no book holds",
        "watched": "the same",
    },
    "sign_in": {
        "token": "it is made when it is sent; who is let in by which is demanded by the scenarios with bad ones",
        "needs": "a refusal leaves nothing: demanded by the scenario with rights",
    },
    "use_credentials": {"role": "whoever is lent is under no operation's id"},
    "check_code": {"code": "a wrong one leaves no approval"},
    "trade_in": {"name": "a customer is no effect, and the charge names him by his id"},
    "book_job": {"token": "it is made when it is sent, and a bad one leaves nothing"},
}
"""By the operation, the parameters that no book is held against, and why."""
ODD: Final[Mapping[str, Any]] = {"state": "failed", "amount": 1_234_567}


def _another(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {**value, next(iter(value), "sku"): "another"}
    if isinstance(value, list):
        return [_another(name, value[0]), *value[1:]]
    if name == "payment_method":
        return "pm_card_visa" if value == "pm_card_amex" else "pm_card_amex"
    return ODD.get(name, value + 1 if isinstance(value, int) else f"other {value}")


FIELDS: Final = [
    (operation, name)
    for operation, each in GATEWAY_OPERATIONS.items()
    for name in each.flow.request.model_fields
    if name != "operation_id" and name not in NOT_HELD.get(operation, {})
]


@pytest.mark.parametrize(("name", "field"), FIELDS, ids=map("-".join, FIELDS))
def test_each_field_that_is_asked_for_is_held_against_the_books(name: str, field: str) -> None:
    operation = GATEWAY_OPERATIONS[name]
    params = {"payment_method": "pm_card_visa", **operation.draw(random.Random(0), f"{name}-000001-00")}
    asked = asked_text(operation, Arrival("operation-1", name, 0.0, params))
    other = asked_text(
        operation, Arrival("operation-1", name, 0.0, {**params, field: _another(field, params.get(field))})
    )
    assert json.loads(asked) != json.loads(other)


def test_what_is_not_held_is_a_parameter() -> None:
    for name, fields in NOT_HELD.items():
        assert fields.keys() <= GATEWAY_OPERATIONS[name].flow.request.model_fields.keys()
