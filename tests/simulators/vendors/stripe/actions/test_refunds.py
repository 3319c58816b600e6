"""Refunds: never more than was taken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.stripe import VENDOR
from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe
from tests.support.examples import examples


def _paid(world: Stripe, alias: str = "pm_card_visa") -> tuple[str, str]:
    made = world.post("/v1/payment_intents", {**PAID, "payment_method": alias, "metadata[operation_id]": "op-1"})
    return made["id"], made["latest_charge"]


def test_a_refund_is_all_of_what_is_left_unless_it_says_how_much() -> None:
    world = Stripe()
    intent, charge = _paid(world)
    part = world.post("/v1/refunds", {"charge": charge, "amount": 99, "reason": "duplicate"})
    rest = world.post("/v1/refunds", {"payment_intent": intent})
    assert (part["amount"], part["reason"], rest["amount"], rest["status"]) == (99, "duplicate", 1000, "succeeded")
    assert (part["payment_intent"], part["charge"]) == (intent, charge)
    seen = world.get(f"/v1/charges/{charge}")
    assert (seen["refunded"], seen["amount_refunded"]) == (True, 1099)
    assert world.events()[-4:] == ["refund.created", "charge.refunded"] * 2
    assert world.effects() == [("stripe.charge", 1099), ("stripe.refund", 99), ("stripe.refund", 1000)]


def test_the_books_can_tell_what_was_paid_and_given_back() -> None:
    world = Stripe()
    world.simulator.schedule([], fields=VENDOR.effects)
    intent, charge = _paid(world)
    world.post("/v1/refunds", {"charge": charge, "amount": 99, "reason": "duplicate"})
    paid, back = (json.loads(row["fields"]) for row in world.simulator.ledger.rows() if row["entry"] == "effect")
    assert paid.pop("payment_method_details")["card"]["brand"] == "visa"
    assert paid == {
        "currency": PAYMENT["currency"],
        "customer": None,
        "description": None,
        "payment_intent": intent,
        "payment_method": world.get(f"/v1/charges/{charge}")["payment_method"],
    }
    assert back == {"currency": paid["currency"], "charge": charge, "payment_intent": intent, "reason": "duplicate"}


def test_a_refund_is_booked_under_its_own_metadata_or_the_payments() -> None:
    world = Stripe()
    intent, _charge = _paid(world)
    world.post("/v1/refunds", {"payment_intent": intent, "amount": 10})
    world.post("/v1/refunds", {"payment_intent": intent, "amount": 10, "metadata[operation_id]": "op-2"})
    operations = [row["operation_id"] for row in world.simulator.ledger.rows() if row["entry"] == "effect"]
    assert operations == ["op-1", "op-1", "op-2"]


@examples(40)
@given(st.lists(st.integers(-5, 800), max_size=6))
def test_the_refunds_that_succeed_never_add_up_to_more_than_the_charge(amounts: list[int]) -> None:
    world = Stripe()
    intent, charge = _paid(world)
    given_back = 0
    for amount in amounts:
        answer = world.send("POST", "/v1/refunds", {"payment_intent": intent, "amount": amount})
        fits = 1 <= amount <= 1099 - given_back
        assert answer.status == (200 if fits else 400)
        given_back += amount if fits else 0
        assert world.get(f"/v1/charges/{charge}")["amount_refunded"] == given_back


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "parameter_missing"),
        ({"charge": "ch_unknown"}, "resource_missing"),
        ({"payment_intent": "pi_unknown"}, "resource_missing"),
        ({"charge": "ch_x", "reason": "whim"}, None),
    ],
)
def test_a_refund_of_nothing_is_refused(params: dict[str, str], code: str | None) -> None:
    answer = Stripe().send("POST", "/v1/refunds", params)
    assert (answer.status, answer.error.get("code")) == (400, code)


def test_what_was_not_taken_cannot_be_refunded() -> None:
    world = Stripe()
    made = world.post("/v1/payment_intents", PAYMENT)
    assert world.send("POST", "/v1/refunds", {"payment_intent": made["id"]}).status == 400
    held = world.post("/v1/payment_intents", {**PAID, "capture_method": "manual"})
    assert world.send("POST", "/v1/refunds", {"charge": held["latest_charge"]}).status == 400


def test_a_captured_part_is_all_that_can_be_refunded() -> None:
    world = Stripe()
    held = world.post("/v1/payment_intents", {**PAID, "capture_method": "manual"})
    world.post(f"/v1/payment_intents/{held['id']}/capture", {"amount_to_capture": 100})
    assert world.send("POST", "/v1/refunds", {"payment_intent": held["id"], "amount": 101}).status == 400
    assert world.post("/v1/refunds", {"payment_intent": held["id"]})["amount"] == 100


def test_a_pending_refund_succeeds_later() -> None:
    world = Stripe()
    intent, _charge = _paid(world, "pm_card_pendingRefund")
    made = world.post("/v1/refunds", {"payment_intent": intent})
    assert made["status"] == "pending"
    world.pass_time(5)
    assert world.get(f"/v1/refunds/{made['id']}")["status"] == "succeeded"
    assert world.events()[-1] == "refund.updated"


def test_a_refund_that_fails_later_gives_the_money_back_to_the_charge() -> None:
    world = Stripe()
    intent, charge = _paid(world, "pm_card_refundFail")
    made = world.post("/v1/refunds", {"payment_intent": intent})
    world.pass_time(5)
    failed = world.get(f"/v1/refunds/{made['id']}")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert world.get(f"/v1/charges/{charge}")["refunded"] is False
    assert world.events()[-1] == "refund.failed"


def test_only_a_pending_refund_can_be_canceled() -> None:
    world = Stripe()
    intent, charge = _paid(world, "pm_card_pendingRefund")
    made = world.post("/v1/refunds", {"payment_intent": intent})
    path = f"/v1/refunds/{made['id']}"
    assert world.post(f"{path}/cancel")["status"] == "canceled"
    world.pass_time(5)
    assert world.get(path)["status"] == "canceled"
    assert world.get(f"/v1/charges/{charge}")["amount_refunded"] == 0
    assert world.send("POST", f"{path}/cancel").status == 400


def test_refunds_are_listed_by_charge_and_changed() -> None:
    world = Stripe()
    intent, charge = _paid(world)
    made = world.post("/v1/refunds", {"payment_intent": intent, "amount": 100})
    assert [one["id"] for one in world.get("/v1/refunds", {"charge": charge})["data"]] == [made["id"]]
    assert world.get("/v1/refunds", {"charge": "ch_other"})["data"] == []
    assert world.post(f"/v1/refunds/{made['id']}", {"metadata[a]": "1"})["metadata"] == {"a": "1"}
