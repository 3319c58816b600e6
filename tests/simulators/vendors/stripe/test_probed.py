"""What was found wrong when the simulator was probed with what the real one is known to do: each by itself."""

import re
from typing import Any

import pytest

from brownout_simulators.vendors.stripe.event_names import KNOWN_EVENTS
from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe

CARD = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2034"}


def test_an_invoice_item_without_an_invoice_waits_for_the_next_one() -> None:
    world = Stripe()
    customer = world.customer()
    item = world.post("/v1/invoiceitems", {"customer": customer["id"], "amount": "700", "currency": "usd"})
    assert (item["invoice"], item["object"]) == (None, "invoiceitem")
    params = {"customer": customer["id"], "pending_invoice_items_behavior": "include"}
    invoice = world.post("/v1/invoices", params)
    assert (invoice["total"], [line["amount"] for line in invoice["lines"]["data"]]) == (700, [700])
    assert world.get(f"/v1/invoiceitems/{item['id']}")["invoice"] == invoice["id"]
    assert world.post("/v1/invoices", params)["total"] == 0


def test_a_customer_takes_test_ids_of_methods_and_sources() -> None:
    world = Stripe()
    alias = "pm_card_visa"
    both = {"payment_method": alias, "invoice_settings[default_payment_method]": alias}
    customer = world.post("/v1/customers", both)
    (method,) = world.get(f"/v1/customers/{customer['id']}/payment_methods")["data"]
    assert customer["invoice_settings"]["default_payment_method"] == method["id"]
    other = world.post("/v1/customers", {"source": "tok_visa"})
    source = world.get(f"/v1/customers/{other['id']}")["default_source"]
    assert source.startswith("card_")
    assert world.get(f"/v1/customers/{other['id']}/sources")["data"][0]["id"] == source
    charged = {"customer": other["id"], "items[0][price]": world.price()["id"]}
    assert world.post("/v1/subscriptions", charged)["status"] == "active"
    answer = world.send("POST", "/v1/customers", {"source": "tok_chargeDeclined"})
    assert (answer.status, answer.error["code"]) == (402, "card_declined")


def test_a_payment_method_once_used_without_a_customer_is_spent() -> None:
    world = Stripe()
    method = world.post("/v1/payment_methods", CARD)["id"]
    world.post("/v1/payment_intents", {**PAID, "payment_method": method})
    again = world.send("POST", "/v1/payment_intents", {**PAID, "payment_method": method})
    assert (again.status, again.error["param"]) == (400, "payment_method")
    assert "It may not be used again" in again.error["message"]
    customer = world.post("/v1/customers")["id"]
    assert world.send("POST", f"/v1/payment_methods/{method}/attach", {"customer": customer}).status == 400
    assert world.effects() == [("stripe.charge", 1099)]


def test_a_payment_method_of_a_customer_pays_as_often_as_it_is_asked_until_it_is_let_go() -> None:
    world = Stripe()
    customer = world.customer()
    method = customer["invoice_settings"]["default_payment_method"]
    paid = {**PAID, "payment_method": method, "customer": customer["id"]}
    assert [world.post("/v1/payment_intents", paid)["status"] for _ in range(3)] == ["succeeded"] * 3
    world.post(f"/v1/payment_methods/{method}/detach")
    assert world.send("POST", "/v1/payment_intents", paid).status == 400


def test_a_declined_payment_method_may_be_tried_again() -> None:
    world = Stripe()
    method = world.post("/v1/payment_methods", {"type": "card", "card[token]": "tok_chargeDeclined"})["id"]
    answers = [world.send("POST", "/v1/payment_intents", {**PAID, "payment_method": method}) for _ in range(2)]
    assert [answer.status for answer in answers] == [402, 402]


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/promotion_codes"])
def test_an_unknown_coupon_is_400(path: str) -> None:
    answer = Stripe().send("POST", path, {"coupon": "nope"})
    assert (answer.status, answer.error["code"], answer.error["param"]) == (400, "resource_missing", "coupon")


def test_a_search_tells_how_many_there_are() -> None:
    world = Stripe()
    for _ in range(3):
        world.post("/v1/payment_intents", {**PAYMENT, "metadata[lamp]": "on"})
    world.now_s += 5
    found = world.get(
        "/v1/payment_intents/search", {"query": "metadata['lamp']:'on'", "limit": 1, "expand[]": "total_count"}
    )
    assert (found["total_count"], len(found["data"]), found["has_more"]) == (3, 1, True)
    assert "total_count" not in world.get("/v1/payment_intents/search", {"query": "metadata['lamp']:'on'"})


def test_a_refunds_change_is_told_under_both_its_names() -> None:
    world = Stripe()
    paid = world.post("/v1/payment_intents", PAID)
    refund = world.post("/v1/refunds", {"payment_intent": paid["id"]})
    world.post(f"/v1/refunds/{refund['id']}", {"metadata[lamp]": "off"})
    assert world.events()[-2:] == ["charge.refund.updated", "refund.updated"]


