"""Subscriptions: order, change, pause, cancel."""

from typing import Any

import pytest

from tests.simulators.vendors.stripe.world import Stripe

PATH = "/v1/subscriptions"


DAY = 86_400


FIRST_PAYMENT = [
    "customer.subscription.created",
    "invoice.created",
    "invoice.finalized",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
    "customer.subscription.updated",
]


def _subscribed(world: Stripe, alias: str = "pm_card_visa", **params: Any) -> Any:
    order = {"customer": world.customer(alias)["id"], "items[0][price]": world.price()["id"], **params}
    return world.post(PATH, order)


def test_the_first_payment_makes_it_active_and_tells_everything_in_order() -> None:
    world = Stripe()
    made = _subscribed(world, **{"metadata[operation_id]": "op-1"})
    (item,) = made["items"]["data"]
    assert (made["status"], item["quantity"], item["price"]["unit_amount"]) == ("active", 1, 2000)
    assert item["current_period_end"] - item["current_period_start"] in {28 * DAY, 30 * DAY, 31 * DAY}
    assert "current_period_end" not in made
    assert world.events()[-len(FIRST_PAYMENT) :] == FIRST_PAYMENT
    assert world.effects() == [("stripe.charge", 2000)]
    updated = world.get("/v1/events", {"type": "customer.subscription.updated"})["data"][0]
    assert updated["data"]["previous_attributes"] == {"status": "incomplete"}
    invoice = world.get(f"/v1/invoices/{made['latest_invoice']}")
    assert (invoice["status"], invoice["billing_reason"]) == ("paid", "subscription_create")
    assert invoice["parent"]["subscription_details"]["subscription"] == made["id"]


def test_a_decline_leaves_it_incomplete_until_another_card_pays_the_intent() -> None:
    world = Stripe()
    made = _subscribed(world, "pm_card_chargeCustomerFail", **{"expand[]": "latest_invoice.payments"})
    assert (made["status"], made["latest_invoice"]["status"]) == ("incomplete", "open")
    assert "invoice.payment_failed" in world.events()
    intent = made["latest_invoice"]["payments"]["data"][0]["payment"]["payment_intent"]
    world.post(f"/v1/payment_intents/{intent}/confirm", {"payment_method": "pm_card_visa"})
    assert world.get(f"{PATH}/{made['id']}")["status"] == "active"
    assert world.get(f"/v1/invoices/{made['latest_invoice']['id']}")["status"] == "paid"
    assert world.effects() == [("stripe.charge", 2000)]


def test_default_incomplete_leaves_the_intent_to_the_client() -> None:
    world = Stripe()
    made = _subscribed(
        world, payment_behavior="default_incomplete", **{"expand[]": "latest_invoice.confirmation_secret"}
    )
    assert made["status"] == "incomplete"
    secret = made["latest_invoice"]["confirmation_secret"]["client_secret"]
    assert secret.startswith("pi_")
    assert world.effects() == []


@pytest.mark.parametrize("alias", ["pm_card_chargeCustomerFail", "pm_card_authenticationRequired"])
def test_error_if_incomplete_is_402_and_leaves_nothing(alias: str) -> None:
    world = Stripe()
    order = {"customer": world.customer(alias)["id"], "items[0][price]": world.price()["id"]}
    answer = world.send("POST", PATH, {**order, "payment_behavior": "error_if_incomplete"})
    assert answer.status == 402
    assert world.get(PATH, {"status": "all"})["data"] == []


def test_a_card_that_asks_for_authentication_waits_for_it() -> None:
    world = Stripe()
    made = _subscribed(world, "pm_card_authenticationRequired", **{"expand[]": "latest_invoice.payments"})
    assert made["status"] == "incomplete"
    assert "invoice.payment_action_required" in world.events()
    intent = made["latest_invoice"]["payments"]["data"][0]["payment"]["payment_intent"]
    world.post(f"/v1/test_helpers/payment_intents/{intent}/authenticate")
    assert world.get(f"{PATH}/{made['id']}")["status"] == "active"


def test_cancellation_answers_with_the_subscription_and_stops_the_billing() -> None:
    world = Stripe()
    made = _subscribed(world)
    gone = world.delete(f"{PATH}/{made['id']}", {"prorate": "true", "cancellation_details[comment]": "too dear"})
    assert (gone["status"], gone["ended_at"]) == ("canceled", 1_700_000_100)
    assert gone["cancellation_details"]["comment"] == "too dear"
    assert world.events()[-1] == "customer.subscription.deleted"
    assert world.send("DELETE", f"{PATH}/{made['id']}").status == 404
    world.pass_time(40 * DAY)
    assert len(world.effects()) == 1


