"""Checkout sessions."""

from typing import Any

import pytest

from tests.simulators.vendors.stripe.world import Stripe

PATH = "/v1/checkout/sessions"
ITEM = {
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "700",
    "line_items[0][price_data][product_data][name]": "Gold",
    "line_items[0][quantity]": "2",
}
PAYMENT = {"mode": "payment", "success_url": "https://example.com/done", **ITEM}


def _complete(world: Stripe, session: Any, alias: str = "pm_card_visa") -> Any:
    path = f"/v1/test_helpers/checkout/sessions/{session['id']}/complete"
    return world.send("POST", path, {"payment_method": alias})


def test_a_session_shows_its_items_and_is_paid() -> None:
    world = Stripe()
    params = {**PAYMENT, "metadata[a]": "1", "payment_intent_data[metadata][operation_id]": "op-1"}
    made = world.post(PATH, {**params, "client_reference_id": "cart-1", "customer_email": "a@example.com"})
    assert (made["status"], made["payment_status"], made["amount_total"]) == ("open", "unpaid", 1400)
    assert made["id"].startswith("cs_test_")
    assert made["url"].endswith(made["id"])
    (item,) = world.get(f"{PATH}/{made['id']}/line_items")["data"]
    assert (item["description"], item["quantity"], item["amount_total"]) == ("Gold", 2, 1400)
    done = _complete(world, made).body
    assert (done["status"], done["payment_status"], done["url"]) == ("complete", "paid", None)
    assert done["customer_details"]["email"] == "a@example.com"
    assert world.get(f"/v1/payment_intents/{done['payment_intent']}")["status"] == "succeeded"
    assert world.events()[-1] == "checkout.session.completed"
    rows = [row for row in world.simulator.ledger.rows() if row["entry"] == "effect"]
    assert [(row["operation_id"], row["amount"]) for row in rows] == [("op-1", 1400)]


def test_a_decline_leaves_it_open_for_another_card() -> None:
    world = Stripe()
    made = world.post(PATH, PAYMENT)
    assert _complete(world, made, "pm_card_visa_chargeDeclined").status == 402
    assert world.get(f"{PATH}/{made['id']}")["status"] == "open"
    assert _complete(world, made).status == 200
    assert _complete(world, made).status == 400
    assert world.effects() == [("stripe.charge", 1400)]


@pytest.mark.parametrize(
    ("alias", "status", "event"),
    [
        ("pm_usBankAccount_success", "paid", "checkout.session.async_payment_succeeded"),
        ("pm_usBankAccount_insufficientFunds", "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_a_method_that_takes_days_answers_after_the_session_is_complete(alias: str, status: str, event: str) -> None:
    world = Stripe()
    made = world.post(PATH, PAYMENT)
    done = _complete(world, made, alias).body
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    world.pass_time(5)
    assert world.get(f"{PATH}/{made['id']}")["payment_status"] == status
    assert world.events()[-1] == event


def test_a_subscription_is_begun_for_a_new_customer() -> None:
    world = Stripe()
    params = {"mode": "subscription", "success_url": "https://example.com", "customer_email": "a@example.com"}
    made = world.post(PATH, {**params, "line_items[0][price]": world.price()["id"]})
    done = _complete(world, made).body
    subscription = world.get(f"/v1/subscriptions/{done['subscription']}")
    assert (subscription["status"], subscription["customer"]) == ("active", done["customer"])
    assert world.get(f"/v1/customers/{done['customer']}")["email"] == "a@example.com"
    assert done["invoice"] == subscription["latest_invoice"]


def test_a_session_expires_when_told_or_after_a_day() -> None:
    world = Stripe()
    one, other = (world.post(PATH, PAYMENT)["id"] for _ in range(2))
    assert world.post(f"{PATH}/{one}/expire")["status"] == "expired"
    assert world.send("POST", f"{PATH}/{one}/expire").status == 400
    world.pass_time(86_401)
    assert world.get(f"{PATH}/{other}")["status"] == "expired"
    assert world.events()[-1] == "checkout.session.expired"
    assert [row["id"] for row in world.get(PATH, {"status": "expired"})["data"]] == [other, one]


def test_setup_needs_no_items_and_no_payment() -> None:
    world = Stripe()
    made = world.post(PATH, {"mode": "setup", "success_url": "https://example.com"})
    assert _complete(world, made).body["payment_status"] == "no_payment_required"


def test_an_embedded_one_has_a_secret_instead_of_a_page() -> None:
    params = {name: value for name, value in PAYMENT.items() if name != "success_url"}
    made = Stripe().post(PATH, {**params, "ui_mode": "embedded_page", "return_url": "https://example.com"})
    assert made["url"] is None
    assert made["client_secret"].startswith(made["id"])


def test_metadata_can_be_changed() -> None:
    world = Stripe()
    made = world.post(PATH, PAYMENT)
    assert world.post(f"{PATH}/{made['id']}", {"metadata[a]": "1"})["metadata"] == {"a": "1"}


@pytest.mark.parametrize(
    ("params", "param"),
    [
        (ITEM, "mode"),
        ({**PAYMENT, "mode": "gift"}, "mode"),
        ({**PAYMENT, "success_url": ""}, "success_url"),
        ({"mode": "payment", "success_url": "https://example.com"}, "line_items"),
        ({"mode": "payment", "success_url": "x", "line_items[0][quantity]": "1"}, "line_items[0][price]"),
        ({**PAYMENT, "mode": "subscription"}, "line_items"),
        ({**PAYMENT, "customer": "cus_x"}, "customer"),
        ({**PAYMENT, "line_items[0][price_data][unit_amount]": "x"}, "line_items[0][price_data][unit_amount]"),
    ],
)
def test_a_bad_session_is_refused(params: dict[str, str], param: str) -> None:
    answer = Stripe().send("POST", PATH, params)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_a_price_that_recurs_needs_subscription_mode() -> None:
    world = Stripe()
    params = {"mode": "payment", "success_url": "x", "line_items[0][price]": world.price()["id"]}
    assert "subscription mode" in world.send("POST", PATH, params).error["message"]
