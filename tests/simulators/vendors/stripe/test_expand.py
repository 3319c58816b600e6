"""`expand[]`: ids replaced by what they name."""

import pytest

from brownout_simulators.vendors.stripe.expand import EXPANDABLE
from brownout_simulators.vendors.stripe.funds import fee_of
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import KINDS
from tests.simulators.vendors.stripe.world import PAID, Stripe


def test_an_id_becomes_the_object_it_names_and_what_is_kept_stays_an_id() -> None:
    world = Stripe()
    paid = world.post("/v1/payment_intents", PAID)
    seen = world.get(f"/v1/payment_intents/{paid['id']}", {"expand[]": "latest_charge.balance_transaction"})
    assert seen["latest_charge"]["id"] == paid["latest_charge"]
    assert seen["latest_charge"]["balance_transaction"]["net"] == 1099 - fee_of(1099)
    assert world.get(f"/v1/payment_intents/{paid['id']}")["latest_charge"] == paid["latest_charge"]


def test_two_paths_are_both_expanded_in_the_answer_to_a_creation() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")
    made = world.post(
        "/v1/payment_intents",
        {**PAID, "customer": customer["id"], "expand[0]": "customer", "expand[1]": "payment_method"},
    )
    assert made["customer"]["object"] == "customer"
    assert made["payment_method"]["object"] == "payment_method"


def test_the_elements_of_a_list_are_expanded_under_data() -> None:
    world = Stripe()
    world.post("/v1/payment_intents", PAID)
    (one,) = world.get("/v1/payment_intents", {"expand[]": "data.latest_charge"})["data"]
    assert one["latest_charge"]["object"] == "charge"
    assert world.send("GET", "/v1/payment_intents", {"expand[]": "latest_charge"}).status == 400


def test_lists_that_are_only_there_by_expansion() -> None:
    world = Stripe()
    customer = world.customer()
    price = world.price()
    world.post("/v1/subscriptions", {"customer": customer["id"], "items[0][price]": price["id"]})
    path = f"/v1/customers/{customer['id']}"
    assert "subscriptions" not in world.get(path)
    seen = world.get(path, {"expand[0]": "subscriptions", "expand[1]": "invoice_settings.default_payment_method"})
    assert [one["status"] for one in seen["subscriptions"]["data"]] == ["active"]
    assert seen["invoice_settings"]["default_payment_method"]["object"] == "payment_method"


def test_a_path_through_lists_and_hashes() -> None:
    world = Stripe()
    item = {"customer": world.customer()["id"], "items[0][price]": world.price()["id"]}
    made = world.post(
        "/v1/subscriptions",
        {
            **item,
            "expand[0]": "items.data.price.product",
            "expand[1]": "latest_invoice.payments.data.payment.payment_intent",
            "expand[2]": "latest_invoice.confirmation_secret",
        },
    )
    assert made["items"]["data"][0]["price"]["product"]["name"] == "Gold"
    (payment,) = made["latest_invoice"]["payments"]["data"]
    assert payment["payment"]["payment_intent"]["status"] == "succeeded"
    assert made["latest_invoice"]["confirmation_secret"]["client_secret"].startswith("pi_")


def test_what_is_null_stays_null() -> None:
    world = Stripe()
    made = world.post("/v1/payment_intents", {**PAID, "expand[0]": "customer", "expand[1]": "review"})
    assert (made["customer"], made["review"]) == (None, None)
    expand = {"expand[]": "last_payment_error.payment_method"}
    assert world.get(f"/v1/payment_intents/{made['id']}", expand)["last_payment_error"] is None


def test_a_deleted_customer_is_expanded_to_its_stub() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")
    made = world.post("/v1/payment_intents", {**PAID, "customer": customer["id"]})
    world.delete(f"/v1/customers/{customer['id']}")
    seen = world.get(f"/v1/payment_intents/{made['id']}", {"expand[]": "customer.invoice_settings"})
    assert seen["customer"]["deleted"] is True


@pytest.mark.parametrize(
    "expand",
    [
        {"expand[]": "amount"},
        {"expand[]": "nothing"},
        {"expand[]": "latest_charge.nothing"},
        {"expand[]": "latest_charge.customer.subscriptions.data.latest_invoice.customer"},
        {"expand": "latest_charge"},
        {"expand[]": ""},
    ],
)
def test_a_path_that_leads_nowhere_or_too_deep_is_refused(expand: dict[str, str]) -> None:
    world = Stripe()
    made = world.post("/v1/payment_intents", PAID)
    answer = world.send("GET", f"/v1/payment_intents/{made['id']}", expand)
    assert (answer.status, answer.error["param"]) == (400, "expand")


def test_the_table_names_only_kinds_that_there_are() -> None:
    for table in EXPANDABLE.values():
        assert {target for target in table.values() if isinstance(target, str)} <= {"", "discount", *KINDS, *RESOURCES}


def test_what_came_later_is_expanded_too() -> None:
    world = Stripe()
    coupon = world.post("/v1/coupons", {"percent_off": "10", "duration": "forever"})
    clock = world.post("/v1/test_helpers/test_clocks", {"frozen_time": "1700000000"})
    customer = world.post("/v1/customers", {"source": "tok_visa", "test_clock": clock["id"], "coupon": coupon["id"]})
    path = f"/v1/customers/{customer['id']}"
    paths = ("default_source", "sources", "test_clock", "discount.source.coupon")
    seen = world.get(path, {f"expand[{place}]": name for place, name in enumerate(paths)})
    assert seen["default_source"]["last4"] == "4242"
    assert seen["sources"]["data"] == [seen["default_source"]]
    assert seen["test_clock"] == clock
    assert seen["discount"]["source"]["coupon"]["percent_off"] == 10
    order = {"customer": customer["id"], "items[0][price]": world.price()["id"], "discounts[0][coupon]": coupon["id"]}
    made = world.post("/v1/subscriptions", {**order, "expand[]": "discounts.source.coupon"})
    assert made["discounts"][0]["source"]["coupon"]["percent_off"] == 10
    (move,) = world.get("/v1/balance_transactions", {"expand[]": "data.source"})["data"]
    assert (move["source"]["object"], move["source"]["amount"]) == ("charge", 1_800)


def test_every_kind_that_moves_money_is_the_source_of_its_movement() -> None:
    world = Stripe()
    rich = {**PAID, "payment_method": "pm_card_bypassPending", "amount": "90000"}
    paid = world.post("/v1/payment_intents", rich)
    world.post("/v1/refunds", {"payment_intent": paid["id"], "amount": "5"})
    account = world.post("/v1/accounts")["id"]
    transfer = world.post("/v1/transfers", {"amount": "5", "currency": "usd", "destination": account})["id"]
    world.post(f"/v1/transfers/{transfer}/reversals")
    payout = world.post("/v1/payouts", {"amount": "5", "currency": "usd", "expand[]": "balance_transaction"})
    assert payout["balance_transaction"]["net"] == -5
    world.post("/v1/topups", {"amount": "5", "currency": "usd"})
    world.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_createDispute"})
    world.pass_time(5)
    moves = world.get("/v1/balance_transactions", {"limit": "100", "expand[]": "data.source"})["data"]
    assert {move["source"]["object"] for move in moves} == {
        "charge", "dispute", "payout", "refund", "topup", "transfer", "transfer_reversal",
    }  # fmt: skip