def test_cancellation_at_the_end_of_the_period_waits_for_it() -> None:
    world = Stripe()
    made = _subscribed(world)
    path = f"{PATH}/{made['id']}"
    ending = world.post(path, {"cancel_at_period_end": "true"})
    assert (ending["status"], ending["cancel_at"]) == ("active", made["items"]["data"][0]["current_period_end"])
    assert world.post(path, {"cancel_at_period_end": "false"})["cancel_at"] is None
    world.post(path, {"cancel_at_period_end": "true"})
    world.pass_time(32 * DAY)
    assert world.get(path)["status"] == "canceled"
    assert len(world.effects()) == 1


def test_the_default_list_leaves_out_what_has_ended() -> None:
    world = Stripe()
    made = _subscribed(world)
    price = made["items"]["data"][0]["price"]["id"]

    def count(**params: str) -> int:
        return len(world.get(PATH, params)["data"])

    assert (count(), count(price=price), count(price="price_x"), count(status="active")) == (1, 1, 0, 1)
    world.delete(f"{PATH}/{made['id']}")
    assert (count(), count(status="all"), count(status="canceled"), count(status="ended")) == (0, 1, 1, 1)


def test_items_are_changed_added_and_removed() -> None:
    world = Stripe()
    made = _subscribed(world)
    path, item = f"{PATH}/{made['id']}", made["items"]["data"][0]["id"]
    more = {"items[0][id]": item, "items[0][quantity]": "3", "items[1][price]": world.price(500)["id"]}
    free = {"proration_behavior": "none"}
    changed = world.post(path, {**more, **free})
    assert [one["quantity"] for one in changed["items"]["data"]] == [3, 1]
    less = world.post(path, {"items[0][id]": item, "items[0][deleted]": "true", **free})
    assert len(less["items"]["data"]) == 1
    assert world.get("/v1/subscription_items", {"subscription": made["id"]})["data"] == less["items"]["data"]
    world.pass_time(32 * DAY)
    assert world.effects()[-1] == ("stripe.charge", 500)


def test_a_paused_one_is_not_billed_until_it_is_resumed() -> None:
    world = Stripe()
    path = f"{PATH}/{_subscribed(world)['id']}"
    assert world.post(f"{path}/pause")["status"] == "paused"
    assert world.send("POST", f"{path}/pause").status == 400
    world.pass_time(40 * DAY)
    assert len(world.effects()) == 1
    assert world.post(f"{path}/resume")["status"] == "active"
    world.pass_time(1)
    assert len(world.effects()) == 2
    assert world.send("POST", f"{path}/resume").status == 400


def test_a_trial_can_be_ended_now() -> None:
    world = Stripe()
    path = f"{PATH}/{_subscribed(world, trial_period_days='7')['id']}"
    world.now_s += DAY
    world.post(path, {"trial_end": "now"})
    world.pass_time(1)
    assert world.get(path)["status"] == "active"
    assert world.effects() == [("stripe.charge", 2000)]


def test_billing_mode_can_be_migrated() -> None:
    world = Stripe()
    path = f"{PATH}/{_subscribed(world)['id']}"
    assert world.post(f"{path}/migrate", {"billing_mode[type]": "flexible"})["billing_mode"]["type"] == "flexible"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"customer": ""}, "customer"),
        ({"customer": "cus_x"}, "customer"),
        ({"items[0][price]": "price_x"}, "items[0][price]"),
        ({"items[0][price]": "", "items[0][quantity]": "1"}, "items[0][price]"),
        ({"items[0][quantity]": "many"}, "items[0][quantity]"),
        ({"payment_behavior": "hope"}, "payment_behavior"),
        ({"trial_end": "1"}, "trial_end"),
        ({"default_payment_method": "pm_x"}, "default_payment_method"),
    ],
)
def test_a_bad_order_is_refused_and_leaves_nothing(change: dict[str, str], param: str) -> None:
    world = Stripe()
    order = {"customer": world.customer()["id"], "items[0][price]": world.price()["id"]}
    answer = world.send("POST", PATH, {**order, **change})
    assert (answer.status, answer.error["param"]) == (400, param)
    assert world.get(PATH, {"status": "all"})["data"] == []


def test_without_items_or_with_a_price_that_does_not_recur_there_is_no_subscription() -> None:
    world = Stripe()
    customer = {"customer": world.customer()["id"]}
    assert world.send("POST", PATH, customer).error["param"] == "items"
    once = world.post("/v1/prices", {"currency": "usd", "unit_amount": 1, "product_data[name]": "x"})["id"]
    assert world.send("POST", PATH, {**customer, "items[0][price]": once}).error["param"] == "items[0][price]"
    poor = {"customer": world.post("/v1/customers")["id"], "items[0][price]": world.price()["id"]}
    assert world.send("POST", PATH, poor).error["code"] == "resource_missing"
