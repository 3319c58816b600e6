"""The balance."""

from brownout_simulators.vendors.stripe.funds import fee_of
from tests.simulators.vendors.stripe.world import PAID, Stripe


def test_the_balance_is_what_was_taken_less_fees_and_refunds() -> None:
    world = Stripe()
    assert world.get("/v1/balance")["pending"] == [{"amount": 0, "currency": "usd", "source_types": {"card": 0}}]
    paid = world.post("/v1/payment_intents", PAID)
    world.post("/v1/payment_intents", {**PAID, "currency": "eur", "amount": 1000})
    world.post("/v1/refunds", {"payment_intent": paid["id"], "amount": 99})
    pending = {one["currency"]: one["amount"] for one in world.get("/v1/balance")["pending"]}
    assert pending == {"usd": 1000 - fee_of(1099), "eur": 1000 - fee_of(1000)}


def test_what_is_only_held_is_not_in_the_balance() -> None:
    world = Stripe()
    held = world.post("/v1/payment_intents", {**PAID, "capture_method": "manual"})
    assert world.get("/v1/balance")["pending"][0]["amount"] == 0
    world.post(f"/v1/payment_intents/{held['id']}/capture", {"amount_to_capture": 500})
    assert world.get("/v1/balance")["pending"][0]["amount"] == 500 - fee_of(500)
