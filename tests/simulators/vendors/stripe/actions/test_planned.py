"""What is agreed for later: trials, invoices that are sent, quotes, schedules."""

from typing import Any

import pytest

from tests.simulators.vendors.stripe.world import Stripe

DAY = 86_400


def test_an_invoice_that_is_sent_needs_no_card() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    order = {"customer": customer, "items[0][price]": world.price()["id"], "collection_method": "send_invoice"}
    assert world.send("POST", "/v1/subscriptions", order).error["param"] == "days_until_due"
    made = world.post("/v1/subscriptions", {**order, "days_until_due": "10"})
    invoice = world.get(f"/v1/invoices/{made['latest_invoice']}")
    assert (made["status"], invoice["status"]) == ("active", "open")
    assert invoice["due_date"] == invoice["created"] + 10 * DAY
    assert "invoice.sent" in world.events()
    world.pass_time(11 * DAY)
    assert world.get(f"/v1/subscriptions/{made['id']}")["status"] == "past_due"
    assert "invoice.overdue" in world.events()
    world.post(f"/v1/invoices/{invoice['id']}/pay", {"paid_out_of_band": "true"})
    assert world.get(f"/v1/subscriptions/{made['id']}")["status"] == "active"
    assert world.effects() == []


@pytest.mark.parametrize(
    ("behaviour", "status"), [("pause", "paused"), ("cancel", "canceled"), ("create_invoice", "past_due")]
)
def test_a_trial_that_ends_without_a_payment_method_does_what_was_said(behaviour: str, status: str) -> None:
    world = Stripe()
    order = {
        "customer": world.post("/v1/customers")["id"],
        "items[0][price]": world.price()["id"],
        "trial_period_days": "7",
        "trial_settings[end_behavior][missing_payment_method]": behaviour,
    }
    made = world.post("/v1/subscriptions", order)
    world.pass_time(8 * DAY)
    assert world.get(f"/v1/subscriptions/{made['id']}")["status"] == status
    assert ("customer.subscription.paused" in world.events()) == (behaviour == "pause")
    assert world.events().count("customer.subscription.trial_will_end") == 1


def test_with_a_payment_method_a_trial_ends_in_a_payment() -> None:
    world = Stripe()
    order = {"customer": world.customer()["id"], "items[0][price]": world.price()["id"], "trial_period_days": "7"}
    made = world.post("/v1/subscriptions", {**order, "trial_settings[end_behavior][missing_payment_method]": "pause"})
    world.pass_time(8 * DAY)
    assert world.get(f"/v1/subscriptions/{made['id']}")["status"] == "active"
    assert world.effects() == [("stripe.charge", 2_000)]


def quoted(world: Stripe, price: Any, **more: str) -> Any:
    item = {"line_items[0][price]": price["id"], "line_items[0][quantity]": "2"}
    return world.post("/v1/quotes", {"customer": world.customer()["id"], **item, **more})


def test_a_quote_becomes_a_subscription_when_it_is_accepted() -> None:
    world = Stripe()
    coupon = world.post("/v1/coupons", {"percent_off": "10"})["id"]
    quote = quoted(world, world.price(), **{"discounts[0][coupon]": coupon})
    assert (quote["status"], quote["amount_subtotal"], quote["amount_total"]) == ("draft", 4_000, 3_600)
    path = f"/v1/quotes/{quote['id']}"
    assert world.send("POST", f"{path}/accept").error["code"] == "quote_unexpected_state"
    assert world.post(f"{path}/finalize")["number"].startswith("QT-")
    accepted = world.post(f"{path}/accept")
    assert accepted["status"] == "accepted"
    assert world.get(f"/v1/subscriptions/{accepted['subscription']}")["items"]["data"][0]["quantity"] == 2
    assert world.effects() == [("stripe.charge", 3_600)]
    assert world.send("POST", f"{path}/cancel").status == 400


def test_a_quote_of_what_does_not_recur_becomes_an_invoice() -> None:
    world = Stripe()
    price = world.post("/v1/prices", {"currency": "usd", "unit_amount": "700", "product_data[name]": "Lamp"})
    quote = quoted(world, price)
    world.post(f"/v1/quotes/{quote['id']}/finalize")
    invoice = world.post(f"/v1/quotes/{quote['id']}/accept")["invoice"]
    draft = world.get(f"/v1/invoices/{invoice}")
    assert (draft["status"], draft["total"]) == ("draft", 1_400)
    assert len(world.get(f"/v1/quotes/{quote['id']}/line_items")["data"]) == 1


def test_an_empty_or_expired_quote_goes_no_further() -> None:
    world = Stripe()
    empty = world.post("/v1/quotes", {"customer": world.customer()["id"]})
    assert world.send("POST", f"/v1/quotes/{empty['id']}/finalize").status == 400
    late = quoted(world, world.price())
    world.post(f"/v1/quotes/{late['id']}/finalize")
    world.pass_time(31 * DAY)
    assert world.send("POST", f"/v1/quotes/{late['id']}/accept").error["code"] == "quote_expired"
    assert world.effects() == []


def scheduled(world: Stripe, *quantities: int, **more: str) -> Any:
    price, params = world.price()["id"], {"customer": world.customer()["id"], "start_date": "now", **more}
    for place, quantity in enumerate(quantities):
        params |= {f"phases[{place}][items][0][price]": price, f"phases[{place}][items][0][quantity]": str(quantity)}
    return world.post("/v1/subscription_schedules", params)


