"""Money that leaves, comes and goes on; every movement is in the balance, and the books."""

from typing import Any

import pytest

from brownout_simulators.vendors.stripe.funds import fee_of
from tests.simulators.vendors.stripe.world import PAID, Stripe

RICH = {**PAID, "payment_method": "pm_card_bypassPending", "amount": "10000"}
LEFT = 10_000 - fee_of(10_000)


def rich() -> Stripe:
    world = Stripe()
    world.post("/v1/payment_intents", RICH)
    return world


def funds(world: Stripe) -> tuple[int, int]:
    balance = world.get("/v1/balance")
    return balance["available"][0]["amount"], balance["pending"][0]["amount"]


def booked(world: Stripe) -> int:
    return sum(each["net"] for each in world.get("/v1/balance_transactions", {"limit": 100})["data"])


def test_what_bypasses_is_available_at_once_and_the_rest_at_its_midnight() -> None:
    world = rich()
    assert funds(world) == (LEFT, 0)
    assert "balance.available" in world.events()
    world.post("/v1/payment_intents", PAID)
    assert funds(world) == (LEFT, 1099 - fee_of(1099))
    (pending,) = world.get("/v1/balance_transactions", {"limit": 1})["data"]
    assert (pending["status"], pending["available_on"] % 86_400) == ("pending", 0)
    world.pass_time(pending["available_on"] - pending["created"])
    assert funds(world) == (LEFT + 1099 - fee_of(1099), 0)
    assert world.events().count("balance.available") == 2
    assert world.get(f"/v1/balance_transactions/{pending['id']}")["status"] == "available"


def test_a_payout_takes_what_is_available_and_no_more() -> None:
    world = rich()
    refused = world.send("POST", "/v1/payouts", {"amount": LEFT + 1, "currency": "usd"})
    assert (refused.status, refused.error["code"]) == (400, "balance_insufficient")
    payout = world.post("/v1/payouts", {"amount": LEFT, "currency": "usd", "metadata[op]": "7"})
    assert (payout["status"], funds(world)) == ("pending", (0, 0))
    assert world.effects()[-1] == ("stripe.payout", LEFT)
    world.pass_time(2 * 86_400)
    assert world.get(f"/v1/payouts/{payout['id']}")["status"] == "paid"
    assert world.events()[-2:] == ["payout.updated", "payout.paid"]
    assert world.send("POST", f"/v1/payouts/{payout['id']}/cancel").error["code"] == "payout_unexpected_state"
    back = world.post(f"/v1/payouts/{payout['id']}/reverse")
    assert (back["amount"], back["original_payout"], funds(world)) == (-LEFT, payout["id"], (LEFT, 0))
    assert world.send("POST", f"/v1/payouts/{payout['id']}/reverse").status == 400


def test_a_canceled_payout_comes_back_and_never_arrives() -> None:
    world = rich()
    payout = world.post("/v1/payouts", {"amount": 500, "currency": "usd"})
    assert world.post(f"/v1/payouts/{payout['id']}/cancel")["status"] == "canceled"
    world.pass_time(3 * 86_400)
    assert world.get(f"/v1/payouts/{payout['id']}")["status"] == "canceled"
    assert funds(world) == (LEFT, 0)


def test_a_topup_is_there_when_the_bank_has_sent_it() -> None:
    world = Stripe()
    topup = world.post("/v1/topups", {"amount": 2_000, "currency": "usd"})
    assert (topup["status"], funds(world), world.effects()) == ("pending", (0, 0), [])
    world.pass_time(5)
    assert (funds(world), world.effects()) == ((2_000, 0), [("stripe.topup", 2_000)])
    assert world.events() == ["topup.created", "topup.succeeded"]
    canceled = world.post("/v1/topups", {"amount": 2_000, "currency": "usd"})
    world.post(f"/v1/topups/{canceled['id']}/cancel")
    world.pass_time(5)
    assert funds(world) == (2_000, 0)


def test_a_transfer_goes_to_an_account_that_there_is_and_may_come_back_in_parts() -> None:
    world = rich()
    nowhere = world.send("POST", "/v1/transfers", {"amount": 1, "currency": "usd", "destination": "acct_x"})
    assert (nowhere.status, nowhere.error["param"]) == (400, "destination")
    account = world.post("/v1/accounts", {"type": "express"})["id"]
    transfer = world.post("/v1/transfers", {"amount": 1_000, "currency": "usd", "destination": account})
    reversal = world.post(f"/v1/transfers/{transfer['id']}/reversals", {"amount": 300})
    assert reversal["transfer"] == transfer["id"]
    seen = world.get(f"/v1/transfers/{transfer['id']}")
    assert (seen["amount_reversed"], seen["reversed"]) == (300, False)
    world.post(f"/v1/transfers/{transfer['id']}/reversals")
    assert world.get(f"/v1/transfers/{transfer['id']}")["reversed"] is True
    assert world.send("POST", f"/v1/transfers/{transfer['id']}/reversals").status == 400
    assert world.effects()[1:] == [
        ("stripe.transfer", 1_000), ("stripe.transfer_reversal", 300), ("stripe.transfer_reversal", 700),
    ]  # fmt: skip
    assert funds(world) == (LEFT, 0)


def test_every_movement_is_a_balance_transaction_and_together_they_are_the_balance() -> None:
    world = rich()
    account = world.post("/v1/accounts")["id"]
    paid = world.post("/v1/payment_intents", PAID)
    world.post("/v1/refunds", {"payment_intent": paid["id"], "amount": 99})
    world.post("/v1/transfers", {"amount": 1_000, "currency": "usd", "destination": account})
    world.post("/v1/payouts", {"amount": 500, "currency": "usd"})
    world.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_createDispute"})
    world.post("/v1/topups", {"amount": 700, "currency": "usd"})
    world.pass_time(5)
    types = [each["type"] for each in world.get("/v1/balance_transactions", {"limit": 100})["data"]]
    assert sorted(types) == ["adjustment", "charge", "charge", "charge", "payout", "refund", "topup", "transfer"]
    assert booked(world) == sum(funds(world))
    (only,) = world.get("/v1/balance_transactions", {"type": "payout"})["data"]
    assert (only["amount"], only["source"][:3]) == (-500, "po_")


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/payouts", {"currency": "usd"}),
        ("/v1/payouts", {"amount": "-5", "currency": "usd"}),
        ("/v1/payouts", {"amount": "5", "currency": "xyz"}),
        ("/v1/payouts", {"amount": "5", "currency": "usd", "method": "carrier_pigeon"}),
        ("/v1/topups", {"amount": "0", "currency": "usd"}),
        ("/v1/transfers", {"amount": "5", "currency": "usd"}),
    ],
)
def test_what_cannot_be_moved_is_refused_and_nothing_is_booked(path: str, params: dict[str, Any]) -> None:
    world = rich()
    assert world.send("POST", path, params).status == 400
    assert (funds(world), len(world.effects())) == ((LEFT, 0), 1)
