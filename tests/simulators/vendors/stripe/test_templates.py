"""The objects against the example objects that Stripe itself publishes."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import stripe

from brownout_simulators.vendors.stripe.card_fields import CHARGE_FIELDS, METHOD_FIELDS
from brownout_simulators.vendors.stripe.magic import ALIASES
from brownout_simulators.vendors.stripe.resources import RESOURCES
from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe
from tests.support.absent import absent

SPECS = Path(os.environ.get("BROWNOUT_SPECS", Path(__file__).parents[5] / "shared" / "specs"))


NOT_SHOWN: dict[str, set[str]] = {
    # Only there when it is expanded.
    "charge": {"refunds"},
    # Gone at this API version: the subscription is under `parent.subscription_details`.
    "invoice": {"subscription"},
}
"""Fields of the published examples that are left out, and why."""


ADDED: dict[str, set[str]] = {
    # The balance transaction's own field set is checked like the others; nothing is added anywhere.
}


@pytest.fixture(scope="module")
def examples() -> Any:
    path = SPECS / "stripe_fixtures.json"
    if not path.exists():
        absent("no stripe_fixtures.json: point BROWNOUT_SPECS at a folder with the vendors' API descriptions")
    return json.loads(path.read_text())["resources"]


def _objects() -> dict[str, Any]:
    """One of each kind, as the simulator prints it."""
    world = Stripe()
    customer = world.customer()
    price = world.price()
    paid = world.post("/v1/payment_intents", PAID)
    refund = world.post("/v1/refunds", {"payment_intent": paid["id"]})
    charge = world.get(f"/v1/charges/{paid['latest_charge']}", {"expand[]": "balance_transaction"})
    item = {"customer": customer["id"], "items[0][price]": price["id"]}
    subscription = world.post("/v1/subscriptions", {**item, "expand[]": "latest_invoice.payments"})
    session = world.post(
        "/v1/checkout/sessions",
        {
            "mode": "subscription",
            "success_url": "https://example.com",
            "line_items[0][price]": price["id"],
            "expand[]": "line_items",
        },
    )
    invoice = subscription["latest_invoice"]
    found = [
        world.post("/v1/payment_intents", PAYMENT),
        charge,
        charge["balance_transaction"],
        refund,
        customer,
        world.get(f"/v1/payment_methods/{paid['payment_method']}"),
        world.post("/v1/setup_intents"),
        world.get(f"/v1/products/{price['product']}"),
        price,
        {key: value for key, value in subscription.items() if key != "latest_invoice"} | {"latest_invoice": None},
        subscription["items"]["data"][0],
        {key: value for key, value in invoice.items() if key != "payments"},
        invoice["lines"]["data"][0],
        invoice["payments"]["data"][0],
        {key: value for key, value in session.items() if key != "line_items"},
        session["line_items"]["data"][0],
        world.get("/v1/events")["data"][0],
        world.get("/v1/balance"),
    ]
    endpoint = world.post("/v1/webhook_endpoints", {"url": "http://localhost/x", "enabled_events[]": "*"})
    found.append({key: value for key, value in endpoint.items() if key != "secret"})
    found += _declared(world, customer["id"], price)
    deleted = world.delete(f"/v1/customers/{customer['id']}")
    return {one["object"]: one for one in found} | {"deleted_customer": deleted}


def _declared(world: Stripe, customer: str, price: Any) -> list[Any]:
    """One of each of the kinds that are little more than declared."""
    world.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_bypassPending", "amount": "90000"})
    world.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_createDispute"})
    coupon = world.post("/v1/coupons", {"percent_off": "20"})
    account = world.post("/v1/accounts", {"type": "standard"})
    money = {"amount": "900", "currency": "usd"}
    transfer = world.post("/v1/transfers", {**money, "destination": account["id"]})
    item = world.post("/v1/invoiceitems", {**money, "customer": customer})
    invoice = world.post("/v1/invoices", {"customer": customer, "pending_invoice_items_behavior": "include"})
    world.post(f"/v1/invoices/{invoice['id']}/finalize")
    note = world.post("/v1/credit_notes", {"invoice": invoice["id"], "amount": "100"})
    discounted = world.post("/v1/customers", {"coupon": coupon["id"]})
    plain = {"billing[address][line1]": "1 Lane", "name": "Jenny"}
    holder = world.post("/v1/issuing/cardholders", plain)
    issued = {"cardholder": holder["id"], "currency": "usd", "type": "virtual", "status": "active"}
    card = world.post("/v1/issuing/cards", issued)
    helpers = "/v1/test_helpers"
    meter = {"display_name": "m", "event_name": "m", "default_aggregation[formula]": "sum"}
    used = {"event_name": "m", "payload[stripe_customer_id]": customer, "payload[value]": "3"}
    world.pass_time(2.0)
    return [
        coupon, account, transfer, item, note, note["lines"]["data"][0], discounted["discount"], holder, card,
        world.post("/v1/promotion_codes", {"promotion[type]": "coupon", "promotion[coupon]": coupon["id"]}),
        world.post("/v1/tax_rates", {"display_name": "VAT", "inclusive": "false", "percentage": "19"}),
        world.post(f"/v1/transfers/{transfer['id']}/reversals"),
        world.post("/v1/payouts", money),
        world.post("/v1/topups", money),
        world.get("/v1/disputes")["data"][0],
        world.post(f"{helpers}/test_clocks", {"frozen_time": "1700000000"}),
        world.post("/v1/payment_links", {"line_items[0][price]": price["id"]}),
        world.post("/v1/quotes", {"customer": customer, "line_items[0][price]": price["id"]}),
        world.post("/v1/subscription_schedules", {"customer": customer, "phases[0][items][0][price]": price["id"]}),
        world.post("/v1/plans", {"currency": "usd", "interval": "month", "amount": "5", "product[name]": "Lamp"}),
        world.post("/v1/billing_portal/configurations", {"features[invoice_history][enabled]": "true"}),
        world.post("/v1/billing_portal/sessions", {"customer": customer}),
        world.post("/v1/billing/meters", meter),
        world.post("/v1/billing/meter_events", used),
        world.post("/v1/reporting/report_runs", {"report_type": "balance.summary.1"}),
        world.post("/v1/identity/verification_sessions", {"type": "document"}),
        world.post(f"{helpers}/issuing/transactions/create_force_capture", {**money, "card": card["id"]}),
        world.post(f"{helpers}/issuing/authorizations", {**money, "card": card["id"]}),
        world.post(f"/v1/customers/{customer}/sources", {"source": "tok_visa"}),
        world.post(f"/v1/customers/{customer}/tax_ids", {"type": "eu_vat", "value": "DE123456789"}),
        world.post(f"/v1/customers/{customer}/balance_transactions", {"amount": "-5", "currency": "usd"}),
        world.post(f"{helpers}/customers/{customer}/fund_cash_balance", money),
        world.get(f"/v1/customers/{customer}/cash_balance"),
        world.post("/v1/tokens", {"card[number]": "4242424242424242", "card[exp_month]": "1", "card[exp_year]": "34"}),
        world.get("/v1/balance_transactions")["data"][0],
    ]  # fmt: skip


@pytest.fixture(scope="module")
def objects() -> dict[str, Any]:
    return _objects()


def test_every_object_has_exactly_the_published_fields(examples: Any, objects: dict[str, Any]) -> None:
    wrong = {}
    for kind, made in objects.items():
        published = set(examples[kind]) - NOT_SHOWN.get(kind, set())
        missing, more = published - set(made), set(made) - published - ADDED.get(kind, set())
        if missing or more:
            wrong[kind] = (missing, more)
    assert wrong == {}


def test_what_is_left_out_is_really_published(examples: Any) -> None:
    for kind, fields in NOT_SHOWN.items():
        assert fields <= set(examples[kind])


def test_the_nested_fields_of_a_card_are_the_published_ones(examples: Any, objects: dict[str, Any]) -> None:
    card = objects["payment_method"]["card"]
    assert set(card) == set(examples["payment_method"]["card"])
    charged = objects["charge"]["payment_method_details"]["card"]
    assert set(charged) == set(examples["charge"]["payment_method_details"]["card"])
    assert set(objects["charge"]["outcome"]) >= set(examples["charge"]["outcome"])


def test_every_field_is_one_that_the_sdk_knows(objects: dict[str, Any]) -> None:
    classes: dict[str, Any] = {
        "payment_intent": stripe.PaymentIntent,
        "charge": stripe.Charge,
        "refund": stripe.Refund,
        "customer": stripe.Customer,
        "subscription": stripe.Subscription,
        "invoice": stripe.Invoice,
        "price": stripe.Price,
        "checkout.session": stripe.checkout.Session,
    }
    for kind, known in classes.items():
        assert set(objects[kind]) <= set(known.__annotations__), kind


def test_making_and_changing_objects_leaves_the_templates_alone() -> None:
    before = {kind: json.dumps(resource.template) for kind, resource in RESOURCES.items()}
    shared = json.dumps([list(METHOD_FIELDS.values()), list(CHARGE_FIELDS.values())])
    _objects()
    assert {kind: json.dumps(resource.template) for kind, resource in RESOURCES.items()} == before
    assert json.dumps([list(METHOD_FIELDS.values()), list(CHARGE_FIELDS.values())]) == shared


def test_every_test_card_can_be_shown() -> None:
    for card in ALIASES.values():
        assert METHOD_FIELDS[card]["type"] == card.method
        assert CHARGE_FIELDS[card][card.method]["last4"] == card.number[-4:]
