"""A request that exists makes sense, and means the same wherever it was made."""

from typing import Any

import pytest
from pydantic import ValidationError

from brownout_core.flows.notify import NotifyRequest
from brownout_core.flows.pay import PayRequest
from brownout_core.flows.place_order import OrderRequest
from tests.core.flows.world import order, pay


@pytest.mark.parametrize(
    "wrong",
    [
        {"operation_id": ""},
        {"operation_id": "a b"},
        {"operation_id": "é"},
        {"operation_id": "x" * 129},
        {"operation_id": "line\n"},
        {"amount": 0},
        {"amount": 100_000_000},
        {"amount": 1.5},
        {"currency": "dollar"},
        {"payment_method": ""},
        {"surprise": 1},
    ],
)
def test_a_payment_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PayRequest.model_validate({"operation_id": "op-1", "amount": 1, **wrong})


@pytest.mark.parametrize("wrong", [{"to": "5550100"}, {"to": "+0123456"}, {"body": ""}, {"body": "x" * 1501}])
def test_a_message_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NotifyRequest.model_validate({"operation_id": "op-1", "to": "+15005550100", "body": "x", **wrong})


@pytest.mark.parametrize("wrong", [{"lines": []}, {"customer": ""}, {"site": {}}, {"currency": "x"}])
def test_an_order_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OrderRequest.model_validate({**order().model_dump(), **wrong})


def test_the_payload_is_the_request_and_its_fingerprint_does_not_depend_on_order() -> None:
    request = order()
    assert OrderRequest.model_validate_json(request.payload()) == request
    backwards = dict(reversed(list(pay().model_dump().items())))
    assert PayRequest.model_validate(backwards).payload() == pay().payload()
    assert pay().fingerprint(pay().payload()) != pay().fingerprint(pay(amount=1).payload())
