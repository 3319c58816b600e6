"""Charges, and the older way to make one."""

import pytest

from brownout_simulators.vendors.stripe.funds import fee_of
from tests.simulators.vendors.stripe.world import PAID, Stripe

TOKEN = {"amount": 1000, "currency": "usd", "source": "tok_visa"}


def test_a_token_is_charged_at_once() -> None:
    world = Stripe()
    made = world.post("/v1/charges", {**TOKEN, "metadata[operation_id]": "op-1", "description": "x"})
    assert (made["status"], made["captured"], made["amount_captured"]) == ("succeeded", True, 1000)
    assert made["description"] == "x"
    assert world.effects() == [("stripe.charge", 1000)]
    assert world.events() == ["charge.succeeded"]


def test_a_bad_token_declines_and_leaves_a_failed_charge() -> None:
    world = Stripe()
    answer = world.send("POST", "/v1/charges", {**TOKEN, "source": "tok_visa_chargeDeclined"})
    assert (answer.status, answer.error["code"]) == (402, "card_declined")
    assert "payment_intent" not in answer.error
    assert world.get(f"/v1/charges/{answer.error['charge']}")["status"] == "failed"
    assert world.effects() == []


def test_a_charge_that_is_only_held_is_captured_once() -> None:
    world = Stripe()
    made = world.post("/v1/charges", {**TOKEN, "capture": "false"})
    assert (made["captured"], made["balance_transaction"]) == (False, None)
    path = f"/v1/charges/{made['id']}/capture"
    done = world.post(path, {"amount": 700})
    assert (done["captured"], done["amount_captured"]) == (True, 700)
    assert world.send("POST", path).error["code"] == "charge_already_captured"
    assert world.effects() == [("stripe.charge", 1000)]


def test_a_payment_intents_charge_is_captured_through_it() -> None:
    world = Stripe()
    held = world.post("/v1/payment_intents", {**PAID, "capture_method": "manual"})
    answer = world.send("POST", f"/v1/charges/{held['latest_charge']}/capture")
    assert answer.error["code"] == "charge_invalid_parameter"


@pytest.mark.parametrize("source", ["tok_nothing", ""])
def test_a_charge_needs_something_to_charge(source: str) -> None:
    answer = Stripe().send("POST", "/v1/charges", {**TOKEN, "source": source})
    assert (answer.status, answer.error["param"]) == (400, "source")


def test_a_payments_charge_tells_where_it_came_from() -> None:
    world = Stripe()
    paid = world.post("/v1/payment_intents", {**PAID, "metadata[a]": "1", "description": "x"})
    (charge,) = world.get("/v1/charges", {"payment_intent": paid["id"]})["data"]
    assert (charge["id"], charge["metadata"], charge["description"]) == (paid["latest_charge"], {"a": "1"}, "x")
    assert charge["payment_method_details"]["card"]["last4"] == "4242"
    changed = world.post(f"/v1/charges/{charge['id']}", {"metadata[b]": "2"})
    assert changed["metadata"] == {"a": "1", "b": "2"}


def test_the_fee_is_stripes_standard_one() -> None:
    assert fee_of(1000) == 59
