"""Disputes: the money goes, and comes back for good evidence."""

from typing import Any

import pytest

from brownout_simulators.vendors.stripe.actions.disputes import FEE
from tests.simulators.vendors.stripe.world import PAID, Stripe


def disputed(alias: str = "pm_card_createDispute") -> tuple[Stripe, Any]:
    world = Stripe()
    world.post("/v1/payment_intents", {**PAID, "payment_method": alias, "metadata[op]": "7"})
    world.pass_time(2)
    return world, world.get("/v1/disputes")["data"][0]


def net(world: Stripe) -> int:
    return sum(row["net"] for row in world.get("/v1/balance_transactions", {"type": "adjustment"})["data"])


def test_a_dispute_takes_the_money_and_its_fee() -> None:
    world, dispute = disputed()
    assert (dispute["status"], dispute["reason"], dispute["amount"]) == ("needs_response", "fraudulent", 1099)
    assert dispute["balance_transactions"][0]["net"] == -1099 - FEE
    assert net(world) == -1099 - FEE
    assert world.effects() == [("stripe.charge", 1099), ("stripe.dispute", 1099)]
    assert world.events()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    refused = world.send("POST", "/v1/refunds", {"charge": dispute["charge"]})
    assert (refused.status, refused.error["code"]) == (400, "charge_disputed")


@pytest.mark.parametrize(
    ("text", "status", "left"), [("winning_evidence", "won", -FEE), ("losing_evidence", "lost", -1099 - FEE)]
)
def test_evidence_decides(text: str, status: str, left: int) -> None:
    world, dispute = disputed()
    path = f"/v1/disputes/{dispute['id']}"
    seen = world.post(path, {"evidence[uncategorized_text]": text})
    assert (seen["status"], seen["evidence_details"]["submission_count"]) == ("under_review", 1)
    world.pass_time(5)
    assert world.get(path)["status"] == status
    assert net(world) == left
    assert world.events()[-1] == "charge.dispute.closed"
    assert (("stripe.dispute_reversal", 1099) in world.effects()) == (status == "won")
    assert world.send("POST", path, {"evidence[uncategorized_text]": text}).status == 400


def test_evidence_may_be_staged_and_other_words_decide_nothing() -> None:
    world, dispute = disputed()
    path = f"/v1/disputes/{dispute['id']}"
    staged = world.post(path, {"evidence[uncategorized_text]": "winning_evidence", "submit": "false"})
    assert (staged["status"], staged["evidence_details"]["has_evidence"]) == ("needs_response", True)
    world.post(path, {"evidence[uncategorized_text]": "honestly"})
    world.pass_time(60)
    assert world.get(path)["status"] == "under_review"
    assert world.send("POST", path, {"evidence[nonsense]": "x"}).error["code"] == "parameter_unknown"


def test_to_close_a_dispute_is_to_lose_it() -> None:
    world, dispute = disputed("pm_card_createDisputeProductNotReceived")
    assert dispute["reason"] == "product_not_received"
    assert world.post(f"/v1/disputes/{dispute['id']}/close")["status"] == "lost"
    assert world.send("POST", f"/v1/disputes/{dispute['id']}/close").status == 400
    assert net(world) == -1099 - FEE


def test_an_inquiry_takes_nothing_and_may_be_refunded() -> None:
    world, dispute = disputed("pm_card_createDisputeInquiry")
    assert (dispute["status"], dispute["is_charge_refundable"]) == ("warning_needs_response", True)
    assert (net(world), world.effects()) == (0, [("stripe.charge", 1099)])
    world.post("/v1/refunds", {"charge": dispute["charge"]})
    assert world.post(f"/v1/disputes/{dispute['id']}/close")["status"] == "warning_closed"


def test_a_dispute_is_found_by_its_payment() -> None:
    world, dispute = disputed()
    assert world.get("/v1/disputes", {"payment_intent": dispute["payment_intent"]})["data"][0]["id"] == dispute["id"]
    assert world.get("/v1/disputes", {"payment_intent": "pi_x"})["data"] == []
