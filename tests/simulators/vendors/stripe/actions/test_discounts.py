"""Coupons, promotion codes, taxes, and what invoices come to with them."""

from typing import Any

import pytest

from tests.simulators.vendors.stripe.world import Stripe

DAY = 86_400


def subscribed(world: Stripe, customer: Any, **more: str) -> Any:
    return world.post("/v1/subscriptions", {"customer": customer["id"], "items[0][price]": world.price()["id"], **more})


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "percent_off"),
        ({"percent_off": "20", "amount_off": "5"}, "percent_off"),
        ({"percent_off": "0"}, "percent_off"),
        ({"percent_off": "101"}, "percent_off"),
        ({"percent_off": "lots"}, "percent_off"),
        ({"amount_off": "500"}, "currency"),
        ({"percent_off": "20", "duration": "always"}, "duration"),
        ({"percent_off": "20", "duration": "repeating"}, "duration_in_months"),
    ],
)
def test_a_coupon_that_makes_no_sense_is_refused(params: dict[str, str], param: str) -> None:
    answer = Stripe().send("POST", "/v1/coupons", params)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_a_coupon_may_have_an_id_of_its_own_once() -> None:
    world = Stripe()
    assert world.post("/v1/coupons", {"id": "LAMPS", "percent_off": "33.5"})["percent_off"] == 33.5
    assert (
        world.send("POST", "/v1/coupons", {"id": "LAMPS", "percent_off": "5"}).error["code"]
        == "resource_already_exists"
    )


def test_a_customers_discount_is_good_for_one_invoice_or_for_ever() -> None:
    world = Stripe()
    once, ever = (
        world.post("/v1/coupons", {"percent_off": "50", "duration": one})["id"] for one in ("once", "forever")
    )
    first, second = world.customer(), world.customer()
    world.post(f"/v1/customers/{first['id']}", {"coupon": once})
    world.post(f"/v1/customers/{second['id']}", {"coupon": ever})
    subscribed(world, first)
    subscribed(world, second)
    world.pass_time(32 * DAY)
    assert [amount for _, amount in world.effects()] == [1_000, 1_000, 2_000, 1_000]
    assert world.get(f"/v1/customers/{first['id']}")["discount"] is None
    assert world.get(f"/v1/customers/{second['id']}")["discount"]["source"]["coupon"] == ever
    assert world.delete(f"/v1/customers/{second['id']}/discount")["deleted"] is True
    assert world.send("DELETE", f"/v1/customers/{second['id']}/discount").status == 404


def test_a_repeating_discount_ends_after_its_months() -> None:
    world = Stripe()
    coupon = world.post("/v1/coupons", {"percent_off": "50", "duration": "repeating", "duration_in_months": "2"})["id"]
    subscribed(world, world.customer(), **{"discounts[0][coupon]": coupon})
    world.pass_time(100 * DAY)
    assert [amount for _, amount in world.effects()] == [1_000, 1_000, 2_000, 2_000]


def test_a_subscriptions_discount_is_on_its_invoice() -> None:
    world = Stripe()
    coupon = world.post("/v1/coupons", {"amount_off": "300", "currency": "usd"})["id"]
    made = subscribed(world, world.customer(), **{"discounts[0][coupon]": coupon, "expand[]": "latest_invoice"})
    invoice = made["latest_invoice"]
    assert (invoice["subtotal"], invoice["total"], invoice["amount_paid"]) == (2_000, 1_700, 1_700)
    assert invoice["total_discount_amounts"][0]["amount"] == 300
    assert invoice["lines"]["data"][0]["discount_amounts"][0]["amount"] == 300
    assert world.get(f"/v1/coupons/{coupon}")["times_redeemed"] == 1


def test_a_promotion_code_is_redeemed_as_often_as_it_may_be() -> None:
    world = Stripe()
    coupon = world.post("/v1/coupons", {"percent_off": "10"})["id"]
    promotion = {"promotion[type]": "coupon", "promotion[coupon]": coupon}
    code = world.post("/v1/promotion_codes", {**promotion, "code": "LAMP10", "max_redemptions": "1"})
    twin = world.send("POST", "/v1/promotion_codes", {**promotion, "code": "lamp10"})
    assert twin.error["code"] == "resource_already_exists"
    customer = world.post("/v1/customers", {"promotion_code": code["id"]})
    assert customer["discount"]["promotion_code"] == code["id"]
    again = world.send("POST", "/v1/customers", {"promotion_code": code["id"]})
    assert (again.status, again.error["code"]) == (400, "coupon_expired")


@pytest.mark.parametrize("more", [{"max_redemptions": "1"}, {"redeem_by": "1700000200"}])
def test_a_coupon_that_is_used_up_or_late_is_refused(more: dict[str, str]) -> None:
    world = Stripe()
    coupon = world.post("/v1/coupons", {"percent_off": "10", **more})["id"]
    world.post("/v1/customers", {"coupon": coupon})
    world.pass_time(1_000)
    assert world.send("POST", "/v1/customers", {"coupon": coupon}).error["code"] == "coupon_expired"


@pytest.mark.parametrize(("inclusive", "total"), [("false", 2_380), ("true", 2_000)])
def test_tax_is_charged(inclusive: str, total: int) -> None:
    world = Stripe()
    rate = world.post("/v1/tax_rates", {"display_name": "VAT", "percentage": "19", "inclusive": inclusive})["id"]
    subscribed(world, world.customer(), **{"default_tax_rates[0]": rate})
    assert world.effects() == [("stripe.charge", total)]
    (taxed,) = world.get("/v1/invoices")["data"][0]["total_taxes"]
    assert (taxed["amount"], taxed["tax_rate_details"]["tax_rate"]) == (380 if inclusive == "false" else 319, rate)


def test_an_item_has_tax_and_discount_of_its_own() -> None:
    world = Stripe()
    customer = world.customer()
    rate = world.post("/v1/tax_rates", {"display_name": "VAT", "percentage": "10", "inclusive": "false"})["id"]
    coupon = world.post("/v1/coupons", {"percent_off": "50"})["id"]
    one = {"customer": customer["id"], "amount": "1000", "currency": "usd"}
    world.post("/v1/invoiceitems", {**one, "tax_rates[0]": rate, "discounts[0][coupon]": coupon})
    world.post("/v1/invoiceitems", one)
    draft = world.post("/v1/invoices", {"customer": customer["id"], "pending_invoice_items_behavior": "include"})
    assert (draft["subtotal"], draft["total"]) == (2_000, 1_550)
    added = world.post("/v1/invoiceitems", {**one, "invoice": draft["id"]})
    assert world.get(f"/v1/invoices/{draft['id']}")["total"] == 2_550
    world.delete(f"/v1/invoiceitems/{added['id']}")
    assert world.get(f"/v1/invoices/{draft['id']}")["total"] == 1_550
    world.post(f"/v1/invoices/{draft['id']}/pay")
    assert world.effects() == [("stripe.charge", 1_550)]