@pytest.mark.parametrize(
    ("version", "status", "said"),
    [
        ("banana", 400, "Invalid Stripe API version: banana"),
        ("2020-08-27", 400, "2020-08-27 is not supported by this simulator"),
        ("2025-03-31.basil", 400, "is not supported by this simulator"),
        ("2026-10-28.endive", 200, ""),
        ("2026-09-30.endive", 200, ""),
    ],
)
def test_a_version_is_spoken_or_refused_and_never_only_echoed(version: str, status: int, said: str) -> None:
    world = Stripe()
    answer = world.send("POST", "/v1/customers", stripe_version=version)
    assert answer.status == status
    if status == 400:
        assert said in answer.error["message"]
        assert answer.headers["stripe-version"] == "2026-10-28.endive"
    else:
        assert answer.headers["stripe-version"] == version


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("exp_year", "2019", "invalid_expiry_year"),
        ("exp_year", "95", "invalid_expiry_year"),
        ("exp_month", "13", "invalid_expiry_month"),
        ("exp_month", "0", "invalid_expiry_month"),
        ("cvc", "99", "invalid_cvc"),
    ],
)
def test_a_card_with_a_date_or_code_that_cannot_be_is_refused(field: str, value: str, code: str) -> None:
    answer = Stripe().send("POST", "/v1/payment_methods", {**CARD, f"card[{field}]": value})
    assert (answer.status, answer.error["type"], answer.error["code"]) == (402, "card_error", code)
    assert answer.error["param"] == f"card[{field}]"


def test_a_card_is_good_to_the_end_of_its_month_and_no_longer() -> None:
    world = Stripe()  # it is November 2023
    this_month = {**CARD, "card[exp_year]": "2023", "card[exp_month]": "11", "card[cvc]": "314"}
    assert world.send("POST", "/v1/payment_methods", this_month).status == 200
    last_month = world.send("POST", "/v1/payment_methods", {**this_month, "card[exp_month]": "10"})
    assert last_month.error["code"] == "invalid_expiry_month"


def test_an_endpoint_cannot_ask_for_an_event_that_there_is_not() -> None:
    world = Stripe()
    params = {
        "url": "http://127.0.0.1:1/",
        "enabled_events[0]": "charge.succeeded",
        "enabled_events[1]": "charge.eaten",
    }
    answer = world.send("POST", "/v1/webhook_endpoints", params)
    assert (answer.status, answer.error["param"]) == (400, "enabled_events[1]")
    assert world.get("/v1/webhook_endpoints")["data"] == []


def test_the_names_of_events_are_the_sdks() -> None:
    import inspect

    from stripe.params import _webhook_endpoint_create_params as params

    named = set(re.findall(r'"([a-z_0-9]+(?:\.[a-z_0-9]+)+)"', inspect.getsource(params)))
    assert {name for name in named if not name[:4].isdecimal()} == KNOWN_EVENTS


def test_a_publishable_key_is_told_that_a_secret_one_is_needed() -> None:
    answer = Stripe().send("GET", "/v1/balance", key="pk_test_1234567890")
    assert (answer.status, answer.error["code"]) == (403, "secret_key_required")


@pytest.mark.parametrize(
    ("method", "path", "params", "more"),
    [
        ("GET", "/v1/charges/ch_nope", "", {}),
        ("GET", "/v1/balance", "", {"key": "nonsense"}),
        ("GET", "/v1/nowhere", "", {}),
        ("POST", "/v1/customers", "a[1]=x", {}),
        ("GET", "/v1/balance", "", {"stripe_version": "banana"}),
        ("POST", "/v1/payment_intents", {**PAID, "payment_method": "pm_card_chargeDeclined"}, {}),
    ],
)
def test_the_link_to_the_log_is_whole(method: str, path: str, params: Any, more: dict[str, str]) -> None:
    answer = Stripe().send(method, path, params, **more)
    link = f"https://dashboard.stripe.com/test/logs/{answer.headers['request-id']}?t=1700000100"
    assert answer.error["request_log_url"] == link


@pytest.mark.parametrize(
    ("currency", "said"),
    [("usd", "$0.50 usd"), ("gbp", "£0.30 gbp"), ("eur", "€0.50 eur"), ("jpy", "¥50 jpy"), ("czk", "15.00 czk")],
)
def test_the_smallest_amount_is_written_as_money(currency: str, said: str) -> None:
    answer = Stripe().send("POST", "/v1/payment_intents", {"amount": "1", "currency": currency})
    assert (answer.error["code"], answer.error["message"]) == ("amount_too_small", f"Amount must be at least {said}")
