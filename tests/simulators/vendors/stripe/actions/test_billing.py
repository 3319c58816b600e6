"""What a subscription costs, and when."""

from typing import Any

from brownout_simulators.vendors.stripe.actions.billing import ENDED, TRANSITIONS
from tests.simulators.vendors.stripe.world import Stripe

PATH = "/v1/subscriptions"


DAY = 86_400


def _subscribed(world: Stripe, alias: str = "pm_card_visa", **params: Any) -> Any:
    order = {"customer": world.customer(alias)["id"], "items[0][price]": world.price()["id"], **params}
    return world.post(PATH, order)


def test_an_incomplete_one_expires_after_23_hours() -> None:
    world = Stripe()
    made = _subscribed(world, "pm_card_chargeCustomerFail")
    world.pass_time(23 * 3_600 + 1)
    assert world.get(f"{PATH}/{made['id']}")["status"] == "incomplete_expired"


def test_a_trial_costs_nothing_and_is_billed_at_its_end() -> None:
    world = Stripe()
    made = _subscribed(world, trial_period_days="7")
    assert (made["status"], made["trial_end"] - made["trial_start"]) == ("trialing", 7 * DAY)
    assert world.get(f"/v1/invoices/{made['latest_invoice']}")["amount_due"] == 0
    assert world.effects() == []
    world.pass_time(7 * DAY + 1)
    assert world.get(f"{PATH}/{made['id']}")["status"] == "active"
    assert world.effects() == [("stripe.charge", 2000)]


def test_every_period_is_billed_once() -> None:
    world = Stripe()
    made = _subscribed(world)
    world.pass_time(95 * DAY)
    assert [amount for _, amount in world.effects()] == [2000] * 4
    invoices = world.get("/v1/invoices", {"subscription": made["id"]})["data"]
    assert [one["billing_reason"] for one in invoices] == ["subscription_cycle"] * 3 + ["subscription_create"]
    numbers = [one["number"] for one in invoices]
    assert numbers == sorted(numbers, reverse=True)
    (item,) = world.get(f"{PATH}/{made['id']}")["items"]["data"]
    assert item["current_period_start"] <= 1_700_000_100 + 95 * DAY < item["current_period_end"]


def test_a_renewal_that_fails_is_tried_again_and_at_last_given_up() -> None:
    world = Stripe()
    customer = world.customer()
    made = world.post(PATH, {"customer": customer["id"], "items[0][price]": world.price()["id"]})
    bad = world.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", {"customer": customer["id"]})["id"]
    world.post(f"{PATH}/{made['id']}", {"default_payment_method": bad})
    world.pass_time(32 * DAY)
    assert world.get(f"{PATH}/{made['id']}")["status"] == "past_due"
    assert world.events()[-2:] == ["invoice.payment_failed", "customer.subscription.updated"]
    world.pass_time(20 * DAY)
    assert world.get(f"{PATH}/{made['id']}")["status"] == "canceled"
    assert world.effects() == [("stripe.charge", 2000)]


def test_a_past_due_one_is_active_again_when_a_good_card_comes_in_time() -> None:
    world = Stripe()
    customer = world.customer()
    made = world.post(PATH, {"customer": customer["id"], "items[0][price]": world.price()["id"]})
    bad = world.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", {"customer": customer["id"]})["id"]
    world.post(f"{PATH}/{made['id']}", {"default_payment_method": bad})
    world.pass_time(32 * DAY)
    world.post(
        f"{PATH}/{made['id']}", {"default_payment_method": customer["invoice_settings"]["default_payment_method"]}
    )
    world.pass_time(4 * DAY)
    assert world.get(f"{PATH}/{made['id']}")["status"] == "active"
    assert [amount for _, amount in world.effects()] == [2000, 2000]


def test_an_end_is_an_end() -> None:
    assert not {status for status, _ in TRANSITIONS} & ENDED
