"""What a change in the middle of a period costs: to the second, and to the cent."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.vendors.stripe.world import Stripe
from tests.support.examples import examples

DAY = 86_400


def subscribed(world: Stripe, amount: int = 2_000, **more: str) -> Any:
    order = {"customer": world.customer()["id"], "items[0][price]": world.price(amount)["id"], **more}
    return world.post("/v1/subscriptions", order)


def waiting(world: Stripe, subscription: Any) -> list[Any]:
    found = world.get("/v1/invoiceitems", {"customer": subscription["customer"], "pending": "true", "limit": 100})
    return list(reversed(found["data"]))


def share(amount: int, item: Any, at: int) -> int:
    """Half a cent away from zero, by exact fractions."""
    start, end = item["current_period_start"], item["current_period_end"]
    exact = Fraction(amount * (end - at), end - start)
    return int(exact + Fraction(1, 2)) if exact >= 0 else -int(-exact + Fraction(1, 2))


def test_another_price_credits_what_is_left_of_the_old_and_bills_what_is_left_of_the_new() -> None:
    world = Stripe()
    made = subscribed(world)
    item = made["items"]["data"][0]
    world.pass_time(10 * DAY + 12_345)
    at = int(1_700_000_000 + world.now_s)
    dearer = world.price(3_500)["id"]
    params = {"items[0][id]": item["id"], "items[0][price]": dearer}
    changed = world.post(f"/v1/subscriptions/{made['id']}", params)
    assert changed["items"]["data"][0]["current_period_end"] == item["current_period_end"]
    credit, charge = waiting(world, made)
    assert (credit["amount"], charge["amount"]) == (-share(2_000, item, at), share(3_500, item, at))
    assert credit["proration"]
    assert charge["proration"]
    assert credit["period"] == {"start": at, "end": item["current_period_end"]}
    assert "Unused time" in credit["description"]
    assert "Remaining time" in charge["description"]
    assert [amount for _, amount in world.effects()] == [2_000]
    world.pass_time(32 * DAY)
    assert world.effects()[1] == ("stripe.charge", 3_500 + credit["amount"] + charge["amount"])
    assert waiting(world, made) == []


@given(st.integers(1, 60_000), st.integers(1, 60_000), st.integers(1, 2_591_000), st.integers(1, 9))
@examples(40)
def test_the_credit_and_the_charge_are_exact_whenever_the_change_comes(
    old: int, new: int, after: int, many: int
) -> None:
    world = Stripe()
    made = subscribed(world, old + 100)
    item = made["items"]["data"][0]
    at = min(item["current_period_start"] + after, item["current_period_end"] - 1)
    price = world.price(new)["id"]
    params = {"items[0][id]": item["id"], "items[0][price]": price, "items[0][quantity]": str(many)}
    world.post(f"/v1/subscriptions/{made['id']}", {**params, "proration_date": str(at)})
    amounts = [row["amount"] for row in waiting(world, made)]
    assert amounts == [-share(old + 100, item, at), share(new * many, item, at)]


def test_it_may_be_billed_at_once_or_not_at_all() -> None:
    world = Stripe()
    made = subscribed(world)
    item = made["items"]["data"][0]
    world.pass_time(5 * DAY)
    at = int(1_700_000_000 + world.now_s)
    path, more = f"/v1/subscriptions/{made['id']}", {"items[0][id]": item["id"], "items[0][quantity]": "3"}
    world.post(path, {**more, "proration_behavior": "always_invoice"})
    due = share(6_000, item, at) - share(2_000, item, at)
    assert world.effects()[-1] == ("stripe.charge", due)
    invoice = world.get("/v1/invoices")["data"][0]
    assert (invoice["billing_reason"], invoice["status"], len(invoice["lines"]["data"])) == (
        "subscription_update",
        "paid",
        2,
    )
    world.post(path, {"items[0][id]": item["id"], "items[0][quantity]": "5", "proration_behavior": "none"})
    assert waiting(world, made) == []
    assert len(world.effects()) == 2


def test_less_than_was_paid_is_a_credit_for_the_next_invoices() -> None:
    world = Stripe()
    made = subscribed(world, 9_000)
    item = made["items"]["data"][0]
    cheap = world.price(1_000)["id"]
    params = {"items[0][id]": item["id"], "items[0][price]": cheap, "proration_behavior": "always_invoice"}
    world.post(f"/v1/subscriptions/{made['id']}", params)
    assert world.get(f"/v1/customers/{made['customer']}")["balance"] == -8_000
    world.pass_time(32 * DAY)
    assert world.get(f"/v1/customers/{made['customer']}")["balance"] == -7_000
    assert [amount for _, amount in world.effects()] == [9_000]


def test_another_interval_begins_a_new_period_and_is_billed_at_once() -> None:
    world = Stripe()
    made = subscribed(world)
    item = made["items"]["data"][0]
    world.pass_time(10 * DAY)
    at = int(1_700_000_000 + world.now_s)
    yearly = world.price(20_000, "year")["id"]
    params = {"items[0][id]": item["id"], "items[0][price]": yearly}
    changed = world.post(f"/v1/subscriptions/{made['id']}", params)
    now = changed["items"]["data"][0]
    assert (now["current_period_start"], changed["billing_cycle_anchor"]) == (at, at)
    assert now["current_period_end"] - at >= 365 * DAY
    assert world.effects()[-1] == ("stripe.charge", 20_000 - share(2_000, item, at))


def test_a_discount_is_in_what_is_credited() -> None:
    world = Stripe()
    coupon = world.post("/v1/coupons", {"percent_off": "25", "duration": "forever"})["id"]
    made = subscribed(world, 2_000, **{"discounts[0][coupon]": coupon})
    assert world.effects() == [("stripe.charge", 1_500)]
    item = made["items"]["data"][0]
    world.post("/v1/subscription_items/" + item["id"], {"quantity": "2"})
    assert [row["amount"] for row in waiting(world, made)] == [-1_500, 3_000]


def test_items_have_endpoints_of_their_own() -> None:
    world = Stripe()
    made = subscribed(world)
    other = world.post("/v1/subscription_items", {"subscription": made["id"], "price": world.price(700)["id"]})
    assert world.get(f"/v1/subscription_items/{other['id']}")["price"]["unit_amount"] == 700
    assert [row["amount"] for row in waiting(world, made)] == [700]
    assert world.delete(f"/v1/subscription_items/{other['id']}")["deleted"] is True
    assert [row["amount"] for row in waiting(world, made)] == [700, -700]
    assert world.send("GET", f"/v1/subscription_items/{other['id']}").status == 404
    last = made["items"]["data"][0]["id"]
    assert world.send("DELETE", f"/v1/subscription_items/{last}").status == 400


def test_canceling_may_credit_what_is_left_and_bill_it_now() -> None:
    world = Stripe()
    made = subscribed(world)
    item = made["items"]["data"][0]
    world.pass_time(10 * DAY)
    at = int(1_700_000_000 + world.now_s)
    world.delete(f"/v1/subscriptions/{made['id']}", {"prorate": "true", "invoice_now": "true"})
    assert world.get(f"/v1/customers/{made['customer']}")["balance"] == -share(2_000, item, at)


@pytest.mark.parametrize("more", [{"proration_behavior": "perhaps"}, {"proration_date": "1"}])
def test_what_cannot_be_prorated_is_refused_and_nothing_changes(more: dict[str, str]) -> None:
    world = Stripe()
    made = subscribed(world)
    item = made["items"]["data"][0]
    answer = world.send(
        "POST", f"/v1/subscriptions/{made['id']}", {"items[0][id]": item["id"], "items[0][quantity]": "2", **more}
    )
    assert answer.status == 400
    assert world.get(f"/v1/subscriptions/{made['id']}")["items"]["data"][0]["quantity"] == 1


def test_a_preview_says_beforehand_what_a_change_will_cost_and_changes_nothing() -> None:
    world = Stripe()
    made = subscribed(world)
    item = made["items"]["data"][0]
    world.pass_time(10 * DAY)
    at = str(int(1_700_000_000 + world.now_s))
    change = {"items[0][id]": item["id"], "items[0][price]": world.price(3_500)["id"]}
    inside = {f"subscription_details[{name.replace('[', '][', 1)}": value for name, value in change.items()}
    asked = {"subscription": made["id"], **inside, "subscription_details[proration_date]": at}
    seen = world.post("/v1/invoices/create_preview", asked)
    assert [waiting(world, made), len(world.get("/v1/invoices")["data"])] == [[], 1]
    world.post(f"/v1/subscriptions/{made['id']}", {**change, "proration_date": at})
    world.pass_time(32 * DAY)
    invoice = world.get("/v1/invoices")["data"][0]
    assert seen["total"] == invoice["total"] == world.effects()[-1][1]
    assert sorted(line["amount"] for line in seen["lines"]["data"]) == sorted(
        line["amount"] for line in invoice["lines"]["data"]
    )


def test_a_trial_is_not_prorated() -> None:
    world = Stripe()
    made = subscribed(world, trial_period_days="7")
    item = made["items"]["data"][0]
    world.post(f"/v1/subscriptions/{made['id']}", {"items[0][id]": item["id"], "items[0][quantity]": "2"})
    assert waiting(world, made) == []
    world.pass_time(8 * DAY)
    assert world.effects() == [("stripe.charge", 4_000)]