def test_a_schedule_takes_its_subscription_from_phase_to_phase() -> None:
    world = Stripe()
    schedule = scheduled(world, 1, 3, end_behavior="cancel")
    assert schedule["status"] == "active"
    assert [phase["items"][0]["quantity"] for phase in schedule["phases"]] == [1, 3]
    assert schedule["phases"][0]["end_date"] == schedule["phases"][1]["start_date"]
    world.pass_time(35 * DAY)
    subscription = world.get(f"/v1/subscriptions/{schedule['subscription']}")
    assert [item["quantity"] for item in subscription["items"]["data"]] == [3]
    world.pass_time(60 * DAY)
    assert [amount for _, amount in world.effects()] == [2_000, 6_000]
    done = world.get(f"/v1/subscription_schedules/{schedule['id']}")
    assert (done["status"], world.get(f"/v1/subscriptions/{schedule['subscription']}")["status"]) == (
        "completed",
        "canceled",
    )
    assert world.events().count("subscription_schedule.expiring") == 1


def test_a_schedule_that_is_released_leaves_its_subscription_as_it_is() -> None:
    world = Stripe()
    schedule = scheduled(world, 1, 3)
    released = world.post(f"/v1/subscription_schedules/{schedule['id']}/release")
    assert (released["status"], released["subscription"]) == ("released", None)
    world.pass_time(65 * DAY)
    assert [amount for _, amount in world.effects()] == [2_000] * 3


def test_a_schedule_that_is_canceled_cancels_its_subscription() -> None:
    world = Stripe()
    schedule = scheduled(world, 1, 3)
    assert world.post(f"/v1/subscription_schedules/{schedule['id']}/cancel")["status"] == "canceled"
    assert world.get(f"/v1/subscriptions/{schedule['subscription']}")["status"] == "canceled"
    assert world.send("POST", f"/v1/subscription_schedules/{schedule['id']}/release").status == 400


def test_a_schedule_for_later_begins_later() -> None:
    world = Stripe()
    schedule = scheduled(world, 1, start_date=str(1_700_000_100 + 5 * DAY))
    assert (schedule["status"], schedule["subscription"], world.effects()) == ("not_started", None, [])
    world.pass_time(6 * DAY)
    begun = world.get(f"/v1/subscription_schedules/{schedule['id']}")
    assert (begun["status"], world.effects()) == ("active", [("stripe.charge", 2_000)])


def test_a_schedule_may_be_made_of_a_subscription() -> None:
    world = Stripe()
    order = {"customer": world.customer()["id"], "items[0][price]": world.price()["id"]}
    made = world.post("/v1/subscriptions", order)
    schedule = world.post("/v1/subscription_schedules", {"from_subscription": made["id"]})
    assert schedule["phases"][0]["end_date"] == made["items"]["data"][0]["current_period_end"]
    again = world.send("POST", "/v1/subscription_schedules", {"from_subscription": made["id"]})
    assert again.status == 400


def test_a_first_period_that_is_cut_short_costs_its_share() -> None:
    world = Stripe()
    begun = int(1_700_000_000 + world.now_s)
    order = {"customer": world.customer()["id"], "items[0][price]": world.price(3_000)["id"]}
    anchor = begun + 10 * DAY  # 24 November: the month before it has 31 days
    made = world.post("/v1/subscriptions", {**order, "billing_cycle_anchor": str(anchor)})
    assert made["items"]["data"][0]["current_period_end"] == anchor
    assert world.effects() == [("stripe.charge", 968)]
    world.pass_time(11 * DAY)
    assert [amount for _, amount in world.effects()] == [968, 3_000]
    late = world.send("POST", "/v1/subscriptions", {**order, "billing_cycle_anchor": str(begun + 90 * DAY)})
    assert late.error["param"] == "billing_cycle_anchor"
    free = {"billing_cycle_anchor": str(anchor + 5 * DAY), "proration_behavior": "none"}
    assert world.post("/v1/subscriptions", {**order, **free})["status"] == "active"
    assert len(world.effects()) == 2


def test_a_subscription_ends_when_it_was_said_to() -> None:
    world = Stripe()
    order = {"customer": world.customer()["id"], "items[0][price]": world.price()["id"]}
    end = int(1_700_000_000 + world.now_s) + 40 * DAY
    made = world.post("/v1/subscriptions", {**order, "cancel_at": str(end)})
    path = f"/v1/subscriptions/{made['id']}"
    world.pass_time(39 * DAY)
    assert (world.get(path)["status"], len(world.effects())) == ("active", 2)
    world.pass_time(2 * DAY)
    assert (world.get(path)["status"], world.get(path)["ended_at"]) == ("canceled", end)
    kept = world.post("/v1/subscriptions", {**order, "cancel_at": str(end + 40 * DAY)})
    world.post(f"/v1/subscriptions/{kept['id']}", {"cancel_at": ""})
    world.pass_time(60 * DAY)
    assert world.get(f"/v1/subscriptions/{kept['id']}")["status"] == "active"


@pytest.mark.parametrize(
    ("behaviour", "status"), [("keep_as_draft", "draft"), ("void", "void"), ("mark_uncollectible", "uncollectible")]
)
def test_while_collection_is_paused_nobody_pays(behaviour: str, status: str) -> None:
    world = Stripe()
    order = {"customer": world.customer()["id"], "items[0][price]": world.price()["id"]}
    path = f"/v1/subscriptions/{world.post('/v1/subscriptions', order)['id']}"
    world.post(path, {"pause_collection[behavior]": behaviour})
    world.pass_time(32 * DAY)
    assert world.get("/v1/invoices")["data"][0]["status"] == status
    assert (world.get(path)["status"], len(world.effects())) == ("active", 1)
    world.post(path, {"pause_collection": ""})
    world.pass_time(32 * DAY)
    assert len(world.effects()) == 2
    assert world.send("POST", path, {"pause_collection[behavior]": "sometimes"}).status == 400
